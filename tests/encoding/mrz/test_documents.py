from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openeoi.encoding import mrz
from openeoi.encoding.errors import DecodingError, EncodingError
from openeoi.encoding.mrz import TravelDocument1, TravelDocument3, dates

VECTORS = Path(__file__).parents[2] / "vectors" / "mrz"
ZONES = ["td1_utopia", "td1_long_number", "td3_utopia", "td3_access_example", "td1_vzorec_jana"]
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def zone(name: str) -> str:
    return (VECTORS / f"{name}.txt").read_text("ascii").removesuffix("\n")


JANA = TravelDocument1.decode(zone("td1_vzorec_jana"))
dates_written = st.dates().map(dates.encode)
identifiers = st.lists(st.text(LETTERS, min_size=1, max_size=5), min_size=1, max_size=2).map(" ".join)
numbers = st.text("0123456789" + LETTERS, min_size=1, max_size=22)
td1_documents = st.builds(
    TravelDocument1,
    document_code=st.sampled_from(["I", "ID", "C", "AD"]),
    issuing_state=st.sampled_from(["SVN", "D", "MNE"]),
    document_number=numbers,
    optional_data_1=st.just(""),
    date_of_birth=st.one_of(dates_written, st.sampled_from(["<<<<<<", "85<<<<", "8506<<"])),
    sex=st.sampled_from(["F", "M", "<"]),
    date_of_expiry=dates_written,
    nationality=st.sampled_from(["SVN", "D"]),
    optional_data_2=st.text("0123456789" + LETTERS, max_size=11),
    primary_identifier=identifiers,
    secondary_identifier=st.one_of(st.just(""), identifiers),
)
td3_documents = st.builds(
    TravelDocument3,
    document_code=st.sampled_from(["P", "PD"]),
    issuing_state=st.sampled_from(["SVN", "D"]),
    document_number=st.text("0123456789" + LETTERS, min_size=1, max_size=9),
    optional_data_1=st.text("0123456789" + LETTERS, max_size=14),
    date_of_birth=dates_written,
    sex=st.sampled_from(["F", "M", "<"]),
    date_of_expiry=dates_written,
    nationality=st.sampled_from(["SVN", "D"]),
    primary_identifier=identifiers,
    secondary_identifier=st.one_of(st.just(""), identifiers),
)
documents = st.one_of(td1_documents, td3_documents)


@pytest.mark.parametrize("name", ZONES)
def test_specimens_round_trip(name: str) -> None:
    assert mrz.decode(zone(name)).encode() == zone(name)


def test_the_official_slovenian_specimen() -> None:
    assert (JANA.document_number, JANA.optional_data_1) == ("IE9876543", "2806985505145")
    assert (JANA.primary_identifier, JANA.secondary_identifier) == ("VZOREC", "JANA")
    assert (JANA.issuing_state, JANA.nationality, JANA.sex, JANA.optional_data_2) == ("SVN", "SVN", "F", "")


def test_a_long_number_continues_in_the_optional_data() -> None:
    document = TravelDocument1.decode(zone("td1_long_number"))
    assert (document.document_number, document.optional_data_1) == ("D23145890734", "")
    both = replace(document, optional_data_1="ABC12")
    assert both.encode().splitlines()[0] == "I<UTOD23145890<7349<ABC12<<<<<"
    assert TravelDocument1.decode(both.encode()) == both
    with pytest.raises(EncodingError, match="optional data 1"):
        replace(document, optional_data_1="ABCDEFGHIJK").encode()
    with pytest.raises(EncodingError, match="document number"):
        replace(document, document_number="X" * 23).encode()


@pytest.mark.parametrize(
    ("name", "information"),
    [
        ("td1_long_number", "D23145890734934071279507122"),
        ("td3_access_example", "L898902C<369080619406236"),
        ("td1_vzorec_jana", "IE9876543085062873203282"),
    ],
)
def test_information_for_the_access_keys(name: str, information: str) -> None:
    assert mrz.mrz_information(mrz.decode(zone(name))) == information


@given(documents)
def test_round_trip(document: mrz.TravelDocument) -> None:
    text = document.encode()
    assert mrz.decode(text) == document
    assert mrz.decode(text.replace("\n", "")) == document
    if "K" not in text:
        assert mrz.decode_tolerant(text) == (document, ())


@given(documents)
def test_every_truncation_is_rejected(document: mrz.TravelDocument) -> None:
    text = document.encode()
    for end in range(len(text)):
        with pytest.raises(DecodingError):
            mrz.decode(text[:end])


@given(documents, st.data())
def test_one_changed_character_is_rejected_or_read_as_it_stands(document: mrz.TravelDocument, data: st.DataObject) -> None:
    text = document.encode()
    position = data.draw(st.integers(0, len(text) - 1))
    changed = text[:position] + chr(data.draw(st.integers(0, 0x250))) + text[position + 1 :]
    for read in (mrz.decode, mrz.decode_tolerant):
        try:
            read(changed)
        except DecodingError as error:
            assert error.reason
    with suppress(DecodingError):
        assert mrz.decode(changed).encode() == changed


@given(st.text(st.sampled_from("<K09OIPSVN\n« ż"), max_size=140))
def test_tolerant_reading_of_anything(text: str) -> None:
    try:
        document, _ = mrz.decode_tolerant(text)
    except DecodingError:
        return
    assert mrz.decode(document.encode()) == document


@pytest.mark.parametrize(
    ("line", "position", "character", "reason"),
    [
        (0, 0, "X", "the document code starts with A or C or I"),
        (0, 2, "<", "the issuing state is not made of letters"),
        (0, 5, "J", "the check digit of the document number is wrong"),
        (0, 16, "9", "the check digit of the whole zone is wrong"),
        (1, 0, "9", "the check digit of the date of birth is wrong"),
        (1, 7, "X", "the sex is F, M or a filler"),
        (1, 8, "4", "the check digit of the date of expiry is wrong"),
        (1, 15, "1", "the nationality is not made of letters"),
        (1, 29, "3", "the check digit of the whole zone is wrong"),
        (2, 0, "<", "the name is not made of letters with single fillers between them"),
        (2, 3, "0", "the name is not made of letters with single fillers between them"),
        (2, 20, "X", "the name is not made of letters with single fillers between them"),
        (2, 29, "č", "a character that no machine readable zone holds"),
    ],
)
def test_rejects_with_the_reason(line: int, position: int, character: str, reason: str) -> None:
    lines = zone("td1_vzorec_jana").splitlines()
    lines[line] = lines[line][:position] + character + lines[line][position + 1 :]
    with pytest.raises(DecodingError) as caught:
        mrz.decode("\n".join(lines))
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"document_code": "P"}, "document code"),
        ({"issuing_state": "S1"}, "issuing state"),
        ({"document_number": ""}, "document number"),
        ({"document_number": "IE98č"}, "document number"),
        ({"document_number": "AB<"}, "document number"),
        ({"optional_data_1": "1" * 16}, "optional data 1"),
        ({"optional_data_2": "x"}, "optional data 2"),
        ({"date_of_birth": "850631X"}, "date of birth"),
        ({"date_of_birth": "851301"}, "date of birth"),
        ({"date_of_expiry": "8506"}, "date of expiry"),
        ({"sex": "X"}, "sex"),
        ({"nationality": ""}, "nationality"),
        ({"primary_identifier": ""}, "primary identifier"),
        ({"primary_identifier": "KOVAČ"}, "primary identifier"),
        ({"secondary_identifier": "ANA  MARIJA"}, "secondary identifier"),
        ({"secondary_identifier": "A" * 23}, "name"),
    ],
)
def test_refuses_to_write_and_names_the_element(change: dict[str, str], field: str) -> None:
    with pytest.raises(EncodingError) as caught:
        replace(JANA, **change).encode()
    assert caught.value.field == field


def test_empty_personal_number_of_a_passport() -> None:
    document = replace(TravelDocument3.decode(zone("td3_utopia")), optional_data_1="")
    assert document.encode()[-2] == "<"
    with_zero = replace(document, zero_for_empty=True)
    assert with_zero.encode()[-2] == "0"
    assert mrz.decode(with_zero.encode()) == with_zero


@pytest.mark.parametrize(
    ("field", "today", "expected"),
    [
        ("320328", date(2026, 11, 22), date(2032, 3, 28)),
        ("411231", date(2026, 1, 1), date(2041, 12, 31)),
        ("420101", date(2026, 1, 1), date(1942, 1, 1)),
        ("260101", date(2026, 12, 31), date(2026, 1, 1)),
        ("250101", date(2026, 12, 31), date(2025, 1, 1)),
        ("010101", date(2095, 1, 1), date(2101, 1, 1)),
        ("<<<<<<", date(2026, 1, 1), None),
    ],
)
def test_expiry_lies_within_fifteen_years_or_in_the_past(field: str, today: date, expected: date | None) -> None:
    assert dates.expiry_date(field, today) == expected


@pytest.mark.parametrize(
    ("field", "today", "expected"),
    [
        ("850628", date(2026, 11, 22), date(1985, 6, 28)),
        ("261122", date(2026, 11, 22), date(2026, 11, 22)),
        ("261123", date(2026, 11, 22), date(1926, 11, 23)),
        ("85<<<<", date(2026, 11, 22), None),
    ],
)
def test_births_are_never_in_the_future(field: str, today: date, expected: date | None) -> None:
    assert dates.birth_date(field, today) == expected


@pytest.mark.parametrize("field", ["850230", "32<<<<", "abcdef", "321301"])
def test_days_that_do_not_exist(field: str) -> None:
    with pytest.raises(DecodingError):
        dates.expiry_date(field, date(2026, 1, 1))
