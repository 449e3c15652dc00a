"""What the chip believes: its trust points and its date, and how each valid certificate changes them (TR-03110-3, 2.5 to 2.7).

- The date is the latest effective date of a valid link certificate, document verifier's certificate, or terminal's certificate
  from a domestic document verifier. It never goes back.
- A link certificate makes its holder a trust point, whether expired or not. At most two are kept: the least recent one goes.
- An expired trust point verifies link certificates only; an expired certificate of anybody else is refused.
- Rights are what authority, document verifier and terminal all have.
- Keys of document verifiers and terminals are not shorter than their issuer's (BSI TR-03105-3.2, ISO7816_J_55 and J_56).

A change of trust points and date is one value (`Trust`), so that it is stored in one step.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from openeoi.crypto.errors import CryptographicError
from openeoi.encoding import tlv
from openeoi.encoding.card_verifiable_certificates.certificate import (
    CERTIFICATE,
    EFFECTIVE_DATE,
    CardVerifiableCertificate,
    Role,
    decode_date,
    encode_date,
)
from openeoi.encoding.card_verifiable_certificates.public_keys import EllipticCurveKey
from openeoi.encoding.card_verifiable_certificates.references import KeyReference, encode_authority_references
from openeoi.encoding.errors import DecodingError
from openeoi.protocols.terminal_authentication.signatures import VerificationKey, verification_key

TRUST_POINTS_MAXIMUM: Final = 2


class CertificateUnacceptable(CryptographicError):
    """A certificate that is signed well but may not be taken; the text says which rule it breaks."""


@dataclass(frozen=True, slots=True)
class Trust:
    """`points`: the authorities' certificates, the most recent first; `current_date`: the chip's idea of today."""

    points: tuple[CardVerifiableCertificate, ...]
    current_date: date

    def find(self, reference: KeyReference) -> CardVerifiableCertificate | None:
        return next((point for point in self.points if point.body.holder == reference), None)

    def authority_references(self) -> bytes:
        """The content of EF.CVCA."""
        return encode_authority_references([point.body.holder for point in self.points])

    def encode(self) -> bytes:
        """For the chip's memory."""
        return tlv.encode(EFFECTIVE_DATE, encode_date(self.current_date)) + b"".join(point.encode() for point in self.points)

    @classmethod
    def decode(cls, raw: bytes) -> Trust:
        """Strict inverse. Raises DecodingError."""
        day, *points = tlv.decode_all(raw) or (tlv.Tlv(CERTIFICATE, b""),)
        if day.tag != EFFECTIVE_DATE or not 1 <= len(points) <= TRUST_POINTS_MAXIMUM:
            raise DecodingError("the trust of a chip is a date and one or two certificates")
        return cls(tuple(CardVerifiableCertificate.decode(point.encode()) for point in points), decode_date(day.value))


@dataclass(frozen=True, slots=True)
class Imported:
    """A verified public key: the certificate, the key ready for use, and the rights that its chain leaves to it."""

    certificate: CardVerifiableCertificate
    key: VerificationKey
    fingerprints: bool
    irises: bool

    @classmethod
    def trust_point(cls, certificate: CardVerifiableCertificate) -> Imported:
        """Raises CryptographicError for an unusable key, which a chip's own trust point does not have."""
        authorization = certificate.body.authorization
        return cls(certificate, verification_key(certificate.body.public_key), authorization.fingerprints, authorization.irises)

    @property
    def role(self) -> Role:
        return self.certificate.body.authorization.role


def check(certificate: CardVerifiableCertificate, issuer: Imported, trust: Trust) -> Imported:
    """The certificate under its issuer. Raises SignatureInvalid, CertificateUnacceptable, or what `verification_key` raises."""
    body, role = certificate.body, certificate.body.authorization.role
    if body.authority != issuer.certificate.body.holder:
        raise CertificateUnacceptable("the certificate names another authority")
    issuer.key.verify(certificate.signed, certificate.signature)
    _check_roles(issuer, certificate, trust)
    if trust.find(body.holder) is not None:
        raise CertificateUnacceptable("the holder's key is known already")
    if role is not Role.COUNTRY_VERIFYING_AUTHORITY and body.expires < trust.current_date:
        raise CertificateUnacceptable("the certificate has expired")
    if role is Role.COUNTRY_VERIFYING_AUTHORITY:
        return Imported.trust_point(certificate)
    fingerprints = issuer.fingerprints and body.authorization.fingerprints
    irises = issuer.irises and body.authorization.irises
    key = verification_key(body.public_key, issuer.key)
    if type(key) is type(issuer.key) and key.bits < issuer.key.bits:
        raise CertificateUnacceptable("a key is not shorter than its issuer's")
    return Imported(certificate, key, fingerprints, irises)


def updated(trust: Trust, imported: Imported, issuer: Imported) -> Trust:
    """The chip's trust after a valid certificate."""
    body = imported.certificate.body
    if imported.role is Role.COUNTRY_VERIFYING_AUTHORITY:
        points = sorted((*trust.points, imported.certificate), key=lambda point: point.body.effective, reverse=True)
        trust = replace(trust, points=tuple(points[:TRUST_POINTS_MAXIMUM]))
    if imported.role is Role.INSPECTION_SYSTEM and issuer.role is not Role.DOMESTIC_DOCUMENT_VERIFIER:
        return trust
    return replace(trust, current_date=max(trust.current_date, body.effective))


def _check_roles(issuer: Imported, certificate: CardVerifiableCertificate, trust: Trust) -> None:
    """Authorities certify authorities and document verifiers, document verifiers terminals, terminals nobody."""
    role = certificate.body.authorization.role
    match issuer.role:
        case Role.COUNTRY_VERIFYING_AUTHORITY:
            if role is Role.INSPECTION_SYSTEM:
                raise CertificateUnacceptable("an authority does not certify terminals")
            if role.is_document_verifier and issuer.certificate.body.expires < trust.current_date:
                raise CertificateUnacceptable("an expired trust point verifies link certificates only")
            key = certificate.body.public_key
            if role is Role.COUNTRY_VERIFYING_AUTHORITY and isinstance(key, EllipticCurveKey) and key.parameters is None:
                raise CertificateUnacceptable("a link certificate spells its domain parameters out")
        case Role.INSPECTION_SYSTEM:
            raise CertificateUnacceptable("a terminal certifies nobody")
        case _:
            if role is not Role.INSPECTION_SYSTEM:
                raise CertificateUnacceptable("a document verifier certifies terminals only")
