from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum.si import ddv, emso

from openeoi.encoding import national_numbers as numbers
from openeoi.encoding.errors import DecodingError, EncodingError
from openeoi.encoding.national_numbers import (
    ImpossibleDate,
    NoCheckDigit,
    NotDigits,
    Sex,
    WrongCheckDigit,
    WrongLength,
    WrongRegister,
)

SLOVENIA = range(50, 60)
days = st.dates(min_value=date(1900, 1, 1), max_value=date(2026, 11, 22))
sexes = st.sampled_from(Sex)


def test_a_number_taken_apart() -> None:
    """The example of python-stdnum's documentation (stdnum/si/emso.py)."""
    number = numbers.decode_personal_number("0101006500006", SLOVENIA)
    assert (number.date_of_birth, number.register, number.serial, number.sex) == (date(2006, 1, 1), 50, 0, Sex.MALE)
    assert "0101006500006" not in repr(number)


def test_the_official_specimen_fails_its_check_digit() -> None:
    with pytest.raises(WrongCheckDigit):
        numbers.decode_personal_number("2806985505145", SLOVENIA)
    assert numbers.personal_number_check_digit("280698550514") == "6"
    specimen = numbers.decode_personal_number("2806985505145", SLOVENIA, check_digit=False)
    assert (specimen.date_of_birth, specimen.sex) == (date(1985, 6, 28), Sex.FEMALE)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", WrongLength),
        ("010100650000", WrongLength),
        ("01010065000066", WrongLength),
        ("01010065 0006", NotDigits),
        ("010100650000x", NotDigits),
        ("٠101006500006", NotDigits),
        ("3102006500006", ImpossibleDate),
        ("0113006500006", ImpossibleDate),
        ("0000000000000", ImpossibleDate),
        ("2811026500006", ImpossibleDate),
        ("0101006200006", WrongRegister),
        ("0101006500005", WrongCheckDigit),
        ("0101006500016", WrongCheckDigit),
    ],
)
def test_errors_that_a_form_can_show(text: str, error: type[numbers.NationalNumberError]) -> None:
    with pytest.raises(error) as caught:
        numbers.decode_personal_number(text, SLOVENIA, today=date(2026, 11, 22))
    assert caught.value.kind is numbers.NumberKind.PERSONAL
    assert not text or text not in str(caught.value)


def test_the_fields_of_the_errors() -> None:
    with pytest.raises(WrongLength) as length:
        numbers.decode_personal_number("12")
    assert (length.value.code, length.value.values) == ("wrong_length", {"expected": 13, "length": 2})
    with pytest.raises(WrongRegister) as register:
        numbers.decode_personal_number("0101006500006", range(20, 30))
    assert (register.value.code, register.value.values) == ("wrong_register", {"register": 50})


def test_the_remainder_without_a_check_digit() -> None:
    """python-stdnum accepts 0 there; the decree has no digit for it."""
    digits = next(f"010100650{serial:03}" for serial in range(1000) if weighted(f"010100650{serial:03}") % 11 == 1)
    assert emso.is_valid(digits + "0")
    with pytest.raises(NoCheckDigit):
        numbers.decode_personal_number(digits + "0", SLOVENIA)


def weighted(digits: str) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, (7, 6, 5, 4, 3, 2) * 2, strict=True))


@given(days, sexes, st.integers(0, 400), st.sampled_from([20, 50, 59]))
def test_numbers_are_made_and_read(born: date, sex: Sex, serial: int, register: int) -> None:
    text = numbers.synthetic_personal_number(born, sex, serial, register)
    number = numbers.decode_personal_number(text, range(register, register + 1), today=date(2026, 11, 22))
    assert (number.date_of_birth, number.sex, number.register) == (born, sex, register)
    assert emso.is_valid(text)


@given(days, sexes, st.integers(0, 400), st.integers(0, 12), st.integers(1, 9))
def test_one_wrong_digit_is_found(born: date, sex: Sex, serial: int, position: int, step: int) -> None:
    text = numbers.synthetic_personal_number(born, sex, serial, 50)
    wrong = text[:position] + str((int(text[position]) + step) % 10) + text[position + 1 :]
    with pytest.raises(DecodingError):
        numbers.decode_personal_number(wrong)


@given(st.text(max_size=16))
def test_nothing_but_decoding_errors(text: str) -> None:
    for read in (numbers.decode_personal_number, numbers.decode_tax_number, numbers.decode_insured_number):
        try:
            read(text)
        except DecodingError as error:
            assert error.reason


@given(st.integers(1000000, 9999999))
def test_tax_numbers(first: int) -> None:
    digit = ddv.calc_check_digit(str(first))
    assume(len(digit) == 1)
    text = f"{first}{digit}"
    assert numbers.decode_tax_number(text) == text
    with pytest.raises(WrongCheckDigit):
        numbers.decode_tax_number(f"{first}{(int(digit) + 1) % 10}")


@pytest.mark.parametrize(("text", "error"), [("1234567", WrongLength), ("1234567a", NotDigits), ("01234567", NotDigits)])
def test_what_is_no_tax_number(text: str, error: type[numbers.NationalNumberError]) -> None:
    with pytest.raises(error):
        numbers.decode_tax_number(text)


@given(st.integers(0, 99999))
def test_synthetic_tax_numbers_were_never_issued(serial: int) -> None:
    text = numbers.synthetic_tax_number(serial)
    assert len(text) == 8
    with pytest.raises(NoCheckDigit):
        numbers.decode_tax_number(text)


def test_insured_numbers_by_length_alone() -> None:
    assert numbers.decode_insured_number("031234567") == "031234567"
    with pytest.raises(WrongLength):
        numbers.decode_insured_number("03123456")


def test_refuses_serials_out_of_range() -> None:
    with pytest.raises(EncodingError):
        numbers.synthetic_personal_number(date(2000, 1, 1), Sex.MALE, 500, 59)
    with pytest.raises(EncodingError):
        numbers.synthetic_tax_number(-1)
