"""Why a holder's certificate is not accepted. Offices translate these into their own refusals."""

from openeoi.errors import OpenEoiError


class HolderCertificateError(OpenEoiError):
    """The root of what this folder raises."""


class CertificateUnreadable(HolderCertificateError):
    """It is no certificate, or breaks its profile."""


class IssuerNotTrusted(HolderCertificateError):
    """No trusted issuer signed it."""


class CertificateNotYetValid(HolderCertificateError):
    """It, or its issuer's certificate, is not valid yet."""


class CertificateExpired(HolderCertificateError):
    """It, or its issuer's certificate, has expired."""


class CertificateRevoked(HolderCertificateError):
    """Its issuer revoked it."""


class StatusUnknown(HolderCertificateError):
    """Its issuer does not know it."""


class StatusUnavailable(HolderCertificateError):
    """Its status cannot be learned now. Without it nothing good is known, so it is not accepted."""
