"""What the signing desk needs from elsewhere; `main` connects it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from cryptography import x509

from openeoi.errors import OpenEoiError


class Status(StrEnum):
    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


class StatusSourceUnavailable(OpenEoiError):
    """Raised by a CertificateStatus that cannot answer now."""


class CertificateStatus(Protocol):
    """Is the certificate with this serial number of this issuer still good? Raises StatusSourceUnavailable."""

    def __call__(self, serial: int, issuer: x509.Name, /) -> Status: ...


@dataclass(frozen=True)
class QualifiedIssuer:
    """An issuer of certificates for qualified signatures: its certificate (DER), the policy OID that its certificates name, and
    the certificates above it up to the trust anchor, which is last (empty when the issuer is the anchor itself)."""

    certificate: bytes
    policy: str
    above: tuple[bytes, ...] = ()


class TrustedIssuers(Protocol):
    """The qualified issuers trusted now."""

    def __call__(self) -> Sequence[QualifiedIssuer]: ...


@dataclass(frozen=True)
class HeldCertificate:
    """A certificate (DER) that a key holder can sign with, and the certificates of its issuers."""

    certificate: bytes
    chain: tuple[bytes, ...] = ()


class KeyHolder(Protocol):
    """A card in process, in a reader, or any other place that signs digests with P-384 keys. PIN entry is its own matter."""

    def certificates(self) -> Sequence[HeldCertificate]: ...

    def sign_digest(self, certificate: bytes, digest: bytes) -> bytes:
        """Raw r || s (96 bytes) over the 48-byte digest, by the key of that certificate."""
        ...


class KeyHolders(Protocol):
    """Opens the key holder that a person names (`--card`), or the only one there is for None."""

    def __call__(self, name: str | None, /) -> KeyHolder: ...
