"""The card's APDU entry: mutated commands, in clear, inside the holder's channel and inside the office's, in every state.

Bar: a status word every time, no exception, and afterwards a card whose file can be read again. EOI_FUZZ_EXAMPLES sets how many
sequences are tried (default 60 a case).
"""

from __future__ import annotations

import os
import secrets

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from card.sample_card import CAN, OFFICE_KEY, SampleCard, sample_card
from openeoi.card import state as card_state
from openeoi.card.memory import VolatileMemory
from openeoi.card.virtual_card import VirtualCard
from openeoi.encoding.errors import DecodingError
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.iso7816.errors import SecureMessagingError
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.protocols.personalisation.access import Password
from openeoi.protocols.personalisation.shared import LifeCycle

EXAMPLES = int(os.environ.get("EOI_FUZZ_EXAMPLES", "60"))

# One right command of each kind; what is sent are mutations of them.
SEEDS = tuple(
    bytes.fromhex(seed)
    for seed in (
        "00A4040C0AE828BD080F014E585030",
        "00A4040C07A0000002471001",
        "00A40800022F0000",
        "00A4020C020101",
        "00B0810000",
        "00B00000000000FF",
        "00B100000354010400",
        "00CA011606",
        "00CA011701",
        "0084000010",
        "002000050631313131313131",
        "0020000508",
        "0024010506313131313131",
        "002C0385",
        "002281B604910222A1",
        "002A9E9A30" + "5A" * 48 + "60",
        "0022C1A40F800A04007F00070202040204830102",
        "10860000027C0000",
        "10860000457C43814104" + "01" * 64 + "00",
        "008600000C7C0A8508" + "00" * 8 + "00",
        "00E0000011620F80020010820101830201018602" + "8000",
        "00E40200020101",
        "00D6000004DEADBEEF",
        "10D6000004DEADBEEF",
        "0047800005B60384010200",
        "00DA012006363534333231",
        "00DA01170103",
        "00FE0000",
    )
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    raw = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(0, 3))):
        position = draw(st.integers(0, max(len(raw) - 1, 0)))
        match draw(st.sampled_from(("set", "insert", "delete", "cut", "repeat"))):
            case "set" if raw:
                raw[position] = draw(st.integers(0, 255))
            case "insert":
                raw[position:position] = draw(st.binary(min_size=1, max_size=4))
            case "delete" if raw:
                del raw[position]
            case "cut":
                del raw[position:]
            case _:
                raw += raw[position:]
    return bytes(raw)


def send(card: VirtualCard, command: bytes) -> ResponseApdu:
    response = ResponseApdu.decode(card.process(command))
    assert response.status >> 12 in (6, 9), f"{response.status:04X}"
    return response


def copy_of(sample: SampleCard) -> SampleCard:
    memory = VolatileMemory(sample.memory.load())
    return SampleCard(VirtualCard(memory, secrets.token_bytes), memory, sample.certificates, sample.root)


SAMPLES: dict[LifeCycle, SampleCard] = {}


def card_in(state: LifeCycle) -> SampleCard:
    if state not in SAMPLES:
        SAMPLES[state] = sample_card(state)
    return copy_of(SAMPLES[state])


many = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("state", LifeCycle)
@many
@given(commands=st.lists(mutated(), max_size=10), contactless=st.booleans())
def test_in_clear(state: LifeCycle, commands: list[bytes], contactless: bool) -> None:
    sample = card_in(state)
    sample.card.power_on(contactless)
    for command in commands:
        send(sample.card, command)
    assert card_state.decode(sample.memory.load()).life_cycle is state


@pytest.mark.parametrize(
    ("state", "password"),
    [
        (LifeCycle.HANDED_OVER, PacePassword.from_can(CAN)),
        (LifeCycle.ACTIVE, PacePassword.from_can(CAN)),
        (LifeCycle.BLANK, PacePassword(Password.OFFICE, OFFICE_KEY)),
        (LifeCycle.ACTIVE, PacePassword(Password.OFFICE, OFFICE_KEY)),
    ],
    ids=["holder, handed over", "holder, active", "office, blank", "office, active"],
)
@many
@given(commands=st.lists(mutated(), max_size=10))
def test_inside_a_channel(state: LifeCycle, password: PacePassword, commands: list[bytes]) -> None:
    sample = card_in(state)
    channel = sample.channel(password)
    for command in commands:
        try:
            plain = CommandApdu.decode(command)
        except DecodingError:
            continue
        if plain.cla not in (0x00, 0x10):
            continue
        response = channel.open(send(sample.card, channel.protect(plain).encode()))
        assert response.status >> 12 in (6, 9)
        assert len(response.data) <= (plain.expected or 0)
    card_state.decode(sample.memory.load())
    VirtualCard(sample.memory, secrets.token_bytes)


@many
@given(command=mutated(), position=st.integers(0, 200), change=st.integers(1, 255))
def test_a_tampered_protected_command(command: bytes, position: int, change: int) -> None:
    sample = card_in(LifeCycle.ACTIVE)
    channel = sample.channel()
    try:
        plain = CommandApdu.decode(command)
    except DecodingError:
        return
    if plain.cla not in (0x00, 0x10):
        return
    raw = bytearray(channel.protect(plain).encode())
    raw[position % len(raw)] ^= change
    before = sample.memory.load()
    response = send(sample.card, bytes(raw))
    if position % len(raw) < len(raw) - 1:  # the outer Le is not authenticated
        assert sample.memory.load() == before
        if response.data:
            with pytest.raises(SecureMessagingError):
                channel.open(response)
