"""ECDSA with plain signatures r || s (TR-03111, 4.2.1 and 5.2.1) on every standardised curve, over the group port.

pyca/cryptography lacks three of these curves. The scalar of a signature is drawn fresh; multiplication is as constant in time as
the backend's (`elliptic_curves.arithmetic`).
"""

from __future__ import annotations

from openeoi.crypto.elliptic_curves.curves import Point
from openeoi.crypto.elliptic_curves.group import EllipticCurveGroup
from openeoi.crypto.errors import CryptographicError, IdentityElement
from openeoi.crypto.randomness import RandomSource, scalar_below
from openeoi.encoding.signature_algorithms import DigestAlgorithm


class PlainSignatureInvalid(CryptographicError):
    """The signature is not one over this message by this key."""


def signature_size(group: EllipticCurveGroup) -> int:
    """Bytes of r || s: twice the length of the order."""
    return 2 * _scalar_size(group)


def sign(group: EllipticCurveGroup, private: int, message: bytes, digest: DigestAlgorithm, random: RandomSource) -> bytes:
    """r || s, each in the length of the order."""
    hashed = _hashed(group, message, digest)
    while True:
        nonce = scalar_below(group.order, random)
        r = group.multiply(nonce, group.generator).x % group.order
        s = pow(nonce, -1, group.order) * (hashed + r * private) % group.order
        if r and s:
            size = _scalar_size(group)
            return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def verify(group: EllipticCurveGroup, public: Point, message: bytes, digest: DigestAlgorithm, signature: bytes) -> None:
    """Raises PlainSignatureInvalid. `public` is a point of the group."""
    size = _scalar_size(group)
    r, s = int.from_bytes(signature[:size], "big"), int.from_bytes(signature[size:], "big")
    if len(signature) != 2 * size or not 0 < r < group.order or not 0 < s < group.order:
        raise PlainSignatureInvalid(f"a signature is two numbers of {size} bytes below the order of {group.name}")
    if _commitment(group, public, _hashed(group, message, digest), r, pow(s, -1, group.order)) % group.order != r:
        raise PlainSignatureInvalid("the signature does not verify with this key")


def _commitment(group: EllipticCurveGroup, public: Point, hashed: int, r: int, inverse: int) -> int:
    """x of (hashed / s) * G + (r / s) * Q."""
    try:
        return group.combine(hashed * inverse, r * inverse, public).x
    except IdentityElement as error:
        raise PlainSignatureInvalid("the signature does not verify with this key") from error


def _hashed(group: EllipticCurveGroup, message: bytes, digest: DigestAlgorithm) -> int:
    """The leftmost bits of the hash, as many as the order has (TR-03111, 4.2.1.1)."""
    value = digest.digest(message)
    return int.from_bytes(value, "big") >> max(8 * len(value) - group.order.bit_length(), 0)


def _scalar_size(group: EllipticCurveGroup) -> int:
    return (group.order.bit_length() + 7) // 8
