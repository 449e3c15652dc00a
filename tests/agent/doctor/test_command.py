"""`eoi doctor`: words, JSON, exit codes; and that nothing in either could name the holder."""

import json
import re
import secrets
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from agent.agent_sample import FACE
from agent.doctor.fake_computer import FakeComputer
from card.sample_card import CAN, DOCUMENT
from openeoi.agent.doctor.commands import commands
from openeoi.agent.doctor.facts import Revocation
from openeoi.agent.doctor.own_reader import OwnReader
from openeoi.agent.doctor.ports import SeenReaders
from openeoi.agent.doctor.visit import Doctor
from openeoi.agent.office import Agent
from openeoi.main.explanations import translator

Run = Callable[..., tuple[int, str]]

NOW = datetime(2026, 6, 1, 10, tzinfo=UTC)


class NoReaders:
    def look(self) -> SeenReaders:
        return SeenReaders(module=False)

    def powered(self, reader: str) -> object:
        raise AssertionError(reader)


@pytest.fixture
def run(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.delenv("EOI_CAN", raising=False)
    online: list[bool] = []

    def revocation(certificate: bytes, chain: tuple[bytes, ...]) -> Revocation:
        return Revocation.GOOD if online[-1] else Revocation.NOT_CHECKED

    def get_doctor(asked: bool) -> Doctor:
        online.append(asked)
        own = OwnReader(agent.reader)
        return Doctor(FakeComputer(), NoReaders(), lambda: own, agent.parameters, revocation, secrets.token_bytes, lambda: NOW)

    group = commands(get_doctor, lambda language: translator(language or "en", "agent"))

    def invoke(*arguments: str) -> tuple[int, str]:
        ended = CliRunner().invoke(group, arguments)
        assert ended.exception is None or isinstance(ended.exception, SystemExit), ended.exception
        return ended.exit_code, ended.output

    return invoke


def test_a_healthy_sample_card_ends_with_zero(run: Run) -> None:
    code, text = run("--can", CAN, "--online")
    assert code == 0
    assert "✓ good: The CAN opens the card." in text and "All well." in text


def test_a_card_that_needs_attention_ends_with_one_and_the_command_to_copy(run: Run, agent: Agent) -> None:
    agent.reader.insert("NEW")
    code, text = run("--can", CAN)
    assert code == 1
    assert "warning: The card is not activated yet" in text
    assert "\n        eoi pin activate\n" in text


def test_the_language_is_chosen(run: Run, agent: Agent) -> None:
    agent.reader.insert("NEW")
    assert "Kartica še ni aktivirana" in run("--can", CAN, "--lang", "sl")[1]
    assert run("--lang", "de")[0] == 2


@pytest.mark.parametrize("can", ["12345", "12345x", "1234567"])
def test_what_cannot_be_a_can_is_wrong_use(run: Run, can: str) -> None:
    assert run("--can", can)[0] == 2


def test_the_form_for_machines(run: Run) -> None:
    code, text = run("--json", "--can", "654321", "--lang", "sl")
    report = json.loads(text)
    assert (code, report["well"], report["reader"], report["language"]) == (1, False, "virtual", "sl")
    (wrong,) = [one for one in report["diagnoses"] if one["id"] == "can_wrong"]
    assert (wrong["severity"], wrong["area"], wrong["seen"]) == ("problem", "access_number", "CAN ne odpre kartice.")
    assert all({"seen", "means", "next", "command", "values"} <= one.keys() for one in report["diagnoses"])


def test_an_empty_reader(run: Run, agent: Agent) -> None:
    agent.reader.remove()
    assert "no card in the reader" in run("--reader", "virtual")[1]
    assert run("--reader", "virtual")[0] == 1


@pytest.mark.parametrize("card", ["ACTIVE", "NEW", "CHILD", "FORGED"])
@pytest.mark.parametrize("form", [(), ("--json",)])
def test_nothing_names_the_holder_the_card_or_the_computer(run: Run, agent: Agent, card: str, form: tuple[str, ...]) -> None:
    agent.reader.insert(card)
    for contactless in (False, True):
        agent.reader.use_interface(contactless)
        for language in ("sl", "en"):
            _, text = run("--can", CAN, "--lang", language, *form)
            for secret in (
                *(FACE.surname, FACE.given_names, DOCUMENT.document_number, DOCUMENT.optional_data_1, "0101006505"),
                *(CAN, "ACTIVE", "FORGED", f"{Path.home()}/", socket.gethostname()),
            ):
                assert secret.lower() not in text.lower(), secret
            assert not re.search(r"\b\d{6,}\b", text.replace("123456", ""))  # no number of a document, certificate or person
            assert not re.search(r"\b[0-9a-f]{12,}\b", re.sub(r"E828BD080F014E58503[01]", "", text), re.IGNORECASE)
