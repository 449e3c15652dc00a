"""The layouts that upstream accepts, byte by byte, and the parsers' properties."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openeoi.encoding.errors import DecodingError, EncodingError
from openeoi.encoding.pkcs15 import files
from openeoi.encoding.pkcs15.application_files import (
    HolderCredential,
    PinPlace,
    TokenDescription,
    directory_file,
    pinless_files,
    sign_and_login_files,
)
from openeoi.encoding.pkcs15.authentication_objects import decode_authentication_objects, encode_authentication_objects
from openeoi.encoding.pkcs15.certificates import decode_certificates, encode_certificates
from openeoi.encoding.pkcs15.directory import decode_directory, encode_directory
from openeoi.encoding.pkcs15.object_directory import ObjectDirectory
from openeoi.encoding.pkcs15.objects import Tolerance, decode_flags, encode_flags
from openeoi.encoding.pkcs15.private_keys import decode_private_keys, encode_private_keys
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.encoding.pkcs15.token_information import TokenInformation

TOKEN = TokenDescription(
    serial_number=bytes(range(10)),
    manufacturer="NXP",
    last_update=datetime(2026, 11, 22, 8, 30, tzinfo=UTC),
    norm_pin=PinPlace(5, 6, 6),
    norm_puk=PinPlace(6, 10, 10),
    sig_pin=PinPlace(8, 6, 6),
)
ROOT, ISSUER = b"\x30\x04root", b"\x30\x02ca"
LOW = HolderCredential(CredentialRole.LOW, b"\x30\x03low", (ISSUER, ROOT))
HIGH = HolderCredential(CredentialRole.HIGH, b"\x30\x04high", (ISSUER, ROOT))
QUALIFIED = HolderCredential(CredentialRole.QUALIFIED, b"\x30\x03sig", (ROOT,))

PINLESS = pinless_files(TOKEN, LOW)
SIGN = sign_and_login_files(TOKEN, HIGH, QUALIFIED)


@pytest.mark.parametrize(
    ("bits", "form"),
    [
        ({2}, "03020520"),
        ({2, 8}, "0303072080"),
        ({2, 9}, "0303062040"),
        ({0, 2, 3, 4}, "030203B8"),
        ({0, 4}, "03020388"),
        ({0, 3, 4, 6}, "0302019A"),
        ({0, 2}, "030205A0"),
        ({1, 2}, "03020560"),
        ({0}, "03020780"),
        (set(), "030100"),
    ],
)
def test_bit_strings_of_the_note(bits: set[int], form: str) -> None:
    assert encode_flags(frozenset(bits)).hex().upper() == form
    assert decode_flags(bytes.fromhex(form)[2:]) == bits


def test_the_object_directory_is_the_one_of_the_note() -> None:
    assert PINLESS[files.OBJECT_DIRECTORY].hex() == "a806300404027001" + "a006300404027002" + "a406300404027005"


def test_token_information_is_the_one_of_the_note() -> None:
    label = b"Prijava brez PIN-a"
    expected = b"\x02\x01\x01\x04\x0a" + bytes(range(10)) + b"\x0c\x03NXP\x80" + bytes((len(label),)) + label
    expected += bytes.fromhex("030205A0A511180F") + b"20261122083000Z"
    assert PINLESS[files.TOKEN_INFORMATION] == b"\x30" + bytes((len(expected),)) + expected


def test_the_norm_pin_is_the_one_of_the_note() -> None:
    pin = decode_authentication_objects(PINLESS[files.AUTHENTICATION_OBJECTS]).values[0]
    inner = bytes.fromhex("030203B80A010202010602010602010680010504010030040402 0005".replace(" ", ""))
    expected = b"\x30\x14\x0c\x08Norm PIN\x04\x08Norm PUK" + b"\x30\x0a\x04\x08Norm PIN"
    expected += b"\xa1" + bytes((len(inner) + 2,)) + b"\x30" + bytes((len(inner),)) + inner
    assert pin.encode() == b"\x30" + bytes((len(expected),)) + expected


def test_each_application_has_the_pins_that_give_three_tokens() -> None:
    def names(content: bytes) -> list[str]:
        return [pin.label for pin in decode_authentication_objects(content).values]

    assert names(PINLESS[files.AUTHENTICATION_OBJECTS]) == ["Norm PIN", "Norm PUK"]
    assert names(SIGN[files.AUTHENTICATION_OBJECTS]) == ["Norm PIN", "Norm PUK", "Sig PIN"]


def test_keys_carry_usage_pin_and_consent() -> None:
    low = decode_private_keys(PINLESS[files.PRIVATE_KEYS]).values[0]
    high, qualified = decode_private_keys(SIGN[files.PRIVATE_KEYS]).values
    assert (low.key_reference, low.authentication_id, low.usage) == (2, None, {2, 8})
    assert (high.key_reference, high.authentication_id, high.user_consent) == (1, b"Norm PIN", None)
    assert (qualified.key_reference, qualified.authentication_id, qualified.user_consent) == (3, b"Sig PIN", 1)
    assert bytes.fromhex("30020400300706052B81040022") in PINLESS[files.PRIVATE_KEYS]


def test_a_chain_is_stored_once_and_every_listed_file_exists() -> None:
    certificates = decode_certificates(SIGN[files.CERTIFICATES]).values
    assert [SIGN[item.file_id] for item in certificates] == [HIGH.certificate, QUALIFIED.certificate, ISSUER, ROOT]
    assert [item.is_authority for item in certificates] == [False, False, True, True]
    keys = decode_private_keys(SIGN[files.PRIVATE_KEYS]).values
    assert [key.identifier for key in keys] == [item.identifier for item in certificates[:2]]


def test_a_credential_in_the_wrong_place_is_refused() -> None:
    with pytest.raises(EncodingError):
        pinless_files(TOKEN, HIGH)


def test_zero_bytes_between_objects_are_read_over_by_name() -> None:
    gapped = sign_and_login_files(replace(TOKEN, gap=3), HIGH, QUALIFIED)
    read = decode_private_keys(gapped[files.PRIVATE_KEYS])
    assert read.tolerances == {Tolerance.ZERO_GAP}
    plain = decode_private_keys(SIGN[files.PRIVATE_KEYS])
    assert plain.tolerances == frozenset()
    assert read.values == plain.values


Codec = tuple[bytes, Callable[[bytes], bytes]]

CODECS: dict[str, Codec] = {
    "EF.DIR": (directory_file(), lambda raw: encode_directory(decode_directory(raw).values)),
    "EF.ODF": (SIGN[files.OBJECT_DIRECTORY], lambda raw: ObjectDirectory.decode(raw).encode()),
    "EF.TokenInfo": (SIGN[files.TOKEN_INFORMATION], lambda raw: TokenInformation.decode(raw).encode()),
    "EF.AODF": (
        SIGN[files.AUTHENTICATION_OBJECTS],
        lambda raw: encode_authentication_objects(decode_authentication_objects(raw).values),
    ),
    "EF.PrKDF": (SIGN[files.PRIVATE_KEYS], lambda raw: encode_private_keys(decode_private_keys(raw).values)),
    "EF.CDF": (SIGN[files.CERTIFICATES], lambda raw: encode_certificates(decode_certificates(raw).values)),
}


@pytest.mark.parametrize("name", CODECS)
def test_round_trip_truncation_and_flipped_bytes(name: str) -> None:
    raw, again = CODECS[name]
    assert again(raw) == raw
    for length in range(len(raw)):
        try:
            again(raw[:length])
        except DecodingError:
            continue
        assert raw[:length] == again(raw[:length])  # whole objects were left, nothing half-read
    for position in range(len(raw)):
        for bit in (0x01, 0x20, 0x80):
            changed = raw[:position] + bytes((raw[position] ^ bit,)) + raw[position + 1 :]
            try:
                result = again(changed)
            except DecodingError:
                continue
            assert result != raw, f"a changed byte at {position} went unseen"


@pytest.mark.parametrize("name", CODECS)
@given(raw=st.binary(max_size=80))
def test_any_bytes_decode_or_raise_decoding_error(name: str, raw: bytes) -> None:
    try:
        CODECS[name][1](raw)
    except DecodingError:
        return
