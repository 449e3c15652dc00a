"""What terminal and card of basic access control have in common: access keys, the two cryptograms, the session keys.

A cryptogram is S under triple DES in CBC mode with IV zero and without padding (32 bytes), and its retail MAC (8 bytes), where
S = RND.IFD || RND.IC || K.IFD from the terminal and RND.IC || RND.IFD || K.IC from the card (ICAO 9303-11, 4.3.3).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from openeoi.crypto.ciphers import Cipher
from openeoi.crypto.errors import CryptographicError
from openeoi.crypto.key_derivation import derive_encryption_key, derive_mac_key, machine_readable_zone_secret
from openeoi.crypto.mac import MAC_SIZE, mac, verify_mac
from openeoi.encoding.errors import EncodingError
from openeoi.iso7816.secure_messaging import SessionKeys

GET_CHALLENGE = 0x84
EXTERNAL_AUTHENTICATE = 0x82

CHALLENGE_SIZE = 8
KEYING_MATERIAL_SIZE = 16
SEED_SIZE = 16
PLAIN_SIZE = 2 * CHALLENGE_SIZE + KEYING_MATERIAL_SIZE
CRYPTOGRAM_SIZE = PLAIN_SIZE + MAC_SIZE

_CIPHER = Cipher.TRIPLE_DES


class CryptogramMalformed(CryptographicError):
    """A cryptogram does not have 40 bytes."""


@dataclass(frozen=True, slots=True)
class AccessKeys:
    """K-Enc and K-MAC of the document, 16 bytes each, made from the printed zone (9.7.2)."""

    encryption_key: bytes = field(repr=False)
    mac_key: bytes = field(repr=False)

    @classmethod
    def from_mrz(cls, mrz_information: str) -> AccessKeys:
        """`mrz_information`: document number, birth and expiry date, each with check digit (`encoding.mrz.mrz_information`)."""
        if not mrz_information.isascii() or not mrz_information:
            raise EncodingError("MRZ information", "only the characters of the MRZ are allowed")
        return cls.from_secret(machine_readable_zone_secret(mrz_information))

    @classmethod
    def from_secret(cls, secret: bytes) -> AccessKeys:
        """`secret`: SHA-1 of the MRZ information, the same value that PACE uses; its first 16 bytes are K-seed."""
        seed = secret[:SEED_SIZE]
        return cls(derive_encryption_key(seed, _CIPHER), derive_mac_key(seed, _CIPHER))


def seal(keys: AccessKeys, plain: bytes) -> bytes:
    """The cryptogram of S, 40 bytes."""
    encrypted = _CIPHER.encrypt(keys.encryption_key, bytes(_CIPHER.block_size), plain)
    return encrypted + mac(_CIPHER, keys.mac_key, encrypted)


def unseal(keys: AccessKeys, cryptogram: bytes) -> tuple[bytes, bytes, bytes]:
    """The three parts of S: two challenges and the keying material. Raises CryptogramMalformed, MacMismatch."""
    if len(cryptogram) != CRYPTOGRAM_SIZE:
        raise CryptogramMalformed(f"a cryptogram has {CRYPTOGRAM_SIZE} bytes, not {len(cryptogram)}")
    encrypted, code = cryptogram[:PLAIN_SIZE], cryptogram[PLAIN_SIZE:]
    verify_mac(_CIPHER, keys.mac_key, encrypted, code)
    plain = _CIPHER.decrypt(keys.encryption_key, bytes(_CIPHER.block_size), encrypted)
    return plain[:CHALLENGE_SIZE], plain[CHALLENGE_SIZE : 2 * CHALLENGE_SIZE], plain[2 * CHALLENGE_SIZE :]


def session_keys(terminal_material: bytes, card_material: bytes, terminal_challenge: bytes, card_challenge: bytes) -> SessionKeys:
    """KS-Enc and KS-MAC from the seed K.IFD xor K.IC; the counter starts with four bytes of each challenge (4.3.3, 9.8.6.3)."""
    seed = bytes(first ^ second for first, second in zip(terminal_material, card_material, strict=True))
    counter = int.from_bytes(card_challenge[-4:] + terminal_challenge[-4:], "big")
    return SessionKeys(_CIPHER, derive_encryption_key(seed, _CIPHER), derive_mac_key(seed, _CIPHER), counter)
