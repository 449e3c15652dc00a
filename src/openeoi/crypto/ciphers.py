"""The cipher suites of PACE, chip authentication and secure messaging (ICAO 9303-11, 9.8): block cipher in CBC mode and MAC.

Built on pyca/cryptography (OpenSSL), whose AES runs in constant time on all common processors. Triple DES exists only because
documents with basic access control and some early PACE documents still use it.
"""

from __future__ import annotations

from enum import Enum

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher as BlockCipherContext
from cryptography.hazmat.primitives.ciphers import CipherContext
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC, ECB

from openeoi.crypto.errors import InvalidKey


class Cipher(Enum):
    """A cipher suite; `key_size` and `block_size` in bytes."""

    TRIPLE_DES = ("3DES-CBC-CBC", 16, 8)
    AES_128 = ("AES-CBC-CMAC-128", 16, 16)
    AES_192 = ("AES-CBC-CMAC-192", 24, 16)
    AES_256 = ("AES-CBC-CMAC-256", 32, 16)

    def __init__(self, label: str, key_size: int, block_size: int) -> None:
        self.label = label
        self.key_size = key_size
        self.block_size = block_size

    def encrypt(self, key: bytes, initial_vector: bytes, blocks: bytes) -> bytes:
        """CBC encryption of whole blocks, without padding."""
        return KeyedCipher(self, key).encrypt(initial_vector, blocks)

    def decrypt(self, key: bytes, initial_vector: bytes, blocks: bytes) -> bytes:
        """Inverse of `encrypt`."""
        return KeyedCipher(self, key).decrypt(initial_vector, blocks)

    def encrypt_block(self, key: bytes, block: bytes) -> bytes:
        """One block without chaining."""
        return self.encrypt(key, bytes(self.block_size), block)

    def check_key(self, key: bytes) -> None:
        if len(key) != self.key_size:
            raise InvalidKey(f"a key for {self.label} has {self.key_size} bytes, not {len(key)}")


class KeyedCipher:
    """A cipher under one key, for who uses it many times: the key is set up once. Every operation stands for itself."""

    def __init__(self, cipher: Cipher, key: bytes) -> None:
        cipher.check_key(key)
        self._cipher = cipher
        self._algorithm = TripleDES(key + key[:8]) if cipher is Cipher.TRIPLE_DES else AES(key)
        self._single: CipherContext | None = None

    def encrypt(self, initial_vector: bytes, blocks: bytes) -> bytes:
        """CBC encryption of whole blocks, without padding."""
        encryptor = self._chained(initial_vector, blocks).encryptor()
        return encryptor.update(blocks) + encryptor.finalize()

    def decrypt(self, initial_vector: bytes, blocks: bytes) -> bytes:
        """Inverse of `encrypt`."""
        decryptor = self._chained(initial_vector, blocks).decryptor()
        return decryptor.update(blocks) + decryptor.finalize()

    def encrypt_block(self, block: bytes) -> bytes:
        """One block without chaining: how secure messaging with AES makes its initial vector of the send sequence counter."""
        if len(block) != self._cipher.block_size:
            raise InvalidKey(f"{self._cipher.label} works on whole blocks of {self._cipher.block_size} bytes")
        if self._single is None:
            self._single = BlockCipherContext(self._algorithm, ECB()).encryptor()  # noqa: S305 - single blocks, each used once
        return self._single.update(block)

    def _chained(self, initial_vector: bytes, blocks: bytes) -> BlockCipherContext[CBC]:
        size = self._cipher.block_size
        if len(initial_vector) != size or len(blocks) % size:
            raise InvalidKey(f"{self._cipher.label} works on whole blocks of {size} bytes")
        return BlockCipherContext(self._algorithm, CBC(initial_vector))
