"""The group of points of one curve, with every check that the protocols rely on."""

from __future__ import annotations

from openeoi.crypto.elliptic_curves.arithmetic import CurveArithmetic, arithmetic_for
from openeoi.crypto.elliptic_curves.curves import Curve, Point
from openeoi.crypto.errors import IdentityElement, InvalidGroupElement
from openeoi.crypto.group import KeyAgreement

UNCOMPRESSED = b"\x04"


class EllipticCurveGroup:
    """Fills `crypto.group.Group` with the points of `curve`; `arithmetic` chooses the backend (default: the fastest here)."""

    def __init__(self, curve: Curve, arithmetic: CurveArithmetic | None = None) -> None:
        self.curve = curve
        self._arithmetic = arithmetic if arithmetic is not None else arithmetic_for(curve)

    @property
    def name(self) -> str:
        return self.curve.name

    @property
    def order(self) -> int:
        return self.curve.order

    @property
    def generator(self) -> Point:
        return self.curve.generator

    @property
    def agreement(self) -> KeyAgreement:
        return KeyAgreement.ELLIPTIC_CURVE

    def multiply(self, scalar: int, element: Point) -> Point:
        return self._checked(self._arithmetic.multiply(scalar, element))

    def add(self, first: Point, second: Point) -> Point:
        return self._checked(self._arithmetic.add(first, second))

    def combine(self, of_generator: int, scalar: int, element: Point) -> Point:
        """of_generator * G + scalar * element, for scalars that are no secrets."""
        return self._checked(self._arithmetic.combine(of_generator, scalar, element))

    def encode(self, element: Point) -> bytes:
        """Uncompressed point (TR-03111, 3.2.1): 04, x, y, both coordinates of field length."""
        size = self.curve.field_size
        return UNCOMPRESSED + element.x.to_bytes(size, "big") + element.y.to_bytes(size, "big")

    def decode(self, raw: bytes) -> Point:
        """Strict inverse of `encode`; raises InvalidGroupElement for anything that is no affine point on the curve."""
        size = self.curve.field_size
        if len(raw) != 1 + 2 * size or raw[:1] != UNCOMPRESSED:
            raise InvalidGroupElement(f"an uncompressed point on {self.curve.name} has {1 + 2 * size} bytes and starts with 04")
        point = Point(int.from_bytes(raw[1 : 1 + size], "big"), int.from_bytes(raw[1 + size :], "big"))
        if not self.curve.contains(point):
            raise InvalidGroupElement(f"the point is not on {self.curve.name}")
        return point

    def shared_secret(self, element: Point) -> bytes:
        """The x coordinate in field length, leading zero bytes kept (TR-03111, 4.3.1)."""
        return element.x.to_bytes(self.curve.field_size, "big")

    def _checked(self, result: Point | None) -> Point:
        if result is None:
            raise IdentityElement("the result is the point at infinity")
        # Guards against a faulty backend and fault attacks alike: costs a few field multiplications.
        if not self.curve.contains(result):
            raise InvalidGroupElement(f"the result is not on {self.curve.name}")
        return result
