"""What all PKCS#15 objects share: the string of objects in a file, common attributes, bit strings, numbers and paths.

Source: PKCS #15 v1.1, 6.1 and annex A. The parsers are strict except for the deviations in `Tolerance`, which they report.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Generic, TypeVar

from openeoi.encoding import tlv
from openeoi.encoding.errors import DecodingError, EncodingError
from openeoi.encoding.tlv import Tlv

Value = TypeVar("Value")

INTEGER: Final = 0x02
BIT_STRING: Final = 0x03
OCTET_STRING: Final = 0x04
ENUMERATED: Final = 0x0A
UTF8_STRING: Final = 0x0C
GENERALIZED_TIME: Final = 0x18
SEQUENCE: Final = 0x30
TYPE_ATTRIBUTES: Final = 0xA1

OBJECT_PRIVATE: Final = 0  # CommonObjectFlags


class Tolerance(StrEnum):
    """Deviations of real cards that are read over, each by its name."""

    ZERO_GAP = "zero bytes stand between or behind the objects"


@dataclass(frozen=True, slots=True)
class Objects(Generic[Value]):
    """The objects of one directory file in file order (the order gives keys their position), and what was tolerated."""

    values: tuple[Value, ...]
    tolerances: frozenset[Tolerance] = frozenset()


def decode_objects(raw: bytes, decode: Callable[[Tlv], Value]) -> Objects[Value]:
    """Every object of a file; zero bytes at a place where an object could start are skipped and named."""
    values: list[Value] = []
    tolerances: set[Tolerance] = set()
    offset = 0
    while offset < len(raw):
        if raw[offset] == 0:
            tolerances.add(Tolerance.ZERO_GAP)
            offset += 1
            continue
        item, offset = tlv.decode_prefix(raw, offset)
        values.append(decode(item))
    return Objects(tuple(values), frozenset(tolerances))


def encode_objects(objects: Iterable[bytes], gap: int = 0) -> bytes:
    """The file of these objects, with `gap` zero bytes behind each as the real card has them."""
    return b"".join(item + bytes(gap) for item in objects)


class Fields:
    """The fields of a constructed data object, taken strictly in order."""

    def __init__(self, fields: tuple[Tlv, ...], what: str) -> None:
        self._fields = list(fields)
        self._what = what

    @classmethod
    def of(cls, item: Tlv, tag: int, what: str) -> Fields:
        if item.tag != tag:
            raise DecodingError(f"{what}: tag {item.tag:02X} stands where {tag:02X} belongs")
        return cls(tlv.children(item), what)

    def optional(self, tag: int) -> bytes | None:
        if self._fields and self._fields[0].tag == tag:
            return self._fields.pop(0).value
        return None

    def take(self, tag: int) -> bytes:
        value = self.optional(tag)
        if value is None:
            raise DecodingError(f"{self._what}: data object {tag:02X} is missing")
        return value

    def inside(self, tag: int) -> Fields:
        return Fields(tlv.decode_all(self.take(tag)), self._what)

    def end(self) -> None:
        if self._fields:
            raise DecodingError(f"{self._what}: data object {self._fields[0].tag:02X} does not belong here")


def sequence(*parts: bytes) -> bytes:
    return tlv.encode(SEQUENCE, b"".join(parts))


def encode_number(value: int, tag: int = INTEGER) -> bytes:
    if value < 0:
        raise EncodingError("number", "negative numbers do not occur")
    return tlv.encode(tag, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def decode_number(value: bytes) -> int:
    """A non-negative INTEGER in its shortest form, at most four bytes."""
    if not 1 <= len(value) <= 4:
        raise DecodingError("a number has one to four bytes")
    if value[0] & 0x80 or (len(value) > 1 and value[0] == 0 and not value[1] & 0x80):
        raise DecodingError("a number is negative or longer than needed")
    return int.from_bytes(value, "big")


def encode_flags(bits: frozenset[int]) -> bytes:
    """A named bit string: bit 0 is the leftmost, trailing zero bits are left out (X.690, 11.2.2)."""
    if not bits:
        return tlv.encode(BIT_STRING, b"\x00")
    size = max(bits) // 8 + 1
    number = sum(1 << (8 * size - 1 - bit) for bit in bits)
    return tlv.encode(BIT_STRING, bytes((8 * size - 1 - max(bits),)) + number.to_bytes(size, "big"))


def decode_flags(value: bytes) -> frozenset[int]:
    if not 1 <= len(value) <= 5:
        raise DecodingError("a bit string of flags has at most four bytes")
    size = len(value) - 1
    number = int.from_bytes(value[1:], "big")
    bits = frozenset(bit for bit in range(8 * size) if number >> (8 * size - 1 - bit) & 1)
    if encode_flags(bits) != tlv.encode(BIT_STRING, value):
        raise DecodingError("a bit string of flags ends behind its last set bit")
    return bits


def encode_text(text: str, tag: int = UTF8_STRING) -> bytes:
    return tlv.encode(tag, text.encode())


def decode_text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise DecodingError("a text is not UTF-8", error.start) from error


def encode_path(path: bytes) -> bytes:
    return sequence(tlv.encode(OCTET_STRING, path))


def decode_path(fields: Fields) -> bytes:
    inner = fields.inside(SEQUENCE)
    path = inner.take(OCTET_STRING)
    inner.end()
    return path


@dataclass(frozen=True, slots=True)
class CommonAttributes:
    """CommonObjectAttributes: `authentication_id` names the PIN object to be verified, `user_consent` the uses per entry."""

    label: str
    flags: frozenset[int] = frozenset()
    authentication_id: bytes | None = None
    user_consent: int | None = None

    def encode(self) -> bytes:
        return sequence(
            encode_text(self.label),
            encode_flags(self.flags) if self.flags else b"",
            b"" if self.authentication_id is None else tlv.encode(OCTET_STRING, self.authentication_id),
            b"" if self.user_consent is None else encode_number(self.user_consent),
        )

    @classmethod
    def take(cls, fields: Fields) -> CommonAttributes:
        inner = fields.inside(SEQUENCE)
        label = inner.optional(UTF8_STRING)
        flags = inner.optional(BIT_STRING)
        authentication_id = inner.optional(OCTET_STRING)
        consent = inner.optional(INTEGER)
        inner.end()
        return cls(
            decode_text(label or b""),
            decode_flags(flags) if flags is not None else frozenset(),
            authentication_id,
            decode_number(consent) if consent is not None else None,
        )
