"""Vectors: RFC 4493 (AES-CMAC), SP 800-38B D.2/D.3, ICAO 9303-11 appendix D (basic access control), appendix G.1."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openeoi.crypto.ciphers import Cipher
from openeoi.crypto.errors import InvalidKey, InvalidPadding
from openeoi.crypto.key_derivation import (
    adjust_parity,
    derive_encryption_key,
    derive_mac_key,
    derive_password_key,
    machine_readable_zone_secret,
)
from openeoi.crypto.mac import MacMismatch, mac, retail_mac, verify_mac
from openeoi.crypto.padding import pad, unpad

hexadecimal = bytes.fromhex
MESSAGE = hexadecimal("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411")


@pytest.mark.parametrize(
    ("key", "length", "code"),
    [
        ("2b7e151628aed2a6abf7158809cf4f3c", 0, "bb1d6929e95937287fa37d129b756746"),
        ("2b7e151628aed2a6abf7158809cf4f3c", 16, "070a16b46b4d4144f79bdd9dd04a287c"),
        ("2b7e151628aed2a6abf7158809cf4f3c", 40, "dfa66747de9ae63030ca32611497c827"),
        ("8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b", 0, "d17ddf46adaacde531cac483de7a9367"),
        ("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", 40, "aaf3d8f1de5640c232f5b169b9c911e6"),
    ],
)
def test_cmac(key: str, length: int, code: str) -> None:
    cipher = {16: Cipher.AES_128, 24: Cipher.AES_192, 32: Cipher.AES_256}[len(key) // 2]
    assert mac(cipher, hexadecimal(key), MESSAGE[:length]).hex() == code[:16]


def test_keys_of_basic_access_control() -> None:
    # ICAO 9303-11, D.1 and D.2: MRZ information of L898902C<.
    secret = machine_readable_zone_secret("L898902C<369080619406236")[:16]
    assert secret.hex() == "239ab9cb282daf66231dc5a4df6bfbae"
    assert derive_encryption_key(secret, Cipher.TRIPLE_DES).hex() == "ab94fdecf2674fdfb9b391f85d7f76f2"
    assert derive_mac_key(secret, Cipher.TRIPLE_DES).hex() == "7962d9ece03d1acd4c76089dce131543"


def test_retail_mac_of_basic_access_control() -> None:
    # ICAO 9303-11, D.3: E_IFD and its code.
    key = hexadecimal("7962d9ece03d1acd4c76089dce131543")
    encrypted = hexadecimal("72c29c2371cc9bdb65b779b8e8d37b29ecc154aa56a8799fae2f498f76ed92f2")
    assert retail_mac(key, encrypted).hex() == "5f1448eea8ad90a7"


def test_password_keys() -> None:
    # ICAO 9303-11, G.1, and the CAN of a session recorded with OpenSC.
    mrz = machine_readable_zone_secret("T22000129364081251010318")
    assert mrz.hex() == "7e2d2a41c74ea0b38cd36f863939bfa8e9032aad"
    assert derive_password_key(mrz, Cipher.AES_128).hex() == "89ded1b26624ec1e634c1989302849dd"
    can = derive_password_key(b"123456", Cipher.AES_256)
    assert can.hex() == "8df3278fb32026e66277357fcd6c826dbeb3de32088b2531757d753940185923"
    assert len(derive_password_key(b"123456", Cipher.AES_192)) == 24


@given(st.binary(min_size=16, max_size=16))
def test_parity_is_odd_and_changes_no_other_bit(key: bytes) -> None:
    adjusted = adjust_parity(key)
    assert all(byte.bit_count() % 2 == 1 for byte in adjusted)
    assert bytes(byte & 0xFE for byte in adjusted) == bytes(byte & 0xFE for byte in key)


@given(st.binary(max_size=80), st.sampled_from([8, 16]))
def test_padding_is_undone(data: bytes, block: int) -> None:
    padded = pad(data, block)
    assert len(padded) % block == 0
    assert 1 <= len(padded) - len(data) <= block
    assert unpad(padded, block) == data


@given(st.binary(max_size=40), st.sampled_from([8, 16]))
def test_other_endings_are_no_padding(raw: bytes, block: int) -> None:
    with contextlib.suppress(InvalidPadding):
        assert pad(unpad(raw, block), block) == raw


@given(st.sampled_from(Cipher), st.binary(max_size=64), st.data())
def test_ciphers_decrypt_what_they_encrypt(cipher: Cipher, data: bytes, draw: st.DataObject) -> None:
    key = draw.draw(st.binary(min_size=cipher.key_size, max_size=cipher.key_size))
    vector = draw.draw(st.binary(min_size=cipher.block_size, max_size=cipher.block_size))
    blocks = pad(data, cipher.block_size)
    assert cipher.decrypt(key, vector, cipher.encrypt(key, vector, blocks)) == blocks
    verify_mac(cipher, key, data, mac(cipher, key, data))
    with pytest.raises(MacMismatch):
        verify_mac(cipher, key, data + b"\x00", mac(cipher, key, data))


def test_wrong_lengths_are_refused() -> None:
    for cipher in Cipher:
        with pytest.raises(InvalidKey):
            cipher.encrypt(bytes(cipher.key_size + 1), bytes(cipher.block_size), b"")
        with pytest.raises(InvalidKey):
            cipher.encrypt(bytes(cipher.key_size), bytes(cipher.block_size), b"1")
        with pytest.raises(InvalidKey):
            mac(cipher, b"", b"")
