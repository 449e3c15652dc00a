"""What EF.DG11 and EF.DG12 share: a tag list, then optional text, date and binary objects (ICAO 9303-10, 4.7.11, 4.7.12).

Real documents deviate here more than anywhere else; each deviation that is read over has a name in `Tolerance`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum
from typing import TypeAlias

from openeoi.encoding import tlv
from openeoi.encoding.errors import DecodingError, EncodingError

TAG_LIST = 0x5C
COUNT = 0x02
NAMES_TEMPLATE = 0xA0


class Tolerance(StrEnum):
    """A deviation that was read over."""

    BINARY_CODED_DATE = "a date stands in binary coded decimals instead of digits"
    BARE_NAMES = "names stand without the template A0 around them"
    TAG_LIST_DIFFERS = "the tag list does not name exactly the objects that follow"


class Kind(Enum):
    TEXT = "text"
    PARTS = "text in parts separated by <"
    DATE = "YYYYMMDD"
    TIME = "YYYYMMDDhhmmss"
    BINARY = "bytes"
    NAMES = "several names in template A0"


Value: TypeAlias = str | bytes | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """One possible object: its tag (for `Kind.NAMES` the tag inside the template), the attribute that holds it, its kind."""

    tag: int
    name: str
    kind: Kind


_DIGITS = {Kind.DATE: (8, "%Y%m%d"), Kind.TIME: (14, "%Y%m%d%H%M%S")}


def encode_details(outer: int, fields: Iterable[Field], values: Mapping[str, Value | None]) -> bytes:
    """The whole file: tag list and objects in the order of `fields`; empty and missing values are left out. EncodingError."""
    present = [(field, value) for field in fields if (value := values[field.name])]
    tags = b"".join(tlv.encode_tag(field.tag) for field, _ in present)
    return tlv.encode(outer, tlv.encode(TAG_LIST, tags) + b"".join(_encode_one(field, value) for field, value in present))


def decode_details(raw: bytes, outer: int, fields: Iterable[Field]) -> tuple[dict[str, Value], tuple[Tolerance, ...]]:
    """Values by attribute name, and what was tolerated. Unknown or repeated objects raise DecodingError."""
    objects = tlv.decode_all(tlv.decode_expected(raw, outer))
    if not objects or objects[0].tag != TAG_LIST:
        raise DecodingError("the tag list is missing")
    tolerances: set[Tolerance] = set()
    values: dict[str, Value] = {}
    listed = _listed(objects[0].value)
    found: set[int] = set()
    by_tag = {field.tag: field for field in fields}
    names = next((field for field in by_tag.values() if field.kind is Kind.NAMES), None)
    for one in objects[1:]:
        field = names if one.tag == NAMES_TEMPLATE else by_tag.get(one.tag)
        if field is None:
            raise DecodingError(f"data object {one.tag:02X} does not belong in this data group")
        if field.kind is Kind.NAMES and one.tag != NAMES_TEMPLATE:
            tolerances.add(Tolerance.BARE_NAMES)
            before = values.get(field.name, ())
            values[field.name] = (*(before if isinstance(before, tuple) else ()), _text(one.value))
        elif field.name in values:
            raise DecodingError(f"data object {one.tag:02X} stands twice")
        else:
            values[field.name] = _decode_one(field, one.value, tolerances)
        found.add(field.tag)
    # The template may be listed by its own tag or by that of the names inside.
    if {names.tag if names and tag == NAMES_TEMPLATE else tag for tag in listed} != found:
        tolerances.add(Tolerance.TAG_LIST_DIFFERS)
    return values, tuple(sorted(tolerances))


def _encode_one(field: Field, value: Value) -> bytes:
    if isinstance(value, bytes):
        return tlv.encode(field.tag, value)
    if field.kind is Kind.NAMES:
        names = [tlv.encode(field.tag, _bytes(field, name)) for name in value]
        if len(names) > 0xFF:
            raise EncodingError(field.name, "more than 255 names")
        return tlv.encode(NAMES_TEMPLATE, tlv.encode(COUNT, bytes((len(names),))) + b"".join(names))
    if isinstance(value, tuple):
        if any("<" in part for part in value):
            raise EncodingError(field.name, "a part holds the separator <")
        return tlv.encode(field.tag, _bytes(field, "<".join(value)))
    if field.kind in _DIGITS:
        try:
            _check_digits(field, value)
        except DecodingError as error:
            raise EncodingError(field.name, error.reason) from error
    return tlv.encode(field.tag, _bytes(field, value))


def _bytes(field: Field, text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise EncodingError(field.name, "a character that has no UTF-8 form") from error


def _decode_one(field: Field, content: bytes, tolerances: set[Tolerance]) -> Value:
    if field.kind is Kind.BINARY:
        return content
    if field.kind is Kind.NAMES:
        return _names(field, content)
    if field.kind is Kind.PARTS:
        return tuple(_text(content).split("<")) if content else ()
    if field.kind is Kind.TEXT:
        return _text(content)
    text = _text(content) if len(content) == _DIGITS[field.kind][0] else content.hex()
    if len(content) != _DIGITS[field.kind][0]:
        tolerances.add(Tolerance.BINARY_CODED_DATE)
    _check_digits(field, text)
    return text


def _check_digits(field: Field, text: str) -> None:
    length, form = _DIGITS[field.kind]
    if not re.fullmatch(r"[0-9]+", text, re.ASCII) or len(text) != length:
        raise DecodingError(f"{field.name} is not of the form {field.kind.value}")
    # Unknown month or day is written as zeros (ICAO 9303-10, 4.7.11.1).
    if field.kind is Kind.DATE and text.endswith("00"):
        return
    try:
        datetime.strptime(text, form)  # noqa: DTZ007 - only whether the calendar knows the day
    except ValueError as error:
        raise DecodingError(f"{field.name} is no day of the calendar") from error


def _names(field: Field, content: bytes) -> tuple[str, ...]:
    objects = tlv.decode_all(content)
    if not objects or objects[0].tag != COUNT or len(objects[0].value) != 1:
        raise DecodingError("the template of names begins with their number")
    names = objects[1:]
    if any(one.tag != field.tag for one in names) or len(names) != objects[0].value[0]:
        raise DecodingError(f"{objects[0].value[0]} names are announced, something else follows")
    return tuple(_text(one.value) for one in names)


def _listed(content: bytes) -> set[int]:
    """The tags of a tag list: one byte, or two where the low five bits of the first are all set."""
    tags: set[int] = set()
    offset = 0
    while offset < len(content):
        size = 2 if content[offset] & 0x1F == 0x1F else 1
        tags.add(int.from_bytes(content[offset : offset + size], "big"))
        offset += size
    return tags


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DecodingError("a text is no UTF-8", error.start) from error
