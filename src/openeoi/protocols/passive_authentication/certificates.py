"""X.509 certificates of country signing authorities and document signers (ICAO 9303-12, 7.1).

`cryptography` refuses some that are in use: explicit curve parameters, NULL parameters in an ECDSA AlgorithmIdentifier.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

from openeoi.encoding import der
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.tlv import Span, spans
from openeoi.protocols.passive_authentication import certificate_fields as fields
from openeoi.protocols.passive_authentication.public_keys import PublicKey, load_public_key
from openeoi.protocols.passive_authentication.tolerances import Tolerance


@dataclass(frozen=True, slots=True)
class Period:
    """A private key usage period (RFC 3280, 4.2.1.4); an open end is None."""

    start: datetime | None
    end: datetime | None

    def holds(self, moment: datetime) -> bool:
        return (self.start is None or self.start <= moment) and (self.end is None or moment <= self.end)


@dataclass(frozen=True, slots=True)
class Certificate:
    """What passive authentication needs of a certificate. Names are DER; `country` is the issuer's in capitals, or empty.

    `key_usage` holds RFC 5280's names ("digital_signature", "key_cert_sign" ...), None where the extension is absent;
    `signed` is the TBSCertificate, `signature_algorithm` the DER of its AlgorithmIdentifier.
    """

    raw: bytes
    signed: bytes
    subject: bytes
    issuer: bytes
    country: str
    serial_number: int
    not_before: datetime
    not_after: datetime
    subject_key_identifier: bytes | None
    authority_key_identifier: bytes | None
    is_authority: bool
    key_usage: frozenset[str] | None
    extended_key_usage: frozenset[str]
    private_key_usage: Period
    public_key: bytes
    signature_algorithm: bytes
    signature: bytes

    @property
    def is_self_issued(self) -> bool:
        return self.subject == self.issuer

    @property
    def is_link(self) -> bool:
        """The old key signed the new one: same name, other key (ICAO 9303-12, 7.1.2). Only key identifiers tell it apart."""
        # Real link certificates exist that forget to say that they are authorities; they still say what their key is for.
        certifies = self.is_authority or "key_cert_sign" in (self.key_usage or ())
        return certifies and self.authority_key_identifier not in (None, self.subject_key_identifier)

    def key(self) -> tuple[PublicKey, tuple[Tolerance, ...]]:
        """The public key, loaded. Raises DecodingError and UnsupportedAlgorithm."""
        return load_public_key(self.public_key)

    @property
    def subject_text(self) -> str:
        """For people: "Common Name: ..., Country: SI"."""
        return fields.readable(fields.name(self.subject))

    @classmethod
    def decode(cls, raw: bytes) -> Certificate:
        """Raises DecodingError."""
        return _decode(raw)


@lru_cache(maxsize=2048)
def _decode(raw: bytes) -> Certificate:
    """Kept, because a trust store gives the same certificates at every inspection; a list of all countries' has some 600."""
    whole = spans(raw)
    if len(whole) != 1:
        raise DecodingError("a certificate is one SEQUENCE with nothing behind it")
    parts = fields.members(raw, whole[0], der.SEQUENCE, "a certificate")
    if len(parts) != 3:
        raise DecodingError(f"a certificate has three members, not {len(parts)}")
    body, algorithm, signature = parts
    members = _body(raw, body)
    issuer, subject, validity = _bytes(raw, members["issuer"]), _bytes(raw, members["subject"]), members["validity"]
    fields.name(subject)
    period = fields.members(raw, validity, der.SEQUENCE, "a validity")
    if len(period) != 2:
        raise DecodingError("a validity has a begin and an end", validity[1])
    by_kind = fields.extensions(raw, members["extensions"]) if "extensions" in members else {}
    return Certificate(
        raw=raw,
        signed=_bytes(raw, body),
        subject=subject,
        issuer=issuer,
        country=fields.country(fields.name(issuer)),
        serial_number=int.from_bytes(_content(raw, members["serial number"]), "big", signed=True),
        not_before=fields.time(raw, period[0]),
        not_after=fields.time(raw, period[1]),
        subject_key_identifier=fields.key_identifier(raw, by_kind.get(fields.SUBJECT_KEY_IDENTIFIER)),
        authority_key_identifier=fields.authority_key_identifier(raw, by_kind.get(fields.AUTHORITY_KEY_IDENTIFIER)),
        is_authority=fields.is_authority(raw, by_kind.get(fields.BASIC_CONSTRAINTS)),
        key_usage=fields.key_usage(raw, by_kind.get(fields.KEY_USAGE)),
        extended_key_usage=fields.extended_key_usage(raw, by_kind.get(fields.EXTENDED_KEY_USAGE)),
        private_key_usage=Period(*fields.private_key_usage(raw, by_kind.get(fields.PRIVATE_KEY_USAGE_PERIOD))),
        public_key=_bytes(raw, members["public key"]),
        signature_algorithm=_bytes(raw, algorithm),
        signature=_bits(raw, signature),
    )


# RFC 5280, 4.1: the members of a TBSCertificate in their order; those with a name in brackets may be missing.
_MEMBERS: Final = (
    (0xA0, "[version]"),
    (der.INTEGER, "serial number"),
    (der.SEQUENCE, "algorithm"),
    (der.SEQUENCE, "issuer"),
    (der.SEQUENCE, "validity"),
    (der.SEQUENCE, "subject"),
    (der.SEQUENCE, "public key"),
    (0x81, "[issuer's number]"),
    (0x82, "[subject's number]"),
    (0xA3, "[extensions]"),
)


def _body(raw: bytes, body: Span) -> dict[str, Span]:
    rest = fields.members(raw, body, der.SEQUENCE, "the body of a certificate")
    found: dict[str, Span] = {}
    position = 0
    for tag, member in _MEMBERS:
        if position < len(rest) and rest[position][0] == tag:
            found[member.strip("[]")] = rest[position]
            position += 1
        elif not member.startswith("["):
            raise DecodingError(f"a certificate's {member} is missing", body[1])
    if position != len(rest):
        raise DecodingError("a certificate has a member that does not belong there", rest[position][1])
    if not _content(raw, found["serial number"]):
        raise DecodingError("a certificate's serial number is empty", body[1])
    return found


def _bytes(raw: bytes, span: Span) -> bytes:
    return raw[span[1] : span[3]]


def _content(raw: bytes, span: Span) -> bytes:
    return raw[span[2] : span[3]]


def _bits(raw: bytes, span: Span) -> bytes:
    """A BIT STRING of whole bytes."""
    if span[0] != der.BIT_STRING or raw[span[2] : span[2] + 1] != b"\x00" or span[3] - span[2] < 1:
        raise DecodingError("a signature is a BIT STRING of whole bytes", span[1])
    return raw[span[2] + 1 : span[3]]


def forget() -> None:
    """Drops what is kept of certificates read earlier; for measurements."""
    _decode.cache_clear()
    fields.name.cache_clear()
