"""The card's four secrets: who may send PIN commands, in which state, and how they are stored.

Counters and comparisons are `protocols.pin.card`. Here are the rules around them:

1. All PIN commands come under secure messaging opened with the CAN.
2. Which secrets can be verified in which state stands in `life_cycle`; the others answer 6984.
3. Norm PIN and Sig PIN can be changed; the PUK opens both; at activation the initial password does, or the PUK where it was lost.
4. When a secret has used up its last try, the card may be blocked for good (`life_cycle`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from openeoi.card.applications.sign_and_login import UNDER_CAN
from openeoi.card.errors import CommandRefused
from openeoi.card.life_cycle import HOLDER_PINS, USABLE_SECRETS, needed_pins, settled
from openeoi.card.operating_system import OperatingSystem, Request
from openeoi.card.parameters import PinRole
from openeoi.card.state import CardState
from openeoi.iso7816 import status
from openeoi.iso7816.apdu import ResponseApdu
from openeoi.protocols.pin import shared
from openeoi.protocols.pin.card import Pin, PinCardSide


def process(system: OperatingSystem, request: Request) -> ResponseApdu:
    """VERIFY, CHANGE REFERENCE DATA and RESET RETRY COUNTER."""
    system.require(UNDER_CAN, request)
    _require_usable(system, request)
    side = _side(system)
    response = side.process(request.command)
    if response.status == status.AUTHENTICATION_METHOD_BLOCKED:
        system.commit(settled(system.state))
    return response


def _require_usable(system: OperatingSystem, request: Request) -> None:
    usable = USABLE_SECRETS.get(system.state.life_cycle)
    role = _roles(system.state).get(request.command.p2 & ~shared.SPECIFIC_REFERENCE)
    if role is None:
        raise CommandRefused(status.REFERENCED_DATA_NOT_FOUND)
    if usable is None or (request.command.ins == shared.VERIFY and role not in usable):
        raise CommandRefused(status.REFERENCE_DATA_NOT_USABLE)


def _side(system: OperatingSystem) -> PinCardSide:
    """The session's PINs; made anew after a new channel, and after a write that failed."""
    if system.session.pins is None:

        def persist(pins: Mapping[int, Pin]) -> None:
            system.commit(_stored(system.state, pins))

        system.session.pins = PinCardSide(_loaded(system.state), persist)
    return system.session.pins


def _roles(state: CardState) -> dict[int, PinRole]:
    return {pin.rules.reference: role for role, pin in state.pins.items()}


def _loaded(state: CardState) -> dict[int, Pin]:
    puk = state.pins[PinRole.PUK].rules.reference
    initial = state.pins[PinRole.INITIAL_PASSWORD].rules.reference
    pins = {}
    for role, pin in state.pins.items():
        rules = pin.rules
        pins[rules.reference] = Pin(
            rules.minimum_length,
            rules.maximum_length,
            rules.tries,
            pin.tries_left,
            pin.value,
            rules.digits_only,
            changeable=role in HOLDER_PINS,
            unblocked_by=puk if role in HOLDER_PINS else None,
            initialised_by=initial if role in needed_pins(state) else None,
        )
    return pins


def _stored(state: CardState, pins: Mapping[int, Pin]) -> CardState:
    """The state with these values and counters; active, if they complete the activation."""
    for reference, role in _roles(state).items():
        pin = pins[reference]
        state = state.with_pin(role, replace(state.pins[role], value=pin.value, tries_left=pin.tries_remaining))
    return settled(state, blocking=False)
