"""Is this the login certificate of the level that was asked for? The checks stand in the order in which they are made.

Source: RFC 5280, 4.2.1.3 and 4.2.1.12 for the usages; ETSI EN 319 412-2, 4.3.2 for signature certificates. Login and signature
certificates of a card may carry the same extended key usages, so policy and key usage decide.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.login import errors
from openeoi.login.errors import LevelNotReached, LoginRefused, PolicyNotAccepted, SignatureOnlyCertificate, UsageNotAccepted
from openeoi.protocols.holder_certificate import (
    CertificateStatus,
    HolderCertificate,
    TrustedIssuer,
    read_certificate,
    require_good,
)
from openeoi.protocols.holder_certificate import errors as found

_Kind = TypeVar("_Kind", bound=x509.ExtensionType)

_REFUSALS: Final[Mapping[type[found.HolderCertificateError], type[LoginRefused]]] = {
    found.CertificateUnreadable: errors.CertificateUnreadable,
    found.IssuerNotTrusted: errors.IssuerNotTrusted,
    found.CertificateNotYetValid: errors.CertificateNotYetValid,
    found.CertificateExpired: errors.CertificateExpired,
    found.CertificateRevoked: errors.CertificateRevoked,
    found.StatusUnknown: errors.StatusUnknown,
    found.StatusUnavailable: errors.StatusUnavailable,
}


@dataclass(frozen=True)
class LoginCertificate:
    """What the login needs of an accepted certificate; `number` is the opaque certificate number in the subject."""

    number: str
    certificate: HolderCertificate


def check_certificate(raw: bytes, role: CredentialRole, trusted: Sequence[TrustedIssuer], at: datetime) -> LoginCertificate:
    """Chain, level, policy, usages, validity of the certificate `raw` (DER). Raises a LoginRefused that names what failed."""
    with _as_refusals():
        certificate = read_certificate(raw, trusted)
        _check_level(certificate, role)
        if not certificate.names_policy:
            raise PolicyNotAccepted("the certificate does not name the policy of its level")
        _check_usages(certificate)
        certificate.require_valid(at)
        return LoginCertificate(certificate.number, certificate)


def check_status(certificate: LoginCertificate, status: CertificateStatus) -> None:
    """Fails closed: an unknown or unavailable status lets nobody in."""
    with _as_refusals():
        require_good(certificate.certificate, status)


@contextmanager
def _as_refusals() -> Iterator[None]:
    try:
        yield
    except found.HolderCertificateError as error:
        raise _REFUSALS[type(error)](str(error)) from error


def _check_level(certificate: HolderCertificate, role: CredentialRole) -> None:
    if certificate.role is CredentialRole.QUALIFIED or _required(certificate, x509.KeyUsage).content_commitment:
        raise SignatureOnlyCertificate("the certificate is for signatures")
    if certificate.role is not role:
        raise LevelNotReached(f"the certificate is of level {certificate.role}, {role} was asked for")


def _check_usages(certificate: HolderCertificate) -> None:
    if not _required(certificate, x509.KeyUsage).digital_signature:
        raise UsageNotAccepted("key usage digitalSignature is missing")
    if ExtendedKeyUsageOID.CLIENT_AUTH not in _required(certificate, x509.ExtendedKeyUsage):
        raise UsageNotAccepted("extended key usage clientAuth is missing")
    constraints = certificate.extension(x509.BasicConstraints)
    if constraints is not None and constraints.ca:
        raise UsageNotAccepted("the certificate is an authority's")


def _required(certificate: HolderCertificate, kind: type[_Kind]) -> _Kind:
    value = certificate.extension(kind)
    if value is None:
        raise UsageNotAccepted(f"the extension {kind.oid.dotted_string} is missing")
    return value
