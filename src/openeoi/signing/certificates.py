"""Which certificate may sign documents: found by issuer, policy, key usage and statements, never by its place on the card.

Source: ETSI EN 319 412-2, 4.3.2 (nonRepudiation alone for signatures); EN 319 412-5, 4.2-4.3 (QCStatements).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from asn1crypto import core
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from openeoi.protocols.holder_certificate import (
    CertificateStatus,
    HolderCertificate,
    TrustedIssuer,
    read_certificate,
    require_good,
)
from openeoi.protocols.holder_certificate import errors as found
from openeoi.protocols.holder_certificate.certificate import extension, parse_certificate
from openeoi.signing import errors
from openeoi.signing.errors import (
    CertificateUnreadable,
    IssuerNotTrusted,
    NoSigningCertificate,
    NotASigningCertificate,
    SigningRefused,
)
from openeoi.signing.ports import HeldCertificate

QUALIFIED_STATEMENTS = "1.3.6.1.5.5.7.1.3"
QC_COMPLIANCE = "0.4.0.1862.1.1"
QC_SSCD = "0.4.0.1862.1.4"
QC_TYPE = "0.4.0.1862.1.6"
QC_TYPE_ESIGN = "0.4.0.1862.1.6.1"
_MOST_CANDIDATES = 16

_REFUSALS: Final[Mapping[type[found.HolderCertificateError], type[SigningRefused]]] = {
    found.CertificateUnreadable: errors.CertificateUnreadable,
    found.IssuerNotTrusted: errors.IssuerNotTrusted,
    found.CertificateNotYetValid: errors.CertificateNotValidNow,
    found.CertificateExpired: errors.CertificateNotValidNow,
    found.CertificateRevoked: errors.CertificateRevoked,
    # Nothing good is known of a certificate that its issuer does not know.
    found.StatusUnknown: errors.StatusUnavailable,
    found.StatusUnavailable: errors.StatusUnavailable,
}


class _QcStatement(core.Sequence):  # type: ignore[misc]  # asn1crypto has no types
    _fields: ClassVar[list[tuple[object, ...]]] = [
        ("statement_id", core.ObjectIdentifier),
        ("statement_info", core.Any, {"optional": True}),
    ]


class _QcStatements(core.SequenceOf):  # type: ignore[misc]  # asn1crypto has no types
    _child_spec = _QcStatement


class _QcTypes(core.SequenceOf):  # type: ignore[misc]  # asn1crypto has no types
    _child_spec = core.ObjectIdentifier


@dataclass(frozen=True)
class SigningCertificate:
    """An accepted certificate with the chain that goes into the signature: its issuers without the trust anchor."""

    found: HolderCertificate
    chain: tuple[bytes, ...]
    signer: str

    @property
    def certificate(self) -> bytes:
        return self.found.raw

    @property
    def parsed(self) -> x509.Certificate:
        return self.found.parsed


@dataclass(frozen=True)
class QualifiedStatements:
    """What the issuer states about a certificate (EN 319 412-5): qualified, key on a signature creation device, its types."""

    compliance: bool = False
    device: bool = False
    types: tuple[str, ...] = ()

    @property
    def for_signatures(self) -> bool:
        """Qualified certificate for electronic signatures on a device. Without a type it counts as one for signatures (4.2.3)."""
        return self.compliance and self.device and (not self.types or QC_TYPE_ESIGN in self.types)


def find_signing_certificate(
    held: Sequence[HeldCertificate], issuers: Sequence[TrustedIssuer], at: datetime
) -> SigningCertificate:
    """The one that may sign. Raises NoSigningCertificate, or the reason against the only candidate for signatures."""
    refusals: list[SigningRefused] = []
    for candidate in held[:_MOST_CANDIDATES]:
        try:
            return check_signing_certificate(candidate.certificate, issuers, at)
        except (NotASigningCertificate, IssuerNotTrusted, CertificateUnreadable):
            continue
        except SigningRefused as refusal:
            refusals.append(refusal)
    if len(refusals) == 1:
        raise refusals[0]
    raise NoSigningCertificate("no certificate for qualified signatures was found")


def check_signing_certificate(raw: bytes, issuers: Sequence[TrustedIssuer], at: datetime) -> SigningCertificate:
    """Issuer, usage, policy, statements, validity and key of the certificate `raw` (DER). Raises a SigningRefused."""
    with _as_refusals():
        if not is_for_signatures(parse_certificate(raw)):
            raise NotASigningCertificate("its key usage is not nonRepudiation")
        certificate = read_certificate(raw, issuers)
        if not certificate.names_policy or not qualified_statements(certificate.parsed).for_signatures:
            raise NotASigningCertificate("it does not name the policy and statements of a certificate for qualified signatures")
        certificate.require_valid(at)
    key = certificate.parsed.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP384R1):
        raise NotASigningCertificate("its key is not an EC key on P-384")
    issuer = certificate.issuer
    chain = (issuer.certificate, *issuer.above[:-1]) if issuer.above else ()
    return SigningCertificate(certificate, chain, subject_text(certificate.parsed))


def check_status(certificate: SigningCertificate, status: CertificateStatus) -> None:
    """Fails closed. Raises CertificateRevoked, StatusUnavailable."""
    with _as_refusals():
        require_good(certificate.found, status)


@contextmanager
def _as_refusals() -> Iterator[None]:
    try:
        yield
    except found.HolderCertificateError as error:
        raise _REFUSALS[type(error)](str(error)) from error


def is_for_signatures(certificate: x509.Certificate) -> bool:
    """Key usage nonRepudiation (contentCommitment). digitalSignature beside it is tolerated (EN 319 412-2, NAT-4.3.2-2, B)."""
    usage = extension(certificate, x509.KeyUsage)
    return usage is not None and usage.content_commitment


def qualified_statements(certificate: x509.Certificate) -> QualifiedStatements:
    """The statements in the certificate; none when the extension is missing or cannot be read."""
    try:
        oid = x509.ObjectIdentifier(QUALIFIED_STATEMENTS)
        extension = certificate.extensions.get_extension_for_oid(oid).value
    except (x509.ExtensionNotFound, ValueError):
        return QualifiedStatements()
    if not isinstance(extension, x509.UnrecognizedExtension):
        return QualifiedStatements()
    try:
        found = {one["statement_id"].dotted: one["statement_info"] for one in _QcStatements.load(extension.value, strict=True)}
        types = tuple(oid.dotted for oid in found[QC_TYPE].parse(_QcTypes)) if QC_TYPE in found else ()
    except (ValueError, TypeError):
        return QualifiedStatements()
    return QualifiedStatements(QC_COMPLIANCE in found, QC_SSCD in found, types)


def subject_text(certificate: x509.Certificate) -> str:
    """The name for people: given name and surname where both are there, else the common name."""
    given, surname, common = (
        [str(attribute.value) for attribute in certificate.subject.get_attributes_for_oid(oid)]
        for oid in (NameOID.GIVEN_NAME, NameOID.SURNAME, NameOID.COMMON_NAME)
    )
    return f"{given[0]} {surname[0]}" if given and surname else (common[0] if common else "")


def for_pyhanko(raw: bytes) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(raw)
