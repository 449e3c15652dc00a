"""The three backends of elliptic-curve arithmetic: one multiplication of a point that was not met before.

Bars: gmpy2 beats plain Python, libcrypto beats both, on each curve; all results are compared. A backend that is not installed has
no line. Rival: the `ecdsa` package in the same run, which uses gmpy2 by itself where it is installed.
Method: 40 multiplications by random scalars, each backend the same; the fastest of each, because machines are shared.
"""

from __future__ import annotations

import secrets
import time

from ecdsa.ellipticcurve import CurveFp, PointJacobi
from result import Result

from openeoi.crypto.elliptic_curves.arithmetic import Backend, backends
from openeoi.crypto.elliptic_curves.curves import STANDARDISED_CURVES, Curve, Point

TIMES = 40
CURVES = (12, 13, 15, 16, 18)


def measure() -> tuple[Result, ...]:
    return tuple(result for parameter_id in CURVES for result in _on(STANDARDISED_CURVES[parameter_id]))


def _on(curve: Curve) -> list[Result]:
    there = backends(curve)
    best = dict.fromkeys(there, float("inf"))
    rival = float("inf")
    equation = CurveFp(curve.prime, curve.a, curve.b, 1)
    judge = next(iter(there.values()))
    for _ in range(TIMES):
        point = judge.multiply(secrets.randbelow(curve.order - 1) + 1, curve.generator)
        scalar = secrets.randbelow(curve.order - 1) + 1
        results = set[Point | None]()
        for backend, arithmetic in there.items():
            started = time.perf_counter()
            results.add(arithmetic.multiply(scalar, point))
            best[backend] = min(best[backend], time.perf_counter() - started)
        if len(results) != 1:
            raise RuntimeError(f"the backends do not agree on {curve.name}")
        started = time.perf_counter()
        (PointJacobi(equation, point.x, point.y, 1, curve.order) * scalar).to_affine()
        rival = min(rival, time.perf_counter() - started)
    order = [best[backend] for backend in there]
    return [_line(curve, backend, best[backend], rival, order) for backend in there]


def _line(curve: Curve, backend: Backend, seconds: float, rival: float, order: list[float]) -> Result:
    holds = order == sorted(order)
    bar = "the backends in their order"
    return Result(f"{curve.name}-{backend}", "foundation", 1000 * seconds, "ms", "the ecdsa package", seconds / rival, bar, holds)
