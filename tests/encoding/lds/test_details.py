"""EF.DG11 and EF.DG12: the examples of ICAO 9303-10, A.5 and A.6, deviations with a name, properties."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encoding.parser_properties import check_flipped_bytes, check_trailing_bytes, check_truncation
from openeoi.encoding.errors import DecodingError, EncodingError
from openeoi.encoding.lds.data_group_11 import DataGroup11
from openeoi.encoding.lds.data_group_12 import DataGroup12
from openeoi.encoding.lds.details import Tolerance

# A.5; the outer length and that of 5F12 are corrected to fit the content that the standard prints.
EXAMPLE_11 = bytes.fromhex(
    "6B60 5C0A 5F0E5F115F425F125F13"
    "5F0E0D 534D4954483C3C4A4F484E3C4A"
    "5F110A 414E59544F574E3C4D4E"
    "5F4217 313233204D41504C452052443C414E59544F574E3C4D4E"
    "5F120B 3136313235353531323132"
    "5F130C 54524156454C3C4147454E54"
)
JANA_11 = DataGroup11(
    name_of_holder="VZOREC<<JANA",
    other_names=("ČREŠNJAR<<JANA", "ŽAGAR<<JANA"),
    personal_number="0101006500006",
    full_date_of_birth="20060101",
    place_of_birth=("LJUBLJANA", "SLOVENIJA"),
    permanent_address=("ŠTEFANOVA ULICA 1", "1000 LJUBLJANA"),
)
JANA_12 = DataGroup12(
    issuing_authority="UE LJUBLJANA",
    date_of_issue="20260303",
    other_persons=("VZOREC<<JAN",),
    image_of_front=b"\xff\xd8front",
    personalised_at="20260303121500",
    personalisation_system="OPENEOI 1",
)

texts = st.text(st.characters(codec="utf-8"), max_size=20)
parts = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="<"), min_size=1, max_size=8), max_size=3).map(tuple)
dates = st.sampled_from(["", "19991231", "20060100", "20060000"])


def test_the_example_of_appendix_a_5() -> None:
    expected = DataGroup11(
        name_of_holder="SMITH<<JOHN<J",
        place_of_birth=("ANYTOWN", "MN"),
        permanent_address=("123 MAPLE RD", "ANYTOWN", "MN"),
        telephone="16125551212",
        profession="TRAVEL<AGENT",
    )
    assert DataGroup11.decode(EXAMPLE_11) == expected
    assert expected.encode() == EXAMPLE_11


def test_an_issuing_authority_and_date_as_in_appendix_a_6() -> None:
    group = DataGroup12(issuing_authority="UNITED STATES OF AMERICA", date_of_issue="20020531", endorsements="SMITH<<BRENDA<P")
    raw = group.encode()
    assert raw.startswith(bytes.fromhex("6C 40 5C06 5F195F265F1B 5F1918") + b"UNITED STATES OF AMERICA\x5f\x26\x0820020531")
    assert DataGroup12.decode(raw) == group


@given(
    st.builds(
        DataGroup11,
        name_of_holder=texts,
        other_names=st.lists(texts, max_size=3).map(tuple),
        full_date_of_birth=dates,
        place_of_birth=parts,
        permanent_address=parts,
        profession=texts,
        proof_of_citizenship=st.binary(max_size=20),
        other_document_numbers=parts,
    )
)
def test_data_group_11_survives_encoding(group: DataGroup11) -> None:
    assert DataGroup11.decode(group.encode()) == group


@pytest.mark.parametrize("group", [JANA_11, JANA_12], ids=["DG11", "DG12"])
def test_damage(group: DataGroup11 | DataGroup12) -> None:
    raw = group.encode()
    assert type(group).decode(raw) == group
    check_truncation(type(group).decode, raw)
    check_flipped_bytes(type(group).decode, raw)
    check_trailing_bytes(type(group).decode, raw)


def test_names_without_their_template_are_tolerated_by_name() -> None:
    raw = bytes.fromhex("6B1B5C045F0E5F0F5F0E06E8B5B5E5BDAC5F0F095A48414F3C3C42494E")
    read = DataGroup11.decode(raw)
    assert (read.name_of_holder, read.other_names) == ("赵彬", ("ZHAO<<BIN",))
    assert read.tolerances == (Tolerance.BARE_NAMES,)


def test_a_date_in_binary_coded_decimals_is_tolerated_by_name() -> None:
    read = DataGroup11.decode(bytes.fromhex("6B0B 5C025F2B 5F2B0419800229"))
    assert read.full_date_of_birth == "19800229"
    assert read.tolerances == (Tolerance.BINARY_CODED_DATE,)


def test_a_wrong_tag_list_is_tolerated_by_name() -> None:
    read = DataGroup11.decode(bytes.fromhex("6B0A 5C025F10 5F0E0358583C"))
    assert read.tolerances == (Tolerance.TAG_LIST_DIFFERS,)


@pytest.mark.parametrize(
    "raw",
    [
        "6B03 5F0E00",  # no tag list
        "6B0F 5C025F2B 5F2B083139393931333031",  # month 13
        "6B0C 5C025F0E 5F0E00 5F0E00",  # repeated
        "6B09 5C025F19 5F190141",  # an object of DG12
        "6B08 5C025F0E 5F0E01FF",  # no UTF-8
    ],
)
def test_what_is_refused(raw: str) -> None:
    with pytest.raises(DecodingError):
        DataGroup11.decode(bytes.fromhex(raw))


def test_what_may_not_be_written() -> None:
    with pytest.raises(EncodingError):
        DataGroup11(full_date_of_birth="20260230").encode()
    with pytest.raises(EncodingError):
        DataGroup11(place_of_birth=("A<B",)).encode()
