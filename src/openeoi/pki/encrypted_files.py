"""The key store in encrypted files: one JSON file per key, argon2id and AES-256-GCM.

A file holds in clear what may be known (label, purpose, algorithm, public key, parameters of the key derivation) and the
private key (PKCS #8) encrypted. All that stands in clear is bound into the associated data, so that a key cannot be given another
purpose by editing its file. A checksum over the whole tells damage from a wrong passphrase. Files are written once, atomically,
and never overwritten.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, fields

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from openeoi.encoding.errors import EncodingError
from openeoi.encoding.signature_algorithms import SignatureAlgorithm
from openeoi.pki.errors import (
    AlgorithmMismatch,
    DamagedKeyFile,
    KeyExists,
    KeyNotFound,
    KeyPurposeMismatch,
    KeyStoreError,
    WrongPassphrase,
)
from openeoi.pki.key_files import SUFFIX, KeyFiles
from openeoi.pki.key_store import KeyAlgorithm, KeyDescription, KeyId, KeyPurpose

FORMAT = "openeoi-key/1"
FIELDS = frozenset({"format", "label", "purpose", "algorithm", "public_key", "derivation", "nonce", "private_key", "checksum"})

SALT_SIZE, NONCE_SIZE = 16, 12  # bytes

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

CURVES: dict[KeyAlgorithm, ec.EllipticCurve] = {
    KeyAlgorithm.P_256: ec.SECP256R1(),
    KeyAlgorithm.P_384: ec.SECP384R1(),
    KeyAlgorithm.BRAINPOOL_P256R1: ec.BrainpoolP256R1(),
    KeyAlgorithm.BRAINPOOL_P384R1: ec.BrainpoolP384R1(),
}
HASHES: dict[str, Callable[[], hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}


@dataclass(frozen=True, slots=True)
class DerivationCost:
    """argon2id parameters; the default is the second choice of RFC 9106, 4 (64 MiB, 3 passes, 4 lanes)."""

    memory_kibibytes: int = 65536
    passes: int = 3
    lanes: int = 4


# A file that asks for more is not ours: opening it must not exhaust the machine.
COST_LIMIT = DerivationCost(memory_kibibytes=1 << 21, passes=64, lanes=64)
QUICK_COST = DerivationCost(memory_kibibytes=64, passes=1, lanes=1)  # tests only: protects nothing


@dataclass(frozen=True, slots=True)
class _Derivation:
    salt: bytes
    cost: DerivationCost


@dataclass(frozen=True, slots=True)
class _KeyFile:
    description: KeyDescription
    derivation: _Derivation
    nonce: bytes
    private_key: bytes = field(repr=False)
    associated_data: bytes


class EncryptedFiles:
    """`KeyStore` over key files. Opening reads them all, so that a damaged one is told at once, and checks the passphrase against
    the first."""

    def __init__(self, files: KeyFiles, passphrase: str, cost: DerivationCost | None = None) -> None:
        if not passphrase:
            raise KeyStoreError("key store", "the passphrase is empty")
        self._files = files
        self._passphrase = passphrase.encode()
        self._encryption_keys: dict[_Derivation, bytes] = {}
        self._opened: dict[KeyId, tuple[KeyDescription, PrivateKey]] = {}
        self._derivation = _Derivation(secrets.token_bytes(SALT_SIZE), cost or DerivationCost())
        found = [(name, self._load(name)) for name in files.names()]
        if found:
            name, first = found[0]
            self._decrypt(name, first)
            self._derivation = first.derivation

    def generate(self, purpose: KeyPurpose, algorithm: KeyAlgorithm, label: str) -> KeyId:
        key = KeyId(label)
        name = f"{key}{SUFFIX}"
        if name in self._files.names():
            raise KeyExists(self._files.where(name))
        private_key = _generate(algorithm)
        description = KeyDescription(key, purpose, algorithm, _public_key(private_key))
        content = self._seal(description, private_key)
        try:
            self._files.create(name, content)
        except FileExistsError as error:
            raise KeyExists(self._files.where(name)) from error
        except OSError as error:
            raise KeyStoreError(self._files.where(name), f"the key file cannot be written: {error.strerror or error}") from error
        self._opened[key] = (description, private_key)
        return key

    def has(self, key: KeyId) -> bool:
        return key in self._opened or f"{key}{SUFFIX}" in self._files.names()

    def describe(self, key: KeyId) -> KeyDescription:
        return self._open(key)[0]

    def public_key(self, key: KeyId) -> bytes:
        return self._open(key)[0].public_key

    def keys(self) -> tuple[KeyId, ...]:
        return tuple(KeyId(name.removesuffix(SUFFIX)) for name in self._files.names())

    def sign(self, key: KeyId, purpose: KeyPurpose, data: bytes, algorithm: SignatureAlgorithm) -> bytes:
        description, private_key = self._open(key)
        if description.purpose is not purpose:
            raise KeyPurposeMismatch(str(key), description.purpose, purpose)
        if not description.algorithm.can_sign_with(algorithm):
            raise AlgorithmMismatch(str(key), description.algorithm, algorithm)
        digest = HASHES[algorithm.digest]()
        if isinstance(private_key, ec.EllipticCurvePrivateKey):
            return private_key.sign(data, ec.ECDSA(digest))
        if algorithm.is_probabilistic_rsa:
            return private_key.sign(data, padding.PSS(padding.MGF1(digest), padding.PSS.DIGEST_LENGTH), digest)
        return private_key.sign(data, padding.PKCS1v15(), digest)

    def _open(self, key: KeyId) -> tuple[KeyDescription, PrivateKey]:
        if key not in self._opened:
            name = f"{key}{SUFFIX}"
            file = self._load(name)
            if file.description.key != key:
                raise DamagedKeyFile(self._files.where(name), f"it holds the key {file.description.key}")
            self._opened[key] = (file.description, self._decrypt(name, file))
        return self._opened[key]

    def _load(self, name: str) -> _KeyFile:
        try:
            content = self._files.read(name)
        except FileNotFoundError as error:
            raise KeyNotFound(self._files.where(name)) from error
        except OSError as error:
            raise KeyStoreError(self._files.where(name), f"the key file cannot be read: {error.strerror or error}") from error
        try:
            return _parse(content)
        except _Damaged as damage:
            raise DamagedKeyFile(self._files.where(name), str(damage)) from damage

    def _decrypt(self, name: str, file: _KeyFile) -> PrivateKey:
        try:
            plain = AESGCM(self._encryption_key(file.derivation)).decrypt(file.nonce, file.private_key, file.associated_data)
        except InvalidTag as error:
            raise WrongPassphrase(self._files.where(name)) from error
        # AES-GCM has just shown that these are the bytes we wrote; testing an RSA key's primes again costs a tenth of a second.
        private_key = serialization.load_der_private_key(plain, password=None, unsafe_skip_rsa_key_validation=True)
        if not isinstance(private_key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            raise DamagedKeyFile(self._files.where(name), "the private key is neither RSA nor elliptic curve")
        if _public_key(private_key) != file.description.public_key:
            raise DamagedKeyFile(self._files.where(name), "private and public key do not belong together")
        return private_key

    def _encryption_key(self, derivation: _Derivation) -> bytes:
        if derivation not in self._encryption_keys:
            cost = derivation.cost
            argon2id = Argon2id(
                salt=derivation.salt, length=32, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory_kibibytes
            )
            self._encryption_keys[derivation] = argon2id.derive(self._passphrase)
        return self._encryption_keys[derivation]

    def _seal(self, description: KeyDescription, private_key: PrivateKey) -> bytes:
        plain = private_key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        nonce = secrets.token_bytes(NONCE_SIZE)
        clear = _clear(description, self._derivation, nonce)
        encrypted = AESGCM(self._encryption_key(self._derivation)).encrypt(nonce, plain, _canonical(clear))
        document: dict[str, object] = {**clear, "private_key": _text(encrypted)}
        document["checksum"] = hashlib.sha256(_canonical(document)).hexdigest()
        return json.dumps(document, indent=2).encode() + b"\n"


class _Damaged(Exception):
    """Why a key file cannot be what was written; becomes DamagedKeyFile with its path."""


def _parse(content: bytes) -> _KeyFile:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _Damaged("it is not JSON") from error
    if not isinstance(document, dict) or set(document) != FIELDS:
        raise _Damaged("its fields are not those of a key file")
    checksum = document.pop("checksum")
    if checksum != hashlib.sha256(_canonical(document)).hexdigest():
        raise _Damaged("its checksum does not fit")
    encrypted = document.pop("private_key")
    try:
        return _key_file(document, encrypted)
    except (ValueError, TypeError, KeyError, EncodingError) as error:
        raise _Damaged("a field has a value that it cannot have") from error


def _key_file(clear: dict[str, object], encrypted: object) -> _KeyFile:
    if clear["format"] != FORMAT:
        raise ValueError("another format")
    derivation = clear["derivation"]
    if not isinstance(derivation, dict) or derivation.pop("function") != "argon2id":
        raise ValueError("another key derivation")
    salt, nonce = _binary(derivation.pop("salt")), _binary(clear["nonce"])
    if len(salt) != SALT_SIZE or len(nonce) != NONCE_SIZE:
        raise ValueError("a salt or nonce of another size")
    if set(derivation) != {cost.name for cost in fields(DerivationCost)}:
        raise ValueError("other costs than those of argon2id")
    cost = DerivationCost(**{name: _within(value, getattr(COST_LIMIT, name)) for name, value in derivation.items()})
    description = KeyDescription(
        KeyId(str(clear["label"])),
        KeyPurpose(str(clear["purpose"])),
        KeyAlgorithm(str(clear["algorithm"])),
        _binary(clear["public_key"]),
    )
    parsed = _KeyFile(description, _Derivation(salt, cost), nonce, _binary(encrypted), b"")
    rewritten = _canonical(_clear(description, parsed.derivation, parsed.nonce))
    return _KeyFile(description, parsed.derivation, parsed.nonce, parsed.private_key, rewritten)


def _within(value: object, limit: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= limit:
        raise ValueError("a cost out of bounds")
    return value


def _clear(description: KeyDescription, derivation: _Derivation, nonce: bytes) -> dict[str, object]:
    cost = derivation.cost
    return {
        "format": FORMAT,
        "label": str(description.key),
        "purpose": description.purpose.value,
        "algorithm": description.algorithm.value,
        "public_key": _text(description.public_key),
        "derivation": {
            "function": "argon2id",
            "salt": _text(derivation.salt),
            "memory_kibibytes": cost.memory_kibibytes,
            "passes": cost.passes,
            "lanes": cost.lanes,
        },
        "nonce": _text(nonce),
    }


def _canonical(document: dict[str, object]) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def _text(binary: bytes) -> str:
    return base64.b64encode(binary).decode("ascii")


def _binary(text: object) -> bytes:
    if not isinstance(text, str):
        raise TypeError("not a text")
    return base64.b64decode(text, validate=True)


def _generate(algorithm: KeyAlgorithm) -> PrivateKey:
    if algorithm.is_rsa:
        return rsa.generate_private_key(public_exponent=65537, key_size=int(algorithm.value.rpartition("-")[2]))
    return ec.generate_private_key(CURVES[algorithm])


def _public_key(private_key: PrivateKey) -> bytes:
    return private_key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
