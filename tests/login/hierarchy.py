"""A small certificate hierarchy and software cards for tests: one self-signed issuer for each credential role."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from asn1crypto import core
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA384
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.protocols.holder_certificate import TrustedIssuer

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
POLICIES = {
    CredentialRole.LOW: "1.3.6.1.4.1.99999.1.1",
    CredentialRole.HIGH: "1.3.6.1.4.1.99999.1.2",
    CredentialRole.QUALIFIED: "0.4.0.194112.1.2",
}
NO_USAGE = dict.fromkeys(
    (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    ),
    False,
)


def qualified_statements(*statements: str) -> x509.UnrecognizedExtension:
    """QCStatements (EN 319 412-5); without arguments QcCompliance, QcSSCD and QcType esign. Given ones stand without info."""
    oids = [core.ObjectIdentifier(oid).dump() for oid in statements or ("0.4.0.1862.1.1", "0.4.0.1862.1.4")]
    content = b"".join(_sequence(oid) for oid in oids)
    if not statements:
        esign = _sequence(core.ObjectIdentifier("0.4.0.1862.1.6.1").dump())
        content += _sequence(core.ObjectIdentifier("0.4.0.1862.1.6").dump() + esign)
    return x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3"), _sequence(content))


def _sequence(content: bytes) -> bytes:
    return b"\x30" + bytes([len(content)]) + content


@dataclass(frozen=True)
class SoftwareCard:
    """A P-384 key with its certificate, signing as a card does: digest in, raw r || s out."""

    certificate: bytes
    key: ec.EllipticCurvePrivateKey = field(repr=False)

    def sign_digest(self, digest: bytes) -> bytes:
        r, s = decode_dss_signature(self.key.sign(digest, ec.ECDSA(Prehashed(SHA384()))))
        return r.to_bytes(48, "big") + s.to_bytes(48, "big")


class Issuer:
    """One self-signed issuing authority."""

    def __init__(self, role: CredentialRole, name: str = "") -> None:
        self.role = role
        self.key = ec.generate_private_key(ec.SECP384R1())
        self.name = x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, "SI"),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "OpenEOI test state Slovenia"),
                x509.NameAttribute(NameOID.COMMON_NAME, name or f"OpenEOI TEST {role}"),
            ]
        )
        usage = x509.KeyUsage(**{**NO_USAGE, "key_cert_sign": True, "crl_sign": True})
        builder = (
            x509.CertificateBuilder(self.name, self.name, self.key.public_key(), x509.random_serial_number())
            .not_valid_before(BEGINNING)
            .not_valid_after(BEGINNING + timedelta(days=3650))
            .add_extension(x509.BasicConstraints(True, 0), True)
            .add_extension(usage, True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), False)
        )
        self.certificate = builder.sign(self.key, SHA384()).public_bytes(Encoding.DER)

    @property
    def trusted(self) -> TrustedIssuer:
        return TrustedIssuer(self.role, self.certificate, POLICIES[self.role])

    def card(
        self,
        number: str = "1234567890123",
        *,
        usages: Sequence[str] = (),
        extended: Sequence[x509.ObjectIdentifier] | None = None,
        policy: str = "",
        not_before: datetime = BEGINNING,
        not_after: datetime = BEGINNING + timedelta(days=3000),
        extensions: Sequence[x509.ExtensionType] | None = None,
    ) -> SoftwareCard:
        """A card of this issuer; by default with the profile of its role."""
        key = ec.generate_private_key(ec.SECP384R1())
        certificate = self.certify(key.public_key(), number, usages, extended, policy, not_before, not_after, extensions)
        return SoftwareCard(certificate, key)

    def certify(
        self,
        public_key: ec.EllipticCurvePublicKey,
        number: str = "1234567890123",
        usages: Sequence[str] = (),
        extended: Sequence[x509.ObjectIdentifier] | None = None,
        policy: str = "",
        not_before: datetime = BEGINNING,
        not_after: datetime = BEGINNING + timedelta(days=3000),
        extensions: Sequence[x509.ExtensionType] | None = None,
    ) -> bytes:
        """The certificate (DER) for a key; by default with the profile of the issuer's role."""
        qualified = self.role is CredentialRole.QUALIFIED
        names = usages or (("content_commitment",) if qualified else ("digital_signature",))
        purposes = ([] if qualified else [ExtendedKeyUsageOID.CLIENT_AUTH]) if extended is None else extended
        subject = x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, "SI"),
                x509.NameAttribute(NameOID.SURNAME, "VZOREC"),
                x509.NameAttribute(NameOID.GIVEN_NAME, "JANA"),
                x509.NameAttribute(NameOID.SERIAL_NUMBER, number),
                x509.NameAttribute(NameOID.COMMON_NAME, "JANA VZOREC"),
            ]
        )
        policies = x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier(policy or POLICIES[self.role]), None)])
        authority_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        builder = (
            x509.CertificateBuilder(self.name, subject, public_key, x509.random_serial_number())
            .not_valid_before(not_before)
            .not_valid_after(not_after)
            .add_extension(x509.KeyUsage(**{**NO_USAGE, **dict.fromkeys(names, True)}), True)
            .add_extension(policies, False)
            .add_extension(authority_key, False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), False)
        )
        if purposes:
            builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), False)
        for extension in ((qualified_statements(),) if qualified else ()) if extensions is None else extensions:
            builder = builder.add_extension(extension, False)
        return builder.sign(self.key, SHA384()).public_bytes(Encoding.DER)
