"""The port between the group and whatever multiplies points, and the choice among the backends.

| backend | needs | constant time |
|---|---|---|
| `libcrypto` | OpenSSL's shared library, with this curve | the multiplication, not Python's integers around it |
| `gmpy2` | the package gmpy2 (extra `fast`) | no |
| `python` | nothing | no |

Without an argument the first that is there is taken, in this order. A side channel matters where an attacker measures the machine
that runs a *card*; our card is a simulation, and a reader's ephemeral scalars serve once.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Protocol

from openeoi.crypto.elliptic_curves import libcrypto
from openeoi.crypto.elliptic_curves.curves import Curve, Point
from openeoi.crypto.elliptic_curves.jacobian import JacobianArithmetic, Number
from openeoi.crypto.errors import CryptographicError

try:
    from gmpy2 import mpz
except ImportError:
    mpz = None

GMP_INTEGER: Number | None = mpz


class Backend(StrEnum):
    LIBCRYPTO = "libcrypto"
    GMPY2 = "gmpy2"
    PYTHON = "python"


class CurveArithmetic(Protocol):
    """Point arithmetic on one curve. Points given are on the curve; None stands for the point at infinity."""

    def multiply(self, scalar: int, point: Point) -> Point | None: ...

    def add(self, first: Point, second: Point) -> Point | None: ...

    def combine(self, of_generator: int, scalar: int, point: Point) -> Point | None:
        """of_generator * G + scalar * point, for scalars that are no secrets: what a verification needs."""
        ...


class BackendMissing(CryptographicError):
    """A backend was asked for by name that this machine does not have for the curve."""


@lru_cache(maxsize=64)
def backends(curve: Curve) -> Mapping[Backend, CurveArithmetic]:
    """What this machine has for the curve, the fastest first."""
    found: dict[Backend, CurveArithmetic] = {}
    by_openssl = libcrypto.arithmetic_for(curve)
    if by_openssl is not None:
        found[Backend.LIBCRYPTO] = by_openssl
    if GMP_INTEGER is not None:
        found[Backend.GMPY2] = JacobianArithmetic(curve, GMP_INTEGER)
    found[Backend.PYTHON] = JacobianArithmetic(curve)
    return found


def arithmetic_for(curve: Curve, backend: Backend | None = None) -> CurveArithmetic:
    """The fastest backend this machine has for the curve, or the one named. Raises BackendMissing."""
    there = backends(curve)
    if backend is None:
        return next(iter(there.values()))
    if backend not in there:
        raise BackendMissing(f"{backend} is not there for {curve.name}")
    return there[backend]
