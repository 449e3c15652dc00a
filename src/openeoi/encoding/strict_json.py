"""JSON as messages and files of ours are accepted: one object, named members and no others, no duplicates, bounded; bytes in
base64url. Form fields hold the whole in base64url.

Source: RFC 8259; RFC 4648 section 5 without padding; RFC 7493 (I-JSON) for duplicates and surrogates.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TypeAlias

from openeoi.encoding.errors import DecodingError

LARGEST_FORM_FIELD = 65536  # characters of base64url; a request with 20 documents needs about 12,000
_DEEPEST = 8
_LAST_SECOND = 253402300799  # 9999-12-31T23:59:59Z
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)

JsonValue: TypeAlias = "str | int | float | bool | list[JsonValue] | dict[str, JsonValue] | None"
JsonObject: TypeAlias = dict[str, JsonValue]


def to_form_field(value: JsonObject) -> str:
    return encode_bytes(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def from_form_field(field: str) -> JsonObject:
    """The JSON object in a form field; DecodingError for everything else, whatever it is."""
    if len(field) > LARGEST_FORM_FIELD:
        raise DecodingError(f"longer than {LARGEST_FORM_FIELD} characters")
    return decode_object(decode_bytes(field))


def decode_object(raw: bytes) -> JsonObject:
    """The JSON object (UTF-8); DecodingError for everything else."""
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise DecodingError("not UTF-8", error.start) from error
    if _nesting(text) > _DEEPEST:
        raise DecodingError(f"nested deeper than {_DEEPEST}")
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_refuse_constant)
    except ValueError as error:
        raise DecodingError("not JSON", getattr(error, "pos", None)) from error
    if not isinstance(value, dict):
        raise DecodingError("not a JSON object")
    return value


def members(value: JsonValue, required: Iterable[str], optional: Iterable[str] = ()) -> JsonObject:
    """`value` as an object with exactly these members."""
    if not isinstance(value, dict):
        raise DecodingError("not a JSON object")
    missing = set(required) - value.keys()
    unknown = value.keys() - set(required) - set(optional)
    if missing or unknown:
        raise DecodingError(f"missing members {sorted(missing)}, unknown members {len(unknown)}")
    return value


def text(container: JsonObject, name: str) -> str:
    value = container[name]
    if not isinstance(value, str):
        raise DecodingError(f"{name} is not a string")
    if not value.isprintable():  # also refuses lone surrogates
        raise DecodingError(f"{name} holds a character that cannot be shown")
    return value


def number(container: JsonObject, name: str) -> int:
    value = container[name]
    if not isinstance(value, int) or isinstance(value, bool):
        raise DecodingError(f"{name} is not a whole number")
    return value


def octets(container: JsonObject, name: str) -> bytes:
    return decode_bytes(text(container, name))


def moment(container: JsonObject, name: str) -> datetime:
    """Seconds since 1970 as an aware time."""
    seconds = number(container, name)
    if not 0 <= seconds <= _LAST_SECOND:
        raise DecodingError(f"{name} is out of range")
    return datetime.fromtimestamp(seconds, UTC)


def items(container: JsonObject, name: str, most: int) -> list[JsonValue]:
    value = container[name]
    if not isinstance(value, list) or len(value) > most:
        raise DecodingError(f"{name} is not a list of at most {most}")
    return value


def encode_bytes(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode_bytes(encoded: str) -> bytes:
    """Base64url without padding in its one form: unused bits are zero."""
    if not _BASE64URL.fullmatch(encoded):
        raise DecodingError("not base64url")
    try:
        raw = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
    except binascii.Error as error:
        raise DecodingError("not base64url") from error
    if encode_bytes(raw) != encoded:
        raise DecodingError("unused bits of base64url are not zero", len(encoded) - 1)
    return raw


def _object(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a member occurs twice")
    return value


def _refuse_constant(name: str) -> JsonValue:
    raise ValueError(f"{name} is not JSON")


def _nesting(source: str) -> int:
    """The deepest nesting by counting brackets, strings included: an upper bound that costs no recursion."""
    deepest = depth = 0
    for character in source:
        depth += (character in "[{") - (character in "]}")
        deepest = max(deepest, depth)
    return deepest
