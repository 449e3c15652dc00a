from collections.abc import Callable, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from openeoi.encoding.errors import EncodingError
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.iso7816.status import UnexpectedStatus
from openeoi.iso7816.steps import CardSteps
from openeoi.protocols.pin.card import Pin, PinCardSide
from openeoi.protocols.pin.errors import (
    PinBlocked,
    PinChangeRefused,
    PinError,
    PinLengthRefused,
    PinNotSet,
    PinUnknown,
    WrongPin,
)
from openeoi.protocols.pin.terminal import change, tries_left, unblock, verify

NORM_PIN, NORM_PUK, INITIAL, SIG_PIN = 5, 6, 7, 8


def activated() -> dict[int, Pin]:
    return {
        NORM_PIN: Pin(6, 6, 3, 3, b"111111", unblocked_by=NORM_PUK, initialised_by=INITIAL),
        NORM_PUK: Pin(10, 10, 10, 10, b"0123456789", changeable=False),
        INITIAL: Pin(8, 8, 5, 5, changeable=False),
        SIG_PIN: Pin(6, 6, 3, 3, b"222222", unblocked_by=NORM_PUK, initialised_by=INITIAL),
    }


def handed_over() -> dict[int, Pin]:
    pins = activated()
    return pins | {
        NORM_PIN: pins[NORM_PIN].without_value(),
        SIG_PIN: pins[SIG_PIN].without_value(),
        INITIAL: pins[INITIAL].with_value(b"12345678"),
    }


class Memory:
    def __init__(self, pins: Mapping[int, Pin]) -> None:
        self.pins = dict(pins)
        self.writes: list[dict[int, Pin]] = []

    def persist(self, pins: Mapping[int, Pin]) -> None:
        self.pins = dict(pins)
        self.writes.append(dict(pins))


def card_with(pins: Mapping[int, Pin]) -> tuple[PinCardSide, Memory]:
    memory = Memory(pins)
    return PinCardSide(pins, memory.persist), memory


def play(steps: CardSteps[object], answer: Callable[[CommandApdu], ResponseApdu]) -> object:
    try:
        command = next(steps)
        while True:
            command = steps.send(answer(CommandApdu.decode(command.encode())))
    except StopIteration as finished:
        return finished.value


def test_verify_counts_down_blocks_and_forgives() -> None:
    card, memory = card_with(activated())
    assert play(tries_left(NORM_PIN), card.process) == 3
    with pytest.raises(WrongPin) as wrong:
        play(verify(NORM_PIN, b"999999"), card.process)
    assert wrong.value.attempts_remaining == 2
    assert wrong.value.reference == NORM_PIN
    play(verify(NORM_PIN, b"111111"), card.process)
    assert memory.pins[NORM_PIN].tries_remaining == 3
    assert card.verified == {NORM_PIN}
    assert play(tries_left(NORM_PIN), card.process) is None
    for _ in range(2):
        with pytest.raises(WrongPin):
            play(verify(NORM_PIN, b"999999"), card.process)
    assert card.verified == frozenset()
    for secret in (b"999999", b"111111"):
        with pytest.raises(PinBlocked):
            play(verify(NORM_PIN, secret), card.process)
    assert play(tries_left(NORM_PIN), card.process) == 0
    assert play(tries_left(SIG_PIN), card.process) == 3


def test_the_exact_commands_and_status_words_of_opensc() -> None:
    card, _ = card_with(activated())
    for command, status in [
        ("0020000506393939393939", "63c2"),
        ("0020000506313131313131", "9000"),
        ("0024010506333333333333", "9000"),
        ("0020000506393939393939", "63c2"),
        ("0020000506393939393939", "63c1"),
        ("0020000506393939393939", "6983"),
        ("002000060a30313233343536373839", "9000"),
        ("002c0385", "9000"),
        ("0024018506343434343434", "9000"),
        ("0020000506343434343434", "9000"),
    ]:
        assert card.process(CommandApdu.decode(bytes.fromhex(command))).encode().hex() == status


def test_the_try_is_persisted_before_the_comparison() -> None:
    """A card that dies at any write has the old counter or a lower one: never a free guess."""

    class PowerCut(Exception):
        pass

    for secret in (b"999999", b"111111"):
        for survived in (0, 1):
            memory = Memory(activated())

            def persist(pins: Mapping[int, Pin], memory: Memory = memory, survived: int = survived) -> None:
                if len(memory.writes) == survived:
                    raise PowerCut
                memory.persist(pins)

            card = PinCardSide(activated(), persist)
            if survived == 1 and secret == b"999999":
                assert card.process(CommandApdu(0, 0x20, 0, NORM_PIN, secret)).status == 0x63C2
            else:
                with pytest.raises(PowerCut):
                    card.process(CommandApdu(0, 0x20, 0, NORM_PIN, secret))
            assert memory.pins[NORM_PIN].tries_remaining == 3 - survived
            assert card.verified == frozenset()


def test_comparison_happens_only_after_the_write(monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    monkeypatch.setattr("openeoi.protocols.pin.card.equal_in_constant_time", lambda a, b: order.append("compared") or a == b)
    card = PinCardSide(activated(), lambda pins: order.append(f"wrote {pins[NORM_PIN].tries_remaining}"))
    card.process(CommandApdu(0, 0x20, 0, NORM_PIN, b"111111"))
    assert order == ["wrote 2", "compared", "wrote 3"]


def test_change_needs_the_old_pin() -> None:
    card, memory = card_with(activated())
    with pytest.raises(PinChangeRefused):
        play(change(NORM_PIN, b"333333"), card.process)
    play(verify(SIG_PIN, b"222222"), card.process)
    with pytest.raises(PinChangeRefused):
        play(change(NORM_PIN, b"333333"), card.process)
    play(verify(NORM_PIN, b"111111"), card.process)
    with pytest.raises(PinLengthRefused):
        play(change(NORM_PIN, b"33333"), card.process)
    with pytest.raises(PinLengthRefused):
        play(change(NORM_PIN, b"33333a"), card.process)
    play(change(NORM_PIN, b"333333"), card.process)
    assert memory.pins[NORM_PIN].value == b"333333"
    assert card.verified == {SIG_PIN}


def test_unblocking() -> None:
    card, memory = card_with(activated())
    for _ in range(3):
        with pytest.raises((WrongPin, PinBlocked)):
            play(verify(SIG_PIN, b"000000"), card.process)
    with pytest.raises(WrongPin) as wrong:
        play(unblock(SIG_PIN, NORM_PUK, b"9999999999", b"444444"), card.process)
    assert (wrong.value.reference, wrong.value.attempts_remaining) == (NORM_PUK, 9)
    play(unblock(SIG_PIN, NORM_PUK, b"0123456789", b"444444"), card.process)
    play(verify(SIG_PIN, b"444444"), card.process)
    assert NORM_PUK not in card.verified
    assert memory.pins[NORM_PUK].tries_remaining == 10


def test_a_puk_can_block_and_cannot_be_changed() -> None:
    card, _ = card_with(activated())
    play(verify(NORM_PUK, b"0123456789"), card.process)
    with pytest.raises(PinChangeRefused):
        play(change(NORM_PUK, b"9876543210"), card.process)
    for _ in range(9):
        with pytest.raises(WrongPin):
            play(verify(NORM_PUK, b"9999999999"), card.process)
    with pytest.raises(PinBlocked):
        play(verify(NORM_PUK, b"9999999999"), card.process)
    with pytest.raises(PinBlocked):
        play(unblock(NORM_PIN, NORM_PUK, b"0123456789", b"444444"), card.process)


def test_activation_with_the_initial_password() -> None:
    card, memory = card_with(handed_over())
    for reference in (NORM_PIN, SIG_PIN):
        with pytest.raises(PinNotSet):
            play(verify(reference, b"111111"), card.process)
        with pytest.raises(PinNotSet):
            play(tries_left(reference), card.process)
        with pytest.raises(PinChangeRefused):
            play(change(reference, b"111111"), card.process)
    play(verify(INITIAL, b"12345678"), card.process)
    play(change(NORM_PIN, b"999999"), card.process)
    # Power cut here: the holder begins anew, with both PINs.
    card, memory = card_with(memory.pins)
    play(verify(INITIAL, b"12345678"), card.process)
    play(change(NORM_PIN, b"111111"), card.process)
    play(change(SIG_PIN, b"222222"), card.process)
    assert memory.pins[INITIAL].value == b""
    assert card.verified == frozenset()
    with pytest.raises(PinNotSet):
        play(verify(INITIAL, b"12345678"), card.process)
    play(verify(NORM_PIN, b"111111"), card.process)


def test_the_puk_replaces_a_lost_initial_password() -> None:
    card, memory = card_with(handed_over())
    for reference, value in ((NORM_PIN, b"111111"), (SIG_PIN, b"222222")):
        play(verify(NORM_PUK, b"0123456789"), card.process)
        play(change(reference, value), card.process)
    assert memory.pins[INITIAL].value == b""


def test_the_last_pin_and_the_end_of_the_initial_password_are_one_write() -> None:
    card, memory = card_with(handed_over())
    play(verify(INITIAL, b"12345678"), card.process)
    play(change(NORM_PIN, b"111111"), card.process)
    before = len(memory.writes)
    play(change(SIG_PIN, b"222222"), card.process)
    assert len(memory.writes) == before + 1


def test_a_wrong_length_uses_no_try() -> None:
    card, memory = card_with(activated())
    for secret in (b"1", b"1111111", b"11111a", b"\xff" * 6):
        with pytest.raises(PinLengthRefused):
            play(verify(NORM_PIN, secret), card.process)
    assert memory.writes == []


def test_a_reset_forgets_what_was_verified() -> None:
    card, _ = card_with(activated())
    play(verify(NORM_PIN, b"111111"), card.process)
    play(verify(SIG_PIN, b"222222"), card.process)
    card.forget([SIG_PIN])
    assert card.verified == {NORM_PIN}
    card.forget()
    assert card.verified == frozenset()


@pytest.mark.parametrize(
    ("command", "status"),
    [
        (CommandApdu(0, 0x20, 0, 9, b"111111"), 0x6A88),
        (CommandApdu(0, 0x20, 1, 5, b"111111"), 0x6A86),
        (CommandApdu(0x80, 0x20, 0, 5, b"111111"), 0x6E00),
        (CommandApdu(0, 0x24, 0, 5, b"111111222222"), 0x6A86),
        (CommandApdu(0, 0x2C, 0, 5, b"0123456789333333"), 0x6A86),
        (CommandApdu(0, 0x2C, 3, 5, b"1"), 0x6700),
        (CommandApdu(0, 0x2C, 3, 5), 0x6982),
        (CommandApdu(0, 0x2C, 3, 6), 0x6982),
    ],
)
def test_other_forms_are_refused(command: CommandApdu, status: int) -> None:
    card, memory = card_with(activated())
    assert card.process(command) == ResponseApdu(status)
    assert memory.writes == []


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (0x63C0, PinBlocked),
        (0x6983, PinBlocked),
        (0x6984, PinNotSet),
        (0x6A88, PinUnknown),
        (0x6700, PinLengthRefused),
        (0x6982, PinChangeRefused),
        (0x6F00, UnexpectedStatus),
    ],
)
def test_every_status_word_has_its_error(status: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        play(verify(NORM_PIN, b"111111"), lambda command: ResponseApdu(status))


@given(st.integers(0, 0xFFFF), st.binary(max_size=20))
def test_any_answer_gives_our_errors(status: int, data: bytes) -> None:
    for steps in (verify(5, b"1"), change(5, b"1"), unblock(5, 6, b"1", b"2"), tries_left(5)):
        try:
            play(steps, lambda command: ResponseApdu(status, data))
        except (PinError, UnexpectedStatus):
            continue
        assert status == 0x9000 or status & 0xFFF0 == 0x63C0 or status == 0x6983


@settings(deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 255)] * 4, st.binary(max_size=20)), max_size=8))
def test_any_command_gives_a_status_word_and_never_raises_a_counter_without_the_value(
    commands: list[tuple[int, int, int, int, bytes]],
) -> None:
    card, memory = card_with(activated())
    for cla, ins, p1, p2, data in commands:
        for instruction in (ins, 0x20, 0x24, 0x2C):
            assert card.process(CommandApdu(cla, instruction, p1, p2, data)).data == b""
    assert {reference: pin.value for reference, pin in memory.pins.items()} == {
        reference: pin.value for reference, pin in activated().items()
    }


def test_pin_values_stay_out_of_reprs_and_are_checked() -> None:
    assert "111111" not in repr(activated()[NORM_PIN])
    with pytest.raises(EncodingError):
        activated()[NORM_PIN].with_value(b"12")


class PinLife(RuleBasedStateMachine):
    """Random lives of a card against a model that only counts; a reset may come at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.card, self.memory = card_with(activated())
        self.values = {NORM_PIN: b"111111", SIG_PIN: b"222222", NORM_PUK: b"0123456789"}
        self.tries = {NORM_PIN: 3, SIG_PIN: 3, NORM_PUK: 10}

    @rule(reference=st.sampled_from([NORM_PIN, SIG_PIN, NORM_PUK]), right=st.booleans())
    def present(self, reference: int, right: bool) -> None:
        secret = self.values[reference] if right else b"9" * len(self.values[reference])
        right = secret == self.values[reference]
        answer = self.card.process(CommandApdu(0, 0x20, 0, reference, secret)).status
        if self.tries[reference] == 0:
            assert answer == 0x6983
        elif right:
            self.tries[reference] = self.memory.pins[reference].tries_maximum
            assert answer == 0x9000
        else:
            self.tries[reference] -= 1
            assert answer == (0x63C0 | self.tries[reference] if self.tries[reference] else 0x6983)

    @rule(reference=st.sampled_from([NORM_PIN, SIG_PIN]), new=st.sampled_from([b"111111", b"333333", b"999999"]))
    def change(self, reference: int, new: bytes) -> None:
        allowed = reference in self.card.verified or NORM_PUK in self.card.verified
        answer = self.card.process(CommandApdu(0, 0x24, 1, reference, new)).status
        assert answer == (0x9000 if allowed else 0x6982)
        if allowed:
            self.values[reference], self.tries[reference] = new, 3

    @rule(reference=st.sampled_from([NORM_PIN, SIG_PIN]))
    def reset_counter(self, reference: int) -> None:
        allowed = NORM_PUK in self.card.verified
        assert self.card.process(CommandApdu(0, 0x2C, 3, 0x80 | reference)).status == (0x9000 if allowed else 0x6982)
        if allowed:
            self.tries[reference] = 3

    @rule()
    def reset(self) -> None:
        self.card, self.memory = card_with(self.memory.pins)
        assert self.card.verified == frozenset()

    @invariant()
    def the_memory_is_the_model(self) -> None:
        for reference, tries in self.tries.items():
            assert self.memory.pins[reference].tries_remaining == tries
            assert self.memory.pins[reference].value == self.values[reference]


TestPinLife = PinLife.TestCase
TestPinLife.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
