"""The examination on real virtual cards in every state, on cards of others, and on none that can be used."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final

import pytest

from agent.doctor.fake_computer import FakeComputer
from card import sample_card as cards
from openeoi import profiles
from openeoi.agent.doctor.card_examination import CardExamination
from openeoi.agent.doctor.catalogue import Area
from openeoi.agent.doctor.diagnose import diagnose
from openeoi.agent.doctor.facts import AccessNumber, CardFacts, ClockFacts, Facts, Platform, ReaderFacts, Revocation, Slot
from openeoi.agent.doctor.ports import CardNotUsable, PoweredCard, Question, SeenReader, SeenReaders
from openeoi.agent.doctor.visit import VIRTUAL, Doctor, ReaderNotThere, redacted
from openeoi.iso7816.apdu import CommandApdu
from openeoi.protocols.personalisation.shared import LifeCycle
from openeoi.terminal.detect import CardKind
from openeoi.transport.errors import CardRemoved
from openeoi.transport.in_process import InProcess

NOW = datetime(2026, 6, 1, 10, tzinfo=UTC)
PARAMETERS = profiles.load("si").card
SELECTING_AND_READING: Final = {0xA4, 0xB0, 0xB1, 0xCA}


def good(certificate: bytes, chain: tuple[bytes, ...]) -> Revocation:
    return Revocation.GOOD


@dataclass
class Watched:
    """A card under power; `seen` are the instruction bytes that reached it, `removed_at` the command with which it goes away."""

    card: InProcess
    atr_of_other: bytes = b""
    removed_at: int = 0
    seen: list[int] = field(default_factory=list)

    @property
    def atr(self) -> bytes:
        return self.atr_of_other or self.card.atr

    def exchange(self, command: bytes) -> bytes:
        self.seen.append(CommandApdu.decode(command).ins)
        if len(self.seen) == self.removed_at:
            raise CardRemoved("out")
        return self.card.exchange(command)


def powered(sample: cards.SampleCard, contactless: bool = False) -> Watched:
    sample.card.power_on(contactless)
    return Watched(InProcess(sample.card, contactless))


def examined(
    card: Watched,
    access_number: str = cards.CAN,
    may: Callable[[Question], bool] = lambda question: False,
    revocation: Callable[[bytes, tuple[bytes, ...]], Revocation] = good,
) -> CardFacts:
    examination = CardExamination(card, False, PARAMETERS, may, revocation, secrets.token_bytes, NOW)
    return examination.facts(lambda: access_number)


def told(facts: CardFacts, now: datetime = NOW) -> list[str]:
    """The diagnoses about the card."""
    known = Facts(Platform.LINUX, ClockFacts(now), readers=(ReaderFacts("R", Slot.CARD, True),), card=facts)
    areas = (Area.CARD, Area.ACCESS_NUMBER, Area.PINS, Area.CERTIFICATES)
    return [one.id for one in diagnose(known) if one.area in areas]


def no(question: Question) -> bool:
    return False


class Box:
    """Readers of a test: `slots` by name, and what lies in them."""

    def __init__(self, cards: dict[str, Watched | Slot] | None = None, module: bool = True) -> None:
        self.cards = cards or {}
        self.module = module

    def look(self) -> SeenReaders:
        seen = [SeenReader(name, one if isinstance(one, Slot) else Slot.CARD) for name, one in self.cards.items()]
        return SeenReaders(self.module, readers=tuple(seen))

    def powered(self, reader: str) -> AbstractContextManager[PoweredCard]:
        card = self.cards[reader]
        if isinstance(card, Slot):
            raise CardNotUsable(card)
        return nullcontext(card)


@pytest.mark.parametrize("contactless", [False, True])
def test_an_active_card_is_well(contactless: bool) -> None:
    # Without contacts a card says whose it is only inside the channel: before, it could be anybody's.
    facts = examined(powered(cards.sample_card(), contactless), may=lambda question: contactless)
    assert facts.ours and facts.contactless is contactless
    assert facts.document_expires == date(2036, 1, 1)
    assert told(facts) == ["card_ours", "can_right", "pins_well", "certificates_well"]


@pytest.mark.parametrize(
    ("state", "diagnosis"),
    [
        (LifeCycle.BLANK, "card_blank"),
        (LifeCycle.PERSONALISED, "card_not_handed_over"),
        (LifeCycle.HANDED_OVER, "not_activated"),
        (LifeCycle.BLOCKED, "card_blocked"),
        (LifeCycle.TERMINATED, "card_terminated"),
    ],
)
def test_states_of_the_card(state: LifeCycle, diagnosis: str) -> None:
    assert diagnosis in told(examined(powered(cards.sample_card(state))))


def wrong(sample: cards.SampleCard, reference: int, times: int, value: bytes = b"000000") -> None:
    channel = sample.channel()

    def verify() -> cards.CardSteps[None]:
        yield CommandApdu(0, 0x20, 0, reference, value)

    for _ in range(times):
        sample.inside(channel, verify())


@pytest.mark.parametrize(
    ("attempts", "diagnoses"),
    [
        ({5: 3}, {"pin_blocked"}),
        ({8: 3}, {"pin_blocked"}),
        ({5: 2}, {"last_try"}),
        ({5: 1}, {"tries_used"}),
        ({6: 10}, {"puk_blocked"}),
        ({5: 3, 6: 10}, {"pin_blocked_for_good", "puk_blocked"}),
        ({5: 3, 8: 3, 6: 10}, {"card_blocked"}),
    ],
)
def test_tries_that_are_used_up(attempts: dict[int, int], diagnoses: set[str]) -> None:
    sample = cards.sample_card()
    sample.card.power_on(False)
    for reference, times in attempts.items():
        wrong(sample, reference, times, b"0000000000" if reference == 6 else b"000000")
    before = sample.memory.load()
    facts = examined(powered(sample))
    assert diagnoses <= set(told(facts))
    assert "pins_well" not in told(facts)
    assert sample.memory.load() == before


def test_a_blocked_initial_password_and_puk() -> None:
    sample = cards.sample_card(LifeCycle.HANDED_OVER)
    sample.card.power_on(False)
    wrong(sample, 7, PARAMETERS.initial_password.tries, b"00000000")
    assert "initial_password_blocked" in told(examined(powered(sample)))


def test_a_wrong_can_uses_no_try_and_changes_nothing() -> None:
    sample = cards.sample_card()
    before = sample.memory.load()
    facts = examined(powered(sample), "654321")
    assert facts.access_number is AccessNumber.WRONG
    assert told(facts) == ["card_ours", "can_wrong", "certificates_well"]
    assert sample.memory.load() == before


def test_letters_for_a_can_never_reach_the_card() -> None:
    card = powered(cards.sample_card())
    assert examined(card, "12345x").access_number is AccessNumber.FAILED
    assert set(card.seen) <= SELECTING_AND_READING


def test_without_a_can_only_the_contact_side_tells() -> None:
    assert told(examined(powered(cards.sample_card()), "")) == ["card_ours", "can_missing", "certificates_well"]
    assert told(examined(powered(cards.sample_card(), True), "")) == ["card_of_state", "can_missing_contactless"]


def test_a_revoked_and_an_unknown_certificate() -> None:
    card = powered(cards.sample_card())
    assert "certificate_revoked" in told(examined(card, revocation=lambda *one: Revocation.REVOKED))
    assert "certificate_unknown" in told(examined(card, revocation=lambda *one: Revocation.UNKNOWN))


def test_certificates_in_time() -> None:
    facts = examined(powered(cards.sample_card()))
    assert "certificate_not_yet_valid" in told(facts, datetime(2025, 12, 31, tzinfo=UTC))
    assert "certificate_ends_soon" in told(facts, datetime(2035, 12, 1, tzinfo=UTC))
    assert {"certificate_expired", "document_expired"} <= set(told(facts, datetime(2036, 1, 3, tzinfo=UTC)))


# Cards that are not ours.


@pytest.fixture
def card_of_state(monkeypatch: pytest.MonkeyPatch) -> cards.SampleCard:
    """A card that says of itself what the state's cards say."""
    monkeypatch.setattr(cards, "OUR_MANUFACTURER", "NXP")
    return cards.sample_card()


@pytest.mark.parametrize("contactless", [False, True])
def test_a_card_of_the_state_is_only_read_unless_it_is_allowed(card_of_state: cards.SampleCard, contactless: bool) -> None:
    asked: list[Question] = []

    def may(question: Question) -> bool:
        asked.append(question)
        return False

    card = powered(card_of_state, contactless)
    facts = examined(card, may=may)
    assert not facts.ours
    assert asked == [Question.ACCESS_NUMBER]
    assert set(card.seen) <= SELECTING_AND_READING
    assert {"card_of_state", "can_held_back"} <= set(told(facts))


def test_each_question_is_asked_by_itself(card_of_state: cards.SampleCard) -> None:
    card = powered(card_of_state)
    facts = examined(card, may=lambda question: question is Question.ACCESS_NUMBER)
    assert facts.pins_held_back and facts.pins is None
    assert {"can_right", "pins_held_back"} <= set(told(facts))
    facts = examined(powered(card_of_state), may=lambda question: True)
    assert told(facts) == ["card_of_state", "can_right", "pins_well", "certificates_well"]


def test_a_card_of_the_state_that_is_not_activated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cards, "OUR_MANUFACTURER", "NXP")
    facts = examined(powered(cards.sample_card(LifeCycle.HANDED_OVER)), may=lambda question: True)
    assert "not_activated_state" in told(facts)


class Foreign:
    """A card that knows nothing but its ATR."""

    def __init__(self, status: int) -> None:
        self.status = status

    def process(self, command: bytes) -> bytes:
        return self.status.to_bytes(2, "big")

    def power_on(self, contactless: bool) -> None: ...

    def reset(self) -> None: ...

    def atr(self, contactless: bool) -> bytes:
        return bytes.fromhex("3B9F958131FE9F006646530523002571DF000000000002")


@pytest.mark.parametrize("status", [0x6A82, 0x6D00, 0x6E00, 0x6985])
def test_a_foreign_card_is_only_looked_at(status: int) -> None:
    card = Watched(InProcess(Foreign(status)))
    assert told(examined(card, may=lambda question: True)) == ["card_unknown"]
    assert set(card.seen) <= SELECTING_AND_READING


def test_another_product_on_the_same_chip() -> None:
    card = Watched(InProcess(Foreign(0x6A82)), bytes.fromhex("3BD518FF8191FE1FC38073C821100A"))
    assert told(examined(card)) == ["card_of_family_without_applications"]


def test_a_card_of_pace_that_is_faulty() -> None:
    sample = cards.sample_card()
    card = powered(sample)

    def broken(command: bytes) -> bytes:
        answer = InProcess.exchange(card.card, command)
        return answer if CommandApdu.decode(command).ins != 0x86 else b"\x7c\x00\x90\x00"

    card.exchange = broken  # type: ignore[method-assign]  # this one card's own answer
    assert "pace_failed" in told(examined(card))


def test_a_malformed_certificate_file_is_said() -> None:
    sample = cards.sample_card()
    card = powered(sample)

    def broken(command: bytes) -> bytes:
        answer = InProcess.exchange(card.card, command)
        apdu = CommandApdu.decode(command)
        return b"\x30\x00\x90\x00" if apdu.ins == 0xB0 and len(answer) > 200 else answer

    card.exchange = broken  # type: ignore[method-assign]  # this one card's own answer
    facts = examined(card, "")
    assert facts.unreadable and "card_unreadable" in told(facts)


def test_a_card_taken_out_at_any_moment_is_a_fact() -> None:
    whole = powered(cards.sample_card())
    examined(whole)
    for position in range(1, len(whole.seen) + 1, 7):
        card = powered(cards.sample_card())
        card.removed_at = position
        assert examined(card).removed


# Which reader.


def doctor(real: Box, virtual: Box | None = None, computer: FakeComputer | None = None) -> Doctor:
    return Doctor(computer or FakeComputer(), real, lambda: virtual, PARAMETERS, good, secrets.token_bytes, lambda: NOW)


def test_the_reader_with_a_card_is_examined_and_named_without_its_serial_number() -> None:
    box = Box({"Empty (00123)": Slot.EMPTY, "ACS ACR39U [CCID] (1A2B3C4D) 00 00": powered(cards.sample_card())})
    facts = doctor(box).visit("", lambda: cards.CAN, no)
    assert facts.real and facts.card is not None
    assert doctor(box).visit("ACS ACR39U", str, no).card is not None
    assert [(one.name, one.examined) for one in facts.readers] == [("Empty", False), ("ACS ACR39U", True)]


def test_a_reader_by_a_part_of_its_name() -> None:
    box = Box({"One A": Slot.EMPTY, "One B": Slot.MUTE, "Two": Slot.IN_USE})
    assert [one.slot for one in doctor(box).visit("two", str, no).readers if one.examined] == [Slot.IN_USE]
    for wanted in ("one", "three"):
        with pytest.raises(ReaderNotThere) as refused:
            doctor(box).visit(wanted, str, no)
        assert refused.value.names == ("One A", "One B", "Two")
    assert doctor(Box()).visit("any", str, no).readers == ()


def test_our_own_reader_stands_in_where_there_is_no_other() -> None:
    own = Box({"OpenEOI": powered(cards.sample_card())})
    assert not doctor(Box(), own).visit("", str, no).real
    assert doctor(Box({"R": Slot.EMPTY}), own).visit("", str, no).real
    assert not doctor(Box({"R": Slot.EMPTY}), own).visit(VIRTUAL, str, no).real
    assert doctor(Box(), Box({"OpenEOI": Slot.EMPTY})).visit("", str, no).real
    with pytest.raises(ReaderNotThere):
        doctor(Box()).visit(VIRTUAL, str, no)
    plugged = {"/sys/bus/usb/devices/1-2:1.0/bInterfaceClass": "0b\n"}
    assert doctor(Box(), own, FakeComputer(files=plugged)).visit("", str, no).real


def test_our_own_reader_holds_only_cards_of_ours(card_of_state: cards.SampleCard) -> None:
    facts = doctor(Box(), Box({"OpenEOI": powered(card_of_state)})).visit("", lambda: cards.CAN, no)
    assert facts.card is not None and facts.card.ours and facts.card.pins is not None


def test_a_card_that_cannot_be_had_after_all() -> None:
    class Late(Box):
        def look(self) -> SeenReaders:
            return SeenReaders(readers=(SeenReader("R", Slot.CARD),))

    facts = doctor(Late({"R": Slot.IN_USE})).visit("", str, no)
    assert (facts.readers[0].slot, facts.card) == (Slot.IN_USE, None)


@pytest.mark.parametrize(
    ("name", "shown"),
    [("Gemalto PC Twin Reader (A1B2C3D4) 00 00", "Gemalto PC Twin Reader"), ("(1)", "-"), ("Plain", "Plain")],
)
def test_serial_numbers_are_left_out(name: str, shown: str) -> None:
    assert redacted(name) == shown


def test_how_the_pins_of_others_are_addressed_is_read_from_the_card(card_of_state: cards.SampleCard) -> None:
    facts = examined(powered(card_of_state), may=lambda question: True)
    assert facts.kind is CardKind.EOI and facts.pins is not None and facts.pins.sig_pin.tries_left == 3
