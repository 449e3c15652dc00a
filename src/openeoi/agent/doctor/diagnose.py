"""All rules over all facts, in the order in which a person looks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from openeoi.agent.doctor.catalogue import OF_THE_COMPUTER, Diagnosis, Severity
from openeoi.agent.doctor.facts import Facts
from openeoi.agent.doctor.rules.browsers import browsers
from openeoi.agent.doctor.rules.card import card
from openeoi.agent.doctor.rules.certificates import certificates
from openeoi.agent.doctor.rules.opensc import opensc
from openeoi.agent.doctor.rules.pins import pins
from openeoi.agent.doctor.rules.readers import readers
from openeoi.agent.doctor.rules.service import clock, service

RULES = (service, clock, readers, card, pins, certificates, opensc, browsers)

# Of the reader in which the examined card lies, whichever kind of reader it is.
_OF_THE_VIRTUAL_READER_TOO = frozenset({"no_card", "card_mute", "card_in_use", "card_removed", "clock_behind"})


def diagnose(facts: Facts) -> tuple[Diagnosis, ...]:
    """What is found. With our virtual reader, what only a real reader needs is no more than a note."""
    told = [diagnosis for rule in RULES for diagnosis in rule(facts)]
    return tuple(_for_a_real_reader(facts, one) if facts.real else _for_the_virtual_reader(one) for one in told)


def all_well(diagnoses: Iterable[Diagnosis]) -> bool:
    """Whether nothing was found that does not work or soon will not."""
    return not any(one.severity in (Severity.PROBLEM, Severity.WARNING) for one in diagnoses)


def _for_a_real_reader(facts: Facts, one: Diagnosis) -> Diagnosis:
    """Our own commands use the virtual reader unless they are told."""
    name = next((reader.name for reader in facts.readers if reader.examined), "")
    if not name or not one.command.startswith("eoi ") or "--reader" in one.command:
        return one
    return replace(one, command=f'{one.command} --reader "{name}"')


def _for_the_virtual_reader(one: Diagnosis) -> Diagnosis:
    computer = one.area in OF_THE_COMPUTER and one.id not in _OF_THE_VIRTUAL_READER_TOO
    serious = one.severity in (Severity.PROBLEM, Severity.WARNING)
    return replace(one, severity=Severity.NOTE) if computer and serious else one
