"""Sealed values: what the office must keep for a while but nobody may read from its database or a backup of it.

AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce. The place (table and reference) is bound in as associated data, so that
a sealed value cannot be moved to another application.
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from openeoi.crypto.randomness import RandomSource
from openeoi.issuing.errors import SealBroken

NONCE_LENGTH = 12
SECRET_LENGTH = 32


class Seal:
    """`secret`: 32 bytes, kept outside the database."""

    def __init__(self, secret: bytes, random: RandomSource) -> None:
        if len(secret) != SECRET_LENGTH:
            raise ValueError(f"the office's secret has {SECRET_LENGTH} bytes")
        self._cipher = AESGCM(secret)
        self._random = random

    def close(self, content: bytes, place: str) -> bytes:
        """Seal `content` for `place`: nonce, ciphertext, tag."""
        nonce = self._random(NONCE_LENGTH)
        return nonce + self._cipher.encrypt(nonce, content, place.encode())

    def open(self, sealed: bytes, place: str) -> bytes:
        """Raises SealBroken."""
        try:
            return self._cipher.decrypt(sealed[:NONCE_LENGTH], sealed[NONCE_LENGTH:], place.encode())
        except (InvalidTag, ValueError):
            raise SealBroken(place) from None
