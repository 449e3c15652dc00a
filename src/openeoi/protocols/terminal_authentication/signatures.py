"""Signatures of certificates and terminals by object identifier (TR-03110-3, A.7.3 and A.7.4): RSA and plain ECDSA.

Keys in certificates must be usable as they stand: RSA from 1024 bits on, curves among the standardised ones in every number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

from cryptography.exceptions import InvalidSignature
from cryptography.exceptions import UnsupportedAlgorithm as NotInThisBuild
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from openeoi.crypto import plain_ecdsa
from openeoi.crypto.domain_parameters import elliptic_curve_group
from openeoi.crypto.elliptic_curves.curves import STANDARDISED_CURVES, Point
from openeoi.crypto.elliptic_curves.group import EllipticCurveGroup
from openeoi.crypto.errors import CryptographicError, KeyNotSupported
from openeoi.crypto.randomness import RandomSource
from openeoi.encoding.card_verifiable_certificates.public_keys import (
    ELLIPTIC_CURVE,
    RSA,
    CertifiedKey,
    CurveParameters,
    EllipticCurveKey,
    RsaKey,
)
from openeoi.encoding.signature_algorithms import DigestAlgorithm

_ECDSA: Final = {
    f"{ELLIPTIC_CURVE}.1": DigestAlgorithm.SHA1,
    f"{ELLIPTIC_CURVE}.2": DigestAlgorithm.SHA224,
    f"{ELLIPTIC_CURVE}.3": DigestAlgorithm.SHA256,
    f"{ELLIPTIC_CURVE}.4": DigestAlgorithm.SHA384,
    f"{ELLIPTIC_CURVE}.5": DigestAlgorithm.SHA512,
}
# Hash function, and whether the signature is probabilistic (RSASSA-PSS).
_RSA: Final = {
    f"{RSA}.1": (DigestAlgorithm.SHA1, False),
    f"{RSA}.2": (DigestAlgorithm.SHA256, False),
    f"{RSA}.3": (DigestAlgorithm.SHA1, True),
    f"{RSA}.4": (DigestAlgorithm.SHA256, True),
    f"{RSA}.5": (DigestAlgorithm.SHA512, False),
    f"{RSA}.6": (DigestAlgorithm.SHA512, True),
}
_HASHES: Final[dict[DigestAlgorithm, hashes.HashAlgorithm]] = {
    DigestAlgorithm.SHA1: hashes.SHA1(),  # noqa: S303 - chips and certificates of the first generation use it
    DigestAlgorithm.SHA256: hashes.SHA256(),
    DigestAlgorithm.SHA512: hashes.SHA512(),
}
RSA_BITS: Final = range(1024, 4097)
EXPONENT_BITS_MAXIMUM: Final = 32


class SignatureInvalid(CryptographicError):
    """The signature is not one over this data by this key."""


@dataclass(frozen=True, slots=True)
class CurveVerificationKey:
    group: EllipticCurveGroup
    point: Point
    digest: DigestAlgorithm

    @property
    def bits(self) -> int:
        return self.group.order.bit_length()

    def verify(self, data: bytes, signature: bytes) -> None:
        try:
            plain_ecdsa.verify(self.group, self.point, data, self.digest, signature)
        except plain_ecdsa.PlainSignatureInvalid as error:
            raise SignatureInvalid(str(error)) from error


@dataclass(frozen=True, slots=True)
class RsaVerificationKey:
    modulus: int
    exponent: int
    digest: DigestAlgorithm
    probabilistic: bool

    @property
    def bits(self) -> int:
        return self.modulus.bit_length()

    def verify(self, data: bytes, signature: bytes) -> None:
        algorithm = _HASHES[self.digest]
        try:
            key = rsa.RSAPublicNumbers(self.exponent, self.modulus).public_key()
            key.verify(signature, data, _padding(algorithm, self.probabilistic), algorithm)
        except InvalidSignature as error:
            raise SignatureInvalid("the signature does not verify with this key") from error
        except NotInThisBuild as error:
            raise KeyNotSupported(f"RSA with {self.digest}") from error


VerificationKey: TypeAlias = CurveVerificationKey | RsaVerificationKey


def verification_key(key: CertifiedKey, issuer: VerificationKey | None = None) -> VerificationKey:
    """The key of a certificate, ready for use. A curve key without domain parameters takes those of `issuer` (TR-03110-3, D.3.3).

    Raises KeyNotSupported, InvalidGroupElement.
    """
    if isinstance(key, RsaKey):
        return _rsa_key(key)
    digest = _ECDSA.get(key.algorithm)
    if digest is None:
        raise KeyNotSupported(f"the signature algorithm {key.algorithm}")
    group = _group(key, issuer)
    return CurveVerificationKey(group, group.decode(key.point), digest)


def curve_parameters(group: EllipticCurveGroup) -> CurveParameters:
    """The domain parameters as an authority's certificate spells them out."""
    curve = group.curve
    return CurveParameters(curve.prime, curve.a, curve.b, group.encode(curve.generator), curve.order, 1)


def sign_with_curve(group: EllipticCurveGroup, private: int, algorithm: str, data: bytes, random: RandomSource) -> bytes:
    """A plain signature; `algorithm` is the object identifier in the key's certificate. Raises KeyNotSupported."""
    digest = _ECDSA.get(algorithm)
    if digest is None:
        raise KeyNotSupported(f"the signature algorithm {algorithm}")
    return plain_ecdsa.sign(group, private, data, digest, random)


def sign_with_rsa(private: rsa.RSAPrivateKey, algorithm: str, data: bytes) -> bytes:
    """Raises KeyNotSupported. The salt of RSASSA-PSS is OpenSSL's own."""
    if algorithm not in _RSA:
        raise KeyNotSupported(f"the signature algorithm {algorithm}")
    digest, probabilistic = _RSA[algorithm]
    return private.sign(data, _padding(_HASHES[digest], probabilistic), _HASHES[digest])


def _rsa_key(key: RsaKey) -> RsaVerificationKey:
    if key.algorithm not in _RSA:
        raise KeyNotSupported(f"the signature algorithm {key.algorithm}")
    exponent_fits = key.exponent >= 3 and key.exponent % 2 and key.exponent.bit_length() <= EXPONENT_BITS_MAXIMUM
    if key.modulus.bit_length() not in RSA_BITS or not key.modulus % 2 or not exponent_fits:
        raise KeyNotSupported(f"an RSA key of {key.modulus.bit_length()} bits with the exponent {key.exponent}")
    return RsaVerificationKey(key.modulus, key.exponent, *_RSA[key.algorithm])


def _group(key: EllipticCurveKey, issuer: VerificationKey | None) -> EllipticCurveGroup:
    if key.parameters is None:
        if not isinstance(issuer, CurveVerificationKey):
            raise KeyNotSupported("a curve key without domain parameters under an issuer that has none")
        return issuer.group
    for parameter_id in STANDARDISED_CURVES:
        group = elliptic_curve_group(parameter_id)
        if curve_parameters(group) == key.parameters:
            return group
    raise KeyNotSupported("domain parameters of a curve that is not standardised")


def _padding(algorithm: hashes.HashAlgorithm, probabilistic: bool) -> padding.PSS | padding.PKCS1v15:
    """RSASSA-PSS: MGF1 with the same hash, salt as long as the hash (A.7.3.1)."""
    if probabilistic:
        return padding.PSS(padding.MGF1(algorithm), algorithm.digest_size)
    return padding.PKCS1v15()
