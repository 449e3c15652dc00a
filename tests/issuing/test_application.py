"""The application form: what is accepted, and the message at each field for what is not."""

import io
import unicodedata
from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from openeoi import profiles
from openeoi.crypto.public_keys import byte_group
from openeoi.encoding.lds.data_group_1 import DataGroup1
from openeoi.encoding.lds.data_group_11 import DataGroup11
from openeoi.encoding.mrz import TravelDocument1
from openeoi.encoding.national_numbers import Sex, synthetic_personal_number
from openeoi.issuing.application import (
    Application,
    Person,
    application_from_json,
    application_to_json,
    check,
    parse_date,
)
from openeoi.issuing.chip_protocols import ChipKeys
from openeoi.issuing.document_files import data_groups
from openeoi.issuing.errors import ApplicationInvalid
from openeoi.issuing.life import DocumentState
from openeoi.issuing.photograph import Portrait, examine
from openeoi.issuing.sample import sample_photograph, sample_values
from openeoi.issuing.store import DocumentRecord

AT = date(2026, 5, 4)
SI = profiles.load("si")
MOMENT = datetime(2026, 5, 4, tzinfo=UTC)
PHOTO = sample_photograph()
KEYS = ChipKeys({13: byte_group(13).public_key(4711)})
CHIP_PICTURE = examine(PHOTO, AT).chip_picture


def person(**changes: str) -> dict[str, str]:
    """Someone invented, born 9 March 1990."""
    values = {
        "surname": "Đurić Žužek",
        "given_names": "Špela Čarna",
        "national_number": synthetic_personal_number(date(1990, 3, 9), Sex.FEMALE, 7, 59),
        "date_of_birth": "1990-03-09",
        "sex": "F",
        "place_of_birth": "Škofja Loka",
        "country_of_birth": "SI",
        "street": "Čopova ulica 5",
        "post_code": "4000",
        "post_office": "Kranj",
        "administrative_unit": "Kranj",
        "delivery": "post",
        "old_document_number": "",
    }
    return {**values, **changes}


def problems(values: dict[str, str], photo: bytes = PHOTO) -> set[tuple[str, str]]:
    with pytest.raises(ApplicationInvalid) as caught:
        check(values, photo, SI, AT)
    return {(problem.field, problem.key.removeprefix("issuing.")) for problem in caught.value.problems}


def test_a_right_form_becomes_an_application() -> None:
    application, portrait = check(person(), PHOTO, SI, AT)
    assert application.person.surname == "Đurić Žužek"
    assert application.person.date_of_birth == date(1990, 3, 9)
    assert application.person.sex is Sex.FEMALE
    assert not application.specimen
    assert application.address.lines == ("Čopova ulica 5", "4000 Kranj")
    assert 10_000 < len(portrait.chip_picture) < 16_000
    assert Image.open(io.BytesIO(portrait.chip_picture)).format == "JPEG2000"


def test_an_application_survives_storage() -> None:
    application, _ = check(person(old_document_number="AB123456"), PHOTO, SI, AT)
    assert application_from_json(application_to_json(application)) == application


def test_no_personal_data_in_a_repr() -> None:
    application, _ = check(person(), PHOTO, SI, AT)
    assert "Žužek" not in repr(application) and "1990" not in repr(application)
    assert isinstance(application, Application) and isinstance(application.person, Person)


def test_the_published_specimen_is_the_one_exception_to_the_check_digit() -> None:
    values = sample_values(SI)
    application, _ = check(values, PHOTO, SI, AT)
    assert application.specimen
    assert application.person.national_number == "2806985505145"
    assert problems({**values, "given_names": "Janja"}) == {("national_number", "number.check_digit")}
    assert problems({**values, "date_of_birth": "1985-06-29"}) == {("date_of_birth", "number.other_birth_date")}


@pytest.mark.parametrize(
    "changes, expected",
    [
        ({"surname": ""}, ("surname", "field.missing")),
        ({"given_names": "X" * 61}, ("given_names", "field.too_long")),
        ({"surname": "Novak<3"}, ("surname", "field.odd_characters")),
        ({"surname": "王"}, ("surname", "field.cannot_be_transliterated")),
        ({"given_names": "-"}, ("given_names", "field.no_letters")),
        ({"national_number": "12345"}, ("national_number", "number.length")),
        ({"national_number": "09039905900ab"}, ("national_number", "number.digits")),
        ({"national_number": "3113990595074"}, ("national_number", "number.date")),
        ({"national_number": "0903990210012"}, ("national_number", "number.register")),
        ({"date_of_birth": "9. 4. 1990"}, ("date_of_birth", "number.other_birth_date")),
        ({"date_of_birth": "yesterday"}, ("date_of_birth", "field.no_date")),
        ({"date_of_birth": "1990-02-30"}, ("date_of_birth", "field.no_date")),
        ({"sex": "M"}, ("sex", "number.other_sex")),
        ({"sex": "X"}, ("sex", "field.choose")),
        ({"post_code": "0400"}, ("post_code", "field.post_code")),
        ({"street": "Ulica <3"}, ("street", "field.odd_characters_here")),
        ({"post_office": "Kr\0anj"}, ("post_office", "field.odd_characters_here")),
        ({"street": "x" * 61}, ("street", "field.too_long")),
        ({"administrative_unit": "Trst"}, ("administrative_unit", "field.choose")),
        ({"delivery": "pigeon"}, ("delivery", "field.choose")),
        ({"country_of_birth": "slo"}, ("country_of_birth", "field.country_code")),
        ({"old_document_number": "a b"}, ("old_document_number", "field.document_number")),
    ],
)
def test_each_field_tells_what_is_wrong_with_it(changes: dict[str, str], expected: tuple[str, str]) -> None:
    assert expected in problems(person(**changes))


def test_decomposed_letters_and_double_blanks_are_put_right() -> None:
    typed = unicodedata.normalize("NFD", "  Đurić   Žužek ")
    application, _ = check(person(surname=typed), PHOTO, SI, AT)
    assert application.person.surname == "Đurić Žužek"


TEXTS = st.text(max_size=70) | st.text("ČŠŽĐĆčšžđćAaéßøŁЖж -'.’<,/0", max_size=70)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(["surname", "given_names", "place_of_birth", "street", "post_office"]), TEXTS))
def test_whatever_the_form_accepts_fits_the_chip(monkeypatch: pytest.MonkeyPatch, typed: dict[str, str]) -> None:
    monkeypatch.setattr("openeoi.issuing.application.examine", lambda content, at: Portrait(b"", b"", None))
    try:
        application, _ = check(person(**typed), PHOTO, SI, AT)
    except ApplicationInvalid as invalid:
        assert {problem.field for problem in invalid.problems} <= set(typed)
        return
    document = DocumentRecord(
        "OE0000001",
        "2026-000001",
        DocumentState.IN_PRODUCTION,
        "0" * 13,
        AT,
        AT,
        AT,
        None,
        datetime(2026, 5, 4, tzinfo=UTC),
        None,
    )
    groups = data_groups(application, document, CHIP_PICTURE, SI, MOMENT, KEYS, None)
    assert DataGroup11.decode(groups[11]).permanent_address == application.address.lines
    TravelDocument1.decode(DataGroup1.decode(groups[1]).mrz)


def test_a_wrong_check_digit_is_told() -> None:
    number = person()["national_number"]
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert problems(person(national_number=wrong)) == {("national_number", "number.check_digit")}


def test_births_in_the_future_and_too_long_ago_are_told() -> None:
    assert ("date_of_birth", "field.born_in_the_future") in problems(person(date_of_birth="2026-05-05"))
    assert ("date_of_birth", "field.too_old") in problems(person(date_of_birth="1890-03-09"))


def test_all_problems_are_told_at_once_and_a_missing_field_only_once() -> None:
    found = problems({}, b"")
    assert len(found) == 13
    assert ("photo", "photo.missing") in found
    assert {key for name, key in found if name != "photo"} == {"field.missing"}


def test_dates_are_read_as_browsers_and_people_write_them() -> None:
    assert parse_date("1985-06-28") == parse_date("28. 6. 1985") == parse_date("28.06.1985") == date(1985, 6, 28)
    assert parse_date("19850628") is None
