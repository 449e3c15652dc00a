"""Mutated and random input for the parsers of TLV, DER, machine readable zones, national numbers and names.

Each gives a value or its one exception; what a strict parser accepts it writes back as it stood.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openeoi.encoding import der, mrz, national_numbers, tlv, transliteration
from openeoi.encoding.errors import DecodingError, EncodingError
from openeoi.encoding.mrz import dates
from openeoi.encoding.tlv import Tolerance

EXAMPLES = 5000
ZONES = [file.read_text("ascii").strip() for file in Path(__file__).parent.parent.glob("tests/vectors/mrz/t*.txt")]
SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<<<KKO«\n\r ač"
OBJECTS = bytes.fromhex("7f490d060804007f00070202040286010461055f1f020102308180" + "00" * 0x80)


@st.composite
def mutated_zones(draw: st.DrawFn) -> str:
    """A specimen after a few insertions, deletions and exchanges."""
    text = draw(st.sampled_from(ZONES))
    for _ in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, len(text)))
        text = text[:start] + draw(st.text(SIGNS, max_size=3)) + text[start + draw(st.integers(0, 3)) :]
    return text


@st.composite
def mutated_objects(draw: st.DrawFn) -> bytes:
    raw = bytearray(OBJECTS)
    for _ in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, len(raw)))
        raw[start : start + draw(st.integers(0, 2))] = draw(st.binary(max_size=2))
    return bytes(raw)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.one_of(mutated_objects(), st.binary(max_size=64)))
def test_tlv(raw: bytes) -> None:
    with suppress(DecodingError):
        assert tlv.encode_all(tlv.decode_all(raw)) == raw
    try:
        tlv.decode_tolerant(raw, Tolerance)
    except DecodingError as error:
        assert error.reason


@pytest.mark.parametrize(
    "decoder",
    [
        der.decode_boolean,
        der.decode_integer,
        der.decode_bit_string,
        der.decode_object_identifier,
        der.decode_utf8_string,
        der.decode_generalized_time,
        der.decode_sequence,
        der.decode_set_of,
    ],
)
def test_der(decoder: Callable[[bytes], object]) -> None:
    @settings(max_examples=EXAMPLES // 5, deadline=None)
    @given(st.sampled_from([1, 2, 3, 6, 12, 24, 48, 49]), st.binary(max_size=20))
    def with_input(tag: int, value: bytes) -> None:
        for raw in (tlv.encode(tag, value), value):
            try:
                decoder(raw)
            except DecodingError as error:
                assert error.reason

    with_input()


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.one_of(mutated_zones(), st.text(SIGNS, max_size=120)))
def test_machine_readable_zones(text: str) -> None:
    try:
        document = mrz.decode(text)
    except DecodingError:
        pass
    else:
        assert text.replace("\n", "") == document.encode().replace("\n", "")
    try:
        document, _ = mrz.decode_tolerant(text)
    except DecodingError:
        return
    assert mrz.decode(document.encode()) == document
    for read, field in ((dates.expiry_date, document.date_of_expiry), (dates.birth_date, document.date_of_birth)):
        try:
            read(field, date(2026, 11, 22))
        except DecodingError as error:
            assert error.reason


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.one_of(st.text("0123456789", max_size=15), st.text(max_size=15)))
def test_national_numbers(text: str) -> None:
    for read in (
        national_numbers.decode_personal_number,
        national_numbers.decode_tax_number,
        national_numbers.decode_insured_number,
    ):
        try:
            read(text)
        except DecodingError as error:
            assert error.reason


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.text(max_size=40), st.sampled_from([None, "be", "bg", "mk", "sr", "uk"]))
def test_names(name: str, language: str | None) -> None:
    try:
        written = transliteration.transliterate(name, "surname", transliteration.table(language))
    except EncodingError as error:
        assert error.field == "surname"
        return
    mrz.truncate_names(written, "", 30)
