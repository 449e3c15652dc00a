"""Is this the certificate of the credential that was asked for? (RFC 5280; policy and issuer decide, never a name or a usage.)"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import NameOID

from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.health.errors import CertificateNotAccepted, CertificateNotValid
from openeoi.health.ports import TrustedIssuer


@dataclass(frozen=True, slots=True)
class PresentedCertificate:
    """What the point of care takes from a certificate: no name. `number` is the opaque 13-digit one in the subject, `card` a
    digest by which one card's uses are counted."""

    number: str
    serial: int
    issuer: x509.Name
    card: str


def check_certificate(raw: bytes, level: CredentialRole, trusted: Sequence[TrustedIssuer], at: datetime) -> PresentedCertificate:
    """Readable, issuer trusted, of the level asked for, its policy named, valid now: in this order.

    Raises CertificateNotAccepted (POC-110), for the times CertificateNotValid (POC-107).
    """
    try:
        certificate = x509.load_der_x509_certificate(raw)
        extensions = certificate.extensions
        numbers = certificate.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)
    except Exception as error:  # the parser documents ValueError, and raises others for odd versions, names and extensions
        raise CertificateNotAccepted("the certificate cannot be read") from error
    issuer, issuer_certificate = _trusted_issuer(certificate, trusted)
    if issuer.role is not level:
        raise CertificateNotAccepted(f"the certificate is of the credential {issuer.role}, {level} was asked for")
    _check_policy(extensions, issuer.policy)
    for checked in (certificate, issuer_certificate):
        if not checked.not_valid_before_utc <= at <= checked.not_valid_after_utc:
            raise CertificateNotValid("the certificate or its issuer's is not valid at this time")
    if len(numbers) != 1:
        raise CertificateNotAccepted("the certificate has no number in its subject")
    card = hashlib.sha256(raw).hexdigest()
    return PresentedCertificate(str(numbers[0].value), certificate.serial_number, certificate.issuer, card)


def _trusted_issuer(certificate: x509.Certificate, trusted: Sequence[TrustedIssuer]) -> tuple[TrustedIssuer, x509.Certificate]:
    for issuer in trusted:
        candidate = x509.load_der_x509_certificate(issuer.certificate)
        try:
            certificate.verify_directly_issued_by(candidate)
        except (ValueError, TypeError, InvalidSignature):  # another name, another kind of key, another key
            continue
        return issuer, candidate
    raise CertificateNotAccepted("no trusted issuer signed the certificate")


def _check_policy(extensions: x509.Extensions, policy: str) -> None:
    try:
        policies = extensions.get_extension_for_class(x509.CertificatePolicies).value
        usage = extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound as error:
        raise CertificateNotAccepted("the certificate lacks its policy or its key usage") from error
    if policy not in {entry.policy_identifier.dotted_string for entry in policies}:
        raise CertificateNotAccepted("the certificate does not name the policy of its credential")
    if not usage.digital_signature:
        raise CertificateNotAccepted("key usage digitalSignature is missing")
