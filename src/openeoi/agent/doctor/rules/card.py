"""Which card it is, and whether its CAN opened it."""

from __future__ import annotations

from collections.abc import Iterator

from openeoi.agent.doctor.catalogue import Diagnosis, found
from openeoi.agent.doctor.facts import AccessNumber, CardFacts, Facts
from openeoi.protocols.personalisation.shared import LifeCycle
from openeoi.terminal.detect import CardKind

BOTH_APPLICATIONS = 2

_STATES = {
    LifeCycle.BLANK: "card_blank",
    LifeCycle.PERSONALISED: "card_not_handed_over",
    LifeCycle.TERMINATED: "card_terminated",
}
_ACCESS = {
    AccessNumber.HELD_BACK: "can_held_back",
    AccessNumber.BLOCKED: "can_blocked",
    AccessNumber.NOT_OFFERED: "pace_not_offered",
    AccessNumber.NOT_SUPPORTED: "pace_not_supported",
    AccessNumber.FAILED: "pace_failed",
    AccessNumber.RIGHT: "can_right",
}


def card(facts: Facts) -> Iterator[Diagnosis]:
    seen = facts.card
    if seen is None or seen.removed:
        return
    trouble = _unusable(seen)
    if trouble is not None:
        yield trouble
        return
    yield found("card_ours" if seen.ours else "card_of_state")
    if seen.applications < BOTH_APPLICATIONS:
        yield found("application_missing")
    if seen.unreadable:
        yield found("card_unreadable")
    yield _access_number(seen)


def _unusable(seen: CardFacts) -> Diagnosis | None:
    if seen.life_cycle in _STATES:
        return found(_STATES[seen.life_cycle])
    if seen.kind is CardKind.EOI:
        return None
    if seen.kind is CardKind.EMRTD:
        return found("card_travel_document")
    return found("card_of_family_without_applications" if seen.atr_is_eoi else "card_unknown")


def _access_number(seen: CardFacts) -> Diagnosis:
    tried = seen.access_number
    if tried is AccessNumber.NOT_GIVEN:
        return found("can_missing_contactless" if seen.contactless else "can_missing")
    if tried is AccessNumber.WRONG:
        left = seen.tries_left_of_access_number
        return found("can_wrong") if left is None else found("can_wrong_counted", count=left)
    return found(_ACCESS[tried])
