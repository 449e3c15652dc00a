"""VERIFY, CHANGE REFERENCE DATA and RESET RETRY COUNTER (ISO/IEC 7816-4:2020, 11.6) in the forms of upstream's driver.

Rules:

1. All of them come under secure messaging opened with the CAN.
2. A try is taken off the counter and stored *before* the comparison, and given back only after a right one: no power cut, at any
   moment, gives a try back to someone who does not know the secret.
3. Which secrets exist in which state stands in `life_cycle`. P2 names the secret; its bit 8 (upstream's "local") is ignored.
4. CHANGE has only the new value (P1 = 01). It needs, in state active, the old PIN or the PUK verified; in state handed over the
   initial password or the PUK. A new value brings a full counter.
5. A PUK entry is good for one new PIN (for both at activation), and for RESET RETRY COUNTER without data (P1 = 03) before it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from openeoi.card.applications.sign_and_login import UNDER_CAN
from openeoi.card.errors import CommandRefused
from openeoi.card.life_cycle import HOLDER_PINS, USABLE_SECRETS, settled
from openeoi.card.operating_system import OperatingSystem, Request
from openeoi.card.parameters import PinRole
from openeoi.card.state import PinState
from openeoi.crypto.comparison import equal_in_constant_time
from openeoi.iso7816 import status
from openeoi.iso7816.apdu import ResponseApdu
from openeoi.protocols.personalisation.shared import LifeCycle

REFERENCE_MASK: Final = 0x7F
NEW_VALUE_ONLY: Final = 0x01
COUNTER_ONLY: Final = 0x03


def verify(system: OperatingSystem, request: Request) -> ResponseApdu:
    """With data: compares. Without: tells the tries left (63Cx), 9000 if it is verified, 6983 if blocked, 6984 if not set."""
    if request.command.p1:
        raise CommandRefused(status.INCORRECT_P1_P2)
    system.require(UNDER_CAN, request)
    role, pin = _named(system, request)
    if role not in USABLE_SECRETS.get(system.state.life_cycle, frozenset()) or not pin.value:
        raise CommandRefused(status.REFERENCE_DATA_NOT_USABLE)
    reference = pin.rules.reference
    if not request.command.data and reference in system.session.verified:
        return ResponseApdu(status.SUCCESS)
    if not pin.tries_left:
        system.commit(settled(system.state))
        raise CommandRefused(status.AUTHENTICATION_METHOD_BLOCKED)
    if not request.command.data:
        return ResponseApdu(status.COUNTER | pin.tries_left)
    if not pin.rules.minimum_length <= len(request.command.data) <= pin.rules.maximum_length:
        raise CommandRefused(status.WRONG_LENGTH)
    return _compare(system, role, pin, request.command.data)


def _compare(system: OperatingSystem, role: PinRole, pin: PinState, value: bytes) -> ResponseApdu:
    system.session.verified.discard(pin.rules.reference)
    left = pin.tries_left - 1
    system.commit(system.state.with_pin(role, replace(pin, tries_left=left)))
    if equal_in_constant_time(pin.value, value):
        system.commit(system.state.with_pin(role, replace(pin, tries_left=pin.rules.tries)))
        system.session.verified.add(pin.rules.reference)
        return ResponseApdu(status.SUCCESS)
    system.commit(settled(system.state))
    return ResponseApdu(status.COUNTER | left if left else status.AUTHENTICATION_METHOD_BLOCKED)


def change(system: OperatingSystem, request: Request) -> ResponseApdu:
    if request.command.p1 != NEW_VALUE_ONLY:
        raise CommandRefused(status.INCORRECT_P1_P2)
    system.require(UNDER_CAN, request)
    role, pin = _named(system, request)
    if role not in HOLDER_PINS or system.state.life_cycle not in USABLE_SECRETS:
        raise CommandRefused(status.CONDITIONS_NOT_SATISFIED)
    activating = system.state.life_cycle is LifeCycle.HANDED_OVER
    puk = system.state.pins[PinRole.PUK].rules.reference
    initial = system.state.pins[PinRole.INITIAL_PASSWORD].rules.reference
    allowing = {puk, initial if activating else pin.rules.reference}
    if not allowing & system.session.verified:
        raise CommandRefused(status.SECURITY_STATUS_NOT_SATISFIED)
    if not pin.rules.accepts(request.command.data):
        raise CommandRefused(status.INCORRECT_DATA)
    changed = replace(pin, value=request.command.data, tries_left=pin.rules.tries)
    system.commit(settled(system.state.with_pin(role, changed)))
    if system.state.life_cycle is LifeCycle.ACTIVE:
        system.session.verified -= {puk, initial}
    return ResponseApdu(status.SUCCESS)


def reset_retry_counter(system: OperatingSystem, request: Request) -> ResponseApdu:
    if request.command.p1 != COUNTER_ONLY:
        raise CommandRefused(status.INCORRECT_P1_P2)
    if request.command.data:
        raise CommandRefused(status.WRONG_LENGTH)
    system.require(UNDER_CAN, request)
    role, pin = _named(system, request)
    if role not in HOLDER_PINS or system.state.life_cycle is not LifeCycle.ACTIVE:
        raise CommandRefused(status.CONDITIONS_NOT_SATISFIED)
    if system.state.pins[PinRole.PUK].rules.reference not in system.session.verified:
        raise CommandRefused(status.SECURITY_STATUS_NOT_SATISFIED)
    system.commit(system.state.with_pin(role, replace(pin, tries_left=pin.rules.tries)))
    return ResponseApdu(status.SUCCESS)


def _named(system: OperatingSystem, request: Request) -> tuple[PinRole, PinState]:
    for role, pin in system.state.pins.items():
        if pin.rules.reference == request.command.p2 & REFERENCE_MASK:
            return role, pin
    raise CommandRefused(status.REFERENCED_DATA_NOT_FOUND)
