"""Names, identifiers and tags of the elementary files (ICAO 9303-10, 3.11 and table 34; 9303-11, 3.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from openeoi.encoding.errors import DecodingError

EMRTD_APPLICATION: Final = bytes.fromhex("A0000002471001")
MASTER_FILE: Final = 0x3F00

# Tag of each data group's file, in the order of their numbers (ICAO 9303-10, table 36).
_DATA_GROUP_TAGS: Final = {
    1: 0x61,
    2: 0x75,
    3: 0x63,
    4: 0x76,
    5: 0x65,
    6: 0x66,
    7: 0x67,
    8: 0x68,
    9: 0x69,
    10: 0x6A,
    11: 0x6B,
    12: 0x6C,
    13: 0x6D,
    14: 0x6E,
    15: 0x6F,
    16: 0x70,
}


@dataclass(frozen=True, slots=True)
class ElementaryFile:
    """One file: `file_id` two bytes as integer, `short_id` 1 to 30, `tag` of the outermost data object (None: plain DER)."""

    name: str
    file_id: int
    short_id: int
    tag: int | None


COM: Final = ElementaryFile("EF.COM", 0x011E, 0x1E, 0x60)
SOD: Final = ElementaryFile("EF.SOD", 0x011D, 0x1D, 0x77)
# In the master file, not in the eMRTD application.
CARD_ACCESS: Final = ElementaryFile("EF.CardAccess", 0x011C, 0x1C, None)
CARD_SECURITY: Final = ElementaryFile("EF.CardSecurity", 0x011D, 0x1D, None)
DIRECTORY: Final = ElementaryFile("EF.DIR", 0x2F00, 0x1E, None)

DATA_GROUPS: Final = {
    number: ElementaryFile(f"EF.DG{number}", 0x0100 + number, number, tag) for number, tag in _DATA_GROUP_TAGS.items()
}
_NUMBER_BY_TAG: Final = {tag: number for number, tag in _DATA_GROUP_TAGS.items()}


def data_group(number: int) -> ElementaryFile:
    """The file of data group 1 to 16; KeyError for another number."""
    return DATA_GROUPS[number]


def data_group_number(tag: int) -> int:
    """The number of the data group whose file has this tag. Raises DecodingError."""
    number = _NUMBER_BY_TAG.get(tag)
    if number is None:
        raise DecodingError(f"{tag:02X} is no data group's tag")
    return number
