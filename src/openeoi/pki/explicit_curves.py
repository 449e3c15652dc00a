"""Elliptic-curve keys with their domain parameters spelled out, as travel-document certificates want (ICAO 9303-12, 4.4)."""

from __future__ import annotations

from typing import Final

import ecdsa

from openeoi.encoding import der

ELLIPTIC_CURVE_KEY: Final = "1.2.840.10045.2.1"

_CURVES = {
    "1.3.36.3.3.2.8.1.1.7": ecdsa.BRAINPOOLP256r1,
    "1.3.36.3.3.2.8.1.1.11": ecdsa.BRAINPOOLP384r1,
    "1.2.840.10045.3.1.7": ecdsa.NIST256p,
    "1.3.132.0.34": ecdsa.NIST384p,
}


def spell_out(public_key: bytes) -> bytes:
    """The SubjectPublicKeyInfo with explicit parameters, cofactor included; an RSA key comes back as it is."""
    algorithm, key = der.decode_sequence(public_key)
    kind, parameters = der.decode_sequence(algorithm)
    if der.decode_object_identifier(kind) != ELLIPTIC_CURVE_KEY:
        return public_key
    curve = _CURVES[der.decode_object_identifier(parameters)]
    explicit = bytes(curve.to_der("explicit", "uncompressed"))
    return der.encode_sequence(der.encode_sequence(kind.encode(), explicit), key.encode())
