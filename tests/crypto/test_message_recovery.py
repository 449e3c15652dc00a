"""Vectors: ICAO 9303-11, appendix F (the representative), Bouncy Castle's test of scheme 1 (a whole signature)."""

import secrets

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from openeoi.crypto.errors import InvalidKey
from openeoi.crypto.message_recovery import (
    TRAILERS,
    RecoveryFailed,
    RsaPrivateKey,
    RsaPublicKey,
    check_representative,
    recover,
    recoverable_size,
    representative,
    sign,
)
from openeoi.encoding.signature_algorithms import DigestAlgorithm

F_RECOVERED = bytes.fromhex(
    "9D2784A67F8E7C659973EA1AEA25D95B6C8F91E5002F369F0FBDCE8A3CEC1991B543F1696546C5524CF23A5303CD6C98599F40B79F377B5F3A1406B3B4D8"
    "F96784D23AA88DB7E1032A405E69325FA91A6E86F5C71AEA978264C4A207446DAD4E7292E2DCDA3024B47DA8"
)
F_MESSAGE = bytes.fromhex("F173589974BF40C6")
F = bytes.fromhex("6A" + F_RECOVERED.hex() + "C063AA1E6D22FBD976AB0FE73D94D2D9C6D88127BC")

BC_KEY = RsaPublicKey(
    int(
        "CDCBDABBF93BE8E8294E32B055256BBD0397735189BF75816341BB0D488D05D627991221DF7D59835C76A4BB4808ADEEB779E7794504E956ADC2A661"
        "B46904CDC71337DD29DDDD454124EF79CFDD7BC2C21952573CEFBA485CC38C6BD2428809B5A31A898A6B5648CAA4ED678D9743B589134B7187478996"
        "300EDBA16271A861",
        16,
    ),
    0x010001,
)
BC_SIGNATURE = bytes.fromhex(
    "482E20D1EDDED34359C38F5E7C01203F9D6B2641CDCA5C404D49ADAEDE034C7481D781D043722587761C90468DE69C6585A1E8B9C322F90E1B580EEDAB3F"
    "6007D0C366CF92B4DB8B41C8314929DCE2BE889C0129123484D2FD3D12763D2EBFD12AC8E51D7061AFCA1A53DEDEC7B9A617472A78C952CCC72467AE008E"
    "5F132994"
)
PRIVATE = rsa.generate_private_key(65537, 1024)
NUMBERS = PRIVATE.private_numbers()
PUBLIC_KEY = RsaPublicKey(NUMBERS.public_numbers.n, NUMBERS.public_numbers.e)
PRIVATE_KEY = RsaPrivateKey(NUMBERS.public_numbers.n, NUMBERS.d)


def test_the_representative_of_the_worked_example() -> None:
    assert len(F_RECOVERED) == recoverable_size(128, DigestAlgorithm.SHA1) == 106
    assert representative(F_RECOVERED, F_MESSAGE, DigestAlgorithm.SHA1) == F
    assert check_representative(F, F_MESSAGE) == (F_RECOVERED, DigestAlgorithm.SHA1)


def test_a_signature_of_another_maker() -> None:
    recovered, digest = recover(BC_KEY, bytes(8), BC_SIGNATURE)
    assert digest is DigestAlgorithm.SHA1
    assert recovered.hex().startswith("539bb29260e7bc226c8798b01af2caaadc3675e26065e1e3856615894d5baef7")
    assert recover(BC_KEY, bytes(8), (BC_KEY.modulus - int.from_bytes(BC_SIGNATURE, "big")).to_bytes(128, "big"))[0] == recovered


@pytest.mark.parametrize("digest", list(TRAILERS))
def test_both_sides_with_every_hash(digest: DigestAlgorithm) -> None:
    signature = sign(PRIVATE_KEY, F_MESSAGE, digest, secrets.token_bytes)
    recovered, found = recover(PUBLIC_KEY, F_MESSAGE, signature)
    assert (found, len(recovered)) == (digest, recoverable_size(128, digest))
    with pytest.raises(RecoveryFailed):
        recover(PUBLIC_KEY, bytes(8), signature)


def signature_over(value: bytes) -> bytes:
    return pow(int.from_bytes(value, "big"), NUMBERS.d, PRIVATE_KEY.modulus).to_bytes(128, "big")


def test_only_the_one_form_is_taken() -> None:
    filled = representative(b"\x11" * recoverable_size(128, DigestAlgorithm.SHA256), F_MESSAGE, DigestAlgorithm.SHA256)
    assert recover(PUBLIC_KEY, F_MESSAGE, signature_over(filled))[1] is DigestAlgorithm.SHA256
    # SHA-1 may also be named in the trailer.
    content = b"\x11" * 105
    explicit = b"\x6a" + content + DigestAlgorithm.SHA1.digest(content + F_MESSAGE) + b"\x33\xcc"
    assert recover(PUBLIC_KEY, F_MESSAGE, signature_over(explicit)) == (content, DigestAlgorithm.SHA1)
    bad = {
        "padded header": b"\x4b" + filled[1:],
        "total recovery": b"\x4a" + filled[1:],
        "no header": b"\x00" + filled[1:],
        "unknown hash": filled[:-2] + b"\x31\xcc",
        "another hash": filled[:-2] + b"\x36\xcc",
        "implicit trailer": filled[:-1] + b"\xbc",
        "no trailer": filled[:-1] + b"\xcd",
        "half a trailer": filled[:-1] + b"\x0c",
        "hash changed": filled[:-3] + bytes((filled[-3] ^ 1,)) + filled[-2:],
        "garbage behind the hash": representative(bytes(10), F_MESSAGE, DigestAlgorithm.SHA256)[:-2].ljust(126, b"\x00")
        + b"\x34\xcc",
    }
    for name, value in bad.items():
        with pytest.raises(RecoveryFailed):
            recover(PUBLIC_KEY, F_MESSAGE, signature_over(value))
            pytest.fail(name)


def test_lengths_are_strict() -> None:
    signature = sign(PRIVATE_KEY, F_MESSAGE, DigestAlgorithm.SHA256, secrets.token_bytes)
    larger = (int.from_bytes(signature, "big") + PUBLIC_KEY.modulus).to_bytes(129, "big")
    for bad in (b"", signature[1:], b"\x00" + signature, larger, PUBLIC_KEY.modulus.to_bytes(128, "big"), bytes(128)):
        with pytest.raises(RecoveryFailed):
            recover(PUBLIC_KEY, F_MESSAGE, bad)
    with pytest.raises(InvalidKey):
        sign(RsaPrivateKey((1 << 511) + 1, 3), F_MESSAGE, DigestAlgorithm.SHA512, secrets.token_bytes)
    assert str(NUMBERS.d) not in repr(PRIVATE_KEY)


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 127), st.integers(1, 255))
def test_a_changed_byte_is_noticed(position: int, change: int) -> None:
    signature = bytearray(sign(PRIVATE_KEY, F_MESSAGE, DigestAlgorithm.SHA256, secrets.token_bytes))
    signature[position] ^= change
    with pytest.raises(RecoveryFailed):
        recover(PUBLIC_KEY, F_MESSAGE, bytes(signature))
