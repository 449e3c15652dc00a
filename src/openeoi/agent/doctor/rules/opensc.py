"""OpenSC: the open software through which other programs reach the card."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from openeoi.agent.doctor.catalogue import Diagnosis, Severity, found
from openeoi.agent.doctor.facts import Facts, OpenScFacts
from openeoi.terminal.detect import CardKind

FIRST_WITH_CARD: Final = (0, 24)
"""OpenSC 0.24.0 is the first release with the driver of the Slovenian card (its NEWS)."""
TRIED: Final = (0, 26)
"""From here on the tokens have the names that this project is tested with."""
DRIVER: Final = "eOI"


def opensc(facts: Facts) -> Iterator[Diagnosis]:
    known = facts.opensc
    if known is None:
        return
    told = [*_program(known)]
    if known.knows_card:
        told += [*_module(known), *_settings(facts, known)]
    yield from told
    if all(one.severity is Severity.NOTE for one in told):
        yield found("opensc_well", version=_written(known.version))


def _program(known: OpenScFacts) -> Iterator[Diagnosis]:
    if not known.version:
        yield found("opensc_missing")
    elif known.version[:2] < FIRST_WITH_CARD:
        yield found("opensc_too_old", version=_written(known.version))
    elif known.knows_card is False:
        yield found("opensc_without_pace", version=_written(known.version))
    elif known.version[:2] < TRIED:
        yield found("opensc_older_names", version=_written(known.version))


def _module(known: OpenScFacts) -> Iterator[Diagnosis]:
    if known.module is False:
        yield found("opensc_module_missing")
        return
    if known.registered is False:
        yield found("opensc_not_registered")
    for browser in known.databases_without:
        yield found("opensc_not_in_database", browser=browser)


def _settings(facts: Facts, known: OpenScFacts) -> Iterator[Diagnosis]:
    card = facts.card
    if card is not None and card.kind is CardKind.EOI and known.driver and known.driver != DRIVER:
        yield found("opensc_other_driver", driver=known.driver)
    if card is not None and card.contactless and not known.can_configured:
        yield found("opensc_can_missing")
    if not known.applications_named:
        yield found("opensc_default_application")


def _written(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
