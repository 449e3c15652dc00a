"""A power cut or a full disk at every write: the card has the old state or the new one, and no try came back for nothing."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from card.sample_card import (
    INITIAL_PASSWORD,
    NORM_PIN,
    OFFICE_KEY,
    PUK,
    SIG_PIN,
    SampleCard,
    sample_card,
)
from openeoi.card import state as card_state
from openeoi.card.memory import VolatileMemory
from openeoi.card.parameters import PinRole
from openeoi.card.state import CardState
from openeoi.card.virtual_card import VirtualCard
from openeoi.crypto.ciphers import Cipher
from openeoi.crypto.message_recovery import RsaPrivateKey
from openeoi.encoding.signature_algorithms import DigestAlgorithm
from openeoi.errors import OpenEoiError
from openeoi.iso7816.apdu import CommandApdu
from openeoi.iso7816.status import UnexpectedStatus
from openeoi.iso7816.steps import CardSteps
from openeoi.protocols.personalisation import terminal as office
from openeoi.protocols.personalisation.applications import Application
from openeoi.protocols.personalisation.document_protocols import DocumentProtocols
from openeoi.protocols.personalisation.key_templates import ActiveKeyTemplate, ChipKeyTemplate
from openeoi.protocols.personalisation.shared import KeyRole, LifeCycle, SecretRole
from openeoi.protocols.pin.errors import PinError
from openeoi.terminal.pin_care import Secret, activate, change_pin, pin_status, unblock_pin

CHIP_KEY = ChipKeyTemplate(13, frozenset({Cipher.AES_256}))


class PowerCut(Exception):
    """No OpenEoiError: nothing on the card can catch it."""


class DiskFull(OpenEoiError):
    """The medium refuses."""


@dataclass
class FaultyMemory(VolatileMemory):
    """Fails at the `at`-th save: before or after the content is stored, with this error."""

    def __init__(self, content: bytes, at: int, stored: bool, error: type[Exception]) -> None:
        super().__init__(content)
        self.at, self.stored, self.error = at, stored, error
        self.saves: list[bytes] = []

    def save(self, content: bytes) -> None:
        self.saves.append(content)
        fails = len(self.saves) - 1 == self.at
        if not fails or self.stored:
            super().save(content)
        if fails:
            raise self.error


@dataclass(frozen=True)
class Scenario:
    state: LifeCycle
    steps: Callable[[], CardSteps[object]]
    password: str = "can"
    prepare: Callable[[], CardSteps[object]] | None = None


def wrong_pins() -> CardSteps[None]:
    for secret in (Secret.NORM_PIN, Secret.NORM_PIN, Secret.SIG_PIN, Secret.NORM_PIN):
        try:
            yield from change_pin(secret, "999999", "888888")
        except PinError:
            continue


def personalise() -> CardSteps[None]:
    yield from office.generate_key(KeyRole.LOW)
    yield from office.set_secret(SecretRole.DOCUMENT_PROTOCOLS, DocumentProtocols(basic_access=True).encode())
    for _ in range(2):  # made again, a key is replaced: there is never none, and never half of one
        yield from office.generate_chip_key(CHIP_KEY)
        yield from office.generate_active_key(ActiveKeyTemplate(DigestAlgorithm.SHA256, 13))
    yield from office.generate_active_key(ActiveKeyTemplate(DigestAlgorithm.SHA1, rsa_bits=1024))
    yield from office.write_file(Application.PINLESS, 0x7101, bytes(300), extended=False)
    yield from office.set_secret(SecretRole.CAN, b"123456")
    yield from office.set_secret(SecretRole.PUK, PUK.encode())
    yield from office.set_secret(SecretRole.INITIAL_PASSWORD, INITIAL_PASSWORD.encode())
    yield from office.set_secret(SecretRole.MRZ_INFORMATION, b"IE1234567606010163601017")
    yield from office.set_state(LifeCycle.PERSONALISED)
    yield from office.set_state(LifeCycle.HANDED_OVER)
    yield from office.set_state(LifeCycle.TERMINATED)


SCENARIOS = {
    "wrong PINs": Scenario(LifeCycle.ACTIVE, wrong_pins),
    "change": Scenario(LifeCycle.ACTIVE, lambda: change_pin(Secret.NORM_PIN, NORM_PIN, "345678")),
    "activation": Scenario(LifeCycle.HANDED_OVER, lambda: activate(INITIAL_PASSWORD, NORM_PIN, SIG_PIN)),
    "unblocking": Scenario(LifeCycle.ACTIVE, lambda: unblock_pin(Secret.NORM_PIN, PUK, "456789"), prepare=wrong_pins),
    "personalisation": Scenario(LifeCycle.BLANK, personalise, "office"),
}
BASES: dict[str, bytes] = {}


def base(name: str) -> bytes:
    """The card before the scenario."""
    if name not in BASES:
        scenario = SCENARIOS[name]
        sample = sample_card(scenario.state)
        if scenario.prepare is not None:
            sample.inside(sample.channel(), scenario.prepare())
        BASES[name] = sample.memory.load()
    return BASES[name]


def play(name: str, memory: VolatileMemory) -> SampleCard:
    scenario = SCENARIOS[name]
    sample = SampleCard(VirtualCard(memory, secrets.token_bytes), memory, {}, None)  # type: ignore[arg-type]  # no certificates here
    if scenario.password == "office":
        channel = sample.run(office.open_office_channel(OFFICE_KEY, secrets.token_bytes))
    else:
        channel = sample.channel()
    sample.inside(channel, scenario.steps())
    return sample


def undisturbed(name: str) -> list[bytes]:
    """The states in the order in which they are stored, the first before anything."""
    memory = FaultyMemory(base(name), -1, True, PowerCut)
    play(name, memory)
    return [base(name), *memory.saves]


def counters(state: CardState) -> dict[PinRole, int]:
    return {role: pin.tries_left for role, pin in state.pins.items()}


def without_keys(content: bytes) -> CardState:
    """Keys are made anew in every run, so they are left out of the comparison."""
    state = card_state.decode(content)
    document = state.document
    static = tuple(replace(key, private=1) for key in document.static_keys)
    active = document.active_key
    if active is not None:
        kind = RsaPrivateKey(1, 1) if isinstance(active.key, RsaPrivateKey) else replace(active.key, private=1)
        active = replace(active, key=kind)
    document = replace(document, static_keys=static, active_key=active)
    return replace(state, keys=dict.fromkeys(state.keys, 1), document=document)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_power_cut_at_every_write_leaves_the_old_state_or_the_new_one(name: str) -> None:
    states = undisturbed(name)
    for at in range(len(states) - 1):
        for stored in (False, True):
            memory = FaultyMemory(base(name), at, stored, PowerCut)
            with pytest.raises(PowerCut):
                play(name, memory)
            left = VirtualCard(VolatileMemory(memory.load()), secrets.token_bytes)
            assert without_keys(memory.load()) == without_keys(states[at + 1] if stored else states[at])
            assert left.life_cycle in LifeCycle


@pytest.mark.parametrize("stored", [False, True])
@pytest.mark.parametrize("name", SCENARIOS)
def test_a_medium_that_refuses_is_answered_with_6581_and_the_card_goes_on(name: str, stored: bool) -> None:
    states = undisturbed(name)
    for at in range(len(states) - 1):
        memory = FaultyMemory(base(name), at, stored, DiskFull)
        try:
            play(name, memory)
        except UnexpectedStatus as refused:
            assert refused.status == 0x6581
        again = FaultyMemory(memory.load(), -1, True, PowerCut)
        if name == "wrong PINs":
            before, after = counters(card_state.decode(base(name))), counters(card_state.decode(again.load()))
            assert all(after[role] <= before[role] for role in PinRole)


def test_after_a_refused_write_the_same_card_still_serves() -> None:
    memory = FaultyMemory(base("change"), 1, False, DiskFull)
    card = VirtualCard(memory, secrets.token_bytes)
    sample = SampleCard(card, memory, {}, None)  # type: ignore[arg-type]  # no certificates here
    channel = sample.channel()
    with pytest.raises(UnexpectedStatus) as refused:
        sample.inside(channel, change_pin(Secret.NORM_PIN, NORM_PIN, "345678"))
    assert refused.value.status == 0x6581
    # The try was taken off and could not be given back: one less, and no right came of it.
    assert sample.inside(channel, pin_status()).norm_pin.tries_left == 2
    sample.inside(channel, change_pin(Secret.NORM_PIN, NORM_PIN, "345678"))
    assert counters(card_state.decode(memory.load()))[PinRole.NORM_PIN] == 3


def test_a_try_is_gone_before_the_comparison() -> None:
    """Whoever cuts the power right after the comparison has lost the try."""
    states = [counters(card_state.decode(content))[PinRole.NORM_PIN] for content in undisturbed("change")]
    assert states == [3, 2, 3, 3]  # before, tried, proved, changed
    cut = FaultyMemory(base("wrong PINs"), 0, True, PowerCut)
    with pytest.raises(PowerCut):
        play("wrong PINs", cut)
    assert counters(card_state.decode(cut.load()))[PinRole.NORM_PIN] == 2


def test_a_card_used_in_two_places_loses_no_try() -> None:
    """The second user's wrong entry counts, whatever the first one still remembers."""
    memory = VolatileMemory(base("change"))
    first, second = (SampleCard(VirtualCard(memory, secrets.token_bytes), memory, {}, None) for _ in range(2))  # type: ignore[arg-type]
    steps = change_pin(Secret.NORM_PIN, "999999", "888888")
    channel = first.channel()
    with pytest.raises(PinError):
        second.inside(second.channel(), steps)
    with pytest.raises(UnexpectedStatus) as refused:
        first.inside(channel, change_pin(Secret.NORM_PIN, "999999", "888888"))
    assert refused.value.status == 0x6581
    with pytest.raises(PinError):
        first.inside(channel, change_pin(Secret.NORM_PIN, "999999", "888888"))
    assert counters(card_state.decode(memory.load()))[PinRole.NORM_PIN] == 1


def test_a_blank_card_without_its_card_access_can_still_be_personalised() -> None:
    sample = sample_card(LifeCycle.BLANK)
    channel = sample.run(office.open_office_channel(OFFICE_KEY, secrets.token_bytes))

    def cut_off() -> CardSteps[int]:
        yield from office.select_application(Application.MASTER_FILE)
        return (yield CommandApdu(0, 0xE4, 2, 0, b"\x01\x1c")).status

    assert sample.inside(channel, cut_off()) == 0x9000
    again = SampleCard(VirtualCard(sample.memory, secrets.token_bytes), sample.memory, {}, sample.root)
    channel = again.run(office.open_office_channel(OFFICE_KEY, secrets.token_bytes))
    again.inside(channel, office.write_file(Application.MASTER_FILE, 0x011C, b"\x31\x00"))
