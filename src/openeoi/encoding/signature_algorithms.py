"""Digest and signature algorithms of signed objects and their AlgorithmIdentifiers (RFC 5754, RFC 4055, ICAO 9303-12, 4.4)."""

from __future__ import annotations

import hashlib
from enum import StrEnum

from asn1crypto import algos

from openeoi.encoding.errors import DecodingError


class DigestAlgorithm(StrEnum):
    """Hash functions by the name that hashlib and asn1crypto share."""

    SHA1 = "sha1"
    SHA224 = "sha224"
    SHA256 = "sha256"
    SHA384 = "sha384"
    SHA512 = "sha512"

    @property
    def size(self) -> int:
        """Length of a digest in bytes."""
        return hashlib.new(self.value, usedforsecurity=False).digest_size

    @property
    def oid(self) -> str:
        return _IDENTIFIERS[self]

    def digest(self, content: bytes) -> bytes:
        # SHA-1 is still read in old documents (it is never written: see `SIGNING_DIGESTS`).
        return hashlib.new(self.value, content, usedforsecurity=False).digest()


# RFC 3370, 2.1 and RFC 5754, 2.
_IDENTIFIERS = {
    DigestAlgorithm.SHA1: "1.3.14.3.2.26",
    DigestAlgorithm.SHA224: "2.16.840.1.101.3.4.2.4",
    DigestAlgorithm.SHA256: "2.16.840.1.101.3.4.2.1",
    DigestAlgorithm.SHA384: "2.16.840.1.101.3.4.2.2",
    DigestAlgorithm.SHA512: "2.16.840.1.101.3.4.2.3",
}

SIGNING_DIGESTS = frozenset({DigestAlgorithm.SHA224, DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512})


class SignatureAlgorithm(StrEnum):
    """What a signer of ours may use; the value is a readable name, `digest` the hash it contains."""

    RSA_PSS_SHA256 = "rsa-pss-sha256"
    RSA_PSS_SHA384 = "rsa-pss-sha384"
    RSA_PSS_SHA512 = "rsa-pss-sha512"
    RSA_PKCS1_SHA256 = "rsa-pkcs1-sha256"
    RSA_PKCS1_SHA384 = "rsa-pkcs1-sha384"
    RSA_PKCS1_SHA512 = "rsa-pkcs1-sha512"
    ECDSA_SHA256 = "ecdsa-sha256"
    ECDSA_SHA384 = "ecdsa-sha384"
    ECDSA_SHA512 = "ecdsa-sha512"

    @property
    def digest(self) -> DigestAlgorithm:
        return DigestAlgorithm(self.value.rpartition("-")[2])

    @property
    def is_probabilistic_rsa(self) -> bool:
        return self.value.startswith("rsa-pss")

    def algorithm_identifier(self) -> bytes:
        """DER of the AlgorithmIdentifier. PSS: MGF1 with the same hash, salt as long as the digest (RFC 4055, 3.1)."""
        digest = self.digest.value
        if self.value.startswith("rsa-pss"):
            hash_algorithm = {"algorithm": digest, "parameters": None}
            parameters = {
                "hash_algorithm": hash_algorithm,
                "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": hash_algorithm},
                "salt_length": self.digest.size,
            }
            return bytes(algos.SignedDigestAlgorithm({"algorithm": "rsassa_pss", "parameters": parameters}).dump())
        if self.value.startswith("rsa-pkcs1"):
            return bytes(algos.SignedDigestAlgorithm({"algorithm": f"{digest}_rsa", "parameters": None}).dump())
        return bytes(algos.SignedDigestAlgorithm({"algorithm": f"{digest}_ecdsa"}).dump())


def digest_named(name: str) -> DigestAlgorithm:
    """The hash function with this asn1crypto name; raises DecodingError for one we do not know."""
    try:
        return DigestAlgorithm(name)
    except ValueError as error:
        raise DecodingError(f"the hash function {name} is not supported") from error
