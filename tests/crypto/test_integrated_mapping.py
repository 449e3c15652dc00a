"""Vectors: ICAO 9303-11, appendix H."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openeoi.crypto.ciphers import Cipher
from openeoi.crypto.diffie_hellman import STANDARDISED_GROUPS
from openeoi.crypto.elliptic_curves.curves import STANDARDISED_CURVES
from openeoi.crypto.errors import IdentityElement
from openeoi.crypto.integrated_mapping import (
    CurveNotMappable,
    NonceLengthWrong,
    can_be_mapped,
    card_nonce_size,
    encode_to_element,
    encode_to_point,
    pseudo_random,
    terminal_nonce_size,
)

H_1_NONCES = (bytes.fromhex("2923BE84E16CD6AE529049F1F1BBE9EB"), bytes.fromhex("5DD4CBFC96F5453B130D890A1CDBAE32"))
H_2_NONCES = (bytes.fromhex("FA5B7E3E49753A0DB9178B7B9BD898C8"), bytes.fromhex("B3A6DB3C870C3E99245E0D1C06B747DE"))
H_2_ELEMENT = (
    "1D7D767F11E333BCD6DBAEF40E799E7A926B96973550656FF3C830726D118D61C276CDCC61D475CF03A98E0C0E79CAEB"
    "A5BE25578BD4551D0B10903236F0B0F976852FA78EEA14EA0ACA87D1E91F688FE0DFF897BBE35A472621D343564B262F"
    "34223AE8FC59B664BFEDFA2BFE7516CA5510A6BBB633D517EC25D4E0BBAA16C2"
)


def test_h_1() -> None:
    curve = STANDARDISED_CURVES[13]
    value = pseudo_random(Cipher.AES_128, *H_1_NONCES, curve.prime)
    assert value == 0xA2F8FF2DF50E52C6599F386ADCB595D229F6A167ADE2BE5F2C3296ADD5B7430E
    point = encode_to_point(curve, value)
    assert point.x == 0x8E82D31559ED0FDE92A4D0498ADD3C23BABA94FB77691E31E90AEA77FB17D427
    assert point.y == 0x4C1AE14BD0C3DBAC0C871B7F3608169364437CA30AC243A089D3F266C1E60FAD


def test_h_2() -> None:
    group = STANDARDISED_GROUPS[0]
    value = pseudo_random(Cipher.AES_128, *H_2_NONCES, group.prime)
    assert f"{value:X}".startswith("A0C7C50C002061A51CC87D254EF38068607417B6EE1B3647")
    assert f"{encode_to_element(group, value):X}" == H_2_ELEMENT


@pytest.mark.parametrize("cipher", list(Cipher))
def test_lengths_follow_the_cipher(cipher: Cipher) -> None:
    sizes = {16: (16, 16), 24: (32, 24), 32: (32, 32)}
    assert (card_nonce_size(cipher), terminal_nonce_size(cipher)) == sizes[cipher.key_size]
    first, second = bytes(range(card_nonce_size(cipher))), bytes(range(terminal_nonce_size(cipher)))
    assert 0 < pseudo_random(cipher, first, second, STANDARDISED_CURVES[13].prime) < STANDARDISED_CURVES[13].prime
    for bad in ((first[1:], second), (first, second[1:]), (first, second + b"1")):
        with pytest.raises(NonceLengthWrong):
            pseudo_random(cipher, *bad, STANDARDISED_CURVES[13].prime)


@settings(deadline=None, max_examples=30)
@given(st.integers(2, (1 << 160) - 1), st.sampled_from([8, 9, 11, 12, 13, 14, 15, 16, 17, 18]))
def test_every_encoded_point_is_on_its_curve(value: int, parameter_id: int) -> None:
    curve = STANDARDISED_CURVES[parameter_id]
    assert curve.contains(encode_to_point(curve, value))


def test_values_without_an_image() -> None:
    curve = STANDARDISED_CURVES[12]
    for value in (0, 1, curve.prime - 1):
        with pytest.raises(IdentityElement):
            encode_to_point(curve, value)
    for value in (0, 1, STANDARDISED_GROUPS[0].prime - 1):
        with pytest.raises(IdentityElement):
            encode_to_element(STANDARDISED_GROUPS[0], value)


def test_secp224r1_has_no_point_encoding() -> None:
    assert [number for number, curve in STANDARDISED_CURVES.items() if not can_be_mapped(curve)] == [10]
    with pytest.raises(CurveNotMappable):
        encode_to_point(STANDARDISED_CURVES[10], 5)
