"""The doctor's page: the same words as the command, and nothing asked of a card that is not ours."""

import secrets
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from agent.agent_sample import client
from agent.doctor.fake_computer import FakeComputer
from agent.test_pages import send
from card.sample_card import CAN
from openeoi.agent.doctor.facts import Reach, Revocation
from openeoi.agent.doctor.own_reader import OwnReader
from openeoi.agent.doctor.pcsc_readers import PcscReaders
from openeoi.agent.doctor.visit import Doctor
from openeoi.agent.office import Agent
from openeoi.agent.real_readers import PcscReader
from transport.pcsc import fake_scard
from transport.pcsc.fake_scard import FakeReader, FakeScard

NOW = datetime(2026, 6, 1, 10, tzinfo=UTC)


@pytest.fixture
def scard(monkeypatch: pytest.MonkeyPatch) -> FakeScard:
    return fake_scard.install(monkeypatch)


@pytest.fixture
def desk(agent: Agent, scard: FakeScard) -> Agent:
    def good(certificate: bytes, chain: tuple[bytes, ...]) -> Revocation:
        return Revocation.GOOD

    own = OwnReader(agent.virtual_reader)
    computer = FakeComputer(sockets={"/run/pcscd/pcscd.comm": Reach.REACHED})
    doctor = Doctor(computer, PcscReaders(), lambda: own, agent.parameters, good, secrets.token_bytes, lambda: NOW)
    return replace(agent, doctor=lambda: doctor)


def test_the_catalogue_is_there_before_anything_is_examined(desk: Agent) -> None:
    page = client(desk).get("/agent/doctor").text
    assert "What the doctor can tell" in page and "sudo snap connect firefox:pcscd" in page
    assert "/agent/doctor" in client(desk).get("/agent/read").text


def test_a_card_is_examined_with_the_can_that_is_known(desk: Agent) -> None:
    browser = client(desk)
    assert "The CAN was not given" in send(browser, "/agent/doctor")
    send(browser, "/agent/pin", can=CAN)
    page = send(browser, "/agent/doctor")
    assert "All well" in page and "The PINs are set" in page
    assert "VZOREC" not in page  # the CAN of sample cards is the one of the examples in the catalogue


def test_what_to_do_stands_on_the_page_in_both_languages(desk: Agent) -> None:
    desk.virtual_reader.insert("NEW")
    browser = client(desk, "sl")
    send(browser, "/agent/pin", can=CAN)
    page = send(browser, "/agent/doctor")
    assert "Nekaj potrebuje pozornost" in page and "eoi pin activate" in page


def test_a_card_in_a_real_reader_is_only_read(desk: Agent, scard: FakeScard) -> None:
    with desk.virtual_reader.cards.powered("ACTIVE", contactless=True) as card:
        scard.readers = {"Desk 00 00": FakeReader(card.process, bytes.fromhex("3B8580018073C821100E"), count=1)}
        real = desk.at(PcscReader("desk"))
        page = send(client(real), "/agent/doctor")
    assert "contactless reader and the CAN was not given" in page
    assert {command[1] for command in scard.readers["Desk 00 00"].sent} <= {0xA4, 0xB0, 0xCA}


def test_a_reader_that_was_unplugged(desk: Agent, scard: FakeScard) -> None:
    real = desk.at(PcscReader("desk"))
    scard.readers = {"Other 00 00": FakeReader()}
    assert "no card in the reader “Other 00 00”" in send(client(real), "/agent/doctor")


def test_an_agent_without_doctor_and_a_result_that_is_gone(agent: Agent) -> None:
    browser = client(agent)
    assert 'action="/agent/doctor"' not in browser.get("/agent/doctor").text
    assert browser.get("/agent/doctor/none").status_code == 404
