"""Access conditions of files, as values that compose, and their bytes in the security attribute (DO 86) of CREATE FILE.

The encoding is our choice: one data object per condition, 80 always, 81 never, 82 contact interface, 83 secure messaging opened
by PACE (or basic access control) with one of these passwords, 84 PIN with this reference verified, 85 right to this data group
won by terminal authentication, A5 any of, A6 all of.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, TypeAlias

from openeoi.encoding import tlv
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.lds import files as lds
from openeoi.encoding.tlv import Tlv
from openeoi.protocols.personalisation.applications import Application


class Password(IntEnum):
    """Password identifiers of PACE (ICAO 9303-11, 4.4.4.1); the numbers of the office key and of basic access control, which PACE
    never meets, are our choice."""

    MRZ = 1
    CAN = 2
    PIN = 3
    PUK = 4
    OFFICE = 0x10
    BASIC_ACCESS = 0x20


@dataclass(frozen=True, slots=True)
class Always:
    """Free."""


@dataclass(frozen=True, slots=True)
class Never:
    """Not through any command."""


@dataclass(frozen=True, slots=True)
class OnContact:
    """The card lies in a contact reader; secure messaging is not asked for."""


@dataclass(frozen=True, slots=True)
class UnderPace:
    """The command came under secure messaging, which PACE opened with one of these passwords."""

    passwords: frozenset[Password]


@dataclass(frozen=True, slots=True)
class PinVerified:
    """The PIN with this reference was verified in the running secure messaging session."""

    reference: int


@dataclass(frozen=True, slots=True)
class TerminalRight:
    """Terminal authentication in the running channel gave the right to this data group (3: fingerprints, 4: irises)."""

    data_group: int


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one holds."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """All hold (and there is at least one)."""

    conditions: tuple[Condition, ...]


Condition: TypeAlias = Always | Never | OnContact | UnderPace | PinVerified | TerminalRight | AnyOf | AllOf

HOLDER_PASSWORDS: Final = frozenset({Password.MRZ, Password.CAN})
READ_UNDER_PACE: Final = UnderPace(HOLDER_PASSWORDS)
READ_ON_CONTACT_OR_UNDER_PACE: Final = AnyOf((OnContact(), READ_UNDER_PACE))

# A card without basic access control has no channel that it opened.
READ_AS_DOCUMENT: Final = UnderPace(HOLDER_PASSWORDS | {Password.BASIC_ACCESS})

# Fingers and irises are for inspection systems with terminal authentication only; on a card without it nobody reads them.
EXTENDED_ACCESS: Final = {lds.data_group(number).file_id: number for number in (3, 4)}

_READ: Final[Mapping[Application, Condition]] = {
    Application.MASTER_FILE: Always(),
    Application.TRAVEL_DOCUMENT: READ_AS_DOCUMENT,
    Application.PINLESS: READ_ON_CONTACT_OR_UNDER_PACE,
    Application.SIGN_AND_LOGIN: READ_ON_CONTACT_OR_UNDER_PACE,
}


def default_read_condition(application: Application, file_id: int) -> Condition:
    """The rule for reading a file of this card, where the office states none."""
    if application is Application.MASTER_FILE and file_id == lds.CARD_SECURITY.file_id:
        return READ_UNDER_PACE  # ICAO 9303-11, 9.2.11
    if application is Application.TRAVEL_DOCUMENT and file_id in EXTENDED_ACCESS:
        return AllOf((READ_AS_DOCUMENT, TerminalRight(EXTENDED_ACCESS[file_id])))
    return _READ[application]


DEPTH_MAXIMUM: Final = 4


def encode_condition(condition: Condition) -> bytes:
    match condition:
        case Always():
            return tlv.encode(0x80, b"")
        case Never():
            return tlv.encode(0x81, b"")
        case OnContact():
            return tlv.encode(0x82, b"")
        case UnderPace(passwords):
            return tlv.encode(0x83, bytes(sorted(passwords)))
        case PinVerified(reference):
            return tlv.encode(0x84, bytes((reference,)))
        case TerminalRight(data_group):
            return tlv.encode(0x85, bytes((data_group,)))
        case AnyOf(conditions):
            return tlv.encode(0xA5, b"".join(map(encode_condition, conditions)))
        case AllOf(conditions):
            return tlv.encode(0xA6, b"".join(map(encode_condition, conditions)))


def decode_condition(raw: bytes) -> Condition:
    """Strict inverse of `encode_condition`; at most four levels deep. Raises DecodingError."""
    return _decode(tlv.decode(raw), DEPTH_MAXIMUM)


def _decode(item: Tlv, depth: int) -> Condition:
    if not depth:
        raise DecodingError("an access condition is nested too deeply")
    simple: dict[int, Condition] = {0x80: Always(), 0x81: Never(), 0x82: OnContact()}
    if item.tag in simple and not item.value:
        return simple[item.tag]
    if item.tag == 0x83 and item.value:
        return UnderPace(_passwords(item.value))
    if item.tag == 0x84 and len(item.value) == 1:
        return PinVerified(item.value[0])
    if item.tag == 0x85 and item.value in (b"\x03", b"\x04"):
        return TerminalRight(item.value[0])
    if item.tag in (0xA5, 0xA6) and item.value:
        conditions = tuple(_decode(child, depth - 1) for child in tlv.children(item))
        return AnyOf(conditions) if item.tag == 0xA5 else AllOf(conditions)
    raise DecodingError(f"{item.tag:02X} with {len(item.value)} bytes is no access condition")


def _passwords(value: bytes) -> frozenset[Password]:
    known = {password.value for password in Password}
    if any(number not in known for number in value) or list(value) != sorted(set(value)):
        raise DecodingError("password identifiers are known ones in rising order")
    return frozenset(Password(number) for number in value)
