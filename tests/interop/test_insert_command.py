"""`eoi card insert CARD --vpcd`: the command itself puts the card before the real pcscd; Ctrl-C takes it out."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from card.sample_card import sample_card
from interop.reader import SOURCES, VirtualReader
from openeoi.main.installation import Installation
from openeoi.storage.atomic_files import AtomicFile
from openeoi.transport.vpcd import DEFAULT_PORT

pytestmark = pytest.mark.interop

PROGRAM = "import sys; from openeoi.main.cli import run; run(sys.argv[1:])"


@pytest.fixture
def installation(tmp_path: Path) -> Path:
    """One with a card in the holder's box."""
    made = Installation(tmp_path / "var", secrets.token_bytes)
    made.secret("any")
    sample_card(memory=AtomicFile(made.cards / "SAMPLE.card"))
    return made.root


@contextmanager
def inserting(
    reader: VirtualReader, installation: Path, *options: str, port: int = DEFAULT_PORT
) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", PROGRAM, "card", "insert", "SAMPLE", "--vpcd", f"127.0.0.1:{port}", *options]
    environment = os.environ | {"PYTHONPATH": str(SOURCES), "EOI_VAR": str(installation), "EOI_LANGUAGE": "en"}
    with subprocess.Popen(reader.beside(*command), stderr=subprocess.PIPE, text=True, env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize(("options", "begins"), [((), "3b"), (("--contactless",), "3b:8")])
def test_the_command_serves_the_card_until_it_is_stopped(
    reader: VirtualReader, installation: Path, options: tuple[str, ...], begins: str
) -> None:
    with inserting(reader, installation, *options) as process:
        assert process.stderr is not None
        assert process.stderr.readline().strip() == "the card lies in the reader"
        reader.wait_for("Yes")
        assert reader.run("opensc-tool", "--atr").stdout.startswith(begins)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 0
        assert process.stderr.read().strip() == "SAMPLE is taken out."
    reader.wait_for("No")


def test_nobody_listening_is_one_clear_line(reader: VirtualReader, installation: Path) -> None:
    with inserting(reader, installation, port=9) as process:
        assert process.stderr is not None
        *attempts, last = process.stderr.read().splitlines()
        assert process.wait(timeout=10) == 1
    assert set(attempts) == {"no reader listens there"}
    assert last.startswith("The virtual reader at 127.0.0.1:9 cannot be used: Connection refused.")
