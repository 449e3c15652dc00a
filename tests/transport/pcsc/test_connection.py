"""A card in a reader, held from entering to leaving: sharing, resets, removal, limits."""

import threading

import pytest

from openeoi.iso7816.apdu import CommandApdu
from openeoi.transport import Transport, run
from openeoi.transport.errors import (
    CardMute,
    CardRemoved,
    CardWasReset,
    CommandTooLong,
    NoCardInReader,
    PcscError,
    ReaderInUse,
    ReaderNotFound,
)
from openeoi.transport.pcsc import PcscTransport, connection, list_readers
from openeoi.transport.pcsc import resource_manager as codes
from transport.pcsc.fake_scard import CARD_ATR, T0_ATR, FakeReader, FakeScard, negative

SELECT = CommandApdu(0x00, 0xA4, 0x00, 0x0C, b"\x3f\x00").encode()


def ok(command: bytes) -> bytes:
    return command[:2] + b"\x90\x00"


@pytest.fixture
def desk(scard: FakeScard) -> FakeReader:
    scard.readers = {"Desk 00 00": FakeReader(ok)}
    return scard.readers["Desk 00 00"]


def test_it_carries_commands_and_leaves_nothing_behind(scard: FakeScard, desk: FakeReader) -> None:
    with PcscTransport("desk") as card:
        transport: Transport = card
        assert (card.reader, card.atr) == ("Desk 00 00", CARD_ATR)
        assert transport.exchange(SELECT) == bytes.fromhex("00A49000")
        assert desk.transaction.locked()
    assert (desk.connected, desk.dispositions, desk.transaction.locked(), scard.contexts) == (0, [codes.RESET], False, 0)


def test_reset_switches_the_card_off_and_on(desk: FakeReader) -> None:
    with PcscTransport("Desk") as card:
        desk.atr = T0_ATR
        card.reset()
        assert card.atr == T0_ATR
    assert desk.dispositions == [codes.UNPOWER, codes.RESET]


def test_another_programs_transaction_is_waited_for_and_then_given_up(scard: FakeScard, desk: FakeReader) -> None:
    desk.transaction.acquire()
    with pytest.raises(ReaderInUse), PcscTransport("Desk", patience=0.05):
        pass
    before = set(threading.enumerate())
    desk.transaction.release()  # now the thread that still waits gets what nobody wants any more
    for thread in before - {threading.current_thread()}:
        thread.join(5)
    assert (desk.connected, desk.dispositions, desk.transaction.locked(), scard.contexts) == (0, [codes.LEAVE_CARD], False, 0)
    with PcscTransport("Desk") as card:
        assert card.exchange(SELECT)


def test_a_transaction_that_ends_in_time(desk: FakeReader) -> None:
    desk.transaction.acquire()
    timer = threading.Timer(0.05, desk.transaction.release)
    timer.start()
    with PcscTransport("Desk", patience=10) as card:
        assert card.exchange(SELECT)
    timer.join()


def test_a_reset_by_the_one_before_is_of_no_concern(desk: FakeReader) -> None:
    desk.resets_by_others = 2
    with PcscTransport("Desk", patience=10) as card:
        assert card.exchange(SELECT)
    assert desk.dispositions == [codes.LEAVE_CARD, codes.LEAVE_CARD, codes.RESET]
    desk.resets_by_others = 1_000_000
    with pytest.raises(CardWasReset), PcscTransport("Desk", patience=0.05):
        pass


def test_exclusive_use(scard: FakeScard, desk: FakeReader) -> None:
    with PcscTransport("Desk", exclusive=True):
        assert list_readers()[0].exclusive
        with pytest.raises(ReaderInUse), PcscTransport("Desk", patience=0):
            pass
    desk.connected = 1
    with pytest.raises(ReaderInUse), PcscTransport("Desk", exclusive=True, patience=0):
        pass
    assert scard.contexts == 0


def test_no_card_a_mute_one_and_no_reader(scard: FakeScard, desk: FakeReader) -> None:
    scard.readers |= {"Empty": FakeReader(), "Mute": FakeReader(mute=True)}
    for name, error in (("Empty", NoCardInReader), ("Mute", CardMute), ("None", ReaderNotFound)):
        with pytest.raises(error), PcscTransport(name):
            pass
    assert scard.contexts == 0


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (codes.REMOVED_CARD, CardRemoved),
        (codes.READER_UNAVAILABLE, CardRemoved),
        (codes.RESET_CARD, CardWasReset),
        (codes.UNRESPONSIVE_CARD, CardMute),
        (0x80100001, PcscError),
    ],
)
def test_what_goes_wrong_in_an_exchange(desk: FakeReader, code: int, error: type[Exception]) -> None:
    desk.fails = [negative(code)]
    with PcscTransport("Desk") as card, pytest.raises(error):
        card.exchange(SELECT)


def test_a_broken_exchange_is_a_removal_where_the_card_is_gone(
    scard: FakeScard, desk: FakeReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "NOTICE_SECONDS", 0.05)
    desk.fails = [negative(codes.NOT_TRANSACTED)] * 3
    with PcscTransport("Desk") as card:
        with pytest.raises(PcscError, match="80100016"):
            card.exchange(SELECT)
        desk.answer = None
        with pytest.raises(CardRemoved):
            card.exchange(SELECT)
        scard.readers = {"Other": FakeReader()}
        scard.readers["Desk 00 00"] = desk
        with pytest.raises(CardRemoved):
            card.exchange(SELECT)


def test_a_closed_reader_carries_nothing(desk: FakeReader) -> None:
    card = PcscTransport("Desk")
    with pytest.raises(PcscError, match="not open"):
        card.exchange(SELECT)
    with card:
        pass
    with pytest.raises(PcscError, match="not open"):
        card.exchange(SELECT)


def test_a_reader_that_says_how_much_it_carries(desk: FakeReader) -> None:
    long = CommandApdu(0x00, 0xD6, 0, 0, bytes(300)).encode()
    with PcscTransport("Desk") as card:
        assert card.exchange(long)
    desk.controls = {0x42000000 + 3400: bytes.fromhex("1204000000AA"), 0xAA: bytes.fromhex("0A0400010000")}
    with PcscTransport("Desk") as card:
        assert card.exchange(SELECT)
        with pytest.raises(CommandTooLong) as told:
            card.exchange(long)
    assert told.value.maximum == 255


@pytest.mark.parametrize("properties", ["", "0A", "0A04", "0A0400000000", "0B0401000000"])
def test_a_reader_that_says_nothing_of_use(desk: FakeReader, properties: str) -> None:
    desk.controls = {0x42000000 + 3400: bytes.fromhex("1204000000AA06040000"), 0xAA: bytes.fromhex(properties)}
    with PcscTransport("Desk") as card:
        assert card.exchange(CommandApdu(0x00, 0xD6, 0, 0, bytes(300)).encode())


def test_t0_is_spoken_where_the_card_speaks_it(desk: FakeReader) -> None:
    desk.protocol, desk.atr = codes.PROTOCOL_T0, T0_ATR
    answers = {"00A40400023F00": "6102", "00C0000002": "6F009000"}
    desk.answer = lambda command: bytes.fromhex(answers[command.hex().upper()])
    with PcscTransport("Desk") as card:
        assert card.exchange(bytes.fromhex("00A40400023F0000")).hex().upper() == "6F009000"
        with pytest.raises(CommandTooLong):
            card.exchange(CommandApdu(0x00, 0xD6, 0, 0, bytes(300)).encode())


def test_it_drives_card_steps(desk: FakeReader) -> None:
    def steps():  # type: ignore[no-untyped-def]  # three lines of a generator
        return (yield CommandApdu(0x00, 0xA4, 0, 0)).status

    with PcscTransport("Desk") as card:
        assert run(steps(), card) == 0x9000
