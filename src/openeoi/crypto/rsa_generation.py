"""Making RSA key pairs from a given source of randomness (FIPS 186-5, A.1.3), for chips that make their keys themselves.

Not in constant time: how long it takes tells something about the primes to who can measure it.
"""

from __future__ import annotations

from math import gcd, prod
from typing import Final

from openeoi.crypto.diffie_hellman import power
from openeoi.crypto.errors import InvalidKey
from openeoi.crypto.message_recovery import RsaPrivateKey, RsaPublicKey
from openeoi.crypto.randomness import RandomSource, scalar_below

PUBLIC_EXPONENT: Final = 65537
BITS_MINIMUM: Final = 1024

# FIPS 186-4, table C.3: rounds of Miller-Rabin for random primes of 512 bits, error 2**-100 at most; more bits need fewer.
ROUNDS: Final = 7


def _primes_below(limit: int) -> tuple[int, ...]:
    sieve = bytearray((1,)) * limit
    for number in range(2, int(limit**0.5) + 1):
        if sieve[number]:
            sieve[number * number :: number] = bytes(len(range(number * number, limit, number)))
    return tuple(number for number in range(3, limit) if sieve[number])


_SMALL_PRIMES: Final = _primes_below(2000)
_SMALL_PRODUCT: Final = prod(_SMALL_PRIMES)


def generate(bits: int, random: RandomSource) -> tuple[RsaPublicKey, RsaPrivateKey]:
    """A key pair whose modulus has exactly `bits` bits. Raises InvalidKey below 1024 bits or for an odd number of bytes."""
    if bits < BITS_MINIMUM or bits % 16:
        raise InvalidKey(f"RSA keys are not made with {bits} bits")
    half = bits // 2
    first = _prime(half, random)
    second = _prime(half, random)
    # FIPS 186-5, A.1.3, step 5.4: the primes are not close to each other.
    while abs(first - second).bit_length() <= half - 100:
        second = _prime(half, random)
    modulus = first * second
    order = (first - 1) * (second - 1) // gcd(first - 1, second - 1)
    return RsaPublicKey(modulus, PUBLIC_EXPONENT), RsaPrivateKey(modulus, pow(PUBLIC_EXPONENT, -1, order))


def _prime(bits: int, random: RandomSource) -> int:
    """Its two highest bits are set, so that two of them multiply to twice the bits; p - 1 has no factor of the exponent."""
    while True:
        candidate = int.from_bytes(random(bits // 8), "big") | 0b11 << bits - 2 | 1
        if gcd(candidate, _SMALL_PRODUCT) == 1 and (candidate - 1) % PUBLIC_EXPONENT and is_probable_prime(candidate, random):
            return candidate


def is_probable_prime(candidate: int, random: RandomSource) -> bool:
    """Miller-Rabin with random bases; `candidate` is odd and more than 3."""
    twos = ((candidate - 1) & -(candidate - 1)).bit_length() - 1
    odd = (candidate - 1) >> twos
    return all(_passes(candidate, scalar_below(candidate - 1, random), twos, odd) for _ in range(ROUNDS))


def _passes(candidate: int, base: int, twos: int, odd: int) -> bool:
    value = int(power(base, odd, candidate))
    if value in (1, candidate - 1):
        return True
    for _ in range(twos - 1):
        value = value * value % candidate
        if value == candidate - 1:
            return True
    return False
