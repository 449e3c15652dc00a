"""Elliptic curves spelled out in numbers (ECParameters of SEC 1, C.2), as chips and most country signing certificates have them.

They are accepted only where every one of them (prime, both coefficients, base point, order, cofactor) is that of a standardised
curve: checking the base point alone, or the prime alone, would let an attacker choose the generator and with it the private key
(as in CVE-2020-0601).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from openeoi.crypto.elliptic_curves.curves import STANDARDISED_CURVES, Curve
from openeoi.crypto.errors import KeyNotSupported
from openeoi.encoding import der, tlv
from openeoi.encoding.errors import DecodingError

PRIME_FIELD: Final = "1.2.840.10045.1.1"
VERSIONS: Final = range(1, 4)

_BY_PRIME: Final = {curve.prime: (parameter_id, curve) for parameter_id, curve in STANDARDISED_CURVES.items()}


@dataclass(frozen=True, slots=True)
class SpelledOutCurve:
    """The standardised curve that the numbers are, by id and as it is; the seed and the cofactor may stand or be absent."""

    parameter_id: int
    curve: Curve
    has_seed: bool
    has_cofactor: bool


def standardised_curve(members: Sequence[tlv.Tlv]) -> SpelledOutCurve:
    """`members`: version, field, coefficients with or without seed, base point, order, perhaps the cofactor.

    Raises DecodingError for what is malformed, KeyNotSupported for a curve that differs from a standardised one in any number.
    """
    if not 5 <= len(members) <= 6 or der.decode_integer(members[0]) not in VERSIONS:
        raise DecodingError("explicit curve parameters have five or six members and version 1 to 3")
    field, coefficients = der.decode_sequence(members[1]), der.decode_sequence(members[2])
    if len(field) != 2 or not 2 <= len(coefficients) <= 3:
        raise DecodingError("field or coefficients of explicit curve parameters are not in their form")
    if der.decode_object_identifier(field[0]) != PRIME_FIELD:
        raise KeyNotSupported("an elliptic curve over a binary field")
    parameter_id, curve = _BY_PRIME.get(der.decode_integer(field[1]), (None, None))
    if parameter_id is None or curve is None:
        raise KeyNotSupported("an elliptic curve over an unknown prime")
    a, b = (int.from_bytes(der.decode_octet_string(one), "big") for one in coefficients[:2])
    cofactor = der.decode_integer(members[5]) if len(members) == 6 else 1
    numbers = (a, b, der.decode_integer(members[4]), cofactor)
    if numbers != (curve.a, curve.b, curve.order, 1) or der.decode_octet_string(members[3]) not in _base_points(curve):
        raise KeyNotSupported(f"a curve that resembles {curve.name} and has other parameters")
    return SpelledOutCurve(parameter_id, curve, len(coefficients) == 3, len(members) == 6)


def _base_points(curve: Curve) -> tuple[bytes, bytes]:
    """Uncompressed and compressed."""
    x, y = (value.to_bytes(curve.field_size, "big") for value in (curve.generator.x, curve.generator.y))
    return b"\x04" + x + y, bytes((2 + curve.generator.y % 2,)) + x
