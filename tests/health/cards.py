"""A small certificate hierarchy and software cards: one self-signed issuer for each credential role."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA384
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.profiles import load
from openeoi.protocols.card_proof import PresenceText, digest
from openeoi.protocols.holder_certificate import TrustedIssuer

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
POLICIES = load("si").certificates.policies
JANA = "1234567890123"
USAGES = ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only")


@dataclass(frozen=True)
class SoftwareCard:
    """A P-384 key with its certificate, signing as a card does: digest in, raw r || s out."""

    certificate: bytes
    key: ec.EllipticCurvePrivateKey = field(repr=False)

    def sign(self, text: PresenceText) -> bytes:
        r, s = decode_dss_signature(self.sign_der(text))
        return r.to_bytes(48, "big") + s.to_bytes(48, "big")

    def sign_der(self, text: PresenceText) -> bytes:
        return self.key.sign(digest(text), ec.ECDSA(Prehashed(SHA384())))


class Issuer:
    def __init__(self, role: CredentialRole) -> None:
        self.role = role
        self.key = ec.generate_private_key(ec.SECP384R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"OpenEOI TEST eID {role}")])
        builder = x509.CertificateBuilder(self.name, self.name, self.key.public_key(), x509.random_serial_number())
        authority = builder.not_valid_before(BEGINNING).not_valid_after(BEGINNING + timedelta(days=3650))
        authority = authority.add_extension(x509.BasicConstraints(True, 0), True)
        self.certificate = authority.sign(self.key, SHA384()).public_bytes(Encoding.DER)

    @property
    def trusted(self) -> TrustedIssuer:
        return TrustedIssuer(self.role, self.certificate, POLICIES[self.role])

    def card(
        self,
        number: str = JANA,
        policy: str = "",
        ends: datetime = BEGINNING + timedelta(days=3000),
        curve: ec.EllipticCurve | None = None,
        signs: bool = True,
    ) -> SoftwareCard:
        key = ec.generate_private_key(curve or ec.SECP384R1())
        subject = x509.Name(
            [
                x509.NameAttribute(NameOID.COMMON_NAME, "JANA VZOREC"),
                x509.NameAttribute(NameOID.SERIAL_NUMBER, number),
            ]
        )
        identifier = x509.ObjectIdentifier(policy or POLICIES[self.role])
        others = {**dict.fromkeys(USAGES, False), "content_commitment": not signs}
        usage = x509.KeyUsage(digital_signature=signs, key_cert_sign=False, crl_sign=False, **others)
        builder = (
            x509.CertificateBuilder(self.name, subject, key.public_key(), x509.random_serial_number())
            .not_valid_before(BEGINNING)
            .not_valid_after(ends)
            .add_extension(usage, True)
            .add_extension(x509.CertificatePolicies([x509.PolicyInformation(identifier, None)]), False)
        )
        return SoftwareCard(builder.sign(self.key, SHA384()).public_bytes(Encoding.DER), key)


ISSUERS = {role: Issuer(role) for role in CredentialRole}
LOW = ISSUERS[CredentialRole.LOW].card()
HIGH = ISSUERS[CredentialRole.HIGH].card()
