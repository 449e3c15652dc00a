"""The port between the group and whatever multiplies points, and the choice among the backends.

| backend | needs | constant time |
|---|---|---|
| `libcrypto` | OpenSSL's shared library | the multiplication, not Python's integers |
| `pure` with gmpy2 | the package gmpy2, which `ecdsa` uses by itself | no |
| `pure` | nothing | no |

A side channel matters where an attacker measures the machine that runs a *card*; our card is a simulation, and a reader's
ephemeral scalars serve once.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol

from openeoi.crypto.elliptic_curves import libcrypto
from openeoi.crypto.elliptic_curves.curves import Curve, Point
from openeoi.crypto.elliptic_curves.pure import PureArithmetic


class CurveArithmetic(Protocol):
    """Point arithmetic on one curve. Points given are on the curve; None stands for the point at infinity."""

    def multiply(self, scalar: int, point: Point) -> Point | None: ...

    def add(self, first: Point, second: Point) -> Point | None: ...


@lru_cache(maxsize=64)
def arithmetic_for(curve: Curve) -> CurveArithmetic:
    """The fastest backend this machine has for the curve."""
    fast = libcrypto.arithmetic_for(curve)
    return fast if fast is not None else PureArithmetic(curve)
