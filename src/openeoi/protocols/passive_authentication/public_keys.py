"""Public keys of travel-document certificates, normalised so that `cryptography` can use them.

ICAO 9303-12, 4.4 wants elliptic-curve domain parameters spelled out. They are accepted only where every one of them (prime, both
coefficients, base point, order, cofactor) is that of a known curve: checking the base point alone, or the prime alone, would let
an attacker choose the generator and with it the private key (as in CVE-2020-0601).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias

from asn1crypto import keys
from cryptography.exceptions import UnsupportedAlgorithm as NotInThisBuild
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from openeoi.crypto.elliptic_curves.curves import STANDARDISED_CURVES, Curve
from openeoi.encoding import der, tlv
from openeoi.encoding.asn1 import Asn1Value, load, reading
from openeoi.encoding.errors import DecodingError
from openeoi.protocols.passive_authentication.errors import UnsupportedAlgorithm
from openeoi.protocols.passive_authentication.tolerances import Tolerance

PublicKey: TypeAlias = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

PRIME_FIELD = "1.2.840.10045.1.1"

_CURVES: dict[str, ec.EllipticCurve] = {
    "secp192r1": ec.SECP192R1(),
    "secp224r1": ec.SECP224R1(),
    "secp256r1": ec.SECP256R1(),
    "secp384r1": ec.SECP384R1(),
    "secp521r1": ec.SECP521R1(),
    "brainpoolP256r1": ec.BrainpoolP256R1(),
    "brainpoolP384r1": ec.BrainpoolP384R1(),
    "brainpoolP512r1": ec.BrainpoolP512R1(),
}
_BY_PRIME = {curve.prime: curve for curve in STANDARDISED_CURVES.values()}
_BY_IDENTIFIER = {curve.object_identifier: curve for curve in STANDARDISED_CURVES.values()}


@lru_cache(maxsize=1024)
def load_public_key(subject_public_key_info: bytes) -> tuple[PublicKey, tuple[Tolerance, ...]]:
    """The key, and what was tolerated; kept, because the same authorities are asked at every inspection.

    Raises DecodingError for a malformed key or one that is not on its curve, UnsupportedAlgorithm for other kinds and curves."""
    info = load(keys.PublicKeyInfo, subject_public_key_info, "the public key")
    with reading("the public key"):
        algorithm = str(info["algorithm"]["algorithm"].native)
        if algorithm in ("rsa", "rsassa_pss"):
            numbers = info["public_key"].parsed
            return _rsa(int(numbers["modulus"]), int(numbers["public_exponent"])), ()
        if algorithm == "ec":
            curve, tolerances = _curve(info["algorithm"]["parameters"])
            return _point(curve, bytes(info["public_key"])), tolerances
    raise UnsupportedAlgorithm(f"a public key of kind {algorithm}")


def _rsa(modulus: int, exponent: int) -> rsa.RSAPublicKey:
    if modulus.bit_length() < 1024 or modulus % 2 == 0:
        raise DecodingError(f"an RSA modulus of {modulus.bit_length()} bits that is too small or even")
    return rsa.RSAPublicNumbers(exponent, modulus).public_key()


def _point(curve: Curve, encoded: bytes) -> ec.EllipticCurvePublicKey:
    known = _CURVES.get(curve.name)
    if known is None:
        raise UnsupportedAlgorithm(f"the curve {curve.name}")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(known, encoded)
    except NotInThisBuild as error:
        raise UnsupportedAlgorithm(f"the curve {curve.name}") from error


def _curve(parameters: Asn1Value) -> tuple[Curve, tuple[Tolerance, ...]]:
    if parameters.name == "named":
        curve = _BY_IDENTIFIER.get(parameters.chosen.dotted)
        if curve is None:
            raise UnsupportedAlgorithm(f"the curve {parameters.chosen.dotted}")
        return curve, ()
    if parameters.name == "specified":
        return _explicit(bytes(parameters.chosen.dump()))
    raise DecodingError("the curve's parameters are inherited from nowhere")


def _explicit(raw: bytes) -> tuple[Curve, tuple[Tolerance, ...]]:
    """The known curve whose parameters these are (ECParameters of SEC 1, C.2). Raises UnsupportedAlgorithm where one differs."""
    parts = der.decode_sequence(raw)
    if not 5 <= len(parts) <= 6:
        raise DecodingError(f"explicit curve parameters have {len(parts)} members")
    prime, coefficients, tolerances = _prime(parts[1]), der.decode_sequence(parts[2]), []
    curve = _BY_PRIME.get(prime)
    if curve is None:
        raise UnsupportedAlgorithm("a curve over an unknown prime")
    if len(coefficients) == 3:
        tolerances.append(Tolerance.CURVE_SEED)
    elif len(coefficients) != 2:
        raise DecodingError("a curve has two coefficients and perhaps a seed")
    if len(parts) == 5:
        tolerances.append(Tolerance.COFACTOR_MISSING)
    found = (
        int.from_bytes(der.decode_octet_string(coefficients[0]), "big"),
        int.from_bytes(der.decode_octet_string(coefficients[1]), "big"),
        der.decode_integer(parts[4]),
        der.decode_integer(parts[5]) if len(parts) == 6 else 1,
    )
    if found != (curve.a, curve.b, curve.order, 1) or der.decode_octet_string(parts[3]) not in _generators(curve):
        raise UnsupportedAlgorithm(f"a curve that resembles {curve.name} but has other parameters")
    return curve, tuple(tolerances)


def _prime(field: tlv.Tlv) -> int:
    identifier, prime = der.decode_sequence(field)
    if der.decode_object_identifier(identifier) != PRIME_FIELD:
        raise UnsupportedAlgorithm("a curve over a binary field")
    return der.decode_integer(prime)


def _generators(curve: Curve) -> tuple[bytes, bytes]:
    x, y = (value.to_bytes(curve.field_size, "big") for value in (curve.generator.x, curve.generator.y))
    return b"\x04" + x + y, bytes((2 + curve.generator.y % 2,)) + x
