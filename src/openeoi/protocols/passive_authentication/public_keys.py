"""Public keys of travel-document certificates, normalised so that `cryptography` can use them.

ICAO 9303-12, 4.4 wants elliptic-curve domain parameters spelled out; `crypto.elliptic_curves.explicit_parameters` says when they
are accepted.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias

from asn1crypto import keys
from cryptography.exceptions import UnsupportedAlgorithm as NotInThisBuild
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from openeoi.crypto.elliptic_curves.curves import STANDARDISED_CURVES, Curve
from openeoi.crypto.elliptic_curves.explicit_parameters import standardised_curve
from openeoi.crypto.errors import KeyNotSupported
from openeoi.encoding import der
from openeoi.encoding.asn1 import Asn1Value, load, reading
from openeoi.encoding.errors import DecodingError
from openeoi.protocols.passive_authentication.errors import UnsupportedAlgorithm
from openeoi.protocols.passive_authentication.tolerances import Tolerance

PublicKey: TypeAlias = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

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
    """The known curve whose parameters these are. Raises UnsupportedAlgorithm where one differs."""
    try:
        found = standardised_curve(der.decode_sequence(raw))
    except KeyNotSupported as error:
        raise UnsupportedAlgorithm(str(error)) from error
    seed = (Tolerance.CURVE_SEED,) if found.has_seed else ()
    return found.curve, seed if found.has_cofactor else (*seed, Tolerance.COFACTOR_MISSING)
