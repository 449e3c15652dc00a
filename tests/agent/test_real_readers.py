"""The agent and its commands with a card in a reader of this computer: the same work, and care for somebody's own card."""

import json
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from agent.agent_sample import client
from agent.test_pages import send
from card.sample_card import CAN, NORM_PIN
from openeoi.agent import caution, commands
from openeoi.agent.caution import await_card, require_consent
from openeoi.agent.commands import card_commands, pin_commands
from openeoi.agent.errors import ConsentNeeded
from openeoi.agent.office import Agent
from openeoi.agent.ports import ReaderState
from openeoi.agent.reader import CardReader
from openeoi.agent.reader_commands import reader_commands
from openeoi.agent.real_readers import PcscReader
from openeoi.transport.errors import CardMute, NoCardInReader, PcscServiceNotRunning, ReaderNotFound
from openeoi.transport.pcsc import resource_manager as codes
from transport.pcsc import fake_scard
from transport.pcsc.fake_scard import FakeReader, FakeScard

CONTACTLESS_ATR = bytes.fromhex("3B8580018073C821100E")
STORAGE_ATR = bytes.fromhex("3B8F8001804F0CA000000306030001000000006A")
RUNNER = CliRunner()


@pytest.fixture
def scard(monkeypatch: pytest.MonkeyPatch) -> FakeScard:
    monkeypatch.delenv("EOI_CAN", raising=False)
    return fake_scard.install(monkeypatch)


@pytest.fixture
def desk(agent: Agent, scard: FakeScard) -> Iterator[FakeReader]:
    """The active card of the box lies in a reader of this computer."""
    with agent.virtual_reader.cards.powered("ACTIVE", contactless=False) as card:
        scard.readers = {"Desk 00 00": FakeReader(card.process, count=1)}
        yield scard.readers["Desk 00 00"]


@pytest.fixture
def pad(agent: Agent, scard: FakeScard) -> Iterator[FakeReader]:
    """The same card without contacts: before it is opened it does not say whose it is."""
    with agent.virtual_reader.cards.powered("ACTIVE", contactless=True) as card:
        scard.readers = {"Desk 00 00": FakeReader(card.process, CONTACTLESS_ATR, count=1)}
        yield scard.readers["Desk 00 00"]


@pytest.fixture
def real(agent: Agent) -> Agent:
    return agent.at(PcscReader("desk"))


def using(agent: Agent) -> commands.GetAgent:
    return lambda reader: agent


def instructions(desk: FakeReader) -> set[int]:
    return {command[1] for command in desk.sent}


def test_what_a_reader_says_of_itself(scard: FakeScard) -> None:
    reader = PcscReader("desk")
    assert isinstance(reader.state.problem, ReaderNotFound)
    assert reader.name == "desk"
    scard.readers = {"Desk 00 00": FakeReader()}
    assert (reader.name, reader.state) == ("Desk 00 00", ReaderState())
    scard.readers["Desk 00 00"] = FakeReader(lambda command: b"\x90\x00", CONTACTLESS_ATR, count=3)
    assert reader.state == ReaderState("Desk 00 00 #3", contactless=True)
    scard.readers["Desk 00 00"] = FakeReader(mute=True)
    assert isinstance(reader.state.problem, CardMute)
    scard.service = codes.NO_SERVICE
    assert isinstance(reader.state.problem, PcscServiceNotRunning)


def test_a_card_is_read_and_its_pin_changed(real: Agent, desk: FakeReader) -> None:
    read = RUNNER.invoke(card_commands(using(real)), ["read", "--can", CAN, "--yes", "--json"])
    assert (read.exit_code, json.loads(read.stdout)["outcome"]) == (0, "successful")
    change = ["change", "norm", "--can", CAN, "--stdin", "--yes"]
    assert RUNNER.invoke(pin_commands(using(real)), change, input=f"{NORM_PIN}\n135790\n").exit_code == 0
    assert RUNNER.invoke(pin_commands(using(real)), change, input=f"135790\n{NORM_PIN}\n").exit_code == 0
    assert not desk.transaction.locked()
    assert set(desk.dispositions) == {codes.RESET}


@pytest.mark.parametrize("command", [["status"], ["activate"], ["change", "norm"], ["unblock", "sig"]])
def test_without_consent_a_first_run_only_reads(real: Agent, pad: FakeReader, command: list[str]) -> None:
    refused = RUNNER.invoke(pin_commands(using(real)), [*command, "--can", CAN])
    assert isinstance(refused.exception, ConsentNeeded)
    assert instructions(pad) <= {0xA4, 0xB0, 0xCA}


def test_reading_asks_as_well_because_the_can_is_offered(real: Agent, pad: FakeReader) -> None:
    assert isinstance(RUNNER.invoke(card_commands(using(real)), ["read", "--can", CAN]).exception, ConsentNeeded)
    assert instructions(pad) <= {0xA4, 0xB0, 0xCA}


def test_a_card_that_says_it_is_ours_is_used_without_asking(real: Agent, desk: FakeReader) -> None:
    assert RUNNER.invoke(card_commands(using(real)), ["read", "--can", CAN]).exit_code == 0


def test_the_question_names_reader_and_card(real: Agent, agent: Agent, pad: FakeReader) -> None:
    asked: list[str] = []

    def agree(question: str) -> bool:
        asked.append(question)
        return True

    require_consent(real, agreed=False, confirm=agree)
    require_consent(real, agreed=True, confirm=agree)
    require_consent(agent, agreed=False, confirm=agree)
    assert asked == ["Desk 00 00: Slovenian identity card (eOI). A wrong CAN or PIN can use up a try of this card. Go on?"]


def test_a_person_is_given_time_to_put_the_card_in(
    real: Agent, scard: FakeScard, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    scard.readers = {"Desk 00 00": FakeReader()}

    def insert(seconds: float) -> None:
        scard.readers["Desk 00 00"] = FakeReader(lambda command: b"\x90\x00")

    monkeypatch.setattr(caution, "sleep", insert)
    await_card(real, interactive=True)
    assert capsys.readouterr().err == "Put the card into Desk 00 00 ...\n"
    scard.readers["Desk 00 00"] = FakeReader()
    with pytest.raises(NoCardInReader):
        await_card(real, interactive=False)
    monkeypatch.setattr(caution, "sleep", lambda seconds: None)
    monkeypatch.setattr(caution, "WAIT_SECONDS", 0.0)
    with pytest.raises(NoCardInReader):
        await_card(real, interactive=True)
    scard.readers.clear()
    with pytest.raises(ReaderNotFound):
        await_card(real, interactive=True)


def test_an_empty_virtual_reader_is_not_waited_for(agent: Agent) -> None:
    agent.virtual_reader.remove()
    with pytest.raises(NoCardInReader):
        await_card(agent, interactive=True)


def test_the_page_shows_the_real_reader_and_not_the_box(real: Agent, desk: FakeReader) -> None:
    page = client(real).get("/agent/").text
    assert "This agent uses the reader Desk 00 00." in page
    assert "not a virtual card" in page
    assert "The box of cards" not in page
    assert "Vzorec" in send(client(real), "/agent/read", can=CAN)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"answer": None}, "There is no card in the reader. Insert it"),
        ({"answer": None, "mute": True}, "does not answer"),
    ],
)
def test_the_page_says_what_is_wrong(real: Agent, scard: FakeScard, change: dict[str, object], told: str) -> None:
    scard.readers = {"Desk 00 00": replace(FakeReader(), **change)}
    assert told in client(real).get("/agent/").text


def test_the_page_says_that_the_service_does_not_run(real: Agent, scard: FakeScard) -> None:
    scard.service = codes.NO_SERVICE
    assert "The service for card readers (pcscd) does not run." in client(real).get("/agent/").text
    assert "Storitev za čitalnike kartic (pcscd) ne teče." in client(real, "sl").get("/agent/").text


def listed(virtual: CardReader, *arguments: str) -> str:
    result = RUNNER.invoke(reader_commands(lambda: virtual), ["list", *arguments])
    assert result.exit_code == 0
    return result.output


def test_readers_are_listed(agent: Agent, scard: FakeScard) -> None:
    card = lambda command: b"\x90\x00"  # noqa: E731 - a card in one expression
    scard.readers = {
        "A": FakeReader(),
        "B": FakeReader(card, connected=1),
        "C": FakeReader(card, CONTACTLESS_ATR, exclusive_elsewhere=True),
        "D": FakeReader(card, STORAGE_ATR),
        "E": FakeReader(mute=True),
        "F": FakeReader(card, b""),
    }
    assert listed(agent.virtual_reader).splitlines() == [
        "OpenEOI virtual reader: virtual card ACTIVE",
        "A: no card",
        "B: card (3B D5 18 FF 81 91 FE 1F C3 80 73 C8 21 10 0A), in use",
        "C: contactless card (3B 85 80 01 80 73 C8 21 10 0E), in use by one program alone",
        "D: contactless storage card MIFARE Classic 1K, no identity card "
        "(3B 8F 80 01 80 4F 0C A0 00 00 03 06 03 00 01 00 00 00 00 6A)",
        "E: a card that does not answer",
        "F: a card that is being powered",
    ]
    told = json.loads(listed(agent.virtual_reader, "--json"))
    assert told["pcsc"] == "running"
    assert [row["reader"] for row in told["readers"]] == ["OpenEOI virtual reader", *"ABCDEF"]
    assert told["readers"][3]["interface"] == "contactless"


def test_without_readers_the_list_says_why(agent: Agent, scard: FakeScard, monkeypatch: pytest.MonkeyPatch) -> None:
    agent.virtual_reader.remove()
    assert listed(agent.virtual_reader) == "OpenEOI virtual reader: no card\nNo card reader is plugged in.\n"
    monkeypatch.setitem(sys.modules, "smartcard", None)
    assert "pyscard is not installed" in listed(agent.virtual_reader)
    assert json.loads(listed(agent.virtual_reader, "--json"))["pcsc"] == "not_installed"


def test_what_comes_and_goes_is_told(agent: Agent, scard: FakeScard) -> None:
    scard.readers = {"A": FakeReader(lambda command: b"\x90\x00", count=1)}

    def stop() -> None:
        raise KeyboardInterrupt

    scard.changed = stop
    events = [json.loads(line) for line in listed(agent.virtual_reader, "--watch", "--json").splitlines()]
    assert [(event["event"], event["reader"]) for event in events] == [("reader_added", "A"), ("card_inserted", "A")]
    assert listed(agent.virtual_reader, "--watch", "--for", "0").splitlines()[0].startswith("reader added: A: card (3B D5")
