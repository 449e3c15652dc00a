"""The commands of personalisation and their data fields, as terminal and card both understand them.

| command | data | meaning |
|---|---|---|
| `E0 00 00` CREATE FILE | 62{80 size, 82 01, 83 file identifier, 86{access condition}} | zeros, in the current application |
| `E4 02 00` DELETE FILE | file identifier | so that an interrupted personalisation can be repeated |
| `D6` UPDATE BINARY | content from the offset in P1-P2 | with command chaining or extended length where the piece is long |
| `47 80 00` GENERATE ASYMMETRIC KEY PAIR | see `key_templates` | answer 7F49{the public key} |
| `DA 01 nn` PUT DATA | the secret, or one byte of life cycle | write only |
| `DA 01 25` PUT DATA | see `certificate_update` | new certificates on a card that its holder has |
| `CA 01 17` GET DATA | - | the life cycle's byte |
| `FE 00 00` TERMINATE CARD USAGE | - | the card erases itself |

Forms after ISO/IEC 7816-4, -8 and -9; the numbers in PUT DATA and GET DATA are our choice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

from openeoi.encoding import tlv
from openeoi.encoding.errors import DecodingError
from openeoi.protocols.personalisation.access import Condition, decode_condition, encode_condition

CREATE_FILE: Final = 0xE0
DELETE_FILE: Final = 0xE4
UPDATE_BINARY: Final = 0xD6
GENERATE_KEY_PAIR: Final = 0x47
PUT_DATA: Final = 0xDA
TERMINATE_CARD_USAGE: Final = 0xFE

LIFE_CYCLE_OBJECT: Final = 0x0117
CERTIFICATE_UPDATE_OBJECT: Final = 0x0125

OFFICE_KEY_SIZE: Final = 32
OFFSET_MAXIMUM: Final = 0x7FFF


class KeyRole(StrEnum):
    """The key pairs of the card, all on P-384 and made by the chip."""

    LOW = "low"
    HIGH = "high"
    QUALIFIED = "qualified"


KEY_NUMBERS: Final[Mapping[KeyRole, int]] = {KeyRole.HIGH: 1, KeyRole.LOW: 2, KeyRole.QUALIFIED: 3}


class SecretRole(StrEnum):
    """What the office puts on the card and nobody reads back."""

    CAN = "card access number"
    MRZ_INFORMATION = "MRZ information"
    PUK = "PUK"
    INITIAL_PASSWORD = "initial password"  # noqa: S105 - its name, not its value
    DOCUMENT_PROTOCOLS = "protocols and keys of the travel document"


SECRET_OBJECTS: Final[Mapping[SecretRole, int]] = {
    SecretRole.CAN: 0x0120,
    SecretRole.MRZ_INFORMATION: 0x0121,
    SecretRole.PUK: 0x0122,
    SecretRole.INITIAL_PASSWORD: 0x0123,
    SecretRole.DOCUMENT_PROTOCOLS: 0x0124,
}


class LifeCycle(IntEnum):
    """The card's state, in the coding of the life cycle status byte where the standard has one (ISO/IEC 7816-4, table 14)."""

    BLANK = 0x01
    PERSONALISED = 0x03
    HANDED_OVER = 0x04
    ACTIVE = 0x05
    BLOCKED = 0x10
    TERMINATED = 0x0C


@dataclass(frozen=True, slots=True)
class FileControl:
    """What CREATE FILE says of a file: size in bytes and who may read it."""

    file_id: int
    size: int
    read: Condition

    def encode(self) -> bytes:
        size = self.size.to_bytes(max(2, (self.size.bit_length() + 7) // 8), "big")
        objects = (
            tlv.encode(0x80, size),
            tlv.encode(0x82, b"\x01"),
            tlv.encode(0x83, self.file_id.to_bytes(2, "big")),
            tlv.encode(0x86, encode_condition(self.read)),
        )
        return tlv.encode(0x62, b"".join(objects))

    @classmethod
    def decode(cls, raw: bytes) -> FileControl:
        objects = tlv.decode_all(tlv.decode_expected(raw, 0x62))
        if [item.tag for item in objects] != [0x80, 0x82, 0x83, 0x86]:
            raise DecodingError("a file is created with size, descriptor, identifier and access condition, in this order")
        size, descriptor, file_id, access = (item.value for item in objects)
        if not 2 <= len(size) <= 3 or (len(size) == 3 and not size[0]) or descriptor != b"\x01" or len(file_id) != 2:
            raise DecodingError("size, descriptor or identifier of the file is not in its form")
        return cls(int.from_bytes(file_id, "big"), int.from_bytes(size, "big"), decode_condition(access))
