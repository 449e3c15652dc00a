"""The test state whose authorities sign the catalogue's documents: everything follows from one secret of the installation.

Names say that they are for tests. The trust store that a tester gives to the system under test is `anchors`; every fault of the
chain is a deviation from it: another authority of the same name, a link certificate, a signer that is expired or revoked.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from hashlib import sha256, sha384
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from openeoi.crypto.domain_parameters import elliptic_curve_group
from openeoi.crypto.elliptic_curves.curves import Point
from openeoi.encoding.card_verifiable_certificates.certificate import (
    Authorization,
    CardVerifiableCertificate,
    CertificateBody,
    Role,
)
from openeoi.encoding.card_verifiable_certificates.public_keys import ELLIPTIC_CURVE, EllipticCurveKey
from openeoi.encoding.card_verifiable_certificates.references import KeyReference
from openeoi.encoding.signature_algorithms import SignatureAlgorithm
from openeoi.protocols.terminal_authentication.signatures import curve_parameters

ORGANISATION: Final = "OpenEOI faulty chips laboratory"
COUNTRY: Final = "SI"
AUTHORITY_NAME: Final = "OpenEOI TEST CSCA of faulty chips"
FOUNDED: Final = datetime(2015, 1, 1, tzinfo=UTC)
CLOSES: Final = datetime(2045, 1, 1, tzinfo=UTC)
SIGNERS_FROM: Final = datetime(2025, 1, 1, tzinfo=UTC)
SIGNERS_UNTIL: Final = datetime(2040, 1, 1, tzinfo=UTC)
LIST_LIFETIME: Final = timedelta(days=90)

TRUST_POINT_NAME: Final = "OEOILABCV"
TRUST_POINT_ALGORITHM: Final = f"{ELLIPTIC_CURVE}.3"

P256: Final = 12
SCALAR_SIZE: Final = 32
P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@dataclass(frozen=True, slots=True)
class Key:
    """A key on P-256 that makes the same signature each time (RFC 6979), so that a catalogue made twice is the same."""

    private: ec.EllipticCurvePrivateKey = field(repr=False)

    @property
    def public(self) -> ec.EllipticCurvePublicKey:
        return self.private.public_key()

    def sign(self, data: bytes) -> bytes:
        """DER of r and s over SHA-256 of `data`."""
        return self.private.sign(data, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))

    def sign_plain(self, data: bytes) -> bytes:
        """The same as r and s side by side."""
        r, s = decode_dss_signature(self.sign(data))
        return r.to_bytes(SCALAR_SIZE, "big") + s.to_bytes(SCALAR_SIZE, "big")


@dataclass(frozen=True, slots=True)
class Signer:
    """A certificate (DER) with its key; `issuer` is the DER of its issuer's name."""

    key: Key
    certificate: bytes
    issuer: bytes
    serial_number: int
    algorithm: SignatureAlgorithm = SignatureAlgorithm.ECDSA_SHA256


@dataclass(frozen=True, slots=True)
class Plan:
    """What a document signer's certificate says. `names_key` is the authority key identifier's key: the issuer's own unless the
    certificate lies; `names_issuer` False leaves the identifier out."""

    common_name: str
    country: str = COUNTRY
    not_before: datetime = SIGNERS_FROM
    not_after: datetime = SIGNERS_UNTIL
    key_until: datetime | None = None
    may_sign: bool = True
    names_key: str | None = None
    names_issuer: bool = True
    issuer_name: str = AUTHORITY_NAME


class Laboratory:
    """All keys and certificates, made when first asked for. `secret` has 32 bytes."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def derive(self, purpose: str) -> bytes:
        """32 bytes that belong to one purpose."""
        return hmac.new(self._secret, purpose.encode(), sha256).digest()

    def key(self, purpose: str) -> Key:
        number = int.from_bytes(hmac.new(self._secret, f"key/{purpose}".encode(), sha384).digest(), "big")
        return Key(ec.derive_private_key(number % (P256_ORDER - 1) + 1, ec.SECP256R1()))

    def number(self, purpose: str, order: int) -> int:
        """A private scalar below `order` that belongs to one purpose."""
        blocks = (hmac.new(self._secret, f"number/{purpose}/{block}".encode(), sha384).digest() for block in range(2))
        return int.from_bytes(b"".join(blocks), "big") % (order - 1) + 1

    @cached_property
    def trust_point(self) -> CardVerifiableCertificate:
        """What chips with extended access control trust: the authority that certifies document verifiers, self-signed."""
        key, reference = self.key("cvca"), KeyReference(COUNTRY, TRUST_POINT_NAME, "00001")
        group = elliptic_curve_group(P256)
        numbers = key.public.public_numbers()
        public = EllipticCurveKey(TRUST_POINT_ALGORITHM, group.encode(Point(numbers.x, numbers.y)), curve_parameters(group))
        authorization = Authorization(Role.COUNTRY_VERIFYING_AUTHORITY, fingerprints=True, irises=True)
        body = CertificateBody(reference, public, reference, authorization, SIGNERS_FROM.date(), SIGNERS_UNTIL.date())
        return CardVerifiableCertificate.build(body, key.sign_plain)

    @property
    def trust_point_key(self) -> bytes:
        """Its private key, PKCS#8 in DER: whoever tests a chip of the laboratory makes certificates with it."""
        return self.key("cvca").private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())

    @cached_property
    def authority(self) -> bytes:
        """The country signing certificate, self-signed."""
        return self._authority("csca", "csca", FOUNDED, CLOSES)

    @cached_property
    def former_authority(self) -> bytes:
        """The key before it: same name, still valid."""
        return self._authority("former csca", "former csca", FOUNDED, CLOSES)

    @cached_property
    def link(self) -> bytes:
        """The former key vouches for the present one (ICAO 9303-12, 7.1.2)."""
        return self._authority("csca", "former csca", FOUNDED, CLOSES)

    @cached_property
    def expired_authority(self) -> bytes:
        """A key of long ago, still in the trust store."""
        return self._authority("first csca", "first csca", FOUNDED - timedelta(days=3650), FOUNDED)

    @property
    def anchors(self) -> tuple[bytes, ...]:
        """The trust store (DER) of the system under test."""
        return self.authority, self.former_authority, self.link, self.expired_authority

    @cached_property
    def signer(self) -> Signer:
        """The document signer of sound documents."""
        return self.document_signer(Plan("OpenEOI TEST document signer 1"))

    @cached_property
    def revoked_signer(self) -> Signer:
        return self.document_signer(Plan("OpenEOI TEST document signer 2 (revoked)"))

    def document_signer(self, plan: Plan, issuer: str = "csca") -> Signer:
        """`issuer` is the purpose of the key that signs the certificate."""
        key = self.key(plan.common_name)
        builder = self._builder(self._name(plan.common_name, plan.country), self._name(plan.issuer_name, plan.country), key)
        builder = builder.not_valid_before(plan.not_before).not_valid_after(plan.not_after)
        builder = builder.add_extension(_usage(signs=plan.may_sign, certifies=False), critical=True)
        if plan.names_issuer:
            builder = builder.add_extension(self._names(plan.names_key or issuer), critical=False)
        if plan.key_until is not None:
            builder = builder.add_extension(x509.PrivateKeyUsagePeriod(plan.not_before, plan.key_until), critical=False)
        certificate = self._signed(builder, issuer)
        return Signer(key, certificate.public_bytes(Encoding.DER), certificate.issuer.public_bytes(), certificate.serial_number)

    def authority_as_signer(self) -> Signer:
        """The present authority's key with its link certificate, used to sign a document, which it must not."""
        certificate = x509.load_der_x509_certificate(self.link)
        return Signer(self.key("csca"), self.link, certificate.issuer.public_bytes(), certificate.serial_number)

    def revocation_list(self, at: datetime) -> bytes:
        """The authority's list (DER) as of `at`: it names the revoked signer."""
        name = self._name(AUTHORITY_NAME, COUNTRY)
        revoked = x509.RevokedCertificateBuilder(self.revoked_signer.serial_number, SIGNERS_FROM + timedelta(days=30)).build()
        builder = x509.CertificateRevocationListBuilder(name, at, at + LIST_LIFETIME).add_revoked_certificate(revoked)
        builder = builder.add_extension(self._names("csca"), critical=False).add_extension(x509.CRLNumber(1), critical=False)
        signed = builder.sign(self.key("csca").private, hashes.SHA256(), ecdsa_deterministic=True)
        return signed.public_bytes(Encoding.DER)

    def holder_certificate(self, common_name: str, public_key: ec.EllipticCurvePublicKey) -> bytes:
        """A certificate for a key of the card's holder."""
        name = self._name(common_name, COUNTRY)
        builder = x509.CertificateBuilder(self._name(AUTHORITY_NAME, COUNTRY), name, public_key, self._serial(common_name))
        builder = builder.not_valid_before(SIGNERS_FROM).not_valid_after(SIGNERS_UNTIL)
        return self._signed(builder, "csca").public_bytes(Encoding.DER)

    def _authority(self, subject: str, issuer: str, not_before: datetime, not_after: datetime) -> bytes:
        name = self._name(AUTHORITY_NAME, COUNTRY)
        builder = self._builder(name, name, self.key(subject), f"{subject} by {issuer}")
        builder = builder.not_valid_before(not_before).not_valid_after(not_after)
        builder = builder.add_extension(x509.BasicConstraints(True, 0), critical=True)
        builder = builder.add_extension(_usage(signs=False, certifies=True), critical=True)
        builder = builder.add_extension(self._names(issuer), critical=False)
        return self._signed(builder, issuer).public_bytes(Encoding.DER)

    def _builder(self, subject: x509.Name, issuer: x509.Name, key: Key, serial: str = "") -> x509.CertificateBuilder:
        number = self._serial(serial or subject.rfc4514_string() + issuer.rfc4514_string())
        builder = x509.CertificateBuilder(issuer, subject, key.public, number)
        return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public), critical=False)

    def _signed(self, builder: x509.CertificateBuilder, issuer: str) -> x509.Certificate:
        return builder.sign(self.key(issuer).private, hashes.SHA256(), ecdsa_deterministic=True)

    def _names(self, purpose: str) -> x509.AuthorityKeyIdentifier:
        return x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key(purpose).public)

    def _serial(self, name: str) -> int:
        return int.from_bytes(self.derive(f"serial/{name}")[:16], "big") >> 1 or 1

    def _name(self, common_name: str, country: str) -> x509.Name:
        return x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, country),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANISATION),
                x509.NameAttribute(NameOID.COMMON_NAME, common_name),
            ]
        )


def _usage(signs: bool, certifies: bool) -> x509.KeyUsage:
    return x509.KeyUsage(signs, False, not signs and not certifies, False, False, certifies, certifies, False, False)
