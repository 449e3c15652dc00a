"""Keys of test authorities, verifiers and terminals, by the algorithm that their certificates name (TR-03110-3, A.7.3)."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from hashlib import sha512
from typing import Final, Protocol

from cryptography.hazmat.primitives.asymmetric import rsa

from openeoi.crypto.domain_parameters import elliptic_curve_group
from openeoi.crypto.elliptic_curves.curves import STANDARDISED_CURVES
from openeoi.crypto.randomness import RandomSource
from openeoi.encoding.card_verifiable_certificates.public_keys import (
    ELLIPTIC_CURVE,
    RSA,
    CertifiedKey,
    EllipticCurveKey,
    RsaKey,
)
from openeoi.protocols.terminal_authentication.signatures import curve_parameters, sign_with_curve, sign_with_rsa

RSA_EXPONENT: Final = 65537
SHORT_RSA_BITS: Final = 1024


class SigningKey(Protocol):
    """A key pair with the algorithm that it signs by."""

    @property
    def algorithm(self) -> str: ...

    def certified(self, spelled_out: bool) -> CertifiedKey:
        """The public key; `spelled_out` with the domain parameters of a curve, as authorities have it."""
        ...

    def sign(self, data: bytes) -> bytes: ...

    def another(self, seed: bytes, purpose: str) -> SigningKey:
        """A key of the same kind and size; for curves always the same one for a seed and a purpose."""
        ...

    def shorter(self, seed: bytes) -> SigningKey | None:
        """A key of the same kind that is shorter; None where there is no shorter one."""
        ...

    def migrated(self, seed: bytes, purpose: str) -> SigningKey:
        """A key for another algorithm."""
        ...


@dataclass(frozen=True, slots=True)
class CurveKey:
    parameter_id: int
    private: int = field(repr=False)
    algorithm: str
    random: RandomSource = field(repr=False)

    def certified(self, spelled_out: bool) -> EllipticCurveKey:
        group = elliptic_curve_group(self.parameter_id)
        point = group.encode(group.multiply(self.private, group.generator))
        return EllipticCurveKey(self.algorithm, point, curve_parameters(group) if spelled_out else None)

    def sign(self, data: bytes) -> bytes:
        group = elliptic_curve_group(self.parameter_id)
        return sign_with_curve(group, self.private, self.algorithm, data, self.random)

    def another(self, seed: bytes, purpose: str) -> CurveKey:
        return curve_key(self.parameter_id, seed, purpose, self.algorithm, self.random)

    def shorter(self, seed: bytes) -> CurveKey | None:
        own = STANDARDISED_CURVES[self.parameter_id].field_size
        sizes = {number: curve.field_size for number, curve in STANDARDISED_CURVES.items() if curve.field_size < own}
        if not sizes:
            return None
        return curve_key(max(sizes, key=lambda number: sizes[number]), seed, "short", self.algorithm, self.random)

    def migrated(self, seed: bytes, purpose: str) -> CurveKey:
        """The same curve with another hash function."""
        sha256, sha512_ = f"{ELLIPTIC_CURVE}.3", f"{ELLIPTIC_CURVE}.5"
        algorithm = sha512_ if self.algorithm == sha256 else sha256
        return curve_key(self.parameter_id, seed, purpose, algorithm, self.random)


@dataclass(frozen=True, slots=True)
class RsaSigningKey:
    private: rsa.RSAPrivateKey = field(repr=False)
    algorithm: str
    random: RandomSource = field(repr=False)

    def certified(self, spelled_out: bool) -> RsaKey:
        numbers = self.private.public_key().public_numbers()
        return RsaKey(self.algorithm, numbers.n, numbers.e)

    def sign(self, data: bytes) -> bytes:
        return sign_with_rsa(self.private, self.algorithm, data)

    def another(self, seed: bytes, purpose: str) -> RsaSigningKey:
        return RsaSigningKey(rsa.generate_private_key(RSA_EXPONENT, self.private.key_size), self.algorithm, self.random)

    def shorter(self, seed: bytes) -> RsaSigningKey | None:
        if self.private.key_size <= SHORT_RSA_BITS:
            return None
        return RsaSigningKey(rsa.generate_private_key(RSA_EXPONENT, SHORT_RSA_BITS), self.algorithm, self.random)

    def migrated(self, seed: bytes, purpose: str) -> CurveKey:
        """ECDSA on the curve P-256."""
        return curve_key(12, seed, purpose, f"{ELLIPTIC_CURVE}.3", self.random)


def curve_key(parameter_id: int, seed: bytes, purpose: str, algorithm: str, random: RandomSource) -> CurveKey:
    """The key on this curve that belongs to `seed` (32 bytes) and `purpose`."""
    order = STANDARDISED_CURVES[parameter_id].order
    label = f"{purpose}/{parameter_id}".encode()
    # Two blocks: 1024 bits, so that the remainder shows nothing of the order even for P-521.
    number = int.from_bytes(b"".join(hmac.new(seed, bytes((block,)) + label, sha512).digest() for block in range(2)), "big")
    return CurveKey(parameter_id, number % (order - 1) + 1, algorithm, random)


def is_rsa(key: SigningKey) -> bool:
    return key.algorithm.startswith(f"{RSA}.")
