"""Every example that `--help` prints is run as it stands there, at a terminal, in an installation with a sample card."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from main.installation_sample import opened
from main.terminal import Terminal
from main.test_command_line import COMMANDS
from openeoi.issuing import envelope
from openeoi.issuing.staff import Role
from openeoi.main.samples import NORM_PIN, SIG_PIN, SampleCard, sample_cards
from openeoi.transport.pcsc import Service, look
from signing.documents import pdf

pytestmark = pytest.mark.slow

NEW_PINS = ("135790", "135790", "246801", "246801")
SIGN = "eoi sign pogodba.pdf --out pogodba.signed.pdf"


@dataclass(frozen=True)
class Case:
    """`before`: what must have been done. `answers`: what is typed when something is asked, with {can}, {password} and {puk}.
    `until`: what appears when the command has come to its work that only Ctrl-C ends. `codes`: exit codes that are right."""

    before: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    until: str = ""
    codes: tuple[int, ...] = (0,)


CASES = {
    "up": Case(until="Ready:"),
    "card insert": Case(until="the card lies in the reader"),
    "card relay": Case(("eoi card relay-certificates --host 127.0.0.1 --user ana",), until="listening"),
    "card verify": Case(("eoi card read --can 123456 --evidence reading.json",)),
    "border forged": Case(codes=(1,)),  # a forged document is refused
    "doctor": Case(answers=("",), codes=(0, 1)),  # what it finds is the computer's matter
    "pin activate": Case(("eoi card new --json > new.json", "eoi card insert {new}"), ("{password}", *NEW_PINS)),
    "pin change": Case(answers=(NORM_PIN, "135790", "135790")),
    "pin unblock": Case(answers=("{puk}", "135790", "135790")),
    "sign": Case(answers=("{can}", SIG_PIN)),
    "validate": Case((SIGN,), ("{can}", SIG_PIN)),
    "exchange import": Case(
        (
            "eoi exchange export --country si --out si.ml",
            "eoi exchange fingerprint --country si --json > fingerprint.json",
        )
    ),
    "exchange import-crl": Case(("eoi pki crl country-signing --country si --out country-signing.crl",)),
}
RUNS = look().service is Service.RUNNING
# Without the service for readers there is nothing to watch, and the command says so.
CASES["reader list"] = Case(until="reader added", codes=(0,)) if RUNS and look().readers else Case(codes=(0,) if RUNS else (1,))


@pytest.fixture
def place(root: Path, tmp_path: Path) -> Path:
    (tmp_path / "pogodba.pdf").write_bytes(pdf())
    return tmp_path


@pytest.fixture
def sample(place: Path) -> SampleCard:
    (card,) = sample_cards(opened(place / "var"))
    return card


@pytest.mark.parametrize("name", COMMANDS)
def test_the_example_does_what_it_says(name: str, place: Path, sample: SampleCard) -> None:
    terminal, case = Terminal(place), CASES.get(name, Case())
    for line in case.before:
        code, said = terminal.run(_here(line, place, sample), _answers(case, place, sample))
        assert code == 0, f"{line}\n{said}"
    with _listening() as port:
        line = _here(COMMANDS[name].epilog.removeprefix("Example: "), place, sample, port)
        code, said = terminal.run(line, _answers(case, place, sample), case.until)
    assert code in case.codes, f"{line}\n{said}"
    assert "Traceback" not in said


def _here(line: str, place: Path, sample: SampleCard, port: int = 0) -> str:
    """The line with this computer's ports, and what stands on this card and in this installation instead of the example's."""
    there = {
        "123456": _of_new_card(place, "can") or sample.access_number,
        "{new}": _of_new_card(place, "card"),
        "OE0000001": sample.document_number,
        "0A1B2C": sample.card,
        "3f9a...": _fingerprint(place),
        "localhost:35963": f"127.0.0.1:{port}",
        "192.0.2.7:8463": "127.0.0.1:0",
        "ACR39": "virtual",
        "8080": str(_free_port()),
        "2026-11-22": (datetime.now(UTC).date() + timedelta(days=1)).isoformat(),  # the card is of today
    }
    for printed, here in there.items():
        line = line.replace(printed, here)
    return line


def _answers(case: Case, place: Path, sample: SampleCard) -> list[str]:
    known = {"{can}": sample.access_number, "{password}": _of_new_card(place, "initial_password")}
    if "{puk}" in case.answers:
        known["{puk}"] = _puk(place)
    return [known.get(answer, answer) for answer in case.answers]


def _of_new_card(place: Path, fact: str) -> str:
    file = place / "new.json"
    return str(json.loads(file.read_text())[fact]) if file.exists() and file.stat().st_size else ""


def _fingerprint(place: Path) -> str:
    file = place / "fingerprint.json"
    return re.search(r'"([0-9A-Fa-f: ]{64,})"', file.read_text())[1] if file.exists() and file.stat().st_size else ""


def _puk(place: Path) -> str:
    office = opened(place / "var").issuing
    with office.store.reading() as work:
        (document,) = work.documents()
    return envelope.order_puk(office, document.application, office.staff.holding(Role.CLERK)[0].name).puk


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@contextmanager
def _listening() -> Iterator[int]:
    """A virtual reader that takes a card and asks it nothing."""
    with socket.create_server(("127.0.0.1", 0)) as reader:
        yield reader.getsockname()[1]
