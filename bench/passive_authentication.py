"""Passive authentication of one document with a warm trust store: EF.SOD with the certificate of a signer whom nobody has met
before, the chain to the country signing authority, validity, and the digests of EF.DG1 and a 16 kB EF.DG2.

Bars: at most 1 ms where both keys are RSA-2048, at most 2 ms where both are ECDSA on brainpoolP256r1.
Rival: the two bare signature verifications and the two digests by the same library in the same run.
Method: 12 documents, each with a signer of its own, verified once a round; the certificates and keys met are forgotten between
rounds, the trust store's are loaded again. 25 rounds; the mean of the fastest, for either side, because machines are shared.
"""

from __future__ import annotations

import hashlib
import time
from datetime import timedelta

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from result import Result

import document_signers
from document_signers import Holder, country_signer, document_signer
from openeoi.encoding.lds.security_object import build_security_object, encode_lds_security_object
from openeoi.encoding.signature_algorithms import SignatureAlgorithm
from openeoi.protocols.passive_authentication import CertificateAnchors, certificates, verify_data_group, verify_security_object
from openeoi.protocols.passive_authentication.public_keys import load_public_key

DOCUMENTS, ROUNDS = 12, 25
AT = document_signers.NOT_BEFORE + timedelta(days=30)
DATA_GROUPS = {1: bytes(93), 2: bytes(range(256)) * 64}


def measure() -> tuple[Result, ...]:
    return (
        _measure("passive-authentication-rsa", SignatureAlgorithm.RSA_PKCS1_SHA256, 1.0),
        _measure("passive-authentication-ecdsa", SignatureAlgorithm.ECDSA_SHA256, 2.0),
    )


def _measure(name: str, algorithm: SignatureAlgorithm, bar: float) -> Result:
    authority = country_signer(algorithm)
    signers = [document_signer(authority, algorithm, f"TEST DS {number}") for number in range(DOCUMENTS)]
    documents = [_document(signer) for signer in signers]
    ours, bare = [], []
    for _ in range(ROUNDS):
        anchors = _warm(authority)
        started = time.perf_counter()
        for document in documents:
            signed = verify_security_object(document, anchors, AT)
            for number, content in DATA_GROUPS.items():
                verify_data_group(signed, number, content)
        ours.append((time.perf_counter() - started) / DOCUMENTS)
        bare.append(_bare(authority, signers))
    figure, rival = min(ours), min(bare)
    return Result(name, "border", 1000 * figure, "ms", "the bare operations", figure / rival, f"{bar:g} ms", 1000 * figure <= bar)


def _document(signer: Holder) -> bytes:
    digest = signer.algorithm.digest
    content = encode_lds_security_object(digest, {number: digest.digest(file) for number, file in DATA_GROUPS.items()})
    return build_security_object(content, signer.der, digest, signer.algorithm, signer.sign)


def _warm(authority: Holder) -> CertificateAnchors:
    certificates.forget()
    load_public_key.cache_clear()
    anchors = CertificateAnchors([authority.der])
    certificates.Certificate.decode(authority.der).key()
    return anchors


def _bare(authority: Holder, signers: list[Holder]) -> float:
    """Seconds a document."""
    cases = []
    for signer in signers:
        signed, body = b"attributes" * 10, signer.certificate.tbs_certificate_bytes
        cases.append((signer.key.public_key(), signer.sign(signed), signed, signer.certificate.signature, body))
    trusted = authority.key.public_key()
    started = time.perf_counter()
    for key, signature, signed, of_certificate, body in cases:
        for verifier, value, content in ((key, signature, signed), (trusted, of_certificate, body)):
            if isinstance(verifier, ec.EllipticCurvePublicKey):
                verifier.verify(value, content, ec.ECDSA(hashes.SHA256()))
            else:
                verifier.verify(value, content, padding.PKCS1v15(), hashes.SHA256())
        for content in DATA_GROUPS.values():
            hashlib.sha256(content).digest()
    return (time.perf_counter() - started) / len(cases)
