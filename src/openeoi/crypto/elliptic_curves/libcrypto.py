"""Point arithmetic by OpenSSL's libcrypto through ctypes. Without the library `arithmetic_for` answers None.

Only functions that every OpenSSL since 1.1.1 has are used. The library is looked up by its versioned name (the unversioned one of
macOS ends the process of whoever loads it).
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache

from openeoi.crypto.elliptic_curves.curves import Curve, Point

LIBRARY_NAMES = ("libcrypto.so.3", "libcrypto.so.4", "libcrypto.so.1.1", "libcrypto.3.dylib", "libcrypto-3-x64.dll")

_POINTER = ctypes.c_void_p
_INTEGER = ctypes.c_int
_SIGNATURES: dict[str, tuple[type | None, list[type]]] = {
    "BN_bin2bn": (_POINTER, [ctypes.c_char_p, _INTEGER, _POINTER]),
    "BN_bn2binpad": (_INTEGER, [_POINTER, ctypes.c_char_p, _INTEGER]),
    "BN_clear_free": (None, [_POINTER]),
    "OBJ_txt2nid": (_INTEGER, [ctypes.c_char_p]),
    "ERR_clear_error": (None, []),
    "EC_GROUP_new_by_curve_name": (_POINTER, [_INTEGER]),
    "EC_POINT_new": (_POINTER, [_POINTER]),
    "EC_POINT_clear_free": (None, [_POINTER]),
    "EC_POINT_set_affine_coordinates": (_INTEGER, [_POINTER] * 5),
    "EC_POINT_get_affine_coordinates": (_INTEGER, [_POINTER] * 5),
    "EC_POINT_is_at_infinity": (_INTEGER, [_POINTER, _POINTER]),
    "EC_POINT_mul": (_INTEGER, [_POINTER] * 6),
    "EC_POINT_add": (_INTEGER, [_POINTER] * 5),
}


class LibcryptoFailure(RuntimeError):
    """libcrypto refused an operation on checked values (out of memory, for instance)."""


@lru_cache(maxsize=1)
def load_library() -> ctypes.CDLL | None:
    """The shared library with its functions typed, or None where there is none that has them all."""
    for name in LIBRARY_NAMES:
        try:
            library = ctypes.CDLL(name)
            for function, (result, arguments) in _SIGNATURES.items():
                declared = getattr(library, function)
                declared.restype, declared.argtypes = result, arguments
        except (OSError, AttributeError):
            continue
        return library
    return None


def arithmetic_for(curve: Curve) -> LibcryptoArithmetic | None:
    """Arithmetic on the curve, or None where the library or the curve (some distributions leave out Brainpool) is missing."""
    library = load_library()
    if library is None:
        return None
    group = library.EC_GROUP_new_by_curve_name(library.OBJ_txt2nid(curve.object_identifier.encode()))
    if not group:
        library.ERR_clear_error()
        return None
    return LibcryptoArithmetic(library, group, curve)


class LibcryptoArithmetic:
    """Fills `CurveArithmetic`. The group object lives as long as the process; all calls may come from any thread."""

    def __init__(self, library: ctypes.CDLL, group: int, curve: Curve) -> None:
        self._library = library
        self._group = group
        self._curve = curve

    def multiply(self, scalar: int, point: Point) -> Point | None:
        with self._point(point) as base, self._number(scalar % self._curve.order) as factor:
            return self._result(lambda out: self._library.EC_POINT_mul(self._group, out, None, base, factor, None))

    def add(self, first: Point, second: Point) -> Point | None:
        with self._point(first) as left, self._point(second) as right:
            return self._result(lambda out: self._library.EC_POINT_add(self._group, out, left, right, None))

    def _result(self, operation: Callable[[int], int]) -> Point | None:
        with self._empty_point() as out:
            self._require(operation(out))
            if self._library.EC_POINT_is_at_infinity(self._group, out):
                return None
            with self._number(0) as x, self._number(0) as y:
                self._require(self._library.EC_POINT_get_affine_coordinates(self._group, out, x, y, None))
                return Point(self._integer(x), self._integer(y))

    @contextmanager
    def _point(self, point: Point) -> Iterator[int]:
        with self._empty_point() as handle, self._number(point.x) as x, self._number(point.y) as y:
            self._require(self._library.EC_POINT_set_affine_coordinates(self._group, handle, x, y, None))
            yield handle

    @contextmanager
    def _empty_point(self) -> Iterator[int]:
        handle = self._library.EC_POINT_new(self._group)
        self._require(handle)
        try:
            yield handle
        finally:
            self._library.EC_POINT_clear_free(handle)

    @contextmanager
    def _number(self, value: int) -> Iterator[int]:
        raw = value.to_bytes(self._curve.field_size + 1, "big")
        handle = self._library.BN_bin2bn(raw, len(raw), None)
        self._require(handle)
        try:
            yield handle
        finally:
            self._library.BN_clear_free(handle)

    def _integer(self, number: int) -> int:
        buffer = ctypes.create_string_buffer(self._curve.field_size)
        if self._library.BN_bn2binpad(number, buffer, self._curve.field_size) < 0:
            raise LibcryptoFailure("a coordinate is larger than the field")
        return int.from_bytes(buffer.raw, "big")

    def _require(self, succeeded: int | None) -> None:
        if not succeeded:
            self._library.ERR_clear_error()
            raise LibcryptoFailure(f"an operation on {self._curve.name} failed")
