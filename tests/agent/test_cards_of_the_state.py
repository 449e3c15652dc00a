"""PIN care for a card that is not ours: changed and unblocked by what the card says of its PINs, never activated."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from agent.agent_sample import client
from agent.test_pages import send
from card import sample_card
from card.sample_card import CAN, NORM_PIN, PUK, SIG_PIN
from openeoi.agent import commands
from openeoi.agent.commands import pin_commands
from openeoi.agent.office import Agent
from openeoi.agent.real_readers import PcscReader
from openeoi.main.explanations import explain
from openeoi.protocols.personalisation.shared import LifeCycle
from openeoi.terminal.errors import ActivationNotPublic
from transport.pcsc import fake_scard
from transport.pcsc.fake_scard import FakeReader

CONTACTLESS_ATR = bytes.fromhex("3B8580018073C821100E")
PIN_COMMANDS = {0x20, 0x24, 0x2C}
ACTIVATION = "87654321\n111111\n222222\n"


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeReader]:
    """A card that says of itself what the state's cards say, not activated yet, in a reader of this computer."""
    monkeypatch.delenv("EOI_CAN", raising=False)
    monkeypatch.setattr(sample_card, "OUR_MANUFACTURER", "NXP")
    sample = sample_card.sample_card(LifeCycle.HANDED_OVER, random=secrets.token_bytes)
    sample.card.power_on(contactless=False)
    scard = fake_scard.install(monkeypatch)
    scard.readers = {"Desk 00 00": FakeReader(sample.card.process, count=1)}
    yield scard.readers["Desk 00 00"]


@pytest.fixture
def active_desk(monkeypatch: pytest.MonkeyPatch) -> FakeReader:
    monkeypatch.delenv("EOI_CAN", raising=False)
    monkeypatch.setattr(sample_card, "OUR_MANUFACTURER", "NXP")
    sample = sample_card.sample_card()
    sample.card.power_on(contactless=False)
    scard = fake_scard.install(monkeypatch)
    scard.readers = {"Desk 00 00": FakeReader(sample.card.process, count=1)}
    return scard.readers["Desk 00 00"]


@pytest.fixture
def real(agent: Agent) -> Agent:
    return agent.at(PcscReader("desk"))


def using(agent: Agent) -> commands.GetAgent:
    return lambda reader: agent


def instructions(desk: FakeReader) -> set[int]:
    return {command[1] for command in desk.sent}


def test_activation_is_refused_before_anything_is_asked_and_the_official_way_is_said(real: Agent, desk: FakeReader) -> None:
    refused = CliRunner().invoke(pin_commands(using(real)), ["activate", "--stdin"], input=ACTIVATION)
    assert isinstance(refused.exception, ActivationNotPublic)
    assert instructions(desk) <= {0xA4, 0xB0, 0xCA}
    for language in ("sl", "en"):
        explanation = explain(refused.exception, language)
        assert {"eOsebna", "eOIActivator", "PUK"} <= set(explanation.text.replace(",", "").replace(":", "").split())
        assert explanation.exit_code == 1


def test_without_contacts_it_is_refused_as_soon_as_the_card_says_whose_it_is(
    agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sample_card, "OUR_MANUFACTURER", "NXP")
    sample = sample_card.sample_card(LifeCycle.HANDED_OVER)
    sample.card.power_on(contactless=True)
    scard = fake_scard.install(monkeypatch)
    scard.readers = {"Desk 00 00": FakeReader(sample.card.process, CONTACTLESS_ATR, count=1)}
    command = ["activate", "--can", CAN, "--yes", "--stdin"]
    refused = CliRunner().invoke(pin_commands(using(agent.at(PcscReader("desk")))), command, input=ACTIVATION)
    assert isinstance(refused.exception, ActivationNotPublic)
    assert not instructions(scard.readers["Desk 00 00"]) & PIN_COMMANDS


def test_our_card_is_activated_in_any_reader(real: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    sample = sample_card.sample_card(LifeCycle.HANDED_OVER)
    sample.card.power_on(contactless=False)
    scard = fake_scard.install(monkeypatch)
    scard.readers = {"Desk 00 00": FakeReader(sample.card.process, count=1)}
    command = ["activate", "--can", CAN, "--yes", "--stdin"]
    assert CliRunner().invoke(pin_commands(using(real)), command, input=ACTIVATION).exit_code == 0
    assert sample.card.life_cycle is LifeCycle.ACTIVE


@pytest.mark.parametrize(
    ("command", "typed"),
    [
        (["change", "norm"], f"{NORM_PIN}\n135790\n"),
        (["change", "sig"], f"{SIG_PIN}\n135790\n"),
        (["unblock", "norm"], f"{PUK}\n135790\n"),
        (["unblock", "sig"], f"{PUK}\n135790\n"),
    ],
)
def test_pins_are_changed_and_unblocked_as_opensc_does(
    real: Agent, active_desk: FakeReader, command: list[str], typed: str
) -> None:
    done = CliRunner().invoke(pin_commands(using(real)), [*command, "--can", CAN, "--stdin", "--yes"], input=typed)
    assert done.exit_code == 0, done.exception
    again = CliRunner().invoke(
        pin_commands(using(real)), ["change", command[1], "--can", CAN, "--stdin", "--yes"], input="135790\n246801\n"
    )
    assert again.exit_code == 0, again.exception


def test_the_page_says_the_official_way(real: Agent, desk: FakeReader) -> None:
    browser = client(real)
    send(browser, "/agent/pin", can=CAN)
    page = send(
        browser, "/agent/pin/activate", password="87654321", norm="111111", norm_again="111111", sig="222222", sig_again="222222"
    )
    assert "eOIActivator" in page
    assert sum(command[1] in PIN_COMMANDS and command[4] > 0x1D for command in desk.sent) == 0  # only questions without data
