"""The doctor at the readers of this computer, with pyscard's calls played."""

import pytest

from openeoi.agent.doctor.facts import Slot
from openeoi.agent.doctor.pcsc_readers import PcscReaders
from openeoi.agent.doctor.ports import CardNotUsable, SeenReader, SeenReaders
from openeoi.transport.pcsc import resource_manager as codes
from transport.pcsc import fake_scard
from transport.pcsc.fake_scard import FakeReader, FakeScard


@pytest.fixture
def scard(monkeypatch: pytest.MonkeyPatch) -> FakeScard:
    return fake_scard.install(monkeypatch)


def ok(command: bytes) -> bytes:
    return b"\x90\x00"


def test_what_is_in_the_readers(scard: FakeScard) -> None:
    scard.readers = {
        "Empty": FakeReader(),
        "Card": FakeReader(ok),
        "Mute": FakeReader(mute=True),
        "Held": FakeReader(ok, exclusive_elsewhere=True),
    }
    assert PcscReaders().look() == SeenReaders(
        readers=(
            SeenReader("Empty", Slot.EMPTY),
            SeenReader("Card", Slot.CARD),
            SeenReader("Mute", Slot.MUTE),
            SeenReader("Held", Slot.IN_USE),
        )
    )


def test_a_card_is_powered_and_let_go(scard: FakeScard) -> None:
    scard.readers = {"Card": FakeReader(ok)}
    with PcscReaders().powered("Card") as card:
        assert card.exchange(bytes.fromhex("00A4000C023F00")) == b"\x90\x00"
        assert card.atr == fake_scard.CARD_ATR
    assert scard.contexts == 0


@pytest.mark.parametrize(
    ("reader", "slot"),
    [
        (FakeReader(), Slot.EMPTY),
        (FakeReader(mute=True), Slot.MUTE),
        (FakeReader(ok, exclusive_elsewhere=True), Slot.IN_USE),
        (None, Slot.EMPTY),
    ],
)
def test_a_card_that_cannot_be_had(
    scard: FakeScard, monkeypatch: pytest.MonkeyPatch, reader: FakeReader | None, slot: Slot
) -> None:
    monkeypatch.setattr("openeoi.agent.doctor.pcsc_readers.PATIENCE_SECONDS", 0.0)
    scard.readers = {"R": reader} if reader is not None else {}
    with pytest.raises(CardNotUsable) as refused, PcscReaders().powered("R"):
        pass
    assert refused.value.slot is slot


@pytest.mark.parametrize(
    ("code", "refused"), [(codes.NO_SERVICE, False), (codes.SECURITY_VIOLATION, True), (codes.NO_ACCESS, True)]
)
def test_the_service(scard: FakeScard, code: int, refused: bool) -> None:
    scard.service = code
    assert PcscReaders().look() == SeenReaders(refused=refused)


def test_without_pyscard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "smartcard", None)
    assert PcscReaders().look() == SeenReaders(module=False)
