"""Answers to reset, of cards with contacts and those that readers make up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openeoi.encoding.errors import DecodingError
from openeoi.iso7816.answer_to_reset import AnswerToReset, Interface, historical_bytes, interface_of

CONTACT = bytes.fromhex("3BD518FF8191FE1FC38073C821100A")
CONTACTLESS = bytes.fromhex("3B8580018073C821100E")
# PC/SC part 3, 3.1.3.2.3.2: the example of a MIFARE card.
STORAGE = bytes.fromhex("3B8F8001804F0CA000000306030001000000006A")


def test_the_cards_own_answers() -> None:
    contact = AnswerToReset.decode(CONTACT)
    assert (contact.protocols, contact.historical.hex(), contact.interface) == ((1, 15), "8073c82110", Interface.CONTACT)
    contactless = AnswerToReset.decode(CONTACTLESS)
    assert (contactless.protocols, contactless.interface, contactless.check_byte_is_wrong) == (
        (0, 1),
        Interface.CONTACTLESS,
        False,
    )


def test_a_storage_card_is_told_by_its_name() -> None:
    card = AnswerToReset.decode(STORAGE)
    assert (card.interface, card.storage_card_name, card.check_byte_is_wrong) == (
        Interface.STORAGE,
        "MIFARE Classic 1K",
        False,
    )
    assert AnswerToReset.decode(CONTACT).storage_card_name == ""
    other = bytearray(STORAGE)
    other[13:15] = b"\x99\x99"
    assert AnswerToReset.decode(bytes(other)).storage_card_name == ""


def test_a_wrong_check_byte_is_told_and_tolerated() -> None:
    assert AnswerToReset.decode(CONTACT[:-1] + b"\x00").check_byte_is_wrong


def test_t0_alone_has_no_check_byte() -> None:
    assert AnswerToReset.decode(bytes.fromhex("3B0200FF")).protocols == (0,)
    assert AnswerToReset.decode(bytes.fromhex("3B800000")[:3]).protocols == (0,)


@pytest.mark.parametrize("raw", ["", "3B", "0000", "3BFF", "3B0261", "3B026162630A", "3B" + "F0" * 33, "3B8001"])
def test_what_is_none(raw: str) -> None:
    with pytest.raises(DecodingError):
        AnswerToReset.decode(bytes.fromhex(raw))
    assert historical_bytes(bytes.fromhex(raw)) == b""
    assert interface_of(bytes.fromhex(raw)) is Interface.CONTACT


@pytest.mark.parametrize("raw", [CONTACT, CONTACTLESS, STORAGE])
def test_truncation_at_every_byte(raw: bytes) -> None:
    for end in range(len(raw)):
        with pytest.raises(DecodingError):
            AnswerToReset.decode(raw[:end])


@given(st.binary(max_size=40))
def test_anything_is_an_answer_or_a_decoding_error(raw: bytes) -> None:
    try:
        found = AnswerToReset.decode(raw)
    except DecodingError:
        return
    assert len(found.historical) == raw[1] & 0x0F
    assert found.protocols
