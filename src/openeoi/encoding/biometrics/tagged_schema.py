"""A table-driven reader and writer for ASN.1 modules with implicit context tags, as ISO/IEC 39794 defines its records (DER).

A schema is built from `Integer`, `Enumerated`, `Boolean`, `Octets`, `Record` (SEQUENCE), `Choice` and `ListOf` (SEQUENCE OF).
Values: int, bool and bytes as they are, an enumeration by its name, a record as a mapping from field name to value (absent fields
left out), a choice as (alternative, value), a list as tuple. An extension that the schema does not know is kept as `Extension`,
byte for byte.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from openeoi.encoding import der, tlv
from openeoi.encoding.errors import DecodingError, EncodingError

CONTEXT = 0x80
CONSTRUCTED = 0x20
SEQUENCE = 0x30


@dataclass(frozen=True, slots=True)
class Extension:
    """A data object behind the extension marker that the schema does not know; `raw` is the whole object."""

    raw: bytes


Value: TypeAlias = int | bool | bytes | str | Extension | tuple["Value", ...] | Mapping[str, "Value"]


@dataclass(frozen=True, slots=True)
class Integer:
    minimum: int = 0
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class Enumerated:
    """`names` by number."""

    names: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Boolean:
    pass


@dataclass(frozen=True, slots=True)
class Octets:
    pass


@dataclass(frozen=True, slots=True)
class Member:
    name: str
    kind: Schema
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """`members` carry the context tags 0, 1, 2 ... in order. `extensible`: objects with higher tags may follow."""

    members: tuple[Member, ...]
    extensible: bool = True


@dataclass(frozen=True, slots=True)
class Choice:
    """Alternatives by context tag."""

    alternatives: Mapping[int, Member]


@dataclass(frozen=True, slots=True)
class ListOf:
    element: Schema


Schema: TypeAlias = Integer | Enumerated | Boolean | Octets | Record | Choice | ListOf


def decode_value(schema: Schema, content: bytes, path: str) -> Value:
    """The value from the content octets of an implicitly tagged object; `path` names it in errors. Raises DecodingError."""
    match schema:
        case Integer(minimum, maximum):
            number = der.decode_integer(tlv.Tlv(der.INTEGER, content))
            if number < minimum or (maximum is not None and number > maximum):
                raise DecodingError(f"{path} is {number}, out of range")
            return number
        case Enumerated(names):
            number = der.decode_integer(tlv.Tlv(der.INTEGER, content))
            if number not in names:
                raise DecodingError(f"{path} has the unknown value {number}")
            return names[number]
        case Boolean():
            return der.decode_boolean(tlv.Tlv(der.BOOLEAN, content))
        case Octets():
            return content
        case Record():
            return _decode_record(schema, content, path)
        case Choice(alternatives):
            (inside,) = _exactly_one(content, path)
            number = _context_number(inside, path)
            if number not in alternatives:
                raise DecodingError(f"{path} has no alternative [{number}]")
            member = alternatives[number]
            _check_form(inside, member.kind, f"{path}.{member.name}")
            return member.name, decode_value(member.kind, inside.value, f"{path}.{member.name}")
        case ListOf(element):
            return tuple(_decode_element(element, one, f"{path}[{index}]") for index, one in enumerate(tlv.decode_all(content)))


def encode_value(schema: Schema, value: Value, path: str) -> bytes:
    """Content octets; the inverse of `decode_value`. Raises EncodingError where the value does not fit the schema."""
    match schema, value:
        case Integer(minimum, maximum), int() if not isinstance(value, bool):
            if value < minimum or (maximum is not None and value > maximum):
                raise EncodingError(path, f"{value} is out of range")
            return tlv.decode(der.encode_integer(value)).value
        case Enumerated(names), str() if value in names.values():
            return tlv.decode(der.encode_integer(next(n for n, name in names.items() if name == value))).value
        case Boolean(), bool():
            return b"\xff" if value else b"\x00"
        case Octets(), bytes():
            return value
        case Record(), Mapping():
            return _encode_record(schema, value, path)
        case Choice(alternatives), (str() as name, chosen):
            for number, member in alternatives.items():
                if member.name == name:
                    return _encode_tagged(number, member, chosen, path)
        case ListOf(element), tuple():
            return b"".join(_encode_element(element, one, f"{path}[{index}]") for index, one in enumerate(value))
    raise EncodingError(path, f"a value that does not fit {type(schema).__name__}")


def _decode_record(schema: Record, content: bytes, path: str) -> dict[str, Value]:
    values: dict[str, Value] = {}
    last = -1
    for one in tlv.decode_all(content):
        number = _context_number(one, path)
        if number <= last:
            raise DecodingError(f"{path} has [{number}] repeated or out of order")
        last = number
        if number < len(schema.members):
            member = schema.members[number]
            _check_form(one, member.kind, f"{path}.{member.name}")
            values[member.name] = decode_value(member.kind, one.value, f"{path}.{member.name}")
        elif schema.extensible:
            values[f"extension {number}"] = Extension(one.encode())
        else:
            raise DecodingError(f"{path} has no member [{number}]")
    missing = [member.name for member in schema.members if not member.optional and member.name not in values]
    if missing:
        raise DecodingError(f"{path}.{missing[0]} is missing")
    return values


def _encode_record(schema: Record, values: Mapping[str, Value], path: str) -> bytes:
    names = {member.name for member in schema.members}
    parts = []
    for number, member in enumerate(schema.members):
        if member.name in values:
            parts.append(_encode_tagged(number, member, values[member.name], path))
        elif not member.optional:
            raise EncodingError(path, f"{member.name} is missing")
    for name, value in values.items():
        if isinstance(value, Extension) and schema.extensible:
            parts.append(value.raw)
        elif name not in names:
            raise EncodingError(path, f"{name} is unknown")
    return b"".join(parts)


def _decode_element(element: Schema, one: tlv.Tlv, path: str) -> Value:
    if isinstance(element, Choice):
        return decode_value(element, one.encode(), path)
    if one.tag != _universal_tag(element):
        raise DecodingError(f"{path} has tag {one.tag:02X}")
    return decode_value(element, one.value, path)


def _encode_element(element: Schema, value: Value, path: str) -> bytes:
    content = encode_value(element, value, path)
    return content if isinstance(element, Choice) else tlv.encode(_universal_tag(element), content)


def _encode_tagged(number: int, member: Member, value: Value, path: str) -> bytes:
    constructed = CONSTRUCTED if isinstance(member.kind, Record | Choice | ListOf) else 0
    return tlv.encode(CONTEXT | constructed | number, encode_value(member.kind, value, f"{path}.{member.name}"))


def _universal_tag(schema: Schema) -> int:
    return SEQUENCE if isinstance(schema, Record | ListOf) else der.OCTET_STRING if isinstance(schema, Octets) else der.INTEGER


def _exactly_one(content: bytes, path: str) -> tuple[tlv.Tlv]:
    objects = tlv.decode_all(content)
    if len(objects) != 1:
        raise DecodingError(f"{path} holds {len(objects)} alternatives, one is required")
    return (objects[0],)


def _context_number(one: tlv.Tlv, path: str) -> int:
    if one.tag > 0xFF or one.tag & 0xC0 != CONTEXT:
        raise DecodingError(f"{path} holds tag {one.tag:02X}, which is no context tag")
    return one.tag & 0x1F


def _check_form(one: tlv.Tlv, schema: Schema, path: str) -> None:
    if one.is_constructed != isinstance(schema, Record | Choice | ListOf):
        raise DecodingError(f"{path} has the wrong form (tag {one.tag:02X})")
