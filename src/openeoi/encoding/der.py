"""The few DER helpers that are needed beside asn1crypto (ISO/IEC 8825-1:2021, clauses 8, 10 and 11), strict in both directions.

Encoders return a whole element (tag, length, value). Decoders take a whole element as bytes, or one that `tlv` has already split
off, and give its value; anything that is not DER raises DecodingError, with the offset inside the value where one is at fault.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from openeoi.encoding import tlv
from openeoi.encoding.errors import DecodingError, EncodingError
from openeoi.encoding.tlv import Tlv

BOOLEAN = 0x01
INTEGER = 0x02
BIT_STRING = 0x03
OCTET_STRING = 0x04
NULL = 0x05
OBJECT_IDENTIFIER = 0x06
UTF8_STRING = 0x0C
GENERALIZED_TIME = 0x18
SEQUENCE = 0x30
SET = 0x31

INTEGER_MAXIMUM = 1537
"""Bytes: the longest numbers are RSA moduli and Diffie-Hellman primes. What is longer would only cost time, and Python refuses to
print it (4300 digits)."""

OBJECT_IDENTIFIER_MAXIMUM = 255
"""Bytes: no known identifier has half as many."""

Element = bytes | Tlv


@dataclass(frozen=True, slots=True)
class BitString:
    """`unused` (0 to 7) low bits of the last byte do not belong to the value and are zero."""

    value: bytes
    unused: int = 0


# --- encoding -----------------------------------------------------------------------------------------------------------------


def encode_boolean(value: bool) -> bytes:
    return tlv.encode(BOOLEAN, b"\xff" if value else b"\x00")


def encode_integer(value: int) -> bytes:
    size = (value if value >= 0 else ~value).bit_length() // 8 + 1
    return tlv.encode(INTEGER, value.to_bytes(size, "big", signed=True))


def encode_bit_string(value: bytes, unused: int = 0) -> bytes:
    if not 0 <= unused <= 7 or (unused and not value) or (value and value[-1] & ((1 << unused) - 1)):
        raise EncodingError("BIT STRING", f"{unused} unused bits do not fit the value")
    return tlv.encode(BIT_STRING, bytes((unused,)) + value)


def encode_octet_string(value: bytes) -> bytes:
    return tlv.encode(OCTET_STRING, value)


def encode_null() -> bytes:
    return tlv.encode(NULL, b"")


@lru_cache(maxsize=1024)
def encode_object_identifier(dotted: str) -> bytes:
    """Shape of `dotted`: "1.2.840.10045.2.1"."""
    if not re.fullmatch(r"(0|1|2)(\.(0|[1-9][0-9]*))+", dotted, re.ASCII):
        raise EncodingError("OBJECT IDENTIFIER", "numbers separated by dots, the first 0, 1 or 2")
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    if first < 2 and second > 39:
        raise EncodingError("OBJECT IDENTIFIER", "the second number is at most 39 below 0 and 1")
    return tlv.encode(OBJECT_IDENTIFIER, b"".join(_encode_arc(arc) for arc in (first * 40 + second, *rest)))


def encode_utf8_string(text: str) -> bytes:
    return tlv.encode(UTF8_STRING, text.encode("utf-8"))


def encode_generalized_time(moment: datetime) -> bytes:
    """To the second, in UTC; a fraction of a second is refused rather than dropped."""
    if moment.tzinfo is None or moment.microsecond:
        raise EncodingError("GeneralizedTime", "an aware time in whole seconds is wanted")
    return tlv.encode(GENERALIZED_TIME, f"{moment.astimezone(UTC):%Y%m%d%H%M%S}Z".zfill(15).encode("ascii"))


def encode_sequence(*elements: bytes) -> bytes:
    return tlv.encode(SEQUENCE, b"".join(elements))


def encode_set_of(elements: Iterable[bytes]) -> bytes:
    """SET OF: the elements in ascending order of their encodings (11.6)."""
    return tlv.encode(SET, b"".join(sorted(elements)))


def encode_explicit(number: int, element: bytes) -> bytes:
    """`element` inside the constructed context tag [number], 0 to 30."""
    if not 0 <= number <= 30:
        raise EncodingError("context tag", f"{number} lies outside 0 to 30")
    return tlv.encode(0xA0 | number, element)


# --- decoding -----------------------------------------------------------------------------------------------------------------


def decode_boolean(element: Element) -> bool:
    value = _value(element, BOOLEAN, "BOOLEAN")
    if value not in (b"\x00", b"\xff"):
        raise DecodingError("a BOOLEAN is 00 or FF", 0)
    return value == b"\xff"


def decode_integer(element: Element) -> int:
    value = _value(element, INTEGER, "INTEGER")
    if not 1 <= len(value) <= INTEGER_MAXIMUM:
        raise DecodingError(f"an INTEGER has 1 to {INTEGER_MAXIMUM} bytes, not {len(value)}", 0)
    if len(value) > 1 and value[0] in (0x00, 0xFF) and (value[0] ^ value[1]) & 0x80 == 0:
        raise DecodingError("an INTEGER has more bytes than it needs", 0)
    return int.from_bytes(value, "big", signed=True)


def decode_bit_string(element: Element) -> BitString:
    value = _value(element, BIT_STRING, "BIT STRING")
    if not value:
        raise DecodingError("a BIT STRING starts with the number of its unused bits", 0)
    unused, bits = value[0], value[1:]
    if unused > 7 or (unused and not bits):
        raise DecodingError(f"{unused} unused bits do not fit the BIT STRING", 0)
    if bits and bits[-1] & ((1 << unused) - 1):
        raise DecodingError("the unused bits of a BIT STRING are zero", len(value) - 1)
    return BitString(bits, unused)


def decode_octet_string(element: Element) -> bytes:
    return _value(element, OCTET_STRING, "OCTET STRING")


def decode_null(element: Element) -> None:
    if _value(element, NULL, "NULL"):
        raise DecodingError("NULL has no value", 0)


def decode_object_identifier(element: Element) -> str:
    """The dotted form, "1.2.840.10045.2.1"."""
    return _dotted(_value(element, OBJECT_IDENTIFIER, "OBJECT IDENTIFIER"))


@lru_cache(maxsize=1024)
def _dotted(value: bytes) -> str:
    """Kept, as the encodings are: a document names the same dozens of identifiers over and over."""
    if len(value) > OBJECT_IDENTIFIER_MAXIMUM:
        raise DecodingError(f"an OBJECT IDENTIFIER of {len(value)} bytes", 0)
    arcs: list[int] = []
    arc, start = 0, 0
    for position, byte in enumerate(value):
        if position == start and byte == 0x80:
            raise DecodingError("a number of an OBJECT IDENTIFIER starts with a zero digit", position)
        arc = arc << 7 | byte & 0x7F
        if not byte & 0x80:
            arcs.append(arc)
            arc, start = 0, position + 1
    if not arcs or start != len(value):
        raise DecodingError("the OBJECT IDENTIFIER is cut off", len(value))
    first = min(arcs[0] // 40, 2)
    return ".".join(str(number) for number in (first, arcs[0] - 40 * first, *arcs[1:]))


def decode_utf8_string(element: Element) -> str:
    try:
        return _value(element, UTF8_STRING, "UTF8String").decode("utf-8")
    except UnicodeDecodeError as error:
        raise DecodingError("a UTF8String holds bytes that are no UTF-8", error.start) from error


def decode_generalized_time(element: Element) -> datetime:
    """Only the form that certificates and CMS use: YYYYMMDDHHMMSSZ (RFC 5280, 4.1.2.5.2)."""
    value = _value(element, GENERALIZED_TIME, "GeneralizedTime")
    if not re.fullmatch(rb"[0-9]{14}Z", value):
        raise DecodingError("a GeneralizedTime has the form YYYYMMDDHHMMSSZ", 0)
    try:
        return datetime.strptime(value.decode("ascii"), "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise DecodingError("a GeneralizedTime that no calendar knows", 0) from error


def decode_sequence(element: Element) -> tuple[Tlv, ...]:
    return tlv.decode_all(_value(element, SEQUENCE, "SEQUENCE"))


def decode_set_of(element: Element) -> tuple[Tlv, ...]:
    """The elements, which DER wants in ascending order of their encodings (11.6)."""
    elements = tlv.decode_all(_value(element, SET, "SET"))
    encodings = [item.encode() for item in elements]
    if encodings != sorted(encodings):
        raise DecodingError("the elements of a SET OF are not in order", 0)
    return elements


def decode_explicit(element: Element, number: int) -> Tlv:
    """The one element inside the constructed context tag [number]."""
    return tlv.decode(_value(element, 0xA0 | number, f"[{number}]"))


def _value(element: Element, tag: int, name: str) -> bytes:
    item = element if isinstance(element, Tlv) else tlv.decode(element)
    if item.tag != tag:
        raise DecodingError(f"tag {item.tag:02X} stands where {name} belongs", 0)
    return item.value


def _encode_arc(arc: int) -> bytes:
    digits = [arc & 0x7F]
    while arc := arc >> 7:
        digits.append(arc & 0x7F | 0x80)
    return bytes(reversed(digits))
