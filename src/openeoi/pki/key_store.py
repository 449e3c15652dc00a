"""The key store: where the authorities' private keys live. A port: keys are used inside it and never leave it.

Every key is made for one purpose and refuses others. Backends: `encrypted_files` (default), a PKCS#11 module (production).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from openeoi.encoding.errors import EncodingError
from openeoi.encoding.signature_algorithms import SignatureAlgorithm

LABEL = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
LABEL_LENGTH_MAXIMUM = 64


class KeyPurpose(StrEnum):
    """What a key signs, and nothing else."""

    COUNTRY_SIGNING = "country-signing"  # CSCA: document signers, master list signers, its CRL (ICAO 9303-12)
    DOCUMENT_SIGNING = "document-signing"  # EF.SOD
    MASTER_LIST_SIGNING = "master-list-signing"
    EID_ROOT = "eid-root"  # certificates of the issuing authorities, its CRL
    EID_ISSUING = "eid-issuing"  # holders' certificates, its CRL
    STATUS_SIGNING = "status-signing"  # OCSP answers
    TIME_STAMPING = "time-stamping"  # RFC 3161 tokens
    COUNTRY_VERIFYING = "country-verifying"  # CVCA: document verifiers of all states, its own link certificates (TR-03110-3)
    DOCUMENT_VERIFYING = "document-verifying"  # inspection systems
    INSPECTION = "inspection"  # a chip's challenges in terminal authentication
    TOKEN_SIGNING = "token-signing"  # ID tokens and other signed web messages # noqa: S105 - no password


class KeyAlgorithm(StrEnum):
    """Kinds of keys. RSA-2048 is for tests that must be quick; no shipped profile uses it."""

    RSA_2048 = "rsa-2048"
    RSA_3072 = "rsa-3072"
    RSA_4096 = "rsa-4096"
    P_256 = "p-256"
    P_384 = "p-384"
    BRAINPOOL_P256R1 = "brainpool-p256r1"
    BRAINPOOL_P384R1 = "brainpool-p384r1"

    @property
    def is_rsa(self) -> bool:
        return self.value.startswith("rsa")

    def can_sign_with(self, algorithm: SignatureAlgorithm) -> bool:
        return algorithm.value.startswith("rsa" if self.is_rsa else "ecdsa")


@dataclass(frozen=True, slots=True, order=True)
class KeyId:
    """Names one key in a store by its label: lower-case words and numbers joined by hyphens, at most 64 characters."""

    label: str

    def __post_init__(self) -> None:
        if not LABEL.match(self.label) or len(self.label) > LABEL_LENGTH_MAXIMUM:
            raise EncodingError("key label", f"{self.label!r} is not lower-case words joined by hyphens")

    def __str__(self) -> str:
        return self.label


@dataclass(frozen=True, slots=True)
class KeyDescription:
    """What may be known about a key without using it; `public_key` is the DER of the SubjectPublicKeyInfo (named curve)."""

    key: KeyId
    purpose: KeyPurpose
    algorithm: KeyAlgorithm
    public_key: bytes


class KeyStore(Protocol):
    """Raises `pki.errors.KeyStoreError` and its kinds."""

    def generate(self, purpose: KeyPurpose, algorithm: KeyAlgorithm, label: str) -> KeyId:
        """Make a new key; a label that is in use raises KeyExists and changes nothing."""
        ...

    def has(self, key: KeyId) -> bool: ...

    def describe(self, key: KeyId) -> KeyDescription: ...

    def public_key(self, key: KeyId) -> bytes:
        """DER of the SubjectPublicKeyInfo, curves by name."""
        ...

    def sign(self, key: KeyId, purpose: KeyPurpose, data: bytes, algorithm: SignatureAlgorithm) -> bytes:
        """Sign `data` (not its digest). ECDSA: DER of r and s. Raises KeyPurposeMismatch, AlgorithmMismatch."""
        ...

    def keys(self) -> tuple[KeyId, ...]: ...
