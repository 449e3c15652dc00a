"""Unlocking and reading our own card over the in-process transport, with the trace that comes out of it."""

import secrets

import pytest

from card.sample_card import CAN, DATA_GROUP_2, DOCUMENT, MRZ_INFORMATION, SECURITY_OBJECT, SampleCard, sample_card
from openeoi.card.parameters import ATR_CONTACT
from openeoi.encoding.lds.common import Com
from openeoi.encoding.lds.data_group_1 import DataGroup1
from openeoi.iso7816.secure_messaging import through
from openeoi.iso7816.steps import CardSteps
from openeoi.protocols.pace.errors import WrongPassword
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.protocols.pin.errors import WrongPin
from openeoi.protocols.pin.terminal import verify
from openeoi.terminal.detect import CardKind, detect
from openeoi.terminal.extended_length import announced_in_atr, read_announced_maximum
from openeoi.terminal.read_document import DocumentFiles, read_document
from openeoi.terminal.unlock import read_card_access, unlock
from openeoi.transport import run
from openeoi.transport.in_process import InProcess
from openeoi.transport.trace import Trace


@pytest.fixture(scope="module")
def sample() -> SampleCard:
    return sample_card()


@pytest.fixture
def reader(sample: SampleCard) -> InProcess:
    reader = InProcess(sample.card)
    reader.reset()
    return reader


def read_all(password: PacePassword) -> CardSteps[DocumentFiles]:
    channel = yield from unlock(password, secrets.token_bytes)
    return (yield from read_document(channel))


@pytest.mark.parametrize("password", [PacePassword.from_can(CAN), PacePassword.from_mrz(MRZ_INFORMATION)])
def test_a_document_is_read_as_it_was_written(reader: InProcess, password: PacePassword) -> None:
    files = run(read_all(password), reader)
    assert Com.decode(files.com).data_groups == (1, 2, 3)
    assert files.sod == SECURITY_OBJECT
    assert files.data_groups == {1: DataGroup1(DOCUMENT.encode()).encode(), 2: DATA_GROUP_2}
    assert files.refused == {3: 0x6982}


def test_a_contactless_card_is_read_the_same(sample: SampleCard) -> None:
    reader = InProcess(sample.card, contactless=True)
    reader.reset()
    assert run(read_all(PacePassword.from_can(CAN)), reader).data_groups[2] == DATA_GROUP_2


def test_chosen_data_groups_and_extended_length(reader: InProcess) -> None:
    trace = Trace()

    def steps() -> CardSteps[DocumentFiles]:
        channel = yield from unlock(PacePassword.from_can(CAN), secrets.token_bytes)
        return (yield from read_document(channel, [2], response_maximum=65536))

    files = run(steps(), reader, trace)
    assert dict(files.data_groups) == {2: DATA_GROUP_2}
    reads = [one for one in trace.exchanges if one.is_protected and one.plain_command.ins == 0xB0]
    assert len(reads) == 3


def test_a_wrong_can(reader: InProcess) -> None:
    with pytest.raises(WrongPassword):
        run(read_all(PacePassword.from_can("654321")), reader)


def test_what_the_card_offers(reader: InProcess) -> None:
    access = run(read_card_access(), reader)
    assert [info.parameter_id for info in access.pace_infos] == [13]


@pytest.mark.parametrize("contactless", [False, True])
def test_the_card_is_recognised(sample: SampleCard, contactless: bool) -> None:
    reader = InProcess(sample.card, contactless)
    reader.reset()
    card = run(detect(reader.atr), reader)
    assert card.kind is CardKind.EOI
    assert card.atr_is_eoi
    assert card.has_travel_document
    assert len(card.applications) == 2
    assert [info.parameter_id for info in card.pace] == [13]


def test_our_card_announces_extended_length_in_its_file_only(reader: InProcess) -> None:
    assert not announced_in_atr(ATR_CONTACT)
    assert run(read_announced_maximum(), reader) == 32766


def test_the_trace_shows_both_forms_and_no_secret(reader: InProcess) -> None:
    trace = Trace()

    def steps() -> CardSteps[None]:
        with trace.step("unlock"):
            channel = yield from unlock(PacePassword.from_can(CAN), secrets.token_bytes)
        with trace.step("read"):
            yield from read_document(channel, [1])
        with trace.step("PIN"):
            yield from through(channel, verify(5, b"987654"))

    with pytest.raises(WrongPin):
        run(steps(), reader, trace)
    assert {one.step for one in trace.exchanges} == {"unlock", "read", "PIN"}
    assert all(one.sentence.endswith(".") and one.result for one in trace.exchanges)
    assert all(one.is_protected == (one.step != "unlock") for one in trace.exchanges)
    assert all(one.plain_response is not None for one in trace.exchanges)
    sentences = [one.sentence for one in trace.exchanges]
    assert "MSE:Set AT: choose PACE with the CAN as password." in sentences
    assert "SELECT the eMRTD application, under secure messaging." in sentences
    pin = trace.exchanges[-1]
    assert pin.sentence == "VERIFY: present the PIN or PUK 5, under secure messaging."
    assert pin.result == "not verified, 2 tries are left"
    assert pin.shown_plain_command() == "00 20 00 05 06 ** ** ** ** ** **"
    assert pin.shown_plain_response() == "63 C2"
    assert pin.shown_command().startswith("0C 20 00 05 1D 87 11 01")
    shown = "".join(one.shown_command() + one.shown_plain_command() + repr(one) for one in trace.exchanges)
    assert b"987654".hex(" ") not in shown
    assert "987654" not in shown
