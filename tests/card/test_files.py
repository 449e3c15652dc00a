"""SELECT and READ BINARY in the forms that programs in use send, with the answers that they rely on."""

from __future__ import annotations

import pytest

from card.sample_card import DATA_GROUP_2, SampleCard, application_files, sample_card
from openeoi.encoding import tlv
from openeoi.encoding.pkcs15.application_files import directory_file
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.iso7816.steps import CardSteps
from openeoi.protocols.personalisation.applications import Application

PINLESS = "E828BD080F014E585031"
SIGN = "E828BD080F014E585030"
TRAVEL = "A0000002471001"
DIRECTORY = directory_file().hex().upper()
CARD_ACCESS = "31143012060A04007F0007020204020402010202010D"


@pytest.fixture(scope="module")
def sample() -> SampleCard:
    return sample_card()


def answers(sample: SampleCard, *commands: str) -> list[str]:
    return [sample.card.process(bytes.fromhex(command.replace(" ", ""))).hex().upper() for command in commands]


def ask(command: CommandApdu) -> CardSteps[ResponseApdu]:
    return (yield command)


CASES = {
    "master file": [("00A4000C023F00", "9000")],
    "master file, with information": [("00A4000002 3F00 00", "6F0483023F009000")],
    "no Le, no data": [("00A4000002 3F00", "9000"), ("00A404000A" + PINLESS, "9000")],
    "application with information": [("00A404000A" + PINLESS + "00", "6F0C840A" + PINLESS + "9000")],
    "control parameters": [("00A404040A" + PINLESS + "00", "620C840A" + PINLESS + "9000")],
    "unknown application": [("00A4040C07A0000000791000", "6A82"), ("00A4040C09A00000024710010101", "6A82")],
    "right part of a name": [("00A4040C05E828BD080F", "6A82"), ("00A4040C", "6A82")],
    "card access by short identifier": [("00B09C0000", CARD_ACCESS + "9000"), ("00B0001600", "6B00"), ("00B0001700", "6B00")],
    "card access by identifier": [("00A4020C02011C", "9000"), ("00B0000004", CARD_ACCESS[:8] + "9000")],
    "card access from an application": [("00A4040C0A" + PINLESS, "9000"), ("00B09C0000", "6A82")],
    "EF.DIR by path": [("00A4080002 2F00 00", "XX"), ("00B000005A", DIRECTORY + "9000"), ("00B0005800", "6B00")],
    "EF.DIR by long path": [("00A4080C04 3F00 2F00", "9000")],
    "EF.DIR by short identifier": [("00B09E0000", DIRECTORY + "9000")],
    "EF.DIR by identifier below": [("00A4020C02 2F00", "9000")],
    "a path that leads nowhere": [("00A4080C04 7001 7002", "6A82"), ("00A4090C00", "6700")],
    "a path of odd length": [("00A4080C03 2F0000", "6700")],
    "the path of a PIN": [("00A4000C02 0005", "9000"), ("00A4000C02 0007", "9000")],
    "a file that is not there": [("00A4020C02 0999", "6A82")],
    "nothing selected": [("00B0000000", "6986")],
    "no Le when reading": [("00B09C00", "6700")],
    "data when reading": [("00B09C0001AA00", "6700")],
    "wrong P1-P2": [("00A40F0C02 3F00", "6A86"), ("00A4000102 3F00", "6A86"), ("00B0E00000", "6A86")],
    "version": [("00CA011606", "0100010000009000"), ("00CA011604", "010001009000"), ("00CADF3005", "6A88")],
    "unknown instruction": [("00AA000000", "6D00")],
    "other classes": [("80CA9F7F00", "6E00"), ("FFCA000000", "6E00"), ("01A4000C023F00", "6881"), ("04A4000C023F00", "6E00")],
    "protected command without channel": [("0CB0000000", "6988")],
    "odd READ BINARY": [("00A4020C02 2F00", "9000"), ("00B1000003 540100 08", "5306" + DIRECTORY[:12] + "9000")],
    "odd READ BINARY by identifier": [("00B12F0003 540102 06", "5304" + DIRECTORY[4:12] + "9000")],
}


@pytest.mark.parametrize("name", CASES)
def test_on_contact(sample: SampleCard, name: str) -> None:
    sample.card.power_on(contactless=False)
    for command, expected in CASES[name]:
        (answer,) = answers(sample, command)
        assert answer == expected or (expected == "XX" and answer.endswith("9000")), command


def test_the_size_in_the_control_information_is_right(sample: SampleCard) -> None:
    sample.card.power_on(contactless=False)
    _, answer = answers(sample, "00A404000A" + SIGN, "00A4000002 5032 00")
    information = tlv.decode_all(tlv.decode_expected(bytes.fromhex(answer[:-4]), 0x6F))
    content = application_files(sample)[Application.SIGN_AND_LOGIN][0x5032]
    assert int.from_bytes(tlv.find(information, 0x80), "big") == len(content)
    assert tlv.find(information, 0x83) == b"\x50\x32"


@pytest.mark.parametrize("application", [PINLESS, SIGN])
def test_without_contact_an_application_is_closed_in_clear(sample: SampleCard, application: str) -> None:
    sample.card.power_on(contactless=True)
    select = "00A4040C0A" + application
    assert answers(sample, select, "00A4090002 5031 00", "00B0910000", "00B0000000") == ["9000", "6982", "6982", "6986"]


@pytest.mark.parametrize("contactless", [False, True])
def test_the_travel_document_is_closed_in_clear(sample: SampleCard, contactless: bool) -> None:
    sample.card.power_on(contactless)
    assert answers(sample, "00A4040C07" + TRAVEL, "00A4020C02 0101", "00B0810000") == ["9000", "6982", "6982"]


def test_fingerprints_can_be_selected_under_pace_and_not_read(sample: SampleCard) -> None:
    channel = sample.channel()
    sample.inside(channel, ask(CommandApdu(0, 0xA4, 4, 0x0C, bytes.fromhex(TRAVEL))))
    assert sample.inside(channel, ask(CommandApdu(0, 0xA4, 2, 0x0C, b"\x01\x03"))).status == 0x9000
    assert sample.inside(channel, ask(CommandApdu(0, 0xB0, 0, 0, expected=256))).status == 0x6982


def test_how_much_a_protected_answer_holds(sample: SampleCard) -> None:
    channel = sample.channel()
    sample.inside(channel, ask(CommandApdu(0, 0xA4, 4, 0x0C, bytes.fromhex(TRAVEL))))
    for expected, extended, size in ((256, False, 223), (100, False, 100), (65536, True, len(DATA_GROUP_2)), (1000, True, 1000)):
        answer = sample.inside(channel, ask(CommandApdu(0, 0xB0, 0x82, 0, b"", expected, extended)))
        assert (answer.status, answer.data) == (0x9000, DATA_GROUP_2[:size])
    select = CommandApdu(0, 0xA4, 2, 0x00, b"\x01\x01")
    assert sample.inside(channel, ask(select)) == ResponseApdu(0x9000), "no Le, no data, also under secure messaging"


def test_a_chain_is_collected_and_must_not_change_its_header(sample: SampleCard) -> None:
    sample.card.power_on(contactless=False)
    assert answers(sample, "10A4040C05 E828BD080F", "00A4040C05 014E585031") == ["9000", "9000"]
    assert answers(sample, "00B0910000")[0].endswith("9000")
    assert answers(sample, "10A4040C05 E828BD080F", "00B0910000", "00B0910000")[1] == "6883"


def test_a_chain_has_an_end(sample: SampleCard) -> None:
    sample.card.power_on(contactless=False)
    piece = "10D60000FF" + "00" * 255
    words = {answers(sample, piece)[0] for _ in range(140)}
    assert words == {"9000", "6700"}


def test_a_reset_forgets_the_selection(sample: SampleCard) -> None:
    sample.card.power_on(contactless=False)
    answers(sample, "00A4040C0A" + PINLESS)
    sample.card.reset()
    assert answers(sample, "00B0910000", "00B09C0000") == ["6A82", CARD_ACCESS + "9000"]
