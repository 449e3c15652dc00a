"""National numbers of persons: EMŠO and JMBG, the Slovenian tax number and the ZZZS number, over python-stdnum.

EMŠO (Slovenia) and JMBG (Montenegro and the other successor states) are one scheme: DDMMYYY RR BBB K, with the register RR of the
state that gave the number, BBB from 000 for men and from 500 for women, and a check digit of modulus 11 with the weights
7 6 5 4 3 2 twice. Source: Uradni list RS 8/1999, decree on the way of determining the personal identification number.
An annulled number is never given again, and a holder may get another one: no number is a person's identity for ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar

from stdnum.exceptions import InvalidComponent, ValidationError
from stdnum.si import ddv, emso

from openeoi.encoding.errors import DecodingError, EncodingError

PERSONAL_NUMBER_LENGTH = 13
TAX_NUMBER_LENGTH = 8
INSURED_NUMBER_LENGTH = 9
_WEIGHTS = (7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)


class NumberKind(StrEnum):
    """Which number a text should be; the value is a key for texts that people read."""

    PERSONAL = "personal_number"
    TAX = "tax_number"
    INSURED = "insured_number"


class NationalNumberError(DecodingError):
    """The text is no number of this kind. The types below say why, with what a form needs; none repeats it. `code` names the
    type in keys of translated texts."""

    code: ClassVar[str]

    def __init__(self, kind: NumberKind, reason: str) -> None:
        self.kind = kind
        super().__init__(f"{kind.value}: {reason}")

    @property
    def values(self) -> Mapping[str, int]:
        """What a text about this problem may mention, by name."""
        return {}


class WrongLength(NationalNumberError):
    """`length` characters where `expected` digits are wanted."""

    code = "wrong_length"

    def __init__(self, kind: NumberKind, expected: int, length: int) -> None:
        self.expected = expected
        self.length = length
        super().__init__(kind, f"{length} characters, it has {expected}")

    @property
    def values(self) -> Mapping[str, int]:
        return {"expected": self.expected, "length": self.length}


class NotDigits(NationalNumberError):
    """Something else than the digits 0 to 9; also a tax number that starts with 0."""

    code = "not_digits"

    def __init__(self, kind: NumberKind) -> None:
        super().__init__(kind, "it consists of digits")


class ImpossibleDate(NationalNumberError):
    """The first seven digits are no day, or one that is still to come."""

    code = "impossible_date"

    def __init__(self, kind: NumberKind) -> None:
        super().__init__(kind, "its first seven digits are no possible date of birth")


class WrongRegister(NationalNumberError):
    """`register` belongs to another state."""

    code = "wrong_register"

    def __init__(self, kind: NumberKind, register: int) -> None:
        self.register = register
        super().__init__(kind, f"the register {register:02} belongs to another state")

    @property
    def values(self) -> Mapping[str, int]:
        return {"register": self.register}


class WrongCheckDigit(NationalNumberError):
    """The last digit is not the check digit: a digit was mistyped, or two were exchanged."""

    code = "wrong_check_digit"

    def __init__(self, kind: NumberKind) -> None:
        super().__init__(kind, "its check digit is wrong")


class NoCheckDigit(NationalNumberError):
    """The first digits lead to the remainder for which no check digit exists, so the number was never given."""

    code = "no_check_digit"

    def __init__(self, kind: NumberKind) -> None:
        super().__init__(kind, "no check digit exists for its other digits")


class Sex(StrEnum):
    MALE = "M"
    FEMALE = "F"


@dataclass(frozen=True, slots=True)
class PersonalNumber:
    """An EMŠO or JMBG taken apart. `serial` 0 to 999 counts persons of one day, register and sex."""

    number: str
    date_of_birth: date
    register: int
    serial: int

    @property
    def sex(self) -> Sex:
        return Sex.MALE if self.serial < 500 else Sex.FEMALE

    def __repr__(self) -> str:
        return "PersonalNumber(...)"


def decode_personal_number(
    text: str, registers: range = range(100), today: date | None = None, check_digit: bool = True
) -> PersonalNumber:
    """An EMŠO or JMBG without spaces. `registers` are those of the state (Slovenia range(50, 60), Montenegro range(20, 30));
    with `today`, a birth that is still to come is refused; without `check_digit`, the last digit may be any (the official
    specimen of 2022 has a wrong one). Raises the errors above, in the order: length, digits, date, register, check digit."""
    kind = NumberKind.PERSONAL
    _expect_digits(kind, text, PERSONAL_NUMBER_LENGTH)
    try:
        born = emso.get_birth_date(text)
    except InvalidComponent as error:
        raise ImpossibleDate(kind) from error
    if today is not None and born > today:
        raise ImpossibleDate(kind)
    register = int(emso.get_region(text))
    if register not in registers:
        raise WrongRegister(kind, register)
    if check_digit and personal_number_check_digit(text[:12]) != text[12]:
        raise WrongCheckDigit(kind)
    return PersonalNumber(text, born, register, int(text[9:12]))


def personal_number_check_digit(digits: str) -> str:
    """For the first twelve digits. Raises NoCheckDigit for the remainder that leads to 10: the decree gives no digit for it,
    while python-stdnum takes 0."""
    if -sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)) % 11 == 10:
        raise NoCheckDigit(NumberKind.PERSONAL)
    return str(emso.calc_check_digit(digits))


def decode_tax_number(text: str) -> str:
    """A Slovenian tax number (davčna številka): eight digits, the first not 0, the last a check digit."""
    kind = NumberKind.TAX
    _expect_digits(kind, text, TAX_NUMBER_LENGTH)
    if text.startswith("0"):
        raise NotDigits(kind)
    if len(ddv.calc_check_digit(text[:7])) != 1:
        raise NoCheckDigit(kind)
    try:
        return str(ddv.validate(text))
    except ValidationError as error:
        raise WrongCheckDigit(kind) from error


def decode_insured_number(text: str) -> str:
    """A ZZZS number as on the health insurance card: nine digits. The rule of its check digit is not public, none is applied."""
    _expect_digits(NumberKind.INSURED, text, INSURED_NUMBER_LENGTH)
    return text


def synthetic_personal_number(born: date, sex: Sex, serial: int, register: int) -> str:
    """A number for samples and tests that passes every check and still belongs to nobody.

    What makes it so is the register: Slovenia gives 50 alone out of its 50 to 59, so samples use 59; in Montenegro 20 has no
    municipality. A wrong check digit or a birth in the future would mark a sample as well, but every program that checks numbers
    would refuse it. `serial` 0 to 499; the next one is taken where no check digit exists.
    """
    if not 0 <= serial < 500 or not 0 <= register < 100:
        raise EncodingError("personal number", "a serial from 0 to 499 and a register from 0 to 99 are wanted")
    for candidate in range(serial, 500):
        half = candidate + (500 if sex is Sex.FEMALE else 0)
        digits = f"{born.day:02}{born.month:02}{born.year % 1000:03}{register:02}{half:03}"
        try:
            return digits + personal_number_check_digit(digits)
        except NoCheckDigit:
            continue
    raise EncodingError("personal number", "no serial is left for this day")


def synthetic_tax_number(serial: int) -> str:
    """An eight-digit number that was never issued: no check digit exists for its first seven, so `decode_tax_number` refuses it.

    Every number that passes the check may be somebody's, so there is no synthetic tax number that passes. `serial` 0 to 99999.
    """
    if not 0 <= serial < 100000:
        raise EncodingError("tax number", "a serial from 0 to 99999 is wanted")
    for first in range(serial * 90 + 1000000, 10000000):
        if len(ddv.calc_check_digit(str(first))) != 1:
            return f"{first}0"
    raise EncodingError("tax number", "no number is left")


def _expect_digits(kind: NumberKind, text: str, length: int) -> None:
    if len(text) != length:
        raise WrongLength(kind, length, len(text))
    if not (text.isascii() and text.isdigit()):
        raise NotDigits(kind)
