"""Verifying a signature by the AlgorithmIdentifier that stands beside it (never by what the certificate's own signature uses)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from asn1crypto import algos
from cryptography.exceptions import InvalidSignature
from cryptography.exceptions import UnsupportedAlgorithm as NotInThisBuild
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from openeoi.encoding.asn1 import Asn1Value, load, reading
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.signature_algorithms import DigestAlgorithm, digest_named
from openeoi.protocols.passive_authentication.errors import UnsupportedAlgorithm
from openeoi.protocols.passive_authentication.public_keys import PublicKey
from openeoi.protocols.passive_authentication.tolerances import Tolerance

NULL = b"\x05\x00"
SALT_MAXIMUM = 1024
"""Bytes of an RSASSA-PSS salt: no more fit an RSA key of 8192 bits."""

_HASHES: dict[DigestAlgorithm, hashes.HashAlgorithm] = {
    DigestAlgorithm.SHA1: hashes.SHA1(),  # noqa: S303 - documents of the first generation are still valid
    DigestAlgorithm.SHA224: hashes.SHA224(),
    DigestAlgorithm.SHA256: hashes.SHA256(),
    DigestAlgorithm.SHA384: hashes.SHA384(),
    DigestAlgorithm.SHA512: hashes.SHA512(),
}


class SignatureMismatch(Exception):
    """The signature is not one over this data by this key. Callers turn it into the error that says whose signature it was."""


def verify(
    key: PublicKey, algorithm_identifier: bytes, data: bytes, signature: bytes, digest: DigestAlgorithm | None = None
) -> tuple[Tolerance, ...]:
    """What was tolerated; raises SignatureMismatch. `digest` is the message digest's hash function: it completes an algorithm
    that names none (rsaEncryption in a SignerInfo, RFC 3370, 3.2). Raises UnsupportedAlgorithm and DecodingError too."""
    scheme = _scheme(algorithm_identifier)
    used = scheme.digest or digest
    if used is None:
        raise UnsupportedAlgorithm("a signature algorithm that names no hash function")
    if scheme.padding is None:
        _verify_ecdsa(key, used, data, signature)
    else:
        _verify_rsa(key, scheme.padding, used, data, signature)
    differs = digest is not None and used is not digest
    return (*scheme.tolerances, Tolerance.DIGESTS_DIFFER) if differs else scheme.tolerances


@dataclass(frozen=True, slots=True)
class _Scheme:
    """What an AlgorithmIdentifier says: RSA with this padding, or ECDSA (None); `digest` is None where it names none."""

    padding: padding.PSS | padding.PKCS1v15 | None
    digest: DigestAlgorithm | None
    tolerances: tuple[Tolerance, ...] = ()


@lru_cache(maxsize=256)
def _scheme(algorithm_identifier: bytes) -> _Scheme:
    """Kept, because the world signs with a dozen algorithms. Raises UnsupportedAlgorithm and DecodingError."""
    algorithm = load(algos.SignedDigestAlgorithm, algorithm_identifier, "the signature algorithm")
    with reading("the signature algorithm"):
        kind = str(algorithm.signature_algo)
        if kind == "rsassa_pss":
            return _probabilistic(algorithm["parameters"])
        if kind == "rsassa_pkcs1v15":
            names_none = algorithm["algorithm"].native == "rsassa_pkcs1v15"
            return _Scheme(padding.PKCS1v15(), None if names_none else digest_named(algorithm.hash_algo))
        if kind == "ecdsa":
            has_null = algorithm["parameters"].dump() == NULL
            tolerances = (Tolerance.NULL_PARAMETERS_IN_ECDSA,) if has_null else ()
            return _Scheme(None, digest_named(algorithm.hash_algo), tolerances)
    raise UnsupportedAlgorithm(f"the signature algorithm {kind}")


def _probabilistic(parameters: Asn1Value) -> _Scheme:
    """RFC 4055, 3.1: hash, mask generation function with its own hash, and salt length all come from the parameters."""
    digest = digest_named(parameters["hash_algorithm"]["algorithm"].native)
    generation = parameters["mask_gen_algorithm"]
    if generation["algorithm"].native != "mgf1" or parameters["trailer_field"].native != "trailer_field_bc":
        raise UnsupportedAlgorithm("RSASSA-PSS with another mask generation function or trailer than the standard ones")
    mask = digest_named(generation["parameters"]["algorithm"].native)
    salt = int(parameters["salt_length"].native)
    if not 0 <= salt <= SALT_MAXIMUM:
        raise DecodingError(f"the salt of RSASSA-PSS has 0 to {SALT_MAXIMUM} bytes")
    return _Scheme(padding.PSS(padding.MGF1(_HASHES[mask]), salt), digest)


def _verify_rsa(
    key: PublicKey, scheme: padding.PSS | padding.PKCS1v15, digest: DigestAlgorithm, data: bytes, signature: bytes
) -> None:
    if not isinstance(key, rsa.RSAPublicKey):
        raise SignatureMismatch
    try:
        key.verify(signature, data, scheme, _HASHES[digest])
    except InvalidSignature as error:
        raise SignatureMismatch from error
    except NotInThisBuild as error:
        raise UnsupportedAlgorithm(f"RSA with {digest}") from error


def _verify_ecdsa(key: PublicKey, digest: DigestAlgorithm, data: bytes, signature: bytes) -> None:
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise SignatureMismatch
    try:
        key.verify(signature, data, ec.ECDSA(_HASHES[digest]))
    except InvalidSignature as error:
        raise SignatureMismatch from error
    except NotInThisBuild as error:
        raise UnsupportedAlgorithm(f"ECDSA with {digest} on {key.curve.name}") from error
