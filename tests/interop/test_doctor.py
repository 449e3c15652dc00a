"""The doctor's probes against the real programs: OpenSC of the trixie folder, and this machine's own pcscd with `eoi doctor`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from card.sample_card import CAN, sample_card
from interop import host_reader
from interop.reader import SOURCES, VirtualReader
from openeoi.agent.doctor.computer import ThisComputer
from openeoi.agent.doctor.probes import opensc
from openeoi.card.memory import CardMemory
from openeoi.protocols.personalisation.shared import LifeCycle
from openeoi.storage.atomic_files import AtomicFile

READER = "Virtual PCD 00 00"

pytestmark = pytest.mark.interop


@dataclass(frozen=True)
class Inside(ThisComputer):
    """The computer that the programs of the trixie folder see."""

    reader: VirtualReader | None = None

    def run(self, name: str, *arguments: str) -> str | None:
        assert self.reader is not None
        ended = subprocess.run(self.reader.inside(name, *arguments), capture_output=True, text=True, stdin=subprocess.DEVNULL)
        return ended.stdout if ended.returncode == 0 else None

    def read(self, path: str) -> str | None:
        return super().read(self._inside(path))

    def paths(self, folder: str, pattern: str) -> tuple[str, ...]:
        assert self.reader is not None
        found = super().paths(self._inside(folder), pattern)
        return tuple(f"/{Path(path).relative_to(self.reader.root)}" for path in found)

    def _inside(self, path: str) -> str:
        assert self.reader is not None
        return str(self.reader.root / path.lstrip("/"))


@pytest.fixture
def inside(reader: VirtualReader) -> Inside:
    return Inside({}, reader=reader)


def made(folder: Path, state: LifeCycle = LifeCycle.ACTIVE) -> Path:
    memory: CardMemory = AtomicFile(folder / "sample.card")
    sample_card(state, memory)
    return folder / "sample.card"


def test_what_opensc_says_of_itself(inside: Inside) -> None:
    found = opensc.opensc(inside)
    assert found.version >= (0, 26)
    assert (found.knows_card, found.module, found.registered) == (True, True, True)
    assert (found.can_configured, found.applications_named) == (False, False)


@pytest.mark.parametrize("contactless", [False, True])
def test_the_driver_that_opensc_binds(inside: Inside, reader: VirtualReader, tmp_path: Path, contactless: bool) -> None:
    with reader.card(made(tmp_path), contactless):
        assert opensc.driver(inside, READER) == "eOI"
    assert opensc.driver(inside, "no such reader") == ""


# The whole command on this machine's own pcscd.


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sequence[str]]:
    host_reader.require()
    pytest.importorskip("smartcard", reason="needs pyscard (pip install 'openeoi[pcsc]')")
    with host_reader.host_reader(tmp_path_factory.mktemp("desk")) as inside:
        yield inside


def doctor(desk: Sequence[str], folder: Path, *options: str) -> tuple[int, dict[str, str]]:
    """Exit code, and the severities by diagnosis."""
    command = [*desk, sys.executable, "-c", "from openeoi.main.cli import run; run()", "doctor", "--json", *options]
    environment = {key: value for key, value in os.environ.items() if key != "EOI_CAN"}
    environment |= {"PYTHONPATH": str(SOURCES), "EOI_VAR": str(folder / "none"), "EOI_LANGUAGE": "en"}
    ended = subprocess.run(command, capture_output=True, text=True, env=environment, stdin=subprocess.DEVNULL, timeout=60)
    assert not ended.stderr, ended.stderr
    return ended.returncode, {one["id"]: one["severity"] for one in json.loads(ended.stdout)["diagnoses"]}


def test_a_reader_without_a_card(desk: Sequence[str], tmp_path: Path) -> None:
    code, told = doctor(desk, tmp_path)
    assert code == 1
    assert {"service_well": "good", "no_card": "problem", "several_readers": "warning"}.items() <= told.items()


@pytest.mark.parametrize("contactless", [False, True])
def test_a_card_in_a_real_reader(desk: Sequence[str], tmp_path: Path, contactless: bool) -> None:
    with host_reader.card_in(desk, made(tmp_path), contactless):
        _wait(desk, tmp_path)
        _, told = doctor(desk, tmp_path, "--can", CAN, "--yes")
        assert {"reader_well", "card_ours", "can_right", "pins_well", "revocation_not_checked"} <= told.keys()
        _, told = doctor(desk, tmp_path, "--can", "654321", "--yes")
        assert told["can_wrong"] == "problem"
        _, told = doctor(desk, tmp_path)
        assert {"can_missing", "can_missing_contactless"} & told.keys()
        if contactless:
            assert "can_held_back" in doctor(desk, tmp_path, "--can", CAN)[1]


@pytest.mark.parametrize(
    ("state", "diagnosis"),
    [
        (LifeCycle.BLANK, "card_blank"),
        (LifeCycle.HANDED_OVER, "not_activated"),
        (LifeCycle.BLOCKED, "card_blocked"),
        (LifeCycle.TERMINATED, "card_terminated"),
    ],
)
def test_cards_that_cannot_do_their_work(desk: Sequence[str], tmp_path: Path, state: LifeCycle, diagnosis: str) -> None:
    with host_reader.card_in(desk, made(tmp_path, state), contactless=False):
        _wait(desk, tmp_path)
        code, told = doctor(desk, tmp_path, "--can", CAN)
    assert code == 1
    assert diagnosis in told


def test_without_the_service(tmp_path: Path) -> None:
    host_reader.require()
    pytest.importorskip("smartcard", reason="needs pyscard (pip install 'openeoi[pcsc]')")
    alone = ("unshare", "--mount", "sh", "-c", 'mount -t tmpfs none /run && exec "$0" "$@"')
    code, told = doctor(alone, tmp_path)
    assert (code, told["service_not_running"]) == (1, "problem")
    assert "no_reader" not in told


def _wait(desk: Sequence[str], folder: Path) -> None:
    """pcscd looks for cards only now and then."""
    for _ in range(50):
        if "no_card" not in doctor(desk, folder)[1]:
            return
    raise AssertionError("the card did not reach the reader")
