"""The machine readable zone of TD1 cards: three lines of 30 characters (ICAO 9303-5, 4.2.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from openeoi.encoding.errors import DecodingError, EncodingError
from openeoi.encoding.mrz import characters
from openeoi.encoding.mrz.characters import FILLER, check_digit, expect_check_digit
from openeoi.encoding.mrz.names import decode_names, encode_names

NUMBER_WIDTH = 9
OPTIONAL_DATA_1_WIDTH = 15
OPTIONAL_DATA_2_WIDTH = 11


@dataclass(frozen=True, slots=True)
class TravelDocument1:
    """A TD1 zone by its data elements, without trailing fillers and without check digits.

    `document_code` "I" or "ID"; `issuing_state`, `nationality` one to three letters; `document_number` whole, up to 22
    characters; `optional_data_1` what remains of that field beside a long document number; dates YYMMDD, fillers
    where unknown (an expiry of six fillers: no expiry, OUR CHOICE, ICAO 9303 has no form for it); `sex` F, M or the filler.
    """

    LINES: ClassVar[int] = 3
    WIDTH: ClassVar[int] = 30
    NAME_WIDTH: ClassVar[int] = 30

    document_code: str
    issuing_state: str
    document_number: str
    optional_data_1: str
    date_of_birth: str
    sex: str
    date_of_expiry: str
    nationality: str
    optional_data_2: str
    primary_identifier: str
    secondary_identifier: str

    def encode(self) -> str:
        """The three lines joined by "\\n". Raises EncodingError naming the element that does not fit."""
        code = characters.encode_letters("document code", self.document_code, 2)
        if code[0] not in "ACI":
            raise EncodingError("document code", "it starts with A, C or I")
        upper = code + characters.encode_letters("issuing state", self.issuing_state, 3) + self._number_field()
        birth = characters.encode_date("date of birth", self.date_of_birth)
        expiry = characters.encode_date("date of expiry", self.date_of_expiry)
        middle = (
            birth
            + check_digit(birth)
            + characters.encode_sex(self.sex)
            + expiry
            + check_digit(expiry)
            + characters.encode_letters("nationality", self.nationality, 3)
            + characters.encode_characters("optional data 2", self.optional_data_2, OPTIONAL_DATA_2_WIDTH)
        )
        lower = encode_names(self.primary_identifier, self.secondary_identifier, self.NAME_WIDTH)
        return "\n".join((upper, middle + check_digit(_composite(upper, middle)), lower))

    def _number_field(self) -> str:
        """Document number, check digit and optional data 1. A number beyond nine characters continues in the optional data, its
        check digit and a filler behind it, and a filler stands where the check digit belongs (4.2.2, note j)."""
        number = self.document_number
        characters.check_document_number(number)
        if len(number) <= NUMBER_WIDTH:
            field = characters.encode_characters("document number", number, NUMBER_WIDTH)
            optional = characters.encode_characters("optional data 1", self.optional_data_1, OPTIONAL_DATA_1_WIDTH)
            return field + check_digit(field) + optional
        principal, rest = number[:NUMBER_WIDTH], number[NUMBER_WIDTH:]
        if FILLER in rest:
            raise EncodingError("document number", "a long number holds no filler behind its ninth character")
        characters.encode_characters("document number", rest, OPTIONAL_DATA_1_WIDTH - 2)
        characters.encode_characters("document number", principal + "0", NUMBER_WIDTH + 1)
        room = OPTIONAL_DATA_1_WIDTH - len(rest) - 2
        optional = characters.encode_characters("optional data 1", self.optional_data_1, room)
        return principal + FILLER + rest + check_digit(number) + FILLER + optional

    @classmethod
    def decode(cls, text: str) -> TravelDocument1:
        """Strict: three lines of 30 characters (or 90 without separator, as in data group 1), every check digit right."""
        upper, middle, lower = characters.split_lines(text, cls.LINES, cls.WIDTH)
        document_code = characters.decode_document_code(upper[:2], "ACI")
        document_number, optional_data_1 = _decode_number_field(upper[5:])
        expect_check_digit("date of birth", middle[:6], middle[6])
        expect_check_digit("date of expiry", middle[8:14], middle[14])
        expect_check_digit("whole zone", _composite(upper, middle), middle[29])
        primary, secondary = decode_names(lower)
        return cls(
            document_code=document_code,
            issuing_state=characters.decode_letters("issuing state", upper[2:5]),
            document_number=document_number,
            optional_data_1=optional_data_1,
            date_of_birth=characters.decode_date("date of birth", middle[:6]),
            sex=characters.decode_sex(middle[7]),
            date_of_expiry=characters.decode_date("date of expiry", middle[8:14]),
            nationality=characters.decode_letters("nationality", middle[15:18]),
            optional_data_2=middle[18:29].rstrip(FILLER),
            primary_identifier=primary,
            secondary_identifier=secondary,
        )


def _composite(upper: str, middle: str) -> str:
    """Characters 6 to 30 of the upper, 1 to 7, 9 to 15 and 19 to 29 of the middle line (4.2.4)."""
    return upper[5:30] + middle[:7] + middle[8:15] + middle[18:29]


def _decode_number_field(field: str) -> tuple[str, str]:
    principal, digit, optional = field[:NUMBER_WIDTH], field[NUMBER_WIDTH], field[NUMBER_WIDTH + 1 :]
    if digit != FILLER:
        expect_check_digit("document number", principal, digit)
        return characters.decode_document_number(principal), optional.rstrip(FILLER)
    rest, filler, remaining = optional.partition(FILLER)
    if len(rest) < 2 or not filler:
        raise DecodingError("the document number has no check digit", 14)
    number = principal + rest[:-1]
    expect_check_digit("document number", number, rest[-1])
    return characters.decode_document_number(number), remaining.rstrip(FILLER)
