"""The content of master lists: round trip, order, truncation at every byte, flipped bytes."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openeoi.encoding import der, tlv
from openeoi.encoding.errors import DecodingError, EncodingError
from openeoi.encoding.master_list import MasterList

CERTIFICATES = tuple(der.encode_sequence(der.encode_integer(number)) for number in (7, 300, 5))
ENCODED = MasterList(CERTIFICATES).encode()


def test_round_trip_in_sorted_order() -> None:
    assert set(MasterList.decode(ENCODED).certificates) == set(CERTIFICATES)
    assert MasterList(tuple(reversed(CERTIFICATES))).encode() == ENCODED


def test_an_unsorted_list_is_read() -> None:
    unsorted = der.encode_sequence(der.encode_integer(0), tlv.encode(der.SET, b"".join(sorted(CERTIFICATES, reverse=True))))
    assert set(MasterList.decode(unsorted).certificates) == set(CERTIFICATES)


@pytest.mark.parametrize("certificates", [(), (CERTIFICATES[0], CERTIFICATES[0])])
def test_empty_and_doubled_lists_are_neither_written_nor_read(certificates: tuple[bytes, ...]) -> None:
    with pytest.raises(EncodingError):
        MasterList(certificates)
    with pytest.raises(DecodingError):
        MasterList.decode(der.encode_sequence(der.encode_integer(0), tlv.encode(der.SET, b"".join(certificates))))


@pytest.mark.parametrize(
    "raw",
    [
        der.encode_sequence(der.encode_integer(1), der.encode_set_of(CERTIFICATES)),
        der.encode_sequence(der.encode_integer(0)),
        der.encode_sequence(der.encode_integer(0), der.encode_sequence(*CERTIFICATES)),
        der.encode_sequence(der.encode_integer(0), der.encode_set_of([der.encode_integer(0)])),
        der.encode_sequence(der.encode_integer(0), der.encode_set_of(CERTIFICATES), der.encode_null()),
    ],
)
def test_other_shapes(raw: bytes) -> None:
    with pytest.raises(DecodingError):
        MasterList.decode(raw)


def test_truncated_anywhere() -> None:
    for end in range(len(ENCODED)):
        with pytest.raises(DecodingError):
            MasterList.decode(ENCODED[:end])


@given(st.integers(0, len(ENCODED) - 1), st.integers(1, 255))
def test_a_flipped_byte_is_refused_or_reads_as_another_list(position: int, flip: int) -> None:
    spoilt = ENCODED[:position] + bytes((ENCODED[position] ^ flip,)) + ENCODED[position + 1 :]
    with suppress(DecodingError):
        assert set(MasterList.decode(spoilt).certificates) != set(CERTIFICATES)
