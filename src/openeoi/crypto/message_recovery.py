"""RSA signatures with message recovery: ISO/IEC 9796-2, digital signature scheme 1, as active authentication uses it.

The representative is F = 6A || M1 || hash(M1 || M2) || T with M1 as long as fits (ICAO 9303-11, 6.1.2.1; worked example F).
T is BC for SHA-1, or CC after the number of the hash function (ISO/IEC 10118-3). Nothing else is taken: no padded header, no
other trailer, no signature shorter or longer than the modulus.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from openeoi.crypto.comparison import equal_in_constant_time
from openeoi.crypto.diffie_hellman import power
from openeoi.crypto.errors import CryptographicError, InvalidKey
from openeoi.crypto.randomness import RandomSource
from openeoi.encoding.signature_algorithms import DigestAlgorithm

HEADER: Final = b"\x6a"
IMPLICIT_TRAILER: Final = b"\xbc"
EXPLICIT_TRAILER: Final = 0xCC

TRAILERS: Final = {
    DigestAlgorithm.SHA1: IMPLICIT_TRAILER,
    DigestAlgorithm.SHA224: b"\x38\xcc",
    DigestAlgorithm.SHA256: b"\x34\xcc",
    DigestAlgorithm.SHA384: b"\x36\xcc",
    DigestAlgorithm.SHA512: b"\x35\xcc",
}
_EXPLICIT_SHA1: Final = b"\x33\xcc"


class RecoveryFailed(CryptographicError):
    """The signature is none of this scheme by this key over this message; the text says which check failed."""


@dataclass(frozen=True, slots=True)
class RsaPublicKey:
    modulus: int
    exponent: int

    @property
    def size(self) -> int:
        """Bytes of the modulus and of a signature."""
        return (self.modulus.bit_length() + 7) // 8


@dataclass(frozen=True, slots=True)
class RsaPrivateKey:
    modulus: int
    exponent: int = field(repr=False)

    @property
    def size(self) -> int:
        return (self.modulus.bit_length() + 7) // 8


def recoverable_size(modulus_size: int, digest: DigestAlgorithm) -> int:
    """Bytes of M1 in a representative of `modulus_size` bytes; negative where the hash does not fit."""
    return modulus_size - len(HEADER) - digest.size - len(TRAILERS[digest])


def representative(recoverable: bytes, rest: bytes, digest: DigestAlgorithm) -> bytes:
    """F for M1 and M2."""
    return HEADER + recoverable + digest.digest(recoverable + rest) + TRAILERS[digest]


def sign(key: RsaPrivateKey, message: bytes, digest: DigestAlgorithm, random: RandomSource) -> bytes:
    """The signature over M1 || `message`, M1 drawn. Not in constant time. Raises InvalidKey for a short or odd-sized modulus."""
    size = recoverable_size(key.size, digest)
    if size < 1 or key.modulus.bit_length() % 8:
        raise InvalidKey(f"{digest} does not fit a modulus of {key.modulus.bit_length()} bits")
    value = int.from_bytes(representative(random(size), message, digest), "big")
    return int(power(value, key.exponent, key.modulus)).to_bytes(key.size, "big")


def recover(key: RsaPublicKey, message: bytes, signature: bytes) -> tuple[bytes, DigestAlgorithm]:
    """M1 and the hash function of a good signature. Raises RecoveryFailed."""
    value = int.from_bytes(signature, "big")
    if len(signature) != key.size or value >= key.modulus:
        raise RecoveryFailed(f"a signature has the {key.size} bytes of the modulus and is smaller than it, this one not")
    return check_representative(_open(key, value), message)


def check_representative(found: bytes, message: bytes) -> tuple[bytes, DigestAlgorithm]:
    """M1 and the hash function of F for this M2. Raises RecoveryFailed."""
    digest, trailer_size = _hash_function(found)
    end = len(found) - trailer_size - digest.size
    if found[: len(HEADER)] != HEADER or end <= len(HEADER):
        raise RecoveryFailed("the representative does not begin with 6A and a part of the message")
    recovered = found[len(HEADER) : end]
    if not equal_in_constant_time(digest.digest(recovered + message), found[end:-trailer_size]):
        raise RecoveryFailed("the hash is not that of the recovered part and the message")
    return recovered, digest


def _open(key: RsaPublicKey, value: int) -> bytes:
    """ISO/IEC 9796-2, B.5: the signer may have sent the smaller of two values, which the last four bits tell apart."""
    opened = int(power(value, key.exponent, key.modulus))
    for candidate in (opened, key.modulus - opened):
        if candidate & 0x0F == 0x0C:
            return candidate.to_bytes(key.size, "big")
    raise RecoveryFailed("the representative does not end in a trailer")


def _hash_function(found: bytes) -> tuple[DigestAlgorithm, int]:
    if found[-2:] == _EXPLICIT_SHA1:
        return DigestAlgorithm.SHA1, len(_EXPLICIT_SHA1)
    for digest, trailer in TRAILERS.items():
        if found[-len(trailer) :] == trailer:
            return digest, len(trailer)
    raise RecoveryFailed("the trailer names no known hash function")
