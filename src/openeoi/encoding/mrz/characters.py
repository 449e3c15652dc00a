"""The characters of the machine readable zone, its fields and its check digits (ICAO 9303-3, 4.2 to 4.9)."""

from __future__ import annotations

import re

from openeoi.encoding.errors import DecodingError, EncodingError

FILLER = "<"
ALPHABET = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<")
SEXES = ("F", "M", FILLER)
WEIGHTS = (7, 3, 1)


def check_digit(characters: str) -> str:
    """The check digit of a field: modulus 10 with weights 7, 3, 1; A is 10 to Z is 35, the filler is 0 (ICAO 9303-3, 4.9)."""
    return str(sum(_weight(character) * WEIGHTS[position % 3] for position, character in enumerate(characters)) % 10)


def _weight(character: str) -> int:
    return 0 if character == FILLER else int(character, 36)


def split_lines(text: str, count: int, width: int) -> tuple[str, ...]:
    """The lines of a zone, given joined by "\\n" or without separator (as in data group 1); nothing else is accepted."""
    lines = text.split("\n")
    if len(lines) == 1 and len(text) == count * width:
        lines = [text[start : start + width] for start in range(0, len(text), width)]
    if len(lines) != count:
        raise DecodingError(f"{len(lines)} lines, a zone of this kind has {count}", 0)
    offset = 0
    for line in lines:
        if len(line) != width:
            raise DecodingError(f"a line of {len(line)} characters, it has {width}", offset)
        for position, character in enumerate(line):
            if character not in ALPHABET:
                raise DecodingError("a character that no machine readable zone holds", offset + position)
        offset += width + (1 if "\n" in text else 0)
    return tuple(lines)


def expect_check_digit(name: str, characters: str, digit: str) -> None:
    if check_digit(characters) != digit:
        raise DecodingError(f"the check digit of the {name} is wrong")


def decode_date(name: str, field: str) -> str:
    """Six digits, or fillers where parts are unknown (ICAO 9303-3, 4.8): from the right, day first, then month, then year."""
    if not re.fullmatch(r"[0-9]{6}|[0-9]{4}<<|[0-9]{2}<<<<|<{6}", field):
        raise DecodingError(f"the {name} is not of the form YYMMDD")
    month, day = field[2:4], field[4:6]
    if (month != "<<" and not 1 <= int(month) <= 12) or (day != "<<" and not 1 <= int(day) <= 31):
        raise DecodingError(f"the {name} is no date")
    return field


def encode_date(name: str, field: str) -> str:
    try:
        return decode_date(name, field)
    except DecodingError as error:
        raise EncodingError(name, error.reason) from error


def decode_letters(name: str, field: str) -> str:
    """Letters, then fillers: codes of documents and states."""
    if not re.fullmatch(r"[A-Z]+<*", field):
        raise DecodingError(f"the {name} is not made of letters")
    return field.rstrip(FILLER)


def encode_letters(name: str, value: str, width: int) -> str:
    if not re.fullmatch(r"[A-Z]+", value) or len(value) > width:
        raise EncodingError(name, f"one to {width} letters A to Z")
    return value.ljust(width, FILLER)


def decode_document_code(field: str, first_letters: str) -> str:
    if field[0] not in first_letters or not (field[1] == FILLER or field[1].isalpha()):
        raise DecodingError(f"the document code starts with {' or '.join(first_letters)}", 0)
    return field.rstrip(FILLER)


def decode_sex(field: str) -> str:
    if field not in SEXES:
        raise DecodingError("the sex is F, M or a filler")
    return field


def encode_sex(value: str) -> str:
    if value not in SEXES:
        raise EncodingError("sex", "F, M or the filler for unspecified")
    return value


def encode_characters(name: str, value: str, width: int) -> str:
    """Letters, digits and inner fillers, filled up to `width`; a value neither starts nor ends with a filler."""
    if not ALPHABET.issuperset(value) or value.endswith(FILLER):
        raise EncodingError(name, "letters A to Z, digits and inner fillers")
    if len(value) > width:
        raise EncodingError(name, f"{len(value)} characters, {width} fit")
    return value.ljust(width, FILLER)


def decode_document_number(field: str) -> str:
    number = field.rstrip(FILLER)
    if not number or number.startswith(FILLER):
        raise DecodingError("the document number is missing")
    return number


def check_document_number(value: str) -> None:
    if not value or value.startswith(FILLER):
        raise EncodingError("document number", "it starts with a letter or digit")
