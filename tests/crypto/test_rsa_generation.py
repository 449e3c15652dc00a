from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from openeoi.crypto import message_recovery, rsa_generation
from openeoi.crypto.errors import InvalidKey
from openeoi.crypto.rsa_generation import generate, is_probable_prime
from openeoi.encoding.signature_algorithms import DigestAlgorithm


@pytest.mark.parametrize("bits", [1024, 2048])
def test_openssl_takes_the_key(bits: int) -> None:
    """OpenSSL factors the modulus by the two exponents and checks primes and exponents."""
    public, private = generate(bits, Random(bits).randbytes)
    assert public.modulus.bit_length() == bits
    p, q = rsa.rsa_recover_prime_factors(public.modulus, public.exponent, private.exponent)
    numbers = rsa.RSAPrivateNumbers(
        p,
        q,
        private.exponent,
        private.exponent % (p - 1),
        private.exponent % (q - 1),
        pow(q, -1, p),
        rsa.RSAPublicNumbers(public.exponent, public.modulus),
    )
    assert numbers.private_key().key_size == bits
    signature = message_recovery.sign(private, b"challenge", DigestAlgorithm.SHA256, Random(1).randbytes)
    message_recovery.recover(public, b"challenge", signature)


def test_the_given_source_alone_decides() -> None:
    assert generate(1024, Random(7).randbytes) == generate(1024, Random(7).randbytes)
    assert generate(1024, Random(7).randbytes) != generate(1024, Random(8).randbytes)


def test_primes_and_composites_are_told_apart() -> None:
    random = Random(5).randbytes
    mersenne = (1 << 521) - 1
    carmichael = (6 * 2656 + 1) * (12 * 2656 + 1) * (18 * 2656 + 1)  # all three factors are prime: Fermat's test is deceived
    assert all(pow(base, carmichael - 1, carmichael) == 1 for base in (2, 5, 11))
    assert is_probable_prime(mersenne, random)
    assert not is_probable_prime(carmichael, random)
    assert not is_probable_prime(mersenne * mersenne, random)
    assert all(is_probable_prime(number, random) for number in rsa_generation._SMALL_PRIMES[2:])


@pytest.mark.parametrize("bits", [512, 1000, 1032])
def test_lengths_that_are_not_made(bits: int) -> None:
    with pytest.raises(InvalidKey):
        generate(bits, Random(1).randbytes)
