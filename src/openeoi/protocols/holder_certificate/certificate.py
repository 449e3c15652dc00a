"""Reading a holder's certificate and finding the trusted issuer that signed it.

Issuer and policy decide which credential it belongs to, never a name, a usage or its place on the card (RFC 5280, 4.2.1.4 and
6.1; ETSI EN 319 411-1, 5.3 for policies).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Protocol, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import NameOID

from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.protocols.holder_certificate.errors import (
    CertificateExpired,
    CertificateNotYetValid,
    CertificateUnreadable,
    IssuerNotTrusted,
)

_Kind = TypeVar("_Kind", bound=x509.ExtensionType)


@dataclass(frozen=True, slots=True)
class TrustedIssuer:
    """An issuer of holders' certificates of one role: its certificate (DER), the policy OID that its certificates name, and the
    certificates above it up to the trust anchor, which is last (empty when the issuer is the anchor itself)."""

    role: CredentialRole
    certificate: bytes
    policy: str
    above: tuple[bytes, ...] = ()


class TrustedIssuers(Protocol):
    """The issuers trusted now, for every role: the others too, so that their certificates are refused by name."""

    def __call__(self) -> Sequence[TrustedIssuer]: ...


@dataclass(frozen=True, slots=True)
class HolderCertificate:
    """A readable certificate (`raw` is its DER) that `issuer` signed. Nothing is said of its times, policy or usages yet."""

    raw: bytes = field(repr=False)
    parsed: x509.Certificate = field(repr=False)
    issuer: TrustedIssuer = field(repr=False)

    @property
    def serial(self) -> int:
        return self.parsed.serial_number

    @property
    def issuer_name(self) -> x509.Name:
        return self.parsed.issuer

    @property
    def role(self) -> CredentialRole:
        return self.issuer.role

    @property
    def names_policy(self) -> bool:
        """Whether it names the policy of its issuer's certificates for holders."""
        return self.issuer.policy in policies(self.parsed)

    @property
    def number(self) -> str:
        """The opaque 13-digit certificate number in the subject. Raises CertificateUnreadable where there is not exactly one."""
        numbers = self.parsed.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)
        if len(numbers) != 1:
            raise CertificateUnreadable("the subject does not hold one certificate number")
        return str(numbers[0].value)

    def extension(self, kind: type[_Kind]) -> _Kind | None:
        """The value of an extension, None where the certificate has none of that kind."""
        return extension(self.parsed, kind)

    def require_valid(self, at: datetime) -> None:
        """It and its issuer's certificate are valid at that time. Raises CertificateNotYetValid, CertificateExpired."""
        for one in (self.parsed, _issuer_certificate(self.issuer.certificate)):
            if at < one.not_valid_before_utc:
                raise CertificateNotYetValid("the certificate, or its issuer's, is not valid yet")
            if at > one.not_valid_after_utc:
                raise CertificateExpired("the certificate, or its issuer's, has expired")


def read_certificate(raw: bytes, trusted: Sequence[TrustedIssuer]) -> HolderCertificate:
    """The certificate `raw` (DER) with the issuer among `trusted` whose key signed it.

    Raises CertificateUnreadable, IssuerNotTrusted.
    """
    certificate = parse_certificate(raw)
    for issuer in trusted:
        try:
            certificate.verify_directly_issued_by(_issuer_certificate(issuer.certificate))
        except (ValueError, TypeError, InvalidSignature):  # another name, another kind of key, another key
            continue
        return HolderCertificate(raw, certificate, issuer)
    raise IssuerNotTrusted("no trusted issuer signed the certificate")


def parse_certificate(raw: bytes) -> x509.Certificate:
    """A certificate whose names and extensions can be read too. Raises CertificateUnreadable."""
    try:
        certificate = x509.load_der_x509_certificate(raw)
        # Both are parsed on first access only.
        _ = (certificate.extensions, certificate.subject)
    except Exception as error:  # the parser documents ValueError, and raises others for odd versions, names and extensions
        raise CertificateUnreadable("the certificate cannot be read") from error
    return certificate


def policies(certificate: x509.Certificate) -> frozenset[str]:
    """The object identifiers of the policies that a parsed certificate names."""
    found = extension(certificate, x509.CertificatePolicies)
    return frozenset() if found is None else frozenset(entry.policy_identifier.dotted_string for entry in found)


def extension(certificate: x509.Certificate, kind: type[_Kind]) -> _Kind | None:
    """The value of an extension of a certificate; None where there is none, or where its extensions cannot be read."""
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except (x509.ExtensionNotFound, ValueError):
        return None


@lru_cache(maxsize=64)
def _issuer_certificate(raw: bytes) -> x509.Certificate:
    return x509.load_der_x509_certificate(raw)
