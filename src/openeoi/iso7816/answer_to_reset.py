"""The answer to reset (ISO/IEC 7816-3:2006, 8.2).

A reader makes one up for a card without contacts (PC/SC part 3, 3.1.3.2.3), so that it tells such cards as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from openeoi.encoding.errors import DecodingError

DIRECT, INVERSE = 0x3B, 0x3F
SIZE_MAXIMUM: Final = 33

# PC/SC part 3, 3.1.3.2.3.1 and .2: T0 8n, TD1 80, TD2 01; for storage cards an application identifier in the historical bytes.
CONTACTLESS_INTERFACE_BYTES: Final = bytes.fromhex("8001")
STORAGE_CARD: Final = bytes.fromhex("804F0CA000000306")
STORAGE_CARD_SIZE: Final = 15
# PC/SC part 3, supplemental document: the names that readers give.
STORAGE_CARD_NAMES: Final = {
    0x0001: "MIFARE Classic 1K",
    0x0002: "MIFARE Classic 4K",
    0x0003: "MIFARE Ultralight",
    0x0026: "MIFARE Mini",
    0x003A: "MIFARE Ultralight C",
}


class Interface(StrEnum):
    """How the card meets the reader, as far as its answer to reset tells."""

    CONTACT = "contact"
    CONTACTLESS = "contactless"
    STORAGE = "contactless storage card"


@dataclass(frozen=True, slots=True)
class AnswerToReset:
    """`protocols`: the transmission protocols T that the card offers, in its order. `historical`: up to 15 bytes.

    `check_byte_is_wrong`: a tolerated deviation; TCK does not make the exclusive or of all bytes from T0 zero.
    """

    protocols: tuple[int, ...]
    historical: bytes
    interface_bytes: bytes
    check_byte_is_wrong: bool = False

    @classmethod
    def decode(cls, raw: bytes) -> AnswerToReset:
        """Strict but for the check byte; raises DecodingError."""
        if len(raw) < 2 or raw[0] not in (DIRECT, INVERSE):
            raise DecodingError("an answer to reset begins with 3B or 3F and a format byte", 0)
        if len(raw) > SIZE_MAXIMUM:
            raise DecodingError(f"an answer to reset has at most {SIZE_MAXIMUM} bytes", SIZE_MAXIMUM)
        protocols, position = _interface(raw)
        end = position + (raw[1] & 0x0F)
        # TCK is absent where T=0 alone is indicated (8.2.5).
        checked = any(protocols)
        if len(raw) != end + checked:
            raise DecodingError(f"{len(raw)} bytes where {end + checked} are announced", min(len(raw), end))
        wrong = checked and _exclusive_or(raw[1:]) != 0
        return cls(protocols or (0,), raw[position:end], raw[2:position], wrong)

    @property
    def interface(self) -> Interface:
        if self.interface_bytes != CONTACTLESS_INTERFACE_BYTES:
            return Interface.CONTACT
        is_storage = self.historical.startswith(STORAGE_CARD) and len(self.historical) == STORAGE_CARD_SIZE
        return Interface.STORAGE if is_storage else Interface.CONTACTLESS

    @property
    def storage_card_name(self) -> str:
        """What the reader calls a storage card; "" for a name that PC/SC part 3 does not list, and for all other cards."""
        if self.interface is not Interface.STORAGE:
            return ""
        return STORAGE_CARD_NAMES.get(int.from_bytes(self.historical[9:11], "big"), "")


def historical_bytes(raw: bytes) -> bytes:
    """The historical bytes of an answer to reset; empty where it is malformed."""
    try:
        return AnswerToReset.decode(raw).historical
    except DecodingError:
        return b""


def interface_of(raw: bytes) -> Interface:
    """How the card meets the reader; a malformed answer to reset came over contacts, because a reader makes up the other ones."""
    try:
        return AnswerToReset.decode(raw).interface
    except DecodingError:
        return Interface.CONTACT


def _interface(raw: bytes) -> tuple[tuple[int, ...], int]:
    """The protocols that TD bytes name, and the position behind the interface bytes."""
    protocols: list[int] = []
    position, indicator = 2, raw[1] >> 4
    while indicator:
        position += indicator.bit_count()
        if position > len(raw):
            raise DecodingError("interface bytes are announced beyond the end", len(raw))
        if not indicator & 0x8:
            break
        # TD is the last of the interface bytes announced, and announces the next ones.
        protocols.append(raw[position - 1] & 0x0F)
        indicator = raw[position - 1] >> 4
    return tuple(dict.fromkeys(protocols)), position


def _exclusive_or(octets: bytes) -> int:
    result = 0
    for octet in octets:
        result ^= octet
    return result
