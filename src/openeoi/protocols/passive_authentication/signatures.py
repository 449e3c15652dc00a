"""Verifying a signature by the AlgorithmIdentifier that stands beside it (never by what the certificate's own signature uses)."""

from __future__ import annotations

from asn1crypto import algos
from cryptography.exceptions import InvalidSignature
from cryptography.exceptions import UnsupportedAlgorithm as NotInThisBuild
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from openeoi.encoding.asn1 import Asn1Value, load, reading
from openeoi.encoding.signature_algorithms import DigestAlgorithm, digest_named
from openeoi.protocols.passive_authentication.errors import UnsupportedAlgorithm
from openeoi.protocols.passive_authentication.public_keys import PublicKey
from openeoi.protocols.passive_authentication.tolerances import Tolerance

NULL = b"\x05\x00"

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
    algorithm = load(algos.SignedDigestAlgorithm, algorithm_identifier, "the signature algorithm")
    tolerances: list[Tolerance] = []
    with reading("the signature algorithm"):
        kind = str(algorithm.signature_algo)
        if kind == "rsassa_pss":
            used = _verify_pss(key, algorithm["parameters"], data, signature)
        elif kind == "rsassa_pkcs1v15":
            used = _hash_of(algorithm, digest)
            _verify_rsa(key, padding.PKCS1v15(), used, data, signature)
        elif kind == "ecdsa":
            used = _hash_of(algorithm, digest)
            if algorithm["parameters"].dump() == NULL:
                tolerances.append(Tolerance.NULL_PARAMETERS_IN_ECDSA)
            _verify_ecdsa(key, used, data, signature)
        else:
            raise UnsupportedAlgorithm(f"the signature algorithm {kind}")
    if digest is not None and used is not digest:
        tolerances.append(Tolerance.DIGESTS_DIFFER)
    return tuple(tolerances)


def _hash_of(algorithm: Asn1Value, digest: DigestAlgorithm | None) -> DigestAlgorithm:
    if algorithm["algorithm"].native == "rsassa_pkcs1v15":
        if digest is None:
            raise UnsupportedAlgorithm("a signature algorithm that names no hash function")
        return digest
    return digest_named(algorithm.hash_algo)


def _verify_pss(key: PublicKey, parameters: Asn1Value, data: bytes, signature: bytes) -> DigestAlgorithm:
    """RFC 4055, 3.1: hash, mask generation function with its own hash, and salt length all come from the parameters."""
    digest = digest_named(parameters["hash_algorithm"]["algorithm"].native)
    generation = parameters["mask_gen_algorithm"]
    if generation["algorithm"].native != "mgf1" or parameters["trailer_field"].native != "trailer_field_bc":
        raise UnsupportedAlgorithm("RSASSA-PSS with another mask generation function or trailer than the standard ones")
    mask = digest_named(generation["parameters"]["algorithm"].native)
    scheme = padding.PSS(padding.MGF1(_HASHES[mask]), int(parameters["salt_length"].native))
    _verify_rsa(key, scheme, digest, data, signature)
    return digest


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
