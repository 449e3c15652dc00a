"""Is this the certificate of the credential that was asked for? Every answer is a POC code."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.health.errors import CertificateNotAccepted, CertificateNotValid
from openeoi.protocols.holder_certificate import HolderCertificate, TrustedIssuer, read_certificate
from openeoi.protocols.holder_certificate.errors import CertificateExpired, CertificateNotYetValid, HolderCertificateError


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
        certificate = read_certificate(raw, trusted)
        _check_credential(certificate, level)
        certificate.require_valid(at)
        number = certificate.number
    except (CertificateExpired, CertificateNotYetValid) as error:
        raise CertificateNotValid(str(error)) from error
    except HolderCertificateError as error:
        raise CertificateNotAccepted(str(error)) from error
    return PresentedCertificate(number, certificate.serial, certificate.issuer_name, hashlib.sha256(raw).hexdigest())


def _check_credential(certificate: HolderCertificate, level: CredentialRole) -> None:
    if certificate.role is not level:
        raise CertificateNotAccepted(f"the certificate is of the credential {certificate.role}, {level} was asked for")
    if not certificate.names_policy:
        raise CertificateNotAccepted("the certificate does not name the policy of its credential")
    usage = certificate.extension(x509.KeyUsage)
    if usage is None or not usage.digital_signature:
        raise CertificateNotAccepted("key usage digitalSignature is missing")
