"""Integrated mapping: from two nonces straight to an element of the group whose logarithm nobody knows (ICAO 9303-11, 4.4.3.3.2).

R_p(s, t) spreads both nonces over a field element; the point encoding (appendix B.2) or a power of the cofactor leads from there
into the group. None of it runs in constant time: the point encoding's branch tells little, but not nothing.
"""

from __future__ import annotations

from openeoi.crypto.ciphers import Cipher
from openeoi.crypto.diffie_hellman import MultiplicativeGroup, power
from openeoi.crypto.elliptic_curves.curves import Curve, Point
from openeoi.crypto.errors import CryptographicError, IdentityElement, InvalidGroupElement

# 4.4.3.3.2: the two constants, by the length of the block that the construction works on.
_CONSTANTS_128 = (
    bytes.fromhex("a668892a7c41e3ca739f40b057d85904"),
    bytes.fromhex("a4e136ac725f738b01c1f60217c188ad"),
)
_CONSTANTS_256 = (
    bytes.fromhex("d463d65234124ef7897054986dca0a174e28df758cbaa03f240616414d5a1676"),
    bytes.fromhex("54bd7255f0aaf831bec3423fcf39d69b6cbf066677d0faae5aadd99df8e53517"),
)
_EXTRA_BITS = 64


class NonceLengthWrong(CryptographicError):
    """A nonce does not have the length that the cipher asks for."""


class CurveNotMappable(CryptographicError):
    """The point encoding is defined for curves over primes that leave 3 modulo 4 only: not for secp224r1."""


def card_nonce_size(cipher: Cipher) -> int:
    """Bytes of s: the least number of whole blocks that is no shorter than the key."""
    return 16 if cipher.key_size == 16 else 32


def terminal_nonce_size(cipher: Cipher) -> int:
    """Bytes of t, which serves as a key."""
    return cipher.key_size


def pseudo_random(cipher: Cipher, card_nonce: bytes, terminal_nonce: bytes, prime: int) -> int:
    """R_p(s, t), a number below `prime`. Raises NonceLengthWrong."""
    if len(card_nonce) != card_nonce_size(cipher) or len(terminal_nonce) != terminal_nonce_size(cipher):
        raise NonceLengthWrong(f"nonces of {len(card_nonce)} and {len(terminal_nonce)} bytes do not fit {cipher.label}")
    zero = bytes(cipher.block_size)
    next_key, output = _CONSTANTS_128 if len(card_nonce) == 16 else _CONSTANTS_256
    key = cipher.encrypt(terminal_nonce, zero, card_nonce)[: cipher.key_size]
    spread = b""
    while 8 * len(spread) < prime.bit_length() + _EXTRA_BITS:
        spread += cipher.encrypt(key, zero, output)
        key = cipher.encrypt(key, zero, next_key)[: cipher.key_size]
    return int.from_bytes(spread, "big") % prime


def encode_to_point(curve: Curve, value: int) -> Point:
    """The point for a field element, by the affine algorithm of appendix B.2.

    Raises IdentityElement for 0 and +-1, which have no point, and CurveNotMappable.
    """
    p, a, b = curve.prime, curve.a, curve.b
    if not can_be_mapped(curve):
        raise CurveNotMappable(f"the point encoding is not defined for {curve.name}")
    alpha = -value * value % p
    denominator = alpha + alpha * alpha
    if denominator % p == 0:
        raise IdentityElement("the field element has no point")
    first = -b * pow(a, -1, p) * (1 + pow(denominator, -1, p)) % p
    second = alpha * first % p
    height = (first * first * first + a * first + b) % p
    # 1 / sqrt(height), where height is a square
    root = pow(height, p - 1 - (p + 1) // 4, p)
    if root * root * height % p == 1:
        point = Point(first, root * height % p)
    else:
        point = Point(second, root * value * value * value * height % p)
    if not curve.contains(point):
        raise InvalidGroupElement(f"the encoded point is not on {curve.name}")
    return point


def can_be_mapped(curve: Curve) -> bool:
    return curve.prime % 4 == 3 and bool(curve.a and curve.b)


def encode_to_element(group: MultiplicativeGroup, value: int) -> int:
    """value ** ((p - 1) / q). Raises IdentityElement where that is 1, or 0."""
    element = int(power(value, (group.prime - 1) // group.order, group.prime))
    if element in (0, 1):
        raise IdentityElement("the field element leads to the identity element")
    return element
