"""PINs, PUK and initial password, as the card says without using a try."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from openeoi.agent.doctor.catalogue import Diagnosis, found
from openeoi.agent.doctor.facts import CardFacts, Facts
from openeoi.agent.doctor.rules.card import BOTH_APPLICATIONS
from openeoi.protocols.personalisation.shared import LifeCycle
from openeoi.terminal.pin_care import Condition, PinStatus, SecretStatus

USUAL_TRIES: Final = 3


def pins(facts: Facts) -> Iterator[Diagnosis]:
    seen = facts.card
    if seen is None:
        return
    if seen.life_cycle is LifeCycle.BLOCKED:
        yield found("card_blocked")
    elif seen.pins_held_back:
        yield found("pins_held_back")
    elif seen.pins is not None and seen.pins.is_activated:
        yield from _activated(seen.pins)
    elif seen.pins is not None and seen.applications == BOTH_APPLICATIONS:  # else there is nothing to activate
        yield from _not_activated(seen, seen.pins)


def _not_activated(seen: CardFacts, status: PinStatus) -> Iterator[Diagnosis]:
    if not seen.ours:
        yield found("not_activated_state")
        return
    if not status.can_be_activated:
        yield found("cannot_be_activated")
        return
    blocked = status.initial_password.condition is Condition.BLOCKED
    yield found("initial_password_blocked" if blocked else "not_activated")
    if status.puk.condition is Condition.BLOCKED:
        yield found("puk_blocked")


def _activated(status: PinStatus) -> Iterator[Diagnosis]:
    puk_blocked = status.puk.condition is Condition.BLOCKED
    troubles = [
        trouble
        for which, pin in (("norm", status.norm_pin), ("sig", status.sig_pin))
        if (trouble := _pin(which, pin, puk_blocked)) is not None
    ]
    if puk_blocked:
        troubles.append(found("puk_blocked"))
    yield from troubles or [found("pins_well")]


def _pin(which: str, pin: SecretStatus, puk_blocked: bool) -> Diagnosis | None:
    if pin.condition is Condition.BLOCKED:
        return found("pin_blocked_for_good" if puk_blocked else "pin_blocked", which=which)
    if pin.condition is not Condition.READY or pin.tries_left is None:
        return None
    if pin.tries_left == 1:
        return found("last_try", which=which)
    return found("tries_used", which=which, count=pin.tries_left) if pin.tries_left < USUAL_TRIES else None
