"""The cipher suites of PACE, chip authentication and secure messaging (ICAO 9303-11, 9.8): block cipher in CBC mode and MAC.

Built on pyca/cryptography (OpenSSL), whose AES runs in constant time on all common processors. Triple DES exists only because
documents with basic access control and some early PACE documents still use it.
"""

from __future__ import annotations

from enum import Enum

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher as BlockCipherContext
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

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
        encryptor = self._context(key, initial_vector, blocks).encryptor()
        return encryptor.update(blocks) + encryptor.finalize()

    def decrypt(self, key: bytes, initial_vector: bytes, blocks: bytes) -> bytes:
        """Inverse of `encrypt`."""
        decryptor = self._context(key, initial_vector, blocks).decryptor()
        return decryptor.update(blocks) + decryptor.finalize()

    def encrypt_block(self, key: bytes, block: bytes) -> bytes:
        """One block without chaining: how secure messaging with AES makes its initial vector of the send sequence counter."""
        return self.encrypt(key, bytes(self.block_size), block)

    def check_key(self, key: bytes) -> None:
        if len(key) != self.key_size:
            raise InvalidKey(f"a key for {self.label} has {self.key_size} bytes, not {len(key)}")

    def _context(self, key: bytes, initial_vector: bytes, blocks: bytes) -> BlockCipherContext[CBC]:
        self.check_key(key)
        if len(initial_vector) != self.block_size or len(blocks) % self.block_size:
            raise InvalidKey(f"{self.label} works on whole blocks of {self.block_size} bytes")
        algorithm = TripleDES(key + key[:8]) if self is Cipher.TRIPLE_DES else AES(key)
        return BlockCipherContext(algorithm, CBC(initial_vector))
