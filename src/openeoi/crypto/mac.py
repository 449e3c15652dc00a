"""Message authentication codes: AES-CMAC (NIST SP 800-38B) and the retail MAC (ISO/IEC 9797-1, algorithm 3 with DES)."""

from __future__ import annotations

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher as BlockCipherContext
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC, ECB
from cryptography.hazmat.primitives.cmac import CMAC

from openeoi.crypto.ciphers import Cipher
from openeoi.crypto.comparison import equal_in_constant_time
from openeoi.crypto.errors import CryptographicError
from openeoi.crypto.padding import pad

MAC_SIZE = 8
DES_BLOCK = 8


class MacMismatch(CryptographicError):
    """The message authentication code is not that of the data under this key."""


def retail_mac(key: bytes, data: bytes) -> bytes:
    """Retail MAC, 8 bytes, with padding method 2; `key` is the 16 bytes of a two-key triple DES."""
    padded = pad(data, DES_BLOCK)
    first, second = key[:8], key[8:]
    # DES is triple DES with three equal keys.
    chain = BlockCipherContext(TripleDES(first * 3), CBC(bytes(DES_BLOCK))).encryptor()
    last = (chain.update(padded) + chain.finalize())[-DES_BLOCK:]
    return _des_block(first, _des_block(second, last, encrypt=False), encrypt=True)


def _des_block(key: bytes, block: bytes, encrypt: bool) -> bytes:
    # One block: ECB is the bare cipher here, as ISO/IEC 9797-1 wants it.
    cipher = BlockCipherContext(TripleDES(key * 3), ECB())  # noqa: S305
    context = cipher.encryptor() if encrypt else cipher.decryptor()
    return context.update(block) + context.finalize()


def mac(cipher: Cipher, key: bytes, data: bytes) -> bytes:
    """The 8-byte authentication code of a cipher suite: CMAC cut to its first 8 bytes, or the retail MAC (ICAO 9303-11, 9.8)."""
    return KeyedMac(cipher, key).code(data)


def verify_mac(cipher: Cipher, key: bytes, data: bytes, received: bytes) -> None:
    """Raises MacMismatch unless `received` is the code of `data`; compares in constant time."""
    KeyedMac(cipher, key).verify(data, received)


class KeyedMac:
    """The codes of a cipher suite under one key, for who makes many: the key is set up once."""

    def __init__(self, cipher: Cipher, key: bytes) -> None:
        cipher.check_key(key)
        self._key = key
        self._fresh = None if cipher is Cipher.TRIPLE_DES else CMAC(AES(key))

    def code(self, data: bytes) -> bytes:
        if self._fresh is None:
            return retail_mac(self._key, data)
        context = self._fresh.copy()
        context.update(data)
        return context.finalize()[:MAC_SIZE]

    def verify(self, data: bytes, received: bytes) -> None:
        """Raises MacMismatch; compares in constant time."""
        if not equal_in_constant_time(self.code(data), received):
            raise MacMismatch("the message authentication code is wrong")
