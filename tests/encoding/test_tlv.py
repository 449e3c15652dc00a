import pytest
from hypothesis import given
from hypothesis import strategies as st

from openeoi.encoding import tlv
from openeoi.encoding.errors import DecodingError, EncodingError
from openeoi.encoding.tlv import Deviation, Tlv, Tolerance

TAGS = st.sampled_from([0x04, 0x30, 0x61, 0x77, 0x87, 0x99, 0x5F01, 0x5F1F, 0x7F49, 0x7F4E, 0x5F2E, 0x7F60, 0x5F8101])
OBJECTS = st.builds(Tlv, TAGS, st.binary(max_size=300))


@pytest.mark.parametrize(
    ("tag", "value", "raw"),
    [
        (0x80, b"", "8000"),
        (0x7F49, b"\x06\x00", "7f49020600"),
        (0x5F01, b"0107", "5f010430313037"),
        (0x87, bytes(0x7F), "877f" + "00" * 0x7F),
        (0x87, bytes(0x80), "878180" + "00" * 0x80),
        (0x87, bytes(0x100), "87820100" + "00" * 0x100),
        (0x87, bytes(0x10000), "8783010000" + "00" * 0x10000),
    ],
)
def test_encodes_tags_and_minimal_lengths(tag: int, value: bytes, raw: str) -> None:
    assert tlv.encode(tag, value).hex() == raw
    assert tlv.decode(bytes.fromhex(raw)) == Tlv(tag, value)


@pytest.mark.parametrize("tag", [0, -1, 0x1F, 0x7F, 0x7F80, 0x8000, 0x5F818182, 0x5F8001, 0x3001])
def test_refuses_to_encode_what_is_no_tag(tag: int) -> None:
    with pytest.raises(EncodingError):
        tlv.encode(tag, b"")


@pytest.mark.parametrize(
    ("raw", "offset", "reason"),
    [
        ("", 0, "a tag is missing"),
        ("30", 1, "a length is missing"),
        ("0000", 0, "00 is no tag"),
        ("7f", 1, "the tag is cut off"),
        ("5f8001", 1, "a tag number starts with a zero digit"),
        ("5f81818100", 0, "a tag has more than 3 bytes"),
        ("3080000000", 1, "indefinite lengths are not allowed"),
        ("308500000000010a", 1, "a length of 5 bytes, at most 4 are allowed"),
        ("30ff", 1, "a length of 127 bytes, at most 4 are allowed"),
        ("3082", 2, "the length is cut off"),
        ("30817f" + "00" * 0x7F, 1, "a length has more bytes than it needs"),
        ("3082007f" + "00" * 0x7F, 1, "a length has more bytes than it needs"),
        ("30020a", 1, "a length of 2 bytes, 1 follow"),
        ("30010a0b", 3, "1 bytes follow the data object"),
    ],
)
def test_rejects_with_reason_and_offset(raw: str, offset: int, reason: str) -> None:
    with pytest.raises(DecodingError) as caught:
        tlv.decode(bytes.fromhex(raw))
    assert (caught.value.offset, caught.value.reason) == (offset, reason)


@given(st.lists(OBJECTS, max_size=5))
def test_round_trip_of_a_string_of_objects(objects: list[Tlv]) -> None:
    assert tlv.decode_all(tlv.encode_all(objects)) == tuple(objects)


@given(OBJECTS)
def test_every_truncation_is_rejected(item: Tlv) -> None:
    raw = item.encode()
    for end in range(len(raw)):
        with pytest.raises(DecodingError):
            tlv.decode(raw[:end])


@given(st.lists(OBJECTS, min_size=1, max_size=3), st.data())
def test_a_flipped_byte_gives_other_objects_or_a_decoding_error(objects: list[Tlv], data: st.DataObject) -> None:
    raw = bytearray(tlv.encode_all(objects))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        decoded = tlv.decode_all(bytes(raw))
    except DecodingError:
        return
    assert tlv.encode_all(decoded) == bytes(raw)


@given(st.binary(max_size=40))
def test_what_is_accepted_encodes_to_the_same_bytes(raw: bytes) -> None:
    try:
        decoded = tlv.decode_all(raw)
    except DecodingError:
        return
    assert tlv.encode_all(decoded) == raw


def test_prefix_gives_the_offset_behind_the_object() -> None:
    raw = bytes.fromhex("ff 99029000 8e00")
    assert tlv.decode_prefix(raw, 1) == (Tlv(0x99, b"\x90\x00"), 5)


def test_size_from_the_first_bytes_of_a_file() -> None:
    assert tlv.size_from_header(bytes.fromhex("7582450a7f61")) == 0x450A + 4
    with pytest.raises(DecodingError):
        tlv.size_from_header(b"\x75\x82\x45")


def test_children_only_of_constructed_objects() -> None:
    outer = Tlv(0x7C, bytes.fromhex("80010a81020b0c"))
    assert tlv.children(outer) == (Tlv(0x80, b"\x0a"), Tlv(0x81, b"\x0b\x0c"))
    with pytest.raises(DecodingError, match="primitive"):
        tlv.children(Tlv(0x80, b"\x80\x00"))


def test_find_wants_exactly_one() -> None:
    objects = (Tlv(0x80, b"a"), Tlv(0x81, b"b"), Tlv(0x81, b"c"))
    assert tlv.find(objects, 0x80) == b"a"
    assert tlv.find_optional(objects, 0x82) is None
    with pytest.raises(DecodingError, match="data object 82 is missing"):
        tlv.find(objects, 0x82)
    with pytest.raises(DecodingError, match="data object 81 stands 2 times"):
        tlv.find(objects, 0x81)


def test_expected_tag() -> None:
    assert tlv.decode_expected(b"\x77\x01a", 0x77) == b"a"
    with pytest.raises(DecodingError, match="tag 61 stands where 77 belongs"):
        tlv.decode_expected(b"\x61\x01a", 0x77)


def test_tolerances_are_read_only_by_name_and_reported() -> None:
    raw = bytes.fromhex("61 82 0001 aa 0000")
    value, deviations = tlv.decode_tolerant(raw, Tolerance)
    assert value == Tlv(0x61, b"\xaa")
    assert deviations == (Deviation(Tolerance.NON_MINIMAL_LENGTH, 1), Deviation(Tolerance.TRAILING_ZEROS, 5))
    with pytest.raises(DecodingError, match="more bytes than it needs"):
        tlv.decode_tolerant(raw, [Tolerance.TRAILING_ZEROS])
    with pytest.raises(DecodingError, match="2 bytes follow"):
        tlv.decode_tolerant(raw, [Tolerance.NON_MINIMAL_LENGTH])
    assert tlv.decode_tolerant(b"\x61\x01a", Tolerance) == (Tlv(0x61, b"a"), ())
