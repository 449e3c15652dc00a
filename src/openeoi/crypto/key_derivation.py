"""The key derivation function of ICAO 9303-11, 9.7 and the keys that come from it."""

from __future__ import annotations

from hashlib import sha1, sha256

from openeoi.crypto.ciphers import Cipher

ENCRYPTION_COUNTER = 1
MAC_COUNTER = 2
PASSWORD_COUNTER = 3


def derive_encryption_key(secret: bytes, cipher: Cipher) -> bytes:
    """KDF-Enc (9.7.1.4)."""
    return _derive(secret, ENCRYPTION_COUNTER, cipher)


def derive_mac_key(secret: bytes, cipher: Cipher) -> bytes:
    """KDF-MAC (9.7.1.4)."""
    return _derive(secret, MAC_COUNTER, cipher)


def derive_password_key(password: bytes, cipher: Cipher) -> bytes:
    """KDF-pi (9.7.3): the key under which PACE encrypts the nonce.

    `password` is f(pi): CAN, PIN and PUK as their text bytes, or the MRZ secret below.
    """
    return _derive(password, PASSWORD_COUNTER, cipher)


def machine_readable_zone_secret(mrz_information: str) -> bytes:
    """f(pi) of the MRZ (9.7.3): SHA-1 of document number, date of birth and date of expiry, each with its check digit; 20 bytes.

    Its first 16 bytes are K-seed of basic access control (9.7.2).
    """
    return sha1(mrz_information.encode("ascii"), usedforsecurity=False).digest()


def _derive(secret: bytes, counter: int, cipher: Cipher) -> bytes:
    material = secret + counter.to_bytes(4, "big")
    if cipher in (Cipher.TRIPLE_DES, Cipher.AES_128):
        # 9.7.1.1, 9.7.1.2: SHA-1 for keys of 112 and 128 bits, first 16 bytes of the digest.
        digest = sha1(material, usedforsecurity=False).digest()
    else:
        digest = sha256(material).digest()
    key = digest[: cipher.key_size]
    return adjust_parity(key) if cipher is Cipher.TRIPLE_DES else key


def adjust_parity(key: bytes) -> bytes:
    """Every byte of a DES key with an odd number of ones, by its lowest bit (9.7.1.1)."""
    return bytes(byte & 0xFE | (byte >> 1).bit_count() & 1 ^ 1 for byte in key)
