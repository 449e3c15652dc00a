from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from asn1crypto import core
from hypothesis import given
from hypothesis import strategies as st

from openeoi.encoding import der, tlv
from openeoi.encoding.der import BitString
from openeoi.encoding.errors import DecodingError, EncodingError

OIDS = st.tuples(st.integers(0, 2), st.integers(0, 39), st.lists(st.integers(0, 2**64), max_size=6)).map(
    lambda arcs: ".".join(str(number) for number in (arcs[0], arcs[1], *arcs[2]))
)
DECODERS: list[Callable[[bytes], object]] = [
    der.decode_boolean,
    der.decode_integer,
    der.decode_bit_string,
    der.decode_octet_string,
    der.decode_null,
    der.decode_object_identifier,
    der.decode_utf8_string,
    der.decode_generalized_time,
    der.decode_sequence,
    der.decode_set_of,
]


@given(st.integers(-(2**200), 2**200))
def test_integers_as_asn1crypto_writes_them(value: int) -> None:
    raw = der.encode_integer(value)
    assert raw == core.Integer(value).dump()
    assert der.decode_integer(raw) == value


@given(OIDS)
def test_object_identifiers_as_asn1crypto_writes_them(dotted: str) -> None:
    raw = der.encode_object_identifier(dotted)
    assert raw == core.ObjectIdentifier(dotted).dump()
    assert der.decode_object_identifier(raw) == dotted


@given(st.binary(max_size=200))
def test_strings_round_trip(value: bytes) -> None:
    assert der.decode_octet_string(der.encode_octet_string(value)) == value
    assert der.decode_bit_string(der.encode_bit_string(value)) == BitString(value)


@given(st.text(max_size=40))
def test_text_round_trips(text: str) -> None:
    assert der.decode_utf8_string(der.encode_utf8_string(text)) == text


@given(st.datetimes(min_value=datetime(1000, 1, 1), timezones=st.just(UTC)))
def test_times_round_trip(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    assert der.decode_generalized_time(der.encode_generalized_time(moment)) == moment


def test_time_is_written_in_utc() -> None:
    summer = datetime(2026, 7, 1, 0, 30, tzinfo=timezone(timedelta(hours=2)))
    assert der.encode_generalized_time(summer) == b"\x18\x0f20260630223000Z"
    with pytest.raises(EncodingError):
        der.encode_generalized_time(datetime(2026, 7, 1))
    with pytest.raises(EncodingError):
        der.encode_generalized_time(summer.replace(microsecond=1))


def test_sets_are_sorted() -> None:
    elements = [der.encode_integer(300), der.encode_integer(2), der.encode_null()]
    raw = der.encode_set_of(elements)
    assert raw.hex() == "3109" + "020102" + "0202012c" + "0500"
    assert [item.encode() for item in der.decode_set_of(raw)] == sorted(elements)
    with pytest.raises(DecodingError, match="not in order"):
        der.decode_set_of(bytes.fromhex("3106020102020101"))


def test_elements_that_tlv_has_split_off() -> None:
    raw = der.encode_sequence(der.encode_integer(5), der.encode_boolean(True), der.encode_explicit(1, der.encode_null()))
    number, flag, context = der.decode_sequence(raw)
    assert (der.decode_integer(number), der.decode_boolean(flag)) == (5, True)
    assert der.decode_explicit(context, 1) == tlv.Tlv(0x05, b"")
    with pytest.raises(DecodingError, match=r"where \[0\] belongs"):
        der.decode_explicit(context, 0)


@pytest.mark.parametrize(
    ("decoder", "raw"),
    [
        (der.decode_integer, "0200"),
        (der.decode_integer, "02020001"),
        (der.decode_integer, "0202ff80"),
        (der.decode_boolean, "010101"),
        (der.decode_boolean, "0102ffff"),
        (der.decode_bit_string, "0300"),
        (der.decode_bit_string, "03020801"),
        (der.decode_bit_string, "030101"),
        (der.decode_bit_string, "03020101"),
        (der.decode_null, "050100"),
        (der.decode_object_identifier, "0600"),
        (der.decode_object_identifier, "060280 01"),
        (der.decode_object_identifier, "06022a81"),
        (der.decode_utf8_string, "0c01ff"),
        (der.decode_generalized_time, "180d" + b"202607010000Z".hex()),
        (der.decode_generalized_time, "180f" + b"20260230000000Z".hex()),
        (der.decode_generalized_time, "1811" + b"20260701000000.5Z".hex()),
        (der.decode_sequence, "31020500"),
        (der.decode_sequence, "30810205 00"),
    ],
)
def test_what_is_not_der_is_rejected(decoder: Callable[[bytes], object], raw: str) -> None:
    with pytest.raises(DecodingError):
        decoder(bytes.fromhex(raw))


@pytest.mark.parametrize("dotted", ["", "1", "3.1", "1.40", "1..2", "1.02", "1.2.", "a.b", "1.2.-3", "1.٢"])
def test_refuses_what_is_no_object_identifier(dotted: str) -> None:
    with pytest.raises(EncodingError):
        der.encode_object_identifier(dotted)


@pytest.mark.parametrize(("value", "unused"), [(b"", 1), (b"\x01", 1), (b"\x80", 8), (b"\x80", -1)])
def test_refuses_unused_bits_that_do_not_fit(value: bytes, unused: int) -> None:
    with pytest.raises(EncodingError):
        der.encode_bit_string(value, unused)


@given(st.sampled_from(DECODERS), st.binary(max_size=24), st.sampled_from([1, 2, 3, 4, 5, 6, 12, 24, 48, 49]))
def test_nothing_but_decoding_errors(decoder: Callable[[bytes], object], value: bytes, tag: int) -> None:
    raw = tlv.encode(tag, value)
    for candidate in (raw, value, raw[:-1]):
        try:
            decoder(candidate)
        except DecodingError as error:
            assert error.reason


def test_numbers_too_long_to_be_printed_are_refused() -> None:
    # Python prints no number of more than 4300 digits: a message that names one would fail.
    longest = b"\x7f" + bytes(der.INTEGER_MAXIMUM - 1)
    assert f"{der.decode_integer(tlv.encode(2, longest))}"
    with pytest.raises(DecodingError, match="1 to 1537 bytes"):
        der.decode_integer(tlv.encode(2, longest + b"\x00"))
    arc = b"\xff" * (der.OBJECT_IDENTIFIER_MAXIMUM - 1) + b"\x7f"
    assert der.decode_object_identifier(tlv.encode(6, arc))
    with pytest.raises(DecodingError, match="256 bytes"):
        der.decode_object_identifier(tlv.encode(6, b"\xff" + arc))
