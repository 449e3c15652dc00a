"""The certificate itself: 7F21 with body 7F4E and signature 5F37 (TR-03110-3, C.1), for inspection systems.

The order of the data objects is fixed. The exact bytes of the body are kept, because they are what was signed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Final

from openeoi.encoding import der, tlv
from openeoi.encoding.card_verifiable_certificates.public_keys import PUBLIC_KEY, CertifiedKey, decode_public_key
from openeoi.encoding.card_verifiable_certificates.references import AUTHORITY_REFERENCE, KeyReference
from openeoi.encoding.errors import DecodingError, EncodingError

CERTIFICATE: Final = 0x7F21
BODY: Final = 0x7F4E
SIGNATURE: Final = 0x5F37
PROFILE: Final = 0x5F29
HOLDER_REFERENCE: Final = 0x5F20
AUTHORIZATION_TEMPLATE: Final = 0x7F4C
EFFECTIVE_DATE: Final = 0x5F25
EXPIRATION_DATE: Final = 0x5F24
EXTENSIONS: Final = 0x65
DISCRETIONARY_DATA: Final = 0x53

PROFILE_1: Final = b"\x00"
INSPECTION_SYSTEM: Final = "0.4.0.127.0.7.3.1.2.1"

_TAGS: Final = (
    PROFILE,
    AUTHORITY_REFERENCE,
    PUBLIC_KEY,
    HOLDER_REFERENCE,
    AUTHORIZATION_TEMPLATE,
    EFFECTIVE_DATE,
    EXPIRATION_DATE,
)


class Role(IntEnum):
    """The two high bits of the authorization (TR-03110-3, C.4.1)."""

    INSPECTION_SYSTEM = 0b00
    FOREIGN_DOCUMENT_VERIFIER = 0b01
    DOMESTIC_DOCUMENT_VERIFIER = 0b10
    COUNTRY_VERIFYING_AUTHORITY = 0b11

    @property
    def is_document_verifier(self) -> bool:
        return self in (Role.FOREIGN_DOCUMENT_VERIFIER, Role.DOMESTIC_DOCUMENT_VERIFIER)


@dataclass(frozen=True, slots=True)
class Authorization:
    """Role and rights of an inspection system's certificate: `fingerprints` opens DG3, `irises` DG4.

    `reserved`: the four bits between, which have no meaning for travel documents, as they stand (0x04 to 0x20).
    """

    role: Role
    fingerprints: bool = False
    irises: bool = False
    reserved: int = 0

    def encode(self) -> bytes:
        bits = bytes((self.role << 6 | self.reserved & 0x3C | self.irises << 1 | self.fingerprints,))
        content = der.encode_object_identifier(INSPECTION_SYSTEM) + tlv.encode(DISCRETIONARY_DATA, bits)
        return tlv.encode(AUTHORIZATION_TEMPLATE, content)

    @classmethod
    def decode(cls, raw: bytes) -> Authorization:
        """One whole data object 7F4C. Raises DecodingError, also for other kinds of terminals."""
        objects = tlv.decode_all(tlv.decode_expected(raw, AUTHORIZATION_TEMPLATE))
        if [one.tag for one in objects] != [der.OBJECT_IDENTIFIER, DISCRETIONARY_DATA] or len(objects[1].value) != 1:
            raise DecodingError("an authorization is an object identifier and one byte")
        kind = der.decode_object_identifier(objects[0])
        if kind != INSPECTION_SYSTEM:
            raise DecodingError(f"the authorization is of the kind {kind}, not of an inspection system")
        bits = objects[1].value[0]
        return cls(Role(bits >> 6), bool(bits & 1), bool(bits & 2), bits & 0x3C)


@dataclass(frozen=True, slots=True)
class CertificateBody:
    """What is signed. `effective` and `expires` are days, both included; `extensions` the data objects 73, unread."""

    authority: KeyReference
    public_key: CertifiedKey
    holder: KeyReference
    authorization: Authorization
    effective: date
    expires: date
    extensions: tuple[tlv.Tlv, ...] = ()

    def encode(self) -> bytes:
        content = (
            tlv.encode(PROFILE, PROFILE_1)
            + tlv.encode(AUTHORITY_REFERENCE, self.authority.encode())
            + self.public_key.encode()
            + tlv.encode(HOLDER_REFERENCE, self.holder.encode())
            + self.authorization.encode()
            + tlv.encode(EFFECTIVE_DATE, encode_date(self.effective))
            + tlv.encode(EXPIRATION_DATE, encode_date(self.expires))
        )
        extensions = tlv.encode(EXTENSIONS, tlv.encode_all(self.extensions)) if self.extensions else b""
        return tlv.encode(BODY, content + extensions)

    @classmethod
    def decode(cls, raw: bytes) -> CertificateBody:
        """One whole data object 7F4E. Raises DecodingError."""
        objects = tlv.decode_all(tlv.decode_expected(raw, BODY))
        tags = tuple(one.tag for one in objects)
        if tags not in (_TAGS, (*_TAGS, EXTENSIONS)):
            raise DecodingError("a certificate's data objects are missing, unknown or out of order")
        profile, authority, key, holder, authorization, effective, expires = objects[:7]
        if profile.value != PROFILE_1:
            raise DecodingError("the certificate profile is not 00")
        body = cls(
            KeyReference.decode(authority.value),
            decode_public_key(key.encode()),
            KeyReference.decode(holder.value),
            Authorization.decode(authorization.encode()),
            decode_date(effective.value),
            decode_date(expires.value),
            tlv.decode_all(objects[7].value) if len(objects) > 7 else (),
        )
        if body.effective > body.expires:
            raise DecodingError("a certificate does not expire before it begins")
        return body


@dataclass(frozen=True, slots=True)
class CardVerifiableCertificate:
    """`signed`: the data object 7F4E as it was signed; `signature` plain: r || s for elliptic curves."""

    body: CertificateBody
    signed: bytes
    signature: bytes

    @classmethod
    def build(cls, body: CertificateBody, sign: Callable[[bytes], bytes]) -> CardVerifiableCertificate:
        """`sign` gets the body's data object and returns the plain signature of the authority."""
        signed = body.encode()
        return cls(body, signed, sign(signed))

    def encode(self) -> bytes:
        return tlv.encode(CERTIFICATE, self.content())

    def content(self) -> bytes:
        """Body and signature without the outer tag: what PSO:Verify Certificate carries."""
        return self.signed + tlv.encode(SIGNATURE, self.signature)

    @classmethod
    def decode(cls, raw: bytes) -> CardVerifiableCertificate:
        return cls.from_content(tlv.decode_expected(raw, CERTIFICATE))

    @classmethod
    def from_content(cls, content: bytes) -> CardVerifiableCertificate:
        """Inverse of `content`. Raises DecodingError."""
        objects = tlv.decode_all(content)
        if [one.tag for one in objects] != [BODY, SIGNATURE]:
            raise DecodingError("a certificate is a body and a signature")
        signed = objects[0].encode()
        return cls(CertificateBody.decode(signed), signed, objects[1].value)


def encode_date(day: date) -> bytes:
    """YYMMDD, one digit a byte (D.2.1.3); years 2000 to 2099."""
    if not 2000 <= day.year <= 2099:
        raise EncodingError("date", "only the years 2000 to 2099 can be written")
    return bytes(int(digit) for digit in f"{day:%y%m%d}")


def decode_date(raw: bytes) -> date:
    if len(raw) != 6 or any(digit > 9 for digit in raw):
        raise DecodingError("a date is six digits, one a byte")
    year, month, day = (10 * raw[position] + raw[position + 1] for position in (0, 2, 4))
    try:
        return date(2000 + year, month, day)
    except ValueError as error:
        raise DecodingError("a date that no calendar knows") from error
