"""The parts of an X.509 certificate (RFC 5280, 4.1) as they stand in its bytes: names, times, extensions.

Read with our own strict reader because a trust store holds hundreds of certificates and a document's is read at every inspection:
a general ASN.1 library takes half a millisecond for each. All functions raise DecodingError.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from openeoi.encoding import der
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.tlv import Span, Tlv, spans

UTC_TIME: Final = 0x17
COUNTRY_NAME: Final = bytes.fromhex("550406")

SUBJECT_KEY_IDENTIFIER: Final = bytes.fromhex("551D0E")
KEY_USAGE: Final = bytes.fromhex("551D0F")
PRIVATE_KEY_USAGE_PERIOD: Final = bytes.fromhex("551D10")
BASIC_CONSTRAINTS: Final = bytes.fromhex("551D13")
AUTHORITY_KEY_IDENTIFIER: Final = bytes.fromhex("551D23")
EXTENDED_KEY_USAGE: Final = bytes.fromhex("551D25")

# RFC 5280, 4.2.1.3, in the order of the bits.
_USAGES: Final = (
    "digital_signature",
    "non_repudiation",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)

# Character sets of the string types (X.680, 41): TeletexString is Latin-1 in all certificates that use it.
_CHARACTER_SETS: Final = {
    0x0C: "utf-8",
    0x12: "ascii",
    0x13: "latin-1",
    0x14: "latin-1",
    0x16: "latin-1",
    0x1C: "utf-32-be",
    0x1E: "utf-16-be",
}

_LABELS: Final = {
    bytes.fromhex("550403"): "Common Name",
    bytes.fromhex("550404"): "Surname",
    bytes.fromhex("550405"): "Serial Number",
    COUNTRY_NAME: "Country",
    bytes.fromhex("550407"): "Locality",
    bytes.fromhex("550408"): "State/Province",
    bytes.fromhex("55040A"): "Organization",
    bytes.fromhex("55040B"): "Organizational Unit",
    bytes.fromhex("55042A"): "Given Name",
    bytes.fromhex("550461"): "Organization Identifier",
    bytes.fromhex("2A864886F70D010901"): "Email Address",
}

_TIME: Final = re.compile(rb"([0-9]{2}|[0-9]{4})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})Z")


def members(raw: bytes, span: Span, tag: int, what: str) -> list[Span]:
    """The objects inside the one at `span`, which must have this tag."""
    if span[0] != tag:
        raise DecodingError(f"tag {span[0]:02X} stands where {what} belongs", span[1])
    return spans(raw, span[2], span[3])


@lru_cache(maxsize=1024)
def name(raw: bytes) -> tuple[tuple[bytes, str], ...]:
    """Types (the bytes of the object identifier) and values of a Name, in its order. Kept: authorities keep their names."""
    found = []
    whole = _one(spans(raw), "a name")[0]
    for relative in members(raw, whole, der.SEQUENCE, "a name"):
        for pair in members(raw, relative, der.SET, "a relative distinguished name"):
            parts = members(raw, pair, der.SEQUENCE, "an attribute of a name")
            if len(parts) != 2 or parts[0][0] != der.OBJECT_IDENTIFIER:
                raise DecodingError("an attribute of a name has a type and a value", pair[1])
            found.append((raw[parts[0][2] : parts[0][3]], _text(raw, parts[1])))
    return tuple(found)


def readable(pairs: tuple[tuple[bytes, str], ...]) -> str:
    """ "Common Name: ..., Organization: ..., Country: SI", the narrowest first whichever way the name is written."""
    written = [
        f"{_LABELS.get(kind) or der.decode_object_identifier(Tlv(der.OBJECT_IDENTIFIER, kind))}: {text}" for kind, text in pairs
    ]
    if not pairs or pairs[-1][0] != COUNTRY_NAME:
        written.reverse()
    return ("; " if any("," in one for one in written) else ", ").join(written)


def country(pairs: tuple[tuple[bytes, str], ...]) -> str:
    """In capitals; empty where the name has none, or several."""
    found = [text for kind, text in pairs if kind == COUNTRY_NAME]
    return found[0].upper() if len(found) == 1 else ""


def time(raw: bytes, span: Span) -> datetime:
    """UTCTime or GeneralizedTime, both in UTC to the second (RFC 5280, 4.1.2.5)."""
    if span[0] not in (UTC_TIME, der.GENERALIZED_TIME):
        raise DecodingError(f"tag {span[0]:02X} stands where a time belongs", span[1])
    return _moment(raw, span, 2 if span[0] == UTC_TIME else 4)


def generalized_time(raw: bytes, span: Span) -> datetime:
    """The content of a GeneralizedTime, whatever its tag."""
    return _moment(raw, span, 4)


def extensions(raw: bytes, span: Span) -> Mapping[bytes, Span]:
    """The content of each extension by the bytes of its identifier; none stands twice (RFC 5280, 4.2)."""
    found: dict[bytes, Span] = {}
    (inner,) = _one(spans(raw, span[2], span[3]), "extensions")
    for extension in members(raw, inner, der.SEQUENCE, "extensions"):
        parts = members(raw, extension, der.SEQUENCE, "an extension")
        kinds = [part[0] for part in parts]
        if kinds not in ([der.OBJECT_IDENTIFIER, der.OCTET_STRING], [der.OBJECT_IDENTIFIER, der.BOOLEAN, der.OCTET_STRING]):
            raise DecodingError("an extension has an identifier, perhaps a mark, and a value", extension[1])
        identifier = raw[parts[0][2] : parts[0][3]]
        if identifier in found:
            raise DecodingError("an extension stands twice", extension[1])
        found[identifier] = parts[-1]
    return found


def key_identifier(raw: bytes, extension: Span | None) -> bytes | None:
    if extension is None:
        return None
    (value,) = _one(spans(raw, extension[2], extension[3]), "the subject key identifier")
    if value[0] != der.OCTET_STRING:
        raise DecodingError("the subject key identifier is no OCTET STRING", value[1])
    return raw[value[2] : value[3]]


def authority_key_identifier(raw: bytes, extension: Span | None) -> bytes | None:
    if extension is None:
        return None
    return next((raw[part[2] : part[3]] for part in _sequence(raw, extension) if part[0] == 0x80), None)


def is_authority(raw: bytes, extension: Span | None) -> bool:
    parts = [] if extension is None else _sequence(raw, extension)
    return bool(parts) and parts[0][0] == der.BOOLEAN and any(raw[parts[0][2] : parts[0][3]])


def key_usage(raw: bytes, extension: Span | None) -> frozenset[str] | None:
    if extension is None:
        return None
    (value,) = _one(spans(raw, extension[2], extension[3]), "the key usage")
    if value[0] != der.BIT_STRING or value[3] - value[2] < 1 or raw[value[2]] > 7:
        raise DecodingError("the key usage is no BIT STRING", value[1])
    bits = raw[value[2] + 1 : value[3]]
    return frozenset(
        usage for place, usage in enumerate(_USAGES) if place < 8 * len(bits) and bits[place // 8] & 0x80 >> place % 8
    )


def extended_key_usage(raw: bytes, extension: Span | None) -> frozenset[str]:
    parts = [] if extension is None else _sequence(raw, extension)
    return frozenset(der.decode_object_identifier(Tlv(part[0], raw[part[2] : part[3]])) for part in parts)


def private_key_usage(raw: bytes, extension: Span | None) -> tuple[datetime | None, datetime | None]:
    by_tag = {part[0]: part for part in ([] if extension is None else _sequence(raw, extension))}
    if not by_tag.keys() <= {0x80, 0x81}:
        raise DecodingError("a private key usage period has a begin and an end")
    start, end = by_tag.get(0x80), by_tag.get(0x81)
    return start and generalized_time(raw, start), end and generalized_time(raw, end)


def _dotted(identifier: bytes) -> str:
    return der.decode_object_identifier(Tlv(der.OBJECT_IDENTIFIER, identifier))


def _sequence(raw: bytes, extension: Span) -> list[Span]:
    (value,) = _one(spans(raw, extension[2], extension[3]), "an extension's value")
    return members(raw, value, der.SEQUENCE, "an extension's SEQUENCE")


def _one(found: list[Span], what: str) -> list[Span]:
    if len(found) != 1:
        raise DecodingError(f"{len(found)} objects stand where {what} belongs")
    return found


def _text(raw: bytes, span: Span) -> str:
    characters = _CHARACTER_SETS.get(span[0])
    if characters is None:
        return raw[span[2] : span[3]].hex()
    try:
        return raw[span[2] : span[3]].decode(characters)
    except UnicodeDecodeError as error:
        raise DecodingError(f"a name holds bytes that are no {characters}", span[2]) from error


def _moment(raw: bytes, span: Span, year_digits: int) -> datetime:
    found = _TIME.fullmatch(raw[span[2] : span[3]])
    if found is None or len(found[1]) != year_digits:
        raise DecodingError("a time is not in its one form, in UTC and to the second", span[1])
    year, month, day, hour, minute, second = map(int, found.groups())
    if year_digits == 2:
        year += 2000 if year < 50 else 1900
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError as error:
        raise DecodingError("a time that no calendar knows", span[1]) from error
