"""Is a certificate still good? Asked by serial number and issuer alone: whoever answers learns no service and no purpose."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from cryptography import x509

from openeoi.errors import OpenEoiError
from openeoi.protocols.holder_certificate.certificate import HolderCertificate
from openeoi.protocols.holder_certificate.errors import CertificateRevoked, StatusUnavailable, StatusUnknown


class Status(StrEnum):
    """The three answers of RFC 6960, 2.2."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


class StatusSourceUnavailable(OpenEoiError):
    """Raised by a CertificateStatus that cannot answer now."""


class CertificateStatus(Protocol):
    """The status of the certificate with this serial number of this issuer. Raises StatusSourceUnavailable."""

    def __call__(self, serial: int, issuer: x509.Name, /) -> Status: ...


def require_good(certificate: HolderCertificate, status: CertificateStatus) -> None:
    """Fails closed. Raises CertificateRevoked, StatusUnknown, StatusUnavailable."""
    try:
        answer = status(certificate.serial, certificate.issuer_name)
    except StatusSourceUnavailable as error:
        raise StatusUnavailable("the certificate's status cannot be learned now") from error
    if answer is Status.REVOKED:
        raise CertificateRevoked("the certificate was revoked")
    if answer is not Status.GOOD:
        raise StatusUnknown("the issuer does not know the certificate")
