"""A small set of authorities, document verifiers and terminals, made anew for each test run."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date

from cryptography.hazmat.primitives.asymmetric import rsa

from openeoi.crypto.domain_parameters import elliptic_curve_group
from openeoi.encoding.card_verifiable_certificates.certificate import (
    Authorization,
    CardVerifiableCertificate,
    CertificateBody,
    Role,
)
from openeoi.encoding.card_verifiable_certificates.public_keys import CertifiedKey, EllipticCurveKey, RsaKey
from openeoi.encoding.card_verifiable_certificates.references import KeyReference
from openeoi.protocols.terminal_authentication.signatures import curve_parameters, sign_with_curve, sign_with_rsa

ECDSA_SHA_256 = "0.4.0.127.0.7.2.2.2.2.3"
START, END = date(2026, 1, 1), date(2028, 12, 31)


def reference(name: str) -> KeyReference:
    """ "SIAUTHORITY00001" and the like."""
    return KeyReference(name[:2], name[2:-5], name[-5:])


@dataclass(frozen=True)
class CurveHolder:
    name: str
    private: int = 0xC0FFEE
    parameter_id: int = 13
    algorithm: str = ECDSA_SHA_256
    with_parameters: bool = False

    def public_key(self) -> CertifiedKey:
        group = elliptic_curve_group(self.parameter_id)
        point = group.encode(group.multiply(self.private, group.generator))
        return EllipticCurveKey(self.algorithm, point, curve_parameters(group) if self.with_parameters else None)

    def sign(self, data: bytes) -> bytes:
        return sign_with_curve(elliptic_curve_group(self.parameter_id), self.private, self.algorithm, data, secrets.token_bytes)


RSA_KEY = rsa.generate_private_key(65537, 2048)


@dataclass(frozen=True)
class RsaHolder:
    name: str
    algorithm: str = "0.4.0.127.0.7.2.2.2.1.4"

    def public_key(self) -> CertifiedKey:
        numbers = RSA_KEY.public_key().public_numbers()
        return RsaKey(self.algorithm, numbers.n, numbers.e)

    def sign(self, data: bytes) -> bytes:
        return sign_with_rsa(RSA_KEY, self.algorithm, data)


Holder = CurveHolder | RsaHolder


def certify(
    issuer: Holder,
    holder: Holder,
    role: Role,
    *,
    fingerprints: bool = True,
    irises: bool = True,
    effective: date = START,
    expires: date = END,
) -> CardVerifiableCertificate:
    body = CertificateBody(
        reference(issuer.name),
        holder.public_key(),
        reference(holder.name),
        Authorization(role, fingerprints, irises),
        effective,
        expires,
    )
    return CardVerifiableCertificate.build(body, issuer.sign)


AUTHORITY = CurveHolder("SIAUTHORITY00001", 11, with_parameters=True)
NEXT_AUTHORITY = CurveHolder("SIAUTHORITY00002", 12, with_parameters=True)
THIRD_AUTHORITY = CurveHolder("SIAUTHORITY00003", 13, with_parameters=True)
VERIFIER = CurveHolder("SIVERIFIER00001", 21)
FOREIGN_VERIFIER = CurveHolder("MEVERIFIERSI001", 22)
TERMINAL = CurveHolder("SITERMINAL00001", 31)

ROOT = certify(AUTHORITY, AUTHORITY, Role.COUNTRY_VERIFYING_AUTHORITY)
LINK = certify(AUTHORITY, NEXT_AUTHORITY, Role.COUNTRY_VERIFYING_AUTHORITY, effective=date(2026, 6, 1), expires=date(2030, 1, 1))
SECOND_LINK = certify(
    NEXT_AUTHORITY, THIRD_AUTHORITY, Role.COUNTRY_VERIFYING_AUTHORITY, effective=date(2027, 6, 1), expires=date(2031, 1, 1)
)
VERIFIER_CERTIFICATE = certify(AUTHORITY, VERIFIER, Role.DOMESTIC_DOCUMENT_VERIFIER, effective=date(2026, 2, 1))
TERMINAL_CERTIFICATE = certify(VERIFIER, TERMINAL, Role.INSPECTION_SYSTEM, effective=date(2026, 3, 1), expires=date(2026, 9, 1))
