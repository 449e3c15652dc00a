"""Project Wycheproof's vectors (C2SP/wycheproof, testvectors_v1) for the curves of travel documents, on every backend.

Read from `wycheproof/` in the folder that OPENEOI_TEST_DATA names. What they call "valid" has to give the secret, "invalid" has
to be refused, "acceptable" may be either, but no third thing.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from openeoi.crypto import plain_ecdsa
from openeoi.crypto.ciphers import Cipher
from openeoi.crypto.elliptic_curves.arithmetic import Backend, arithmetic_for, backends
from openeoi.crypto.elliptic_curves.curves import STANDARDISED_CURVES
from openeoi.crypto.elliptic_curves.group import EllipticCurveGroup
from openeoi.crypto.errors import CryptographicError
from openeoi.crypto.mac import MAC_SIZE, mac
from openeoi.crypto.public_keys import decode_agreement_key
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.signature_algorithms import DigestAlgorithm
from reference_data import reference

BY_NAME = {curve.name: (number, curve) for number, curve in STANDARDISED_CURVES.items()}
KEYS = ["brainpoolP224r1", "brainpoolP256r1", "brainpoolP320r1", "brainpoolP384r1", "brainpoolP512r1"]
POINTS = ["secp224r1", "secp256r1", "secp384r1", "secp521r1"]
SIGNATURES = [
    ("secp192r1", "sha256"),
    ("secp224r1", "sha224"),
    ("brainpoolP224r1", "sha224"),
    ("secp256r1", "sha256"),
    ("brainpoolP256r1", "sha256"),
    ("brainpoolP320r1", "sha384"),
    ("secp384r1", "sha384"),
    ("brainpoolP384r1", "sha384"),
    ("brainpoolP512r1", "sha512"),
    ("secp521r1", "sha512"),
]
# Compressed points are not used by travel documents: the strict reader has no form for them. The cofactor of explicit parameters
# is optional (SEC 1, C.2); all other parameters are held against those of a curve whose cofactor is 1.
OUR_CHOICE = {"CompressedPoint", "CompressedPublic", "NoCofactor"}


def cases(name: str, backend: Backend | None = None) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each case with its group; plain Python, which is slow on large curves, takes every fourth."""
    found = json.loads(reference(f"wycheproof/{name}_test.json"))["testGroups"]
    everything = [(group, case) for group in found for case in group["tests"]]
    yield from everything[:: 4 if backend is Backend.PYTHON else 1]


def group_on(backend: Backend, name: str) -> EllipticCurveGroup:
    curve = BY_NAME[name][1]
    if backend not in backends(curve):
        pytest.skip(f"{backend} is not here for {name}")
    return EllipticCurveGroup(curve, arithmetic_for(curve, backend))


def agreed(group: EllipticCurveGroup, public: bytes, private: str) -> bytes:
    return group.shared_secret(group.multiply(int(private, 16), group.decode(public)))


def judge(case: dict[str, Any], found: bytes | None, seen: Counter[str]) -> None:
    expected = bytes.fromhex(case["shared"])
    seen[case["result"]] += 1
    if case["result"] == "acceptable" or OUR_CHOICE & set(case["flags"]):
        assert found in (None, expected), case
    elif case["result"] == "invalid":
        assert found is None, case
    else:
        assert found == expected, case


@pytest.mark.slow
@pytest.mark.parametrize("backend", Backend)
@pytest.mark.parametrize("name", KEYS)
def test_agreement_with_encoded_keys(name: str, backend: Backend) -> None:
    group, seen = group_on(backend, name), Counter[str]()
    for _, case in cases(f"ecdh_{name}", backend):
        try:
            key = decode_agreement_key(bytes.fromhex(case["public"]))
            found = agreed(group, key.encoded, case["private"]) if key.parameter_id == BY_NAME[name][0] else None
        except (DecodingError, CryptographicError):
            found = None
        judge(case, found, seen)
    assert seen["valid"] > 80
    assert seen["invalid"]


@pytest.mark.slow
@pytest.mark.parametrize("backend", Backend)
@pytest.mark.parametrize("name", POINTS)
def test_agreement_with_points(name: str, backend: Backend) -> None:
    group, seen = group_on(backend, name), Counter[str]()
    for _, case in cases(f"ecdh_{name}_ecpoint", backend):
        try:
            found = agreed(group, bytes.fromhex(case["public"]), case["private"])
        except CryptographicError:
            found = None
        judge(case, found, seen)
    assert seen["valid"] > 50
    assert seen["invalid"]


@pytest.mark.slow
@pytest.mark.parametrize("backend", Backend)
@pytest.mark.parametrize(("name", "digest"), SIGNATURES)
def test_plain_signatures(name: str, digest: str, backend: Backend) -> None:
    group, seen = group_on(backend, name), Counter[str]()
    for key, case in cases(f"ecdsa_{name}_{digest}_p1363", backend):
        public = group.decode(bytes.fromhex(key["publicKey"]["uncompressed"]))
        message, signature = bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"])
        seen[case["result"]] += 1
        try:
            plain_ecdsa.verify(group, public, message, DigestAlgorithm(digest), signature)
        except plain_ecdsa.PlainSignatureInvalid:
            assert case["result"] != "valid", case
        else:
            assert case["result"] != "invalid", case
    assert seen["valid"] > 12
    assert seen["invalid"]


def test_authentication_codes() -> None:
    by_size = {cipher.key_size: cipher for cipher in (Cipher.AES_128, Cipher.AES_192, Cipher.AES_256)}
    compared = 0
    for _, case in cases("aes_cmac"):
        key = bytes.fromhex(case["key"])
        if case["result"] == "valid" and len(key) in by_size:
            assert mac(by_size[len(key)], key, bytes.fromhex(case["msg"])) == bytes.fromhex(case["tag"])[:MAC_SIZE], case
            compared += 1
    assert compared > 50
