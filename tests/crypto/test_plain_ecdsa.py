"""Plain ECDSA, judged by OpenSSL where it has the curve."""

import secrets

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from openeoi.crypto.domain_parameters import elliptic_curve_group
from openeoi.crypto.plain_ecdsa import PlainSignatureInvalid, sign, signature_size, verify
from openeoi.encoding.signature_algorithms import DigestAlgorithm

CURVES = {12: ec.SECP256R1(), 13: ec.BrainpoolP256R1(), 15: ec.SECP384R1(), 17: ec.BrainpoolP512R1(), 18: ec.SECP521R1()}
HASHES = {
    DigestAlgorithm.SHA1: hashes.SHA1(),
    DigestAlgorithm.SHA224: hashes.SHA224(),
    DigestAlgorithm.SHA256: hashes.SHA256(),
    DigestAlgorithm.SHA512: hashes.SHA512(),
}


@pytest.mark.parametrize("digest", list(HASHES))
@pytest.mark.parametrize("parameter_id", list(CURVES))
def test_openssl_agrees_in_both_directions(parameter_id: int, digest: DigestAlgorithm) -> None:
    group, size = elliptic_curve_group(parameter_id), signature_size(elliptic_curve_group(parameter_id)) // 2
    private = 0x1234567890ABCDEF1234567890ABCDEF
    public = group.multiply(private, group.generator)
    other = ec.derive_private_key(private, CURVES[parameter_id])
    signature = sign(group, private, b"message", digest, secrets.token_bytes)
    numbers = int.from_bytes(signature[:size], "big"), int.from_bytes(signature[size:], "big")
    other.public_key().verify(encode_dss_signature(*numbers), b"message", ec.ECDSA(HASHES[digest]))
    r, s = decode_dss_signature(other.sign(b"message", ec.ECDSA(HASHES[digest])))
    verify(group, public, b"message", digest, r.to_bytes(size, "big") + s.to_bytes(size, "big"))


@pytest.mark.parametrize("parameter_id", [8, 9, 10, 11, 14, 16])
def test_curves_that_openssl_lacks(parameter_id: int) -> None:
    group = elliptic_curve_group(parameter_id)
    public = group.multiply(99, group.generator)
    signature = sign(group, 99, b"message", DigestAlgorithm.SHA256, secrets.token_bytes)
    verify(group, public, b"message", DigestAlgorithm.SHA256, signature)
    with pytest.raises(PlainSignatureInvalid):
        verify(group, public, b"massage", DigestAlgorithm.SHA256, signature)


def test_malformed_signatures_are_refused() -> None:
    group = elliptic_curve_group(12)
    public = group.multiply(99, group.generator)
    good = sign(group, 99, b"message", DigestAlgorithm.SHA256, secrets.token_bytes)
    order = group.order.to_bytes(32, "big")
    bad = [b"", good[:-1], good + b"\x00", bytes(64), good[:32] + bytes(32), bytes(32) + good[32:], order + good[32:]]
    bad += [good[:32] + order, good[32:] + good[:32], encode_dss_signature(1, 2)]
    for signature in bad:
        with pytest.raises(PlainSignatureInvalid):
            verify(group, public, b"message", DigestAlgorithm.SHA256, signature)


def test_a_sum_at_infinity_is_refused() -> None:
    # u1*G = -u2*Q happens for Q = G where hash = -r: the hash is fixed, so r is chosen; s is free.
    group = elliptic_curve_group(12)
    hashed = int.from_bytes(DigestAlgorithm.SHA256.digest(b"message"), "big") % group.order
    signature = (group.order - hashed).to_bytes(32, "big") + (5).to_bytes(32, "big")
    with pytest.raises(PlainSignatureInvalid):
        verify(group, group.generator, b"message", DigestAlgorithm.SHA256, signature)
