"""Point arithmetic in Jacobian coordinates: portable, all curves, over Python's integers or gmpy2's. Not constant-time.

A Jacobian point (X, Y, Z) stands for (X / Z**2, Y / Z**3); Z = 0 is the point at infinity (Hankerson, Menezes, Vanstone, Guide to
Elliptic Curve Cryptography, 3.2.2). Multiplication writes the scalar in width-5 non-adjacent form (3.3.1) over the odd multiples
of the point, which are brought to Z = 1 with a single inversion.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import TypeAlias

from openeoi.crypto.elliptic_curves.curves import Curve, Point

Jacobian: TypeAlias = tuple[int, int, int]
Affine: TypeAlias = tuple[int, int]
Number: TypeAlias = Callable[[int], int]
"""Makes the integers that are computed with: `int`, or gmpy2's `mpz`, which takes the same operators."""

INFINITY: Jacobian = (1, 1, 0)
WIDTH = 5


class JacobianArithmetic:
    """Fills `CurveArithmetic` for one curve."""

    def __init__(self, curve: Curve, number: Number = int) -> None:
        self._curve = curve
        self._number = number
        self._prime = number(curve.prime)
        self._a = number(curve.a)
        self._odd_multiples = lru_cache(maxsize=4)(self._make_odd_multiples)

    def multiply(self, scalar: int, point: Point) -> Point | None:
        return self._point(self._multiple(scalar, point))

    def combine(self, of_generator: int, scalar: int, point: Point) -> Point | None:
        first = self._multiple(of_generator, self._curve.generator)
        second = self._multiple(scalar, point)
        if not second[2]:
            return self._point(first)
        return self._point(self._add(first, self._affine([second])[0]))

    def _multiple(self, scalar: int, point: Point) -> Jacobian:
        table = self._odd_multiples(point)
        result = INFINITY
        for digit in _non_adjacent_form(scalar % self._curve.order):
            result = self._double(result)
            if digit > 0:
                result = self._add(result, table[digit >> 1])
            elif digit < 0:
                x, y = table[-digit >> 1]
                result = self._add(result, (x, self._prime - y))
        return result

    def add(self, first: Point, second: Point) -> Point | None:
        x, y = self._number(first.x), self._number(first.y)
        return self._point(self._add((x, y, self._number(1)), (self._number(second.x), self._number(second.y))))

    def _make_odd_multiples(self, point: Point) -> tuple[Affine, ...]:
        """P, 3P, 5P ... 15P."""
        x, y = self._number(point.x), self._number(point.y)
        found = [(x, y, self._number(1))]
        twice = self._affine([self._double(found[0])])[0]
        for _ in range((1 << WIDTH - 2) - 1):
            found.append(self._add(found[-1], twice))
        return tuple(self._affine(found))

    def _double(self, point: Jacobian) -> Jacobian:
        x, y, z = point
        prime = self._prime
        squared = y * y % prime
        s = 4 * x * squared % prime
        z_squared = z * z % prime
        m = (3 * x * x + self._a * z_squared * z_squared) % prime
        doubled = (m * m - 2 * s) % prime
        return doubled, (m * (s - doubled) - 8 * squared * squared) % prime, 2 * y * z % prime

    def _add(self, first: Jacobian, second: Affine) -> Jacobian:
        x, y, z = first
        prime = self._prime
        if not z:
            return second[0], second[1], self._number(1)
        z_squared = z * z % prime
        h = (second[0] * z_squared - x) % prime
        r = (second[1] * z_squared * z - y) % prime
        if not h:
            return INFINITY if r else self._double(first)
        h_squared = h * h % prime
        h_cubed = h_squared * h % prime
        v = x * h_squared % prime
        sum_x = (r * r - h_cubed - 2 * v) % prime
        return sum_x, (r * (v - sum_x) - y * h_cubed) % prime, z * h % prime

    def _affine(self, points: Sequence[Jacobian]) -> list[Affine]:
        """All at once with one inversion (Montgomery's trick); none of them is infinite."""
        prime = self._prime
        products = list(accumulate((z for _, _, z in points), lambda product, z: product * z % prime))
        inverse = pow(products[-1], -1, prime)
        found: list[Affine] = []
        for position in range(len(points) - 1, -1, -1):
            x, y, z = points[position]
            of_this = inverse * products[position - 1] % prime if position else inverse
            inverse = inverse * z % prime
            squared = of_this * of_this % prime
            found.append((x * squared % prime, y * squared * of_this % prime))
        return found[::-1]

    def _point(self, result: Jacobian) -> Point | None:
        if not result[2]:
            return None
        ((x, y),) = self._affine([result])
        return Point(int(x), int(y))


def _non_adjacent_form(scalar: int) -> Iterator[int]:
    """The digits, highest first: 0, or odd and below 2**(WIDTH - 1) in size; of WIDTH digits in a row at most one is not 0."""
    digits = []
    while scalar:
        digit = 0
        if scalar & 1:
            digit = scalar & (1 << WIDTH) - 1
            if digit >> WIDTH - 1:
                digit -= 1 << WIDTH
            scalar -= digit
        digits.append(digit)
        scalar >>= 1
    return reversed(digits)
