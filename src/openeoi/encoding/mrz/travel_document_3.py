"""The machine readable zone of TD3 passports: two lines of 44 characters (ICAO 9303-4, 4.2.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from openeoi.encoding.errors import EncodingError
from openeoi.encoding.mrz import characters
from openeoi.encoding.mrz.characters import FILLER, check_digit, expect_check_digit
from openeoi.encoding.mrz.names import decode_names, encode_names

NUMBER_WIDTH = 9
PERSONAL_NUMBER_WIDTH = 14


@dataclass(frozen=True, slots=True)
class TravelDocument3:
    """A TD3 zone by its data elements, as in `TravelDocument1`; `optional_data_1` is the personal number (up to 14 characters).

    `zero_for_empty` says that an empty personal number has the check digit 0 instead of a filler: both are allowed (4.2.2.2).
    """

    LINES: ClassVar[int] = 2
    WIDTH: ClassVar[int] = 44
    NAME_WIDTH: ClassVar[int] = 39

    document_code: str
    issuing_state: str
    document_number: str
    optional_data_1: str
    date_of_birth: str
    sex: str
    date_of_expiry: str
    nationality: str
    primary_identifier: str
    secondary_identifier: str
    zero_for_empty: bool = False

    @property
    def optional_data_2(self) -> str:
        """TD3 has no second field of optional data."""
        return ""

    def encode(self) -> str:
        """The two lines joined by "\\n". Raises EncodingError naming the element that does not fit."""
        code = characters.encode_letters("document code", self.document_code, 2)
        if code[0] != "P":
            raise EncodingError("document code", "it starts with P")
        characters.check_document_number(self.document_number)
        number = characters.encode_characters("document number", self.document_number, NUMBER_WIDTH)
        birth = characters.encode_date("date of birth", self.date_of_birth)
        expiry = characters.encode_date("date of expiry", self.date_of_expiry)
        personal = characters.encode_characters("optional data 1", self.optional_data_1, PERSONAL_NUMBER_WIDTH)
        lower = (
            number
            + check_digit(number)
            + characters.encode_letters("nationality", self.nationality, 3)
            + birth
            + check_digit(birth)
            + characters.encode_sex(self.sex)
            + expiry
            + check_digit(expiry)
            + personal
            + (check_digit(personal) if self.optional_data_1 or self.zero_for_empty else FILLER)
        )
        state = characters.encode_letters("issuing state", self.issuing_state, 3)
        upper = code + state + encode_names(self.primary_identifier, self.secondary_identifier, self.NAME_WIDTH)
        return upper + "\n" + lower + check_digit(_composite(lower))

    @classmethod
    def decode(cls, text: str) -> TravelDocument3:
        """Strict: two lines of 44 characters (or 88 without separator, as in data group 1), every check digit right."""
        upper, lower = characters.split_lines(text, cls.LINES, cls.WIDTH)
        document_code = characters.decode_document_code(upper[:2], "P")
        expect_check_digit("document number", lower[:9], lower[9])
        expect_check_digit("date of birth", lower[13:19], lower[19])
        expect_check_digit("date of expiry", lower[21:27], lower[27])
        personal = lower[28:42].rstrip(FILLER)
        if personal or lower[42] != FILLER:
            expect_check_digit("optional data 1", lower[28:42], lower[42])
        expect_check_digit("whole zone", _composite(lower), lower[43])
        primary, secondary = decode_names(upper[5:])
        return cls(
            document_code=document_code,
            issuing_state=characters.decode_letters("issuing state", upper[2:5]),
            document_number=characters.decode_document_number(lower[:9]),
            optional_data_1=personal,
            date_of_birth=characters.decode_date("date of birth", lower[13:19]),
            sex=characters.decode_sex(lower[20]),
            date_of_expiry=characters.decode_date("date of expiry", lower[21:27]),
            nationality=characters.decode_letters("nationality", lower[10:13]),
            primary_identifier=primary,
            secondary_identifier=secondary,
            zero_for_empty=not personal and lower[42] == "0",
        )


def _composite(lower: str) -> str:
    """Characters 1 to 10, 14 to 20 and 22 to 43 of the lower line (4.2.2.2)."""
    return lower[:10] + lower[13:20] + lower[21:43]
