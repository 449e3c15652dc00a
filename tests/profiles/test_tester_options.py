"""The tester's options file: what it changes, what it leaves, and that whatever is wrong in it is named."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openeoi import profiles
from openeoi.crypto.ciphers import Cipher
from openeoi.encoding.lds.security_infos import PaceInfo
from openeoi.encoding.signature_algorithms import DigestAlgorithm
from openeoi.profiles.card import ActiveAuthenticationParameters, ChipAuthenticationParameters, ChipOptions
from openeoi.profiles.tester_options import CardOptionsInvalid, apply

CARD = profiles.load("si").card
GUIDE = Path(__file__).parents[2] / "docs" / "tester-options.md"
PACE = "0.4.0.127.0.7.2.2.4"


def test_the_example_of_the_guide() -> None:
    found = re.search(r"```toml\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    assert found is not None
    card = apply(found[1], CARD)
    assert card.options == ChipOptions(b"\x3b\x00", bytes.fromhex("3B80800101"), 40, True, False)
    assert (card.norm_pin.tries, card.sig_pin.tries, card.puk.tries, card.initial_password.tries) == (5, 3, 10, 5)
    assert card.document.basic_access
    assert card.document.terminal_authentication
    assert card.document.pace_infos == (PaceInfo(f"{PACE}.4.2", 12),)
    assert card.document.chip_authentication == (ChipAuthenticationParameters(13, frozenset({Cipher.AES_256})),)
    assert card.document.active_authentication == ActiveAuthenticationParameters(DigestAlgorithm.SHA256, 13)
    assert card.norm_pin.reference == CARD.norm_pin.reference
    assert card.document_numbers == CARD.document_numbers


@pytest.mark.parametrize("country", profiles.PROFILES)
def test_an_empty_file_changes_nothing(country: str) -> None:
    card = profiles.load(country).card
    assert apply("", card) == card
    assert apply("[behaviour]\n[tries]\n[travel_document]", card) == card


def test_protocols_are_taken_away() -> None:
    text = "[travel_document]\npace = []\nchip_authentication = []\nterminal_authentication = false\nactive_authentication = {}"
    document = apply(text, profiles.load("me").card).document
    assert (document.pace_infos, document.chip_authentication, document.active_authentication) == ((), (), None)


@pytest.mark.parametrize(
    ("mapping", "cipher", "parameters", "protocol"),
    [
        ("gm-dh", "3des", 0, "1.1"),
        ("gm-ecdh", "aes-128", 8, "2.2"),
        ("im-dh", "aes-192", 2, "3.3"),
        ("im-ecdh", "aes-256", 18, "4.4"),
    ],
)
def test_further_pace(mapping: str, cipher: str, parameters: int, protocol: str) -> None:
    text = f"[[travel_document.pace]]\nmapping = '{mapping}'\ncipher = '{cipher}'\nparameters = {parameters}"
    assert apply(text, CARD).document.pace_infos == (PaceInfo(f"{PACE}.{protocol}", parameters),)


KEY = "[[travel_document.chip_authentication]]\nparameters = %d\nciphers = ['aes-256']\n"
RSA = "[travel_document.active_authentication]\nhash = 'sha1'\nrsa_bits = %d\n"
MAPPED = "[[travel_document.pace]]\nmapping = 'cam-ecdh'\ncipher = '%s'\nparameters = 12\n"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("not = = toml", "the file"),
        ("[other]", "other"),
        ("behaviour = 1", "behaviour"),
        ("[behaviour]\nanswer_delay = 5", "behaviour.answer_delay"),
        ("[behaviour]\nanswer_delay_ms = -1", "behaviour.answer_delay_ms"),
        ("[behaviour]\nanswer_delay_ms = 60001", "behaviour.answer_delay_ms"),
        ("[behaviour]\nanswer_delay_ms = true", "behaviour.answer_delay_ms"),
        ("[behaviour]\nshort_length_only = 1", "behaviour.short_length_only"),
        ("[behaviour]\natr_contact = '3B'", "behaviour.atr_contact"),
        ("[behaviour]\natr_contact = '3BXX'", "behaviour.atr_contact"),
        ("[behaviour]\natr_contactless = 5", "behaviour.atr_contactless"),
        ("[tries]\nnorm_pin = 0", "tries.norm_pin"),
        ("[tries]\npuk = 16", "tries.puk"),
        ("[tries]\npin = 3", "tries.pin"),
        ("[travel_document]\npace = 1", "travel_document.pace"),
        ("[travel_document]\npace = [1]", "travel_document.pace[1]"),
        ("[[travel_document.pace]]\ncipher = '3des'\nparameters = 12", "travel_document.pace[1].mapping"),
        (
            "[[travel_document.pace]]\nmapping = 'gm-dh'\ncipher = '3des'\nparameters = 12",
            "travel_document.pace[1].parameters",
        ),
        (MAPPED % "3des" + KEY % 12, "travel_document.pace[1]"),
        (MAPPED % "aes-128" + KEY % 13, "travel_document.pace"),
        (KEY % 7, "travel_document.chip_authentication[1].parameters"),
        (KEY % 13 + KEY % 13, "travel_document.chip_authentication"),
        (
            "[[travel_document.chip_authentication]]\nparameters = 13\nciphers = []",
            "travel_document.chip_authentication[1].ciphers",
        ),
        (RSA % 512, "travel_document.active_authentication.rsa_bits"),
        (RSA % 1024 + "parameters = 12", "travel_document.active_authentication.parameters"),
        ("[travel_document.active_authentication]\nparameters = 12", "travel_document.active_authentication.parameters"),
        (
            "[travel_document]\nchip_authentication = []\nterminal_authentication = true",
            "travel_document.terminal_authentication",
        ),
        (RSA % 2048 + "[behaviour]\nshort_length_only = true", "behaviour.short_length_only"),
        (KEY % 1 + "[behaviour]\nshort_length_only = true", "behaviour.short_length_only"),
    ],
)
def test_what_is_wrong_is_named(text: str, place: str) -> None:
    with pytest.raises(CardOptionsInvalid) as refused:
        apply(text, CARD)
    assert refused.value.place == place


@given(st.text(max_size=60))
def test_any_text_is_options_or_refused(text: str) -> None:
    try:
        apply(text, CARD)
    except CardOptionsInvalid:
        return
