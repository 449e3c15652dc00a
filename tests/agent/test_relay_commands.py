"""A lent card under the agent's commands, and `eoi card relay-certificates`."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from agent.agent_sample import client
from card.sample_card import CAN, NORM_PIN
from openeoi.agent.commands import GetAgent, card_commands, pin_commands
from openeoi.agent.office import Agent
from openeoi.agent.ports import ReaderState
from openeoi.agent.real_readers import RelayReader
from openeoi.agent.relay_commands import LentReader, address, relay_commands
from openeoi.transport import relay
from openeoi.transport.errors import CardMute
from openeoi.transport.relay import Credentials, Presence
from openeoi.transport.relay.errors import RelayUnreachable
from transport.relay import lending

RUNNER = CliRunner()


def using(agent: Agent) -> GetAgent:
    return lambda reader: agent


def test_a_lent_card_is_read_and_its_pin_changed(agent: Agent, tmp_path: Path) -> None:
    folder = lending.certificates(tmp_path / "relay")
    listening, stop = relay.listen("127.0.0.1", 0), threading.Event()
    port, context = listening.getsockname()[1], Credentials.of_card(folder).server_context()
    thread = threading.Thread(target=relay.serve, args=(LentReader(agent.virtual_reader), listening, context, stop))
    thread.start()
    try:
        reader = RelayReader("127.0.0.1", port, Credentials(folder / "authority.pem", folder / "ana.pem"))
        there = agent.at(reader)
        assert (reader.name, reader.state.contactless, bool(reader.state.card)) == (f"relay:127.0.0.1:{port}", False, True)
        read = RUNNER.invoke(card_commands(using(there)), ["read", "--can", CAN, "--yes", "--json"])
        assert (read.exit_code, json.loads(read.stdout)["outcome"]) == (0, "successful")
        change = ["change", "norm", "--can", CAN, "--stdin", "--yes"]
        assert RUNNER.invoke(pin_commands(using(there)), change, input=f"{NORM_PIN}\n135790\n").exit_code == 0
        assert RUNNER.invoke(pin_commands(using(agent)), change, input=f"135790\n{NORM_PIN}\n").exit_code == 0
        assert reader.name in client(there).get("/agent/").text
        agent.virtual_reader.remove()
        assert reader.state == ReaderState()
    finally:
        stop.set()
        thread.join(10)
    assert isinstance(reader.state.problem, RelayUnreachable)


def test_the_user_sees_whether_it_is_the_same_card_and_no_name(agent: Agent) -> None:
    lent = LentReader(agent.virtual_reader)
    first = lent.look()
    assert first.card and b"ACTIVE" not in first.tag
    assert lent.look() == first
    agent.virtual_reader.insert("NEW")
    assert lent.look().tag != first.tag
    agent.virtual_reader.remove()
    assert lent.look() == Presence()


def test_a_reader_with_a_problem_is_told_to_the_user() -> None:
    class Broken:
        name = "desk"
        state = ReaderState(problem=CardMute("desk"))

    with pytest.raises(CardMute):
        LentReader(Broken()).look()  # type: ignore[arg-type]  # only looked at


def test_certificates_are_made_for_named_users(agent: Agent, tmp_path: Path) -> None:
    commands = relay_commands(using(agent), lambda: tmp_path / "default", lambda: datetime.now(UTC))
    made = RUNNER.invoke(commands, ["relay-certificates", "--host", "card.example.org", "--user", "ana", "--json"])
    assert [Path(path).name for path in json.loads(made.stdout)] == ["authority.pem", "card.pem", "ana.pem"]
    assert RUNNER.invoke(commands, ["relay-certificates", str(tmp_path / "other")]).stdout.endswith("user.pem\n")
    for name in ("card", "authority", "../x", "", "č"):
        assert RUNNER.invoke(commands, ["relay-certificates", str(tmp_path / "third"), "--user", name]).exit_code == 2
    assert not (tmp_path / "third").exists()


@pytest.mark.parametrize(("text", "found"), [("localhost:1", ("localhost", 1)), ("[::1]:8463", ("::1", 8463))])
def test_addresses(text: str, found: tuple[str, int]) -> None:
    assert address(text, "--listen") == found


@pytest.mark.parametrize("text", ["", "8463", ":8463", "host:", "host:x", "host:65536", "host:٣"])
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        address(text, "--listen")
