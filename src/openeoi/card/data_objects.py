"""GET DATA and GET CHALLENGE (ISO/IEC 7816-4:2020, 11.4.3 and 11.5.3)."""

from __future__ import annotations

from typing import Final

from openeoi.card.errors import CommandRefused
from openeoi.card.operating_system import OperatingSystem, Request
from openeoi.iso7816 import status
from openeoi.iso7816.apdu import ResponseApdu
from openeoi.protocols.personalisation.access import AnyOf, OnContact, Password, UnderPace
from openeoi.protocols.personalisation.shared import LIFE_CYCLE_OBJECT

VERSION_OBJECT: Final = 0x0116
READ_LIFE_CYCLE: Final = AnyOf((OnContact(), UnderPace(frozenset(Password))))


def get_data(system: OperatingSystem, request: Request) -> ResponseApdu:
    number = request.command.p1 << 8 | request.command.p2
    if number not in (VERSION_OBJECT, LIFE_CYCLE_OBJECT):
        raise CommandRefused(status.REFERENCED_DATA_NOT_FOUND)
    if request.command.data or request.command.expected is None:
        raise CommandRefused(status.WRONG_LENGTH)
    if number == VERSION_OBJECT:
        return ResponseApdu(status.SUCCESS, system.state.version[: request.limit])
    system.require(READ_LIFE_CYCLE, request)
    return ResponseApdu(status.SUCCESS, bytes((system.state.life_cycle,)))


def get_challenge(system: OperatingSystem, request: Request) -> ResponseApdu:
    """Random bytes for the host, as many as Le asks for and the answer can carry. The card remembers none of them."""
    if request.command.p1 or request.command.p2:
        raise CommandRefused(status.INCORRECT_P1_P2)
    if request.command.data or request.command.expected is None:
        raise CommandRefused(status.WRONG_LENGTH)
    return ResponseApdu(status.SUCCESS, system.random(request.limit))
