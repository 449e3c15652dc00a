"""A holder's certificate as a relying party sees it: whose it is, which credential it belongs to, and whether it still counts.

`certificate` reads one and finds the trusted issuer that signed it, `status` asks whether it was revoked. What a service then
wants of it (a level, a usage, statements of a qualified certificate) is the service's own matter.
"""

from openeoi.protocols.holder_certificate.certificate import HolderCertificate, TrustedIssuer, TrustedIssuers, read_certificate
from openeoi.protocols.holder_certificate.status import CertificateStatus, Status, StatusSourceUnavailable, require_good

__all__ = [
    "CertificateStatus",
    "HolderCertificate",
    "Status",
    "StatusSourceUnavailable",
    "TrustedIssuer",
    "TrustedIssuers",
    "read_certificate",
    "require_good",
]
