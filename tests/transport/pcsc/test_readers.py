"""Looking at readers: what is there, which one is meant, waiting for a card, and what comes and goes."""

import sys

import pytest

from openeoi.iso7816.answer_to_reset import Interface
from openeoi.transport.errors import (
    NoCardInReader,
    PcscAccessDenied,
    PcscError,
    PcscNotAvailable,
    PcscServiceNotRunning,
    ReaderAmbiguous,
    ReaderNotFound,
)
from openeoi.transport.pcsc import PcscFacts, ReaderInfo, Service, find_reader, list_readers, look, wait_for_card, watch
from openeoi.transport.pcsc import resource_manager as codes
from openeoi.transport.pcsc.watching import ReaderChange, changes
from transport.pcsc.fake_scard import CARD_ATR, FakeReader, FakeScard, negative

CONTACTLESS_ATR = bytes.fromhex("3B8580018073C821100E")


def ok(command: bytes) -> bytes:
    return b"\x90\x00"


def test_readers_and_what_lies_in_them(scard: FakeScard) -> None:
    scard.readers = {
        "Desk 00": FakeReader(ok, count=1, connected=1),
        "Desk 01": FakeReader(),
        "Pad": FakeReader(ok, CONTACTLESS_ATR, exclusive_elsewhere=True),
        "Old": FakeReader(mute=True),
    }
    assert list_readers() == (
        ReaderInfo("Desk 00", CARD_ATR, card_present=True, in_use=True, count=1),
        ReaderInfo("Desk 01"),
        ReaderInfo("Pad", CONTACTLESS_ATR, card_present=True, in_use=True, exclusive=True),
        ReaderInfo("Old", None, card_present=True, mute=True),
    )
    assert [one.interface for one in list_readers()] == [Interface.CONTACT, None, Interface.CONTACTLESS, None]
    assert scard.contexts == 0


def test_no_reader_is_no_error(scard: FakeScard) -> None:
    assert list_readers() == ()
    assert look() == PcscFacts(Service.RUNNING, ())


def test_a_card_that_is_still_being_powered_has_no_atr_yet(scard: FakeScard) -> None:
    scard.readers = {"Desk": FakeReader(ok, atr=b"")}
    assert list_readers() == (ReaderInfo("Desk", None, card_present=True),)


@pytest.mark.parametrize(
    ("code", "error", "service"),
    [
        (codes.NO_SERVICE, PcscServiceNotRunning, Service.NOT_RUNNING),
        (codes.SERVICE_STOPPED, PcscServiceNotRunning, Service.NOT_RUNNING),
        (codes.NO_ACCESS, PcscAccessDenied, Service.REFUSED),
        (codes.SECURITY_VIOLATION, PcscAccessDenied, Service.REFUSED),
    ],
)
@pytest.mark.parametrize("sign", [lambda code: code, negative])
def test_a_service_that_is_not_there(scard: FakeScard, code: int, error: type[PcscError], service: Service, sign: object) -> None:
    assert callable(sign)
    scard.service = sign(code)
    with pytest.raises(error):
        list_readers()
    assert look() == PcscFacts(service)


def test_without_pyscard_one_line_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "smartcard", None)
    with pytest.raises(PcscNotAvailable, match=r"pip install 'openeoi\[pcsc\]'"):
        list_readers()
    assert look() == PcscFacts(Service.NOT_INSTALLED)


def test_an_unknown_code_is_named(scard: FakeScard) -> None:
    scard.service = negative(0x80100001)
    with pytest.raises(PcscError, match="80100001"):
        list_readers()


def test_a_reader_is_named_by_a_part_of_its_name(scard: FakeScard) -> None:
    scard.readers = {"ACS ACR39U 00 00": FakeReader(), "HID Omnikey 01 00": FakeReader(ok), "ACS": FakeReader()}
    assert find_reader("omnikey").card_present
    assert find_reader("ACS").name == "ACS"
    with pytest.raises(ReaderAmbiguous) as several:
        find_reader("acs")
    assert several.value.readers == ("ACS ACR39U 00 00", "ACS")
    with pytest.raises(ReaderNotFound) as none:
        find_reader("Gemalto")
    assert none.value.found == "ACS ACR39U 00 00; HID Omnikey 01 00; ACS"


def test_waiting_for_a_card(scard: FakeScard) -> None:
    scard.readers = {"Desk": FakeReader(mute=True)}

    def insert() -> None:
        scard.readers["Desk"] = FakeReader(ok, count=1)

    scard.changed = insert
    assert wait_for_card("Desk", 5).atr == CARD_ATR


def test_waiting_ends(scard: FakeScard) -> None:
    scard.readers = {"Desk": FakeReader()}
    with pytest.raises(NoCardInReader):
        wait_for_card("Desk", 0)
    scard.changed = scard.readers.clear
    with pytest.raises(ReaderNotFound):
        wait_for_card("Desk", 5)


def test_watching_tells_everything_that_comes_and_goes(scard: FakeScard) -> None:
    happenings = [
        lambda: scard.readers.update(Desk=FakeReader(ok, count=1)),
        lambda: scard.readers.update(Desk=FakeReader(count=2)),
        lambda: scard.readers.update(Pad=FakeReader(ok, count=1)),
        lambda: scard.readers.update(Pad=FakeReader(ok, count=3)),
        lambda: scard.readers.pop("Desk"),
        lambda: setattr(scard, "service", codes.SERVICE_STOPPED),
    ]
    scard.readers = {"Desk": FakeReader()}
    scard.changed = lambda: happenings.pop(0)()
    told = []
    with pytest.raises(PcscServiceNotRunning):
        for event in watch():
            told.append((event.change, event.reader.name))
    assert told == [
        (ReaderChange.READER_ADDED, "Desk"),
        (ReaderChange.CARD_INSERTED, "Desk"),
        (ReaderChange.CARD_REMOVED, "Desk"),
        (ReaderChange.READER_ADDED, "Pad"),
        (ReaderChange.CARD_INSERTED, "Pad"),
        (ReaderChange.CARD_REMOVED, "Pad"),
        (ReaderChange.CARD_INSERTED, "Pad"),
        (ReaderChange.READER_REMOVED, "Desk"),
    ]


def test_watching_ends_when_it_was_told_to(scard: FakeScard) -> None:
    assert list(watch(seconds=0)) == []


def test_a_reader_that_goes_takes_its_card_with_it() -> None:
    before = {"Desk": ReaderInfo("Desk", CARD_ATR, card_present=True, count=1)}
    assert [event.change for event in changes(before, {})] == [ReaderChange.READER_REMOVED]
