"""Why passive authentication did not succeed. The classes say what a caller concludes: forged, not trusted, or not decidable."""

from __future__ import annotations

from datetime import datetime

from openeoi.errors import OpenEoiError


class PassiveAuthenticationError(OpenEoiError):
    """Passive authentication did not succeed."""


class AuthenticityRefuted(PassiveAuthenticationError):
    """The data or a signature contradicts itself: changed, or never signed by who is named."""


class TrustNotEstablished(PassiveAuthenticationError):
    """Nothing is refuted, but no chain of valid certificates leads to a trusted authority."""


class NotDecidable(PassiveAuthenticationError):
    """The check could not be made: something it needs is absent or of an unsupported kind."""


class SecurityObjectDigestMismatch(AuthenticityRefuted):
    """The signed attributes hold another digest than that of the LDS security object."""


class SecurityObjectSignatureInvalid(AuthenticityRefuted):
    """The signature over the signed attributes does not verify with the document signer's key."""


class SignedAttributesInvalid(AuthenticityRefuted):
    """The signed attributes are missing, or name another content type than the content has (RFC 5652, 11.1)."""


class DocumentSignerSignatureInvalid(AuthenticityRefuted):
    """The document signer certificate is not signed by the authority whose key identifier it names."""


class DataGroupHashMismatch(AuthenticityRefuted):
    """The content of data group `number` is not what was signed."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"data group {number} is not what the document signer signed")


class DataGroupNotSigned(AuthenticityRefuted):
    """Data group `number` is on the chip, but the security object has no digest for it."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"data group {number} is not covered by the security object")


class SignerCertificateMissing(NotDecidable):
    """No certificate at hand is the one that the SignerInfo names."""


class UnsupportedAlgorithm(NotDecidable):
    """A key or signature algorithm that this implementation cannot check; `algorithm` names it."""

    def __init__(self, algorithm: str) -> None:
        self.algorithm = algorithm
        super().__init__(f"{algorithm} is not supported")


class NoTrustAnchor(TrustNotEstablished):
    """No trusted country signing certificate fits the document signer's issuer; `country` as in its certificate."""

    def __init__(self, country: str) -> None:
        self.country = country
        super().__init__(f"no trusted country signing certificate of {country or 'the unnamed country'} fits the document signer")


class CertificateNotYetValid(TrustNotEstablished):
    """`certificate` ("document signer" or "country signing authority") is valid only from `valid_from` on."""

    def __init__(self, certificate: str, valid_from: datetime) -> None:
        self.certificate = certificate
        self.valid_from = valid_from
        super().__init__(f"the {certificate} certificate is not valid before {valid_from:%Y-%m-%d}")


class CertificateExpired(TrustNotEstablished):
    """`certificate` was valid until `valid_until`."""

    certificate = "certificate"

    def __init__(self, valid_until: datetime) -> None:
        self.valid_until = valid_until
        super().__init__(f"the {self.certificate} certificate expired on {valid_until:%Y-%m-%d}")


class SignerExpired(CertificateExpired):
    certificate = "document signer"


class AuthorityExpired(CertificateExpired):
    certificate = "country signing authority"


class KeyUsedOutsideItsPeriod(TrustNotEstablished):
    """A signature was made when the private key was not to be used any more, or not yet (ICAO 9303-12, 7.1.1)."""


class CertificateNotForThisUse(TrustNotEstablished):
    """Key usage or basic constraints do not allow what the certificate was used for."""


class SignerRevoked(TrustNotEstablished):
    """The document signer certificate is on its authority's revocation list since `since`."""

    def __init__(self, since: datetime) -> None:
        self.since = since
        super().__init__(f"the document signer certificate is revoked since {since:%Y-%m-%d}")
