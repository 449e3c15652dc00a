"""`eoi pin` and `eoi card`: results, `--json`, exit codes; secrets come from standard input only."""

import json
import socket
import threading
from functools import partial

import pytest
from typer.testing import CliRunner

from card.sample_card import CAN, INITIAL_PASSWORD, NORM_PIN, PUK
from openeoi.agent import commands
from openeoi.agent.commands import card_commands, pin_commands
from openeoi.agent.errors import AccessNumberNeeded
from openeoi.agent.office import Agent
from openeoi.card.parameters import ATR_CONTACTLESS
from openeoi.protocols.pin.errors import WrongPin
from openeoi.transport import vpcd
from openeoi.transport.errors import TransportError


def using(agent: Agent) -> commands.GetAgent:
    return lambda reader: agent


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.delenv("EOI_CAN", raising=False)
    return CliRunner()


def test_the_life_of_pins(agent: Agent, runner: CliRunner) -> None:
    agent.reader.insert("NEW")
    pin = pin_commands(using(agent))
    activated = runner.invoke(pin, ["activate", "--can", CAN, "--stdin"], input=f"{INITIAL_PASSWORD}\n135790\n246802\n")
    assert activated.exit_code == 0
    status = runner.invoke(pin, ["status", "--json"], env={"EOI_CAN": CAN})
    assert json.loads(status.stdout)["norm_pin"] == {"condition": "ready", "tries_left": 3}
    wrong = runner.invoke(pin, ["change", "norm", "--can", CAN, "--stdin"], input="999999\n111222\n")
    assert isinstance(wrong.exception, WrongPin)
    assert wrong.exception.attempts_remaining == 2
    assert "PIN for logging in  ready, 2 tries left" in runner.invoke(pin, ["status", "--can", CAN]).stdout
    assert runner.invoke(pin, ["change", "norm", "--can", CAN, "--stdin"], input="135790\n111222\n").exit_code == 0
    assert runner.invoke(pin, ["unblock", "sig", "--can", CAN, "--stdin"], input=f"{PUK}\n333444\n").exit_code == 0
    assert runner.invoke(pin, ["change", "puk", "--can", CAN, "--stdin"], input="1\n2\n").exit_code == 2


def test_secrets_are_asked_for_without_echo(agent: Agent, runner: CliRunner) -> None:
    asked = runner.invoke(pin_commands(using(agent)), ["change", "norm", "--can", CAN], input=f"{NORM_PIN}\n135790\n135790\n")
    assert asked.exit_code == 0
    assert NORM_PIN not in asked.output
    assert "135790" not in asked.output


def test_cards_are_listed_and_inserted(agent: Agent, runner: CliRunner) -> None:
    card = card_commands(using(agent))
    rows = json.loads(runner.invoke(card, ["list", "--json"]).stdout)
    assert [(row["card"], row["in_reader"]) for row in rows] == [
        ("ACTIVE", True),
        ("CHILD", False),
        ("FORGED", False),
        ("NEW", False),
    ]
    assert runner.invoke(card, ["insert", "NEW", "--contactless"]).exit_code == 0
    assert (agent.reader.state.card, agent.reader.state.contactless) == ("NEW", True)
    assert "NEW" in runner.invoke(card, ["list"]).stdout
    assert runner.invoke(card, ["insert", "NEW", "--vpcd", "nowhere"]).exit_code == 2
    assert runner.invoke(card, ["insert", "NEW", "--delay", "5"]).exit_code == 2


def test_reading_reports_and_fails_by_exit_code(agent: Agent, runner: CliRunner) -> None:
    card = card_commands(using(agent))
    good = runner.invoke(card, ["read", "--can", CAN, "--json"])
    assert (good.exit_code, json.loads(good.stdout)["outcome"]) == (0, "successful")
    agent.reader.insert("FORGED")
    bad = runner.invoke(card, ["read", "--can", CAN])
    assert bad.exit_code == 1
    assert "Do not trust this card (failed)" in bad.stdout
    assert "failed        Data group DG11 is what was signed: The data on the chip is not what the state signed." in bad.stdout
    assert "Surname:            VZOREC" in bad.stdout
    assert isinstance(runner.invoke(card, ["read"]).exception, AccessNumberNeeded)


def test_a_card_lies_in_a_virtual_reader_until_that_goes_away(
    agent: Agent, runner: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands.vpcd, "Reader", partial(vpcd.Reader, attempts=2, pause=0.01, poll=0.05))
    told: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        reader = threading.Thread(target=_reader_that_asks_once, args=(listening, told))
        reader.start()
        port = listening.getsockname()[1]
        ended = runner.invoke(
            card_commands(using(agent)),
            ["insert", "ACTIVE", "--vpcd", f"127.0.0.1:{port}", "--contactless", "--delay", "1"],
        )
        reader.join()
    assert told == [ATR_CONTACTLESS, bytes.fromhex("9000")]
    assert isinstance(ended.exception, TransportError)
    assert agent.reader.state.card == "ACTIVE"


def _reader_that_asks_once(listening: socket.socket, told: list[bytes]) -> None:
    """Power on, ask for the ATR, select the master file, and go away for good."""
    connection, _ = listening.accept()
    listening.close()
    with connection, connection.makefile("rb") as stream:
        connection.sendall(b"\x00\x01\x01")
        for message in (b"\x04", bytes.fromhex("00A4000C023F00")):
            connection.sendall(len(message).to_bytes(2, "big") + message)
            told.append(stream.read(int.from_bytes(stream.read(2), "big")))
