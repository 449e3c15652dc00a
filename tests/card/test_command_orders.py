"""Any bytes, any order: a status word, and nothing readable without the right to it."""

from __future__ import annotations

import secrets
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from card.sample_card import (
    CAN,
    INITIAL_PASSWORD,
    NORM_PIN,
    OFFICE_KEY,
    PUK,
    SampleCard,
    application_files,
    sample_card,
)
from openeoi.card.state import CardState
from openeoi.card.virtual_card import VirtualCard
from openeoi.encoding.errors import DecodingError
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.iso7816.steps import CardSteps
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.protocols.personalisation.applications import APPLICATION_IDENTIFIERS, Application
from openeoi.protocols.personalisation.shared import LifeCycle

AIDS = list(APPLICATION_IDENTIFIERS.values())
SAMPLES: dict[LifeCycle, SampleCard] = {}


def sample(state: LifeCycle) -> SampleCard:
    """One card of each state, made once: what is sent here in clear changes no counter."""
    if state not in SAMPLES:
        SAMPLES[state] = sample_card(state)
    return SAMPLES[state]


def secret_contents(card: SampleCard, contactless: bool) -> list[bytes]:
    """What must not come out in clear, on this interface."""
    applications = [Application.TRAVEL_DOCUMENT]
    if contactless:
        applications += [Application.PINLESS, Application.SIGN_AND_LOGIN]
    files = application_files(card)
    contents = [content for application in applications for content in files[application].values()]
    return [*contents, CAN.encode(), PUK.encode(), INITIAL_PASSWORD.encode(), NORM_PIN.encode(), OFFICE_KEY]


def state_of(card: VirtualCard) -> CardState:
    return card._system.state


def send(card: VirtualCard, command: bytes) -> bytes:
    response = card.process(command)
    assert len(response) >= 2
    assert response[-2] & 0xF0 in (0x60, 0x90), response.hex()
    return response


# One of each kind, right and wrong; none of them is a step towards a right PACE.
ALPHABET = [
    bytes.fromhex(command)
    for command in (
        "00A4000C023F00",
        "00A4080002 2F0000",
        "00A4040C0AE828BD080F014E585031",
        "00A4040C0AE828BD080F014E585030",
        "00A4040C07A0000002471001",
        "00A4020002010100",
        "00A4090002503100",
        "00A4000002700200",
        "00B0000000",
        "00B09C0000",
        "00B0810000",
        "00B1000003540100" + "00",
        "00CA011606",
        "0084000008",
        "0020000506313131313131",
        "00200005",
        "0024010506313131313131",
        "002C0385",
        "002281B604910222A1",
        "002A9E9A20" + "00" * 32 + "60",
        "0022C1A40F800A04007F00070202040204830102",
        "10860000027C0000",
        "00E0000010620E8002000482010183020102860280 00",
        "00DA011701 04",
        "00FE0000",
        "10D6000001AA",
        "0CB0000000",
        "80CA9F7F00",
    )
]


@pytest.mark.parametrize("contactless", [False, True], ids=["contact", "contactless"])
def test_all_orders_of_three_commands_in_clear_show_nothing_protected(contactless: bool) -> None:
    card = sample(LifeCycle.ACTIVE)
    protected = secret_contents(card, contactless)
    before = state_of(card.card)
    shown: set[bytes] = set()
    # Selecting and reading are what leads anywhere in clear; everything else is tried before and between them.
    last = [command for command in ALPHABET if command[1] in (0xB0, 0xB1, 0xA4, 0x2A)]
    for order in product(ALPHABET, ALPHABET, last):
        card.card.power_on(contactless)
        for command in order:
            response = send(card.card, command)
            if len(response) > 6:
                shown.add(response[:-2])
    assert state_of(card.card) == before
    for data in shown:
        assert not any(data in content for content in protected)


raw_commands = st.one_of(
    st.binary(max_size=40),
    st.builds(
        lambda cla, ins, p1, p2, data, expected: CommandApdu(cla, ins, p1, p2, data, expected).encode(),
        st.sampled_from([0x00, 0x00, 0x00, 0x10, 0x0C, 0x80, 0x01]),
        st.sampled_from([0x20, 0x22, 0x24, 0x2A, 0x2C, 0x47, 0x84, 0x86, 0xA4, 0xB0, 0xB1, 0xCA, 0xD6, 0xDA, 0xE0, 0xE4, 0xFE]),
        st.integers(0, 255),
        st.integers(0, 255),
        st.one_of(st.binary(max_size=60), st.sampled_from([*AIDS, b"\x01\x01", b"\x50\x31", b"\x3f\x00"])),
        st.none() | st.sampled_from([1, 6, 96, 256, 65536]),
    ),
    st.sampled_from(ALPHABET),
)


@pytest.mark.parametrize("state", LifeCycle)
@settings(max_examples=60, deadline=None)
@given(commands=st.lists(raw_commands, max_size=12), contactless=st.booleans())
def test_any_commands_in_clear_in_any_state(state: LifeCycle, commands: list[bytes], contactless: bool) -> None:
    card = sample(state)
    before = state_of(card.card)
    card.card.power_on(contactless)
    for command in commands:
        send(card.card, command)
    assert state_of(card.card) == before
    assert card.card._system.session.channel is None


@settings(max_examples=60, deadline=None)
@given(commands=st.lists(raw_commands, max_size=8))
def test_any_commands_inside_the_holders_channel(commands: list[bytes]) -> None:
    """Counters may fall there; life cycle, files and keys stay, and the answer is always a status word."""
    card = sample_card(LifeCycle.ACTIVE, random=secrets.token_bytes)
    before = state_of(card.card)
    channel = card.channel()
    for command in commands:
        try:
            plain = CommandApdu.decode(command)
        except DecodingError:
            continue
        if plain.cla & 0xEF:
            continue
        response = channel.open(ResponseApdu.decode(send(card.card, channel.protect(plain).encode())))
        assert response.status >> 12 in (6, 9)
    after = state_of(card.card)
    assert (after.files, after.keys, after.office_key, after.can) == (before.files, before.keys, before.office_key, before.can)


def test_a_command_in_clear_ends_the_channel_and_is_served() -> None:
    card = sample(LifeCycle.ACTIVE)
    card.card.power_on(contactless=True)
    channel = card.channel()
    protected = channel.protect(CommandApdu(0, 0xA4, 4, 0x0C, AIDS[0])).encode()
    assert send(card.card, protected)[-2:] == b"\x90\x00"
    assert send(card.card, bytes.fromhex("00A4000C023F00")) == b"\x90\x00"
    again = channel.protect(CommandApdu(0, 0xA4, 4, 0x0C, AIDS[0])).encode()
    assert send(card.card, again) == b"\x69\x88"


@pytest.mark.parametrize("command", ["00", "00A4040C0AE828", "00A4000002FF", "00B000000000"])
def test_malformed_commands_end_the_channel_too(command: str) -> None:
    card = sample(LifeCycle.ACTIVE)
    channel = card.channel()
    assert send(card.card, bytes.fromhex(command)) == b"\x67\x00"
    assert send(card.card, channel.protect(CommandApdu(0, 0x84, 0, 0, b"", 8)).encode()) == b"\x69\x88"


def test_a_tampered_command_ends_the_channel() -> None:
    card = sample(LifeCycle.ACTIVE)
    channel = card.channel()
    command = channel.protect(CommandApdu(0, 0x84, 0, 0, b"", 8)).encode()
    assert send(card.card, command[:-3] + bytes((command[-3] ^ 1,)) + command[-2:]) == b"\x69\x88"
    assert card.card._system.session.channel is None


def test_the_office_key_does_not_read_what_only_the_holder_may() -> None:
    card = sample(LifeCycle.ACTIVE)
    card.card.power_on(contactless=True)
    channel = card.channel(PacePassword(0x10, OFFICE_KEY))
    assert card.inside(channel, _status(CommandApdu(0, 0xA4, 4, 0x0C, AIDS[0]))) == 0x9000
    assert card.inside(channel, _status(CommandApdu(0, 0xB0, 0x81, 0, b"", 256))) == 0x6982
    assert card.inside(channel, _status(CommandApdu(0, 0x20, 0, 5, NORM_PIN.encode()))) == 0x6982


def _status(command: CommandApdu) -> CardSteps[int]:
    response = yield command
    return response.status


def test_pace_is_not_run_inside_a_channel() -> None:
    card = sample(LifeCycle.ACTIVE)
    steps = _status(CommandApdu(0, 0x22, 0xC1, 0xA4, bytes.fromhex("800A04007F00070202040204830102")))
    assert card.inside(card.channel(), steps) == 0x6985


def test_a_blank_card_knows_no_holder_and_a_terminated_one_nobody() -> None:
    select = bytes.fromhex("0022C1A40F800A04007F000702020402048301")
    for state, answers in ((LifeCycle.BLANK, ("6A88", "6A88", "9000")), (LifeCycle.TERMINATED, ("6985", "6985", "6985"))):
        card = sample(state).card
        card.reset()  # an earlier test may have left a command chain open
        for password, answer in zip((1, 2, 0x10), answers, strict=True):
            assert send(card, select + bytes((password,))).hex().upper() == answer
