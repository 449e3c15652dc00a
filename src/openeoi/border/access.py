"""What the officer types or scans to open the chip: the card access number, or the machine readable zone."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TypeAlias

from openeoi.border.errors import AccessNotReadable
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.mrz import Repair, TravelDocument, decode_tolerant, mrz_information
from openeoi.protocols.pace.passwords import PacePassword

_NUMBER = re.compile(r"[0-9]{6,8}", re.ASCII)


@dataclass(frozen=True, slots=True)
class CardAccessNumber:
    """The number printed on the card's front."""

    number: str = field(repr=False)

    def password(self) -> PacePassword:
        return PacePassword.from_can(self.number)


@dataclass(frozen=True, slots=True)
class MachineReadableZone:
    """The zone as printed; `repairs` are what was put right in the typed or scanned text."""

    zone: TravelDocument = field(repr=False)
    repairs: tuple[Repair, ...] = field(default=(), repr=False)

    def password(self) -> PacePassword:
        return PacePassword.from_mrz(mrz_information(self.zone))


Access: TypeAlias = CardAccessNumber | MachineReadableZone


def read_access(text: str) -> Access:
    """Six to eight digits are a card access number, anything else a zone (TD1 or TD3). Raises AccessNotReadable."""
    compact = text.strip().replace(" ", "")
    if _NUMBER.fullmatch(compact):
        return CardAccessNumber(compact)
    if not compact:
        raise AccessNotReadable("nothing was typed")
    try:
        zone, repairs = decode_tolerant(text.strip().replace("\r\n", "\n"))
    except DecodingError as error:
        raise AccessNotReadable(error.reason) from error
    return MachineReadableZone(zone, tuple(repairs))
