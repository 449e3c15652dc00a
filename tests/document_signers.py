"""Country signing authorities and document signers for tests, made with `cryptography` (not with our own `pki`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

from openeoi.encoding.signature_algorithms import SignatureAlgorithm

NOT_BEFORE = datetime(2026, 1, 1, tzinfo=UTC)
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

_HASHES = {"sha256": hashes.SHA256, "sha384": hashes.SHA384, "sha512": hashes.SHA512}


@dataclass(frozen=True)
class Holder:
    """A key with its certificate."""

    key: PrivateKey
    certificate: x509.Certificate
    algorithm: SignatureAlgorithm

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    def sign(self, data: bytes) -> bytes:
        digest = _HASHES[self.algorithm.digest.value]()
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            return self.key.sign(data, ec.ECDSA(digest))
        return self.key.sign(data, _padding(self.algorithm, digest), digest)


@cache
def key_for(algorithm: SignatureAlgorithm, purpose: str) -> PrivateKey:
    """One key per use, made once per test run."""
    if algorithm.value.startswith("rsa"):
        return rsa.generate_private_key(65537, 2048)
    return ec.generate_private_key(ec.SECP384R1() if "384" in algorithm.value else ec.BrainpoolP256R1())


def country_signer(
    algorithm: SignatureAlgorithm, common_name: str = "TEST CSCA", country: str = "SI", purpose: str = "csca", years: int = 10
) -> Holder:
    key = key_for(algorithm, purpose)
    name = _name(common_name, country)
    builder = _builder(name, name, key, years, x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()))
    builder = builder.add_extension(x509.BasicConstraints(True, 0), critical=True)
    builder = builder.add_extension(_usage(ca=True), critical=True)
    return Holder(key, _signed(builder, key, algorithm), algorithm)


def link_certificate(old: Holder, new: Holder) -> x509.Certificate:
    """The old key vouches for the new one under the same name (ICAO 9303-12, 7.1.2)."""
    builder = _builder(old.certificate.subject, new.certificate.subject, new.key, 5, _authority(old))
    builder = builder.add_extension(x509.BasicConstraints(True, 0), critical=True)
    return _signed(builder.add_extension(_usage(ca=True), critical=True), old.key, old.algorithm)


def document_signer(
    authority: Holder,
    algorithm: SignatureAlgorithm,
    common_name: str = "TEST DS 1",
    not_before: datetime = NOT_BEFORE,
    days: int = 3650,
    usage_days: int | None = None,
    extended_usage: str = "",
) -> Holder:
    """`usage_days`: length of the private key usage period, None for none; `extended_usage`: an object identifier."""
    key = key_for(algorithm, common_name)
    country = authority.certificate.subject.get_attributes_for_oid(NameOID.COUNTRY_NAME)[0].value
    subject = _name(common_name, str(country))
    builder = _builder(authority.certificate.subject, subject, key, 0, _authority(authority), not_before, days)
    builder = builder.add_extension(_usage(ca=False), critical=True)
    if extended_usage:
        builder = builder.add_extension(x509.ExtendedKeyUsage([x509.ObjectIdentifier(extended_usage)]), critical=True)
    if usage_days is not None:
        period = x509.PrivateKeyUsagePeriod(not_before, not_before + timedelta(days=usage_days))
        builder = builder.add_extension(period, critical=False)
    return Holder(key, _signed(builder, authority.key, authority.algorithm), algorithm)


def revocation_list(authority: Holder, serials: list[int], at: datetime = NOT_BEFORE) -> bytes:
    builder = x509.CertificateRevocationListBuilder(authority.certificate.subject, at, at + timedelta(days=90))
    builder = builder.add_extension(_authority(authority), critical=False).add_extension(x509.CRLNumber(1), critical=False)
    for serial in serials:
        builder = builder.add_revoked_certificate(x509.RevokedCertificateBuilder(serial, at).build())
    digest = _HASHES[authority.algorithm.digest.value]()
    chosen = _padding(authority.algorithm, digest) if isinstance(authority.key, rsa.RSAPrivateKey) else None
    return builder.sign(authority.key, digest, rsa_padding=chosen).public_bytes(serialization.Encoding.DER)


def _name(common_name: str, country: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, country), x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _authority(authority: Holder) -> x509.AuthorityKeyIdentifier:
    identifier = authority.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)


def _builder(
    issuer: x509.Name,
    subject: x509.Name,
    key: PrivateKey,
    years: int,
    authority: x509.AuthorityKeyIdentifier,
    not_before: datetime = NOT_BEFORE,
    days: int = 0,
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(not_before).not_valid_after(not_before + timedelta(days=days or 365 * years))
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    return builder.add_extension(authority, critical=False)


def _usage(ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(not ca, False, False, False, False, ca, ca, False, False)


def _signed(builder: x509.CertificateBuilder, key: PrivateKey, algorithm: SignatureAlgorithm) -> x509.Certificate:
    digest = _HASHES[algorithm.digest.value]()
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return builder.sign(key, digest)
    return builder.sign(key, digest, rsa_padding=_padding(algorithm, digest))


def _padding(algorithm: SignatureAlgorithm, digest: hashes.HashAlgorithm) -> padding.PSS | padding.PKCS1v15:
    if algorithm.is_probabilistic_rsa:
        return padding.PSS(padding.MGF1(digest), digest.digest_size)
    return padding.PKCS1v15()
