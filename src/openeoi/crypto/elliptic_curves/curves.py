"""The standardised domain parameters with ids 8 to 18 (ICAO 9303-11, 9.5.1; TR-03110-3, table 4).

The numbers are those that the `ecdsa` package carries (FIPS 186, RFC 5639); the tests compare them with OpenSSL's.
All have cofactor 1, so that a point on the curve, other than infinity, is always in the group of prime order.
"""

from __future__ import annotations

from dataclasses import dataclass

import ecdsa


@dataclass(frozen=True, slots=True)
class Point:
    """An affine point; the point at infinity has no value of this type."""

    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Curve:
    """y**2 = x**3 + a*x + b over the field of `prime` elements, with base point `generator` of prime `order`; cofactor 1."""

    name: str
    object_identifier: str
    prime: int
    a: int
    b: int
    generator: Point
    order: int

    @property
    def field_size(self) -> int:
        """Bytes of one coordinate."""
        return (self.prime.bit_length() + 7) // 8

    def contains(self, point: Point) -> bool:
        """Whether both coordinates are field elements and satisfy the equation."""
        if not (0 <= point.x < self.prime and 0 <= point.y < self.prime):
            return False
        return (point.y * point.y - (point.x * point.x + self.a) * point.x - self.b) % self.prime == 0


def _curve(name: str, source: ecdsa.curves.Curve) -> Curve:
    equation, base = source.curve, source.generator
    identifier = ".".join(map(str, source.oid))
    generator = Point(int(base.x()), int(base.y()))
    prime = int(equation.p())
    return Curve(name, identifier, prime, int(equation.a()) % prime, int(equation.b()), generator, int(source.order))


STANDARDISED_CURVES: dict[int, Curve] = {
    8: _curve("secp192r1", ecdsa.NIST192p),
    9: _curve("brainpoolP192r1", ecdsa.BRAINPOOLP192r1),
    10: _curve("secp224r1", ecdsa.NIST224p),
    11: _curve("brainpoolP224r1", ecdsa.BRAINPOOLP224r1),
    12: _curve("secp256r1", ecdsa.NIST256p),
    13: _curve("brainpoolP256r1", ecdsa.BRAINPOOLP256r1),
    14: _curve("brainpoolP320r1", ecdsa.BRAINPOOLP320r1),
    15: _curve("secp384r1", ecdsa.NIST384p),
    16: _curve("brainpoolP384r1", ecdsa.BRAINPOOLP384r1),
    17: _curve("brainpoolP512r1", ecdsa.BRAINPOOLP512r1),
    18: _curve("secp521r1", ecdsa.NIST521p),
}
"""By standardised domain parameter id."""
