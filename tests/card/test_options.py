"""In what a tester's chip differs: each option is seen from outside, survives in the card's file, and is absent otherwise."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from card.sample_card import OFFICE_KEY, sample_card
from encoding.parser_properties import check_flipped_bytes
from openeoi.agent.card_folder import CardFolder
from openeoi.card import options
from openeoi.card import state as card_state
from openeoi.card.memory import VolatileMemory
from openeoi.card.virtual_card import VirtualCard
from openeoi.encoding.lds import files as lds
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.iso7816.errors import SecureMessagingLost
from openeoi.profiles.card import ChipOptions
from openeoi.protocols.personalisation import terminal as office
from openeoi.protocols.personalisation.applications import Application
from openeoi.protocols.personalisation.shared import LifeCycle
from openeoi.terminal.extended_length import announced_in_atr, read_announced_maximum
from openeoi.terminal.read_file import read_elementary_file
from openeoi.transport.slow_card import SlowCard

EVERYTHING = ChipOptions(b"\x3b\x00", b"\x3b\x80\x80\x01\x01", 250, True, True)


@pytest.mark.parametrize(
    "chosen",
    [ChipOptions(), EVERYTHING, ChipOptions(answer_delay=1), ChipOptions(short_length_only=True), ChipOptions(imports_keys=True)],
)
def test_round_trip(chosen: ChipOptions) -> None:
    assert options.decode(options.encode(chosen)) == chosen


def test_damage() -> None:
    check_flipped_bytes(options.decode, options.encode(EVERYTHING))
    assert options.encode(ChipOptions()) == b""


def test_a_chip_as_it_is_issued_has_the_same_file_as_before_there_were_options() -> None:
    stored = sample_card(LifeCycle.BLANK, options=ChipOptions()).memory.load()
    assert card_state.decode(stored).options == ChipOptions()
    assert b"\xac" not in stored[-40:-32]  # the last data object would be AC


def test_options_survive_in_the_file() -> None:
    sample = sample_card(LifeCycle.ACTIVE, options=EVERYTHING)
    again = VirtualCard(VolatileMemory(sample.memory.load()), secrets.token_bytes)
    assert again.atr(contactless=False) == b"\x3b\x00"
    assert again.atr(contactless=True) == b"\x3b\x80\x80\x01\x01"
    assert again.answer_delay == 0.25


def test_one_atr_may_stay_that_of_the_family() -> None:
    sample = sample_card(LifeCycle.BLANK, options=ChipOptions(contact_atr=b"\x3b\x00"))
    assert sample.card.atr(contactless=True).hex() == "3b8580018073c821100e"


def test_short_length_only() -> None:
    sample = sample_card(LifeCycle.HANDED_OVER, options=ChipOptions(short_length_only=True))
    sample.card.reset()
    assert sample.run(read_announced_maximum()) is None
    extended = CommandApdu(0, 0xB0, 0x80 | lds.CARD_ACCESS.short_id, 0, expected=600)
    assert ResponseApdu.decode(sample.card.process(extended.encode())).status == 0x6700
    extended = CommandApdu(0, 0xA4, 0, 0x0C, b"\x3f\x00", extended=True)
    assert ResponseApdu.decode(sample.card.process(extended.encode())).status == 0x6700
    content = sample.run(read_elementary_file(lds.CARD_ACCESS, piece=600))  # the reader falls back
    assert content == sample.run(read_elementary_file(lds.CARD_ACCESS))


def test_extended_length_ends_the_channel_of_such_a_chip() -> None:
    """It cannot tell what the command is, so it answers in clear, which ends secure messaging on both sides."""
    sample = sample_card(LifeCycle.HANDED_OVER, options=ChipOptions(short_length_only=True))
    sample.card.reset()
    channel = sample.channel()

    def long_command() -> Iterator[CommandApdu]:
        yield CommandApdu(0, 0xB0, 0x9C, 0, expected=1000)

    with pytest.raises(SecureMessagingLost):
        sample.inside(channel, long_command())  # type: ignore[arg-type]  # a step without an outcome


def test_such_a_chip_is_personalised_with_chained_commands() -> None:
    sample = sample_card(LifeCycle.BLANK, options=ChipOptions(short_length_only=True))
    channel = sample.run(office.open_office_channel(OFFICE_KEY, secrets.token_bytes))
    content = bytes(range(256)) * 8
    sample.inside(channel, office.write_file(Application.TRAVEL_DOCUMENT, 0x0102, content, extended=False))
    stored = card_state.decode(sample.memory.load()).files[Application.TRAVEL_DOCUMENT, 0x0102]
    assert stored.content == content


def test_other_chips_announce_extended_length() -> None:
    sample = sample_card(LifeCycle.HANDED_OVER, options=ChipOptions())
    sample.card.reset()
    assert (sample.run(read_announced_maximum()) or 0) > 256
    assert not announced_in_atr(sample.card.atr(contactless=False))


def test_the_reader_makes_a_slow_card_slow(tmp_path: Path) -> None:
    folder = CardFolder(tmp_path, secrets.token_bytes)
    for name, delay in (("SLOW", 5), ("QUICK", 0)):
        folder.file(name).save(sample_card(LifeCycle.BLANK, options=ChipOptions(answer_delay=delay)).memory.load())
        with folder.powered(name, contactless=False) as card:
            assert isinstance(card, SlowCard if delay else VirtualCard)
