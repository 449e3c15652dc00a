"""Is this the login certificate of the level that was asked for? The checks stand in the order in which they are made.

Source: research notes sign-eid 4.2 for the profiles; RFC 5280, 4.2.1.3 and 4.2.1.12 for the usages. A relying party must not tell
login from signature certificates by extended key usage (4.1 there), so policy and key usage decide.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.login.errors import (
    CertificateExpired,
    CertificateNotYetValid,
    CertificateRevoked,
    CertificateUnreadable,
    IssuerNotTrusted,
    LevelNotReached,
    PolicyNotAccepted,
    SignatureOnlyCertificate,
    StatusUnavailable,
    StatusUnknown,
    UsageNotAccepted,
)
from openeoi.login.ports import CertificateStatus, Status, StatusSourceUnavailable, TrustedIssuer

_Kind = TypeVar("_Kind", bound=x509.ExtensionType)


@dataclass(frozen=True)
class LoginCertificate:
    """What the login needs of an accepted certificate; `number` is the opaque certificate number in the subject."""

    number: str
    serial: int
    issuer: x509.Name


def check_certificate(raw: bytes, role: CredentialRole, trusted: Sequence[TrustedIssuer], at: datetime) -> LoginCertificate:
    """Chain, level, policy, usages, validity of the certificate `raw` (DER). Raises a LoginRefused that names what failed."""
    try:
        certificate = x509.load_der_x509_certificate(raw)
        extensions = certificate.extensions
    except Exception as error:  # the parser documents ValueError, and raises others for odd versions, names and extensions
        raise CertificateUnreadable("the certificate cannot be read") from error
    issuer, issuer_certificate = _trusted_issuer(certificate, trusted)
    _check_level(extensions, issuer, role)
    _check_policy(extensions, issuer.policy)
    _check_usages(extensions)
    _check_validity(certificate, at)
    _check_validity(issuer_certificate, at)
    return LoginCertificate(_number(certificate), certificate.serial_number, certificate.issuer)


def check_status(certificate: LoginCertificate, status: CertificateStatus) -> None:
    """Fails closed: an unknown or unavailable status lets nobody in."""
    try:
        answer = status(certificate.serial, certificate.issuer)
    except StatusSourceUnavailable as error:
        raise StatusUnavailable("the certificate's status cannot be learned now") from error
    if answer is Status.REVOKED:
        raise CertificateRevoked("the certificate was revoked")
    if answer is not Status.GOOD:
        raise StatusUnknown("the issuer does not know the certificate")


def _trusted_issuer(certificate: x509.Certificate, trusted: Sequence[TrustedIssuer]) -> tuple[TrustedIssuer, x509.Certificate]:
    for issuer in trusted:
        candidate = x509.load_der_x509_certificate(issuer.certificate)
        try:
            certificate.verify_directly_issued_by(candidate)
        except (ValueError, TypeError, InvalidSignature):  # another name, another kind of key, another key
            continue
        return issuer, candidate
    raise IssuerNotTrusted("no trusted issuer signed the certificate")


def _check_level(extensions: x509.Extensions, issuer: TrustedIssuer, role: CredentialRole) -> None:
    usage = _extension(extensions, x509.KeyUsage)
    if issuer.role is CredentialRole.QUALIFIED or usage.content_commitment:
        raise SignatureOnlyCertificate("the certificate is for signatures")
    if issuer.role is not role:
        raise LevelNotReached(f"the certificate is of level {issuer.role}, {role} was asked for")


def _check_policy(extensions: x509.Extensions, policy: str) -> None:
    policies = _extension(extensions, x509.CertificatePolicies)
    if policy not in {entry.policy_identifier.dotted_string for entry in policies}:
        raise PolicyNotAccepted("the certificate does not name the policy of its level")


def _check_usages(extensions: x509.Extensions) -> None:
    if not _extension(extensions, x509.KeyUsage).digital_signature:
        raise UsageNotAccepted("key usage digitalSignature is missing")
    if ExtendedKeyUsageOID.CLIENT_AUTH not in _extension(extensions, x509.ExtendedKeyUsage):
        raise UsageNotAccepted("extended key usage clientAuth is missing")
    try:
        authority = extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        authority = False
    if authority:
        raise UsageNotAccepted("the certificate is an authority's")


def _check_validity(certificate: x509.Certificate, at: datetime) -> None:
    if at < certificate.not_valid_before_utc:
        raise CertificateNotYetValid("the certificate is not valid yet")
    if at > certificate.not_valid_after_utc:
        raise CertificateExpired("the certificate has expired")


def _number(certificate: x509.Certificate) -> str:
    numbers = certificate.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)
    if len(numbers) != 1:
        raise CertificateUnreadable("the subject does not hold one certificate number")
    return str(numbers[0].value)


def _extension(extensions: x509.Extensions, kind: type[_Kind]) -> _Kind:
    try:
        return extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound as error:
        raise UsageNotAccepted(f"the extension {kind.oid.dotted_string} is missing") from error
