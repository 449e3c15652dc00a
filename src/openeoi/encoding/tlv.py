"""BER-TLV data objects (ISO/IEC 7816-4:2020, 6.3; ISO/IEC 8825-1): encoded minimally, parsed strictly.

A tag is the integer of its bytes (0x7F49), a length is definite and minimal, one to five bytes long, and never reaches beyond the
input. Tag numbers below 31 in two tag bytes are accepted: the logical data structure of ICAO 9303-10 uses them (5F01, 5F0E).
Deviations that real documents show are read only by `decode_tolerant`, which names each one that it met.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from openeoi.encoding.errors import DecodingError, EncodingError

CONSTRUCTED = 0x20
MULTI_BYTE = 0x1F
TAG_BYTES_MAXIMUM = 3
LENGTH_BYTES_MAXIMUM = 4


Span: TypeAlias = tuple[int, int, int, int]
"""A data object by its place in a longer string: tag, offset of the tag, offset of the value, offset behind the value."""


class Tolerance(StrEnum):
    """A deviation from the strict form that a caller may allow by name."""

    NON_MINIMAL_LENGTH = "a length has more bytes than it needs"
    TRAILING_ZEROS = "zero bytes follow the data object"


@dataclass(frozen=True, slots=True)
class Deviation:
    """A tolerated deviation and where it stood (`offset` in bytes from the start of the input)."""

    tolerance: Tolerance
    offset: int


@dataclass(frozen=True, slots=True)
class Tlv:
    """One data object: `tag` as the integer of its tag bytes, `value` without tag and length."""

    tag: int
    value: bytes

    @property
    def is_constructed(self) -> bool:
        return bool(_tag_bytes(self.tag)[0] & CONSTRUCTED)

    def encode(self) -> bytes:
        return encode(self.tag, self.value)


def encode(tag: int, value: bytes) -> bytes:
    """One data object. Raises EncodingError where `tag` is no tag."""
    # The common case first, a tag and a length of one byte each: secure messaging writes ten of them for every command.
    if 0 < tag <= 0xFF and tag & MULTI_BYTE != MULTI_BYTE and len(value) < 0x80:
        return bytes((tag, len(value))) + value
    return encode_tag(tag) + encode_length(len(value)) + value


def encode_all(tlvs: Iterable[Tlv]) -> bytes:
    return b"".join(tlv.encode() for tlv in tlvs)


def encode_tag(tag: int) -> bytes:
    raw = _tag_bytes(tag)
    try:
        length = _tag_length(raw, 0)
    except DecodingError as error:
        raise EncodingError("tag", f"{tag:X} is no tag: {error.reason}") from error
    if length != len(raw):
        raise EncodingError("tag", f"{tag:X} holds {len(raw)} bytes, the tag ends after {length}")
    return raw


def encode_length(length: int) -> bytes:
    if length < 0x80:
        return bytes((length,))
    size = (length.bit_length() + 7) // 8
    if size > LENGTH_BYTES_MAXIMUM:
        raise EncodingError("length", f"{length} needs {size} bytes, at most {LENGTH_BYTES_MAXIMUM} are used")
    return bytes((0x80 | size,)) + length.to_bytes(size, "big")


def decode(raw: bytes) -> Tlv:
    """Exactly one data object and nothing behind it."""
    tlv, end = decode_prefix(raw)
    if end != len(raw):
        raise DecodingError(f"{len(raw) - end} bytes follow the data object", end)
    return tlv


def decode_all(raw: bytes) -> tuple[Tlv, ...]:
    """A whole string of data objects, possibly none."""
    return tuple(Tlv(tag, raw[content:end]) for tag, _, content, end in spans(raw))


def spans(raw: bytes, start: int = 0, end: int | None = None) -> list[Span]:
    """Where the data objects in `raw[start:end]` stand, which they fill to its end. Nothing is copied, so that a large file of
    which little is wanted is walked quickly. Raises DecodingError."""
    stop = len(raw) if end is None else end
    found: list[Span] = []
    offset = start
    while offset < stop:
        tag, content = raw[offset], offset + 2
        length = raw[offset + 1] if content <= stop else 0
        # The common forms first: a tag of one byte, a length of one to three.
        if tag & MULTI_BYTE == MULTI_BYTE or not tag or content > stop:
            tag, length, content = _header(raw, offset)
        elif length == 0x82 and content + 2 <= stop and raw[content]:
            length, content = raw[content] << 8 | raw[content + 1], content + 2
        elif length == 0x81 and content < stop and raw[content] >= 0x80:
            length, content = raw[content], content + 1
        elif length >= 0x80:
            tag, length, content = _header(raw, offset)
        behind = content + length
        if behind > stop:
            raise DecodingError(f"a length of {length} bytes, {max(stop - content, 0)} follow", offset)
        found.append((tag, offset, content, behind))
        offset = behind
    return found


def decode_prefix(raw: bytes, offset: int = 0) -> tuple[Tlv, int]:
    """The data object that starts at `offset`, and the offset behind it."""
    tlv, end, _ = _decode_prefix(raw, offset, frozenset())
    return tlv, end


def decode_expected(raw: bytes, tag: int) -> bytes:
    """The value of exactly one data object that must have this tag."""
    tlv = decode(raw)
    if tlv.tag != tag:
        raise DecodingError(f"tag {tlv.tag:02X} stands where {tag:02X} belongs", 0)
    return tlv.value


def decode_tolerant(raw: bytes, allowed: Iterable[Tolerance]) -> tuple[Tlv, tuple[Deviation, ...]]:
    """Like `decode`, but reads over the `allowed` deviations (outermost data object only) and names those it met."""
    tolerances = frozenset(allowed)
    tlv, end, deviations = _decode_prefix(raw, 0, tolerances)
    if end == len(raw):
        return tlv, deviations
    if Tolerance.TRAILING_ZEROS in tolerances and not any(raw[end:]):
        return tlv, (*deviations, Deviation(Tolerance.TRAILING_ZEROS, end))
    raise DecodingError(f"{len(raw) - end} bytes follow the data object", end)


def size_from_header(header: bytes) -> int:
    """Total size in bytes (tag, length and value) of the data object whose first bytes are given; what a reader needs before it
    reads the rest of a file. Raises DecodingError where tag and length are not complete (six bytes are enough for LDS files)."""
    start = _tag_length(header, 0)
    length, end, _ = _decode_length(header, start, frozenset())
    return end + length


def children(tlv: Tlv) -> tuple[Tlv, ...]:
    """The data objects inside a constructed one. Offsets in errors count from the start of its value."""
    if not tlv.is_constructed:
        raise DecodingError(f"tag {tlv.tag:02X} is primitive, it has no data objects inside")
    return decode_all(tlv.value)


def find(tlvs: Iterable[Tlv], tag: int) -> bytes:
    """The value of the one data object with this tag; missing or repeated is a DecodingError."""
    found = find_optional(tlvs, tag)
    if found is None:
        raise DecodingError(f"data object {tag:02X} is missing")
    return found


def find_optional(tlvs: Iterable[Tlv], tag: int) -> bytes | None:
    """The value of the data object with this tag, None where there is none; a repeated one is a DecodingError."""
    values = [tlv.value for tlv in tlvs if tlv.tag == tag]
    if len(values) > 1:
        raise DecodingError(f"data object {tag:02X} stands {len(values)} times")
    return values[0] if values else None


def _decode_prefix(raw: bytes, offset: int, tolerances: frozenset[Tolerance]) -> tuple[Tlv, int, tuple[Deviation, ...]]:
    start = offset + _tag_length(raw, offset)
    length, value_start, deviations = _decode_length(raw, start, tolerances)
    end = value_start + length
    if end > len(raw):
        raise DecodingError(f"a length of {length} bytes, {len(raw) - value_start} follow", start)
    return Tlv(int.from_bytes(raw[offset:start], "big"), raw[value_start:end]), end, deviations


def _header(raw: bytes, offset: int) -> tuple[int, int, int]:
    """Tag, length, and where the value begins."""
    tag_end = offset + _tag_length(raw, offset)
    length, content, _ = _decode_length(raw, tag_end, frozenset())
    return int.from_bytes(raw[offset:tag_end], "big"), length, content


def _tag_bytes(tag: int) -> bytes:
    if tag <= 0:
        raise EncodingError("tag", f"{tag} is no tag")
    return tag.to_bytes((tag.bit_length() + 7) // 8, "big")


def _tag_length(raw: bytes, offset: int) -> int:
    if offset >= len(raw):
        raise DecodingError("a tag is missing", len(raw))
    if raw[offset] == 0:
        raise DecodingError("00 is no tag", offset)
    if raw[offset] & MULTI_BYTE != MULTI_BYTE:
        return 1
    if raw[offset + 1 : offset + 2] == b"\x80":
        raise DecodingError("a tag number starts with a zero digit", offset + 1)
    for length in range(2, TAG_BYTES_MAXIMUM + 1):
        if offset + length > len(raw):
            raise DecodingError("the tag is cut off", len(raw))
        if not raw[offset + length - 1] & 0x80:
            return length
    raise DecodingError(f"a tag has more than {TAG_BYTES_MAXIMUM} bytes", offset)


def _decode_length(raw: bytes, offset: int, tolerances: frozenset[Tolerance]) -> tuple[int, int, tuple[Deviation, ...]]:
    if offset >= len(raw):
        raise DecodingError("a length is missing", len(raw))
    first = raw[offset]
    if first < 0x80:
        return first, offset + 1, ()
    size = first & 0x7F
    if size == 0:
        raise DecodingError("indefinite lengths are not allowed", offset)
    if size > LENGTH_BYTES_MAXIMUM:
        raise DecodingError(f"a length of {size} bytes, at most {LENGTH_BYTES_MAXIMUM} are allowed", offset)
    end = offset + 1 + size
    if end > len(raw):
        raise DecodingError("the length is cut off", len(raw))
    length = int.from_bytes(raw[offset + 1 : end], "big")
    if encode_length(length) == raw[offset:end]:
        return length, end, ()
    if Tolerance.NON_MINIMAL_LENGTH in tolerances:
        return length, end, (Deviation(Tolerance.NON_MINIMAL_LENGTH, offset),)
    raise DecodingError("a length has more bytes than it needs", offset)
