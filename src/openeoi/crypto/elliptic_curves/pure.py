"""Point arithmetic by the `ecdsa` package: portable, all curves, faster where gmpy2 is installed. Not constant-time."""

from __future__ import annotations

from ecdsa.ellipticcurve import INFINITY, CurveFp, PointJacobi

from openeoi.crypto.elliptic_curves.curves import Curve, Point


class PureArithmetic:
    """Fills `CurveArithmetic` for one curve."""

    def __init__(self, curve: Curve) -> None:
        self._order = curve.order
        self._equation = CurveFp(curve.prime, curve.a, curve.b, 1)

    def multiply(self, scalar: int, point: Point) -> Point | None:
        return _affine(self._jacobian(point) * (scalar % self._order))

    def add(self, first: Point, second: Point) -> Point | None:
        return _affine(self._jacobian(first) + self._jacobian(second))

    def _jacobian(self, point: Point) -> PointJacobi:
        return PointJacobi(self._equation, point.x, point.y, 1, self._order)


def _affine(result: PointJacobi) -> Point | None:
    # An infinite result comes back as INFINITY or as a Jacobian point that equals it, depending on the code path.
    if result == INFINITY:
        return None
    affine = result.to_affine()
    return Point(int(affine.x()), int(affine.y()))
