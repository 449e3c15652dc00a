"""Point arithmetic by OpenSSL's libcrypto through ctypes. Without the library `arithmetic_for` answers None.

Only functions that every OpenSSL since 1.1.1 has are used. The library is looked up by its versioned name (the unversioned one of
macOS ends the process of whoever loads it).
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import lru_cache

from openeoi.crypto.elliptic_curves.curves import Curve, Point

LIBRARY_NAMES = ("libcrypto.so.3", "libcrypto.so.4", "libcrypto.so.1.1", "libcrypto.3.dylib", "libcrypto-3-x64.dll")

_POINTER = ctypes.c_void_p
_INTEGER = ctypes.c_int
_SIZE = ctypes.c_size_t
_SIGNATURES: dict[str, tuple[type | None, list[type]]] = {
    "BN_bin2bn": (_POINTER, [ctypes.c_char_p, _INTEGER, _POINTER]),
    "BN_clear_free": (None, [_POINTER]),
    "OBJ_txt2nid": (_INTEGER, [ctypes.c_char_p]),
    "ERR_clear_error": (None, []),
    "EC_GROUP_new_by_curve_name": (_POINTER, [_INTEGER]),
    "EC_POINT_new": (_POINTER, [_POINTER]),
    "EC_POINT_clear_free": (None, [_POINTER]),
    "EC_POINT_oct2point": (_INTEGER, [_POINTER, _POINTER, ctypes.c_char_p, _SIZE, _POINTER]),
    "EC_POINT_point2oct": (_SIZE, [_POINTER, _POINTER, _INTEGER, ctypes.c_char_p, _SIZE, _POINTER]),
    "EC_POINT_mul": (_INTEGER, [_POINTER] * 6),
    "EC_POINT_add": (_INTEGER, [_POINTER] * 5),
}
UNCOMPRESSED = 4
INFINITY = b"\x00"


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
        self._size = curve.field_size
        self._scalar_size = (curve.order.bit_length() + 7) // 8

    def multiply(self, scalar: int, point: Point) -> Point | None:
        number = self._number(scalar)
        try:
            if point == self._curve.generator:
                return self._result(lambda out: self._library.EC_POINT_mul(self._group, out, number, None, None, None))
            base = self._point(point)
            try:
                return self._result(lambda out: self._library.EC_POINT_mul(self._group, out, None, base, number, None))
            finally:
                self._library.EC_POINT_clear_free(base)
        finally:
            self._library.BN_clear_free(number)

    def add(self, first: Point, second: Point) -> Point | None:
        left = self._point(first)
        try:
            right = self._point(second)
            try:
                return self._result(lambda out: self._library.EC_POINT_add(self._group, out, left, right, None))
            finally:
                self._library.EC_POINT_clear_free(right)
        finally:
            self._library.EC_POINT_clear_free(left)

    def combine(self, of_generator: int, scalar: int, point: Point) -> Point | None:
        """Both products in one call: OpenSSL interleaves them, which is not constant-time."""
        first = self._number(of_generator)
        try:
            second = self._number(scalar)
            try:
                base = self._point(point)
                try:
                    return self._result(lambda out: self._library.EC_POINT_mul(self._group, out, first, base, second, None))
                finally:
                    self._library.EC_POINT_clear_free(base)
            finally:
                self._library.BN_clear_free(second)
        finally:
            self._library.BN_clear_free(first)

    def _result(self, operation: Callable[[int], int]) -> Point | None:
        out = self._new_point()
        try:
            self._require(operation(out))
            size = 1 + 2 * self._size
            buffer = ctypes.create_string_buffer(size)
            written = self._library.EC_POINT_point2oct(self._group, out, UNCOMPRESSED, buffer, size, None)
            self._require(written)
            raw = buffer.raw[:written]
        finally:
            self._library.EC_POINT_clear_free(out)
        if raw == INFINITY:
            return None
        return Point(int.from_bytes(raw[1 : 1 + self._size], "big"), int.from_bytes(raw[1 + self._size :], "big"))

    def _point(self, point: Point) -> int:
        raw = b"\x04" + point.x.to_bytes(self._size, "big") + point.y.to_bytes(self._size, "big")
        handle = self._new_point()
        if not self._library.EC_POINT_oct2point(self._group, handle, raw, len(raw), None):
            self._library.EC_POINT_clear_free(handle)
            self._require(0)
        return handle

    def _new_point(self) -> int:
        handle: int = self._library.EC_POINT_new(self._group)
        self._require(handle)
        return handle

    def _number(self, scalar: int) -> int:
        raw = (scalar % self._curve.order).to_bytes(self._scalar_size, "big")
        handle: int = self._library.BN_bin2bn(raw, len(raw), None)
        self._require(handle)
        return handle

    def _require(self, succeeded: int | None) -> None:
        if not succeeded:
            self._library.ERR_clear_error()
            raise LibcryptoFailure(f"an operation on {self._curve.name} failed")
