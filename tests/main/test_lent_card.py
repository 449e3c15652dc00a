"""`eoi card relay` and `--reader relay:HOST:PORT` as two programs: one installation lends its card, another one reads it."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from card.sample_card import CAN, NORM_PIN, sample_card
from openeoi.main.installation import Installation
from openeoi.storage.atomic_files import AtomicFile

SOURCES = Path(__file__).parents[2] / "src"
PROGRAM = [sys.executable, "-c", "import sys; from openeoi.main.cli import run; run(sys.argv[1:])"]


def environment(var: Path) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(SOURCES), "EOI_VAR": str(var), "EOI_LANGUAGE": "en"}


def eoi(var: Path, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    command = [*PROGRAM, *arguments]
    return subprocess.run(command, capture_output=True, text=True, input=given, timeout=60, env=environment(var))


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_one_installation_lends_its_card_to_another(tmp_path: Path, ending: signal.Signals) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    sample_card(memory=AtomicFile(Installation(here, secrets.token_bytes).cards / "SAMPLE.card"))
    assert eoi(here, "card", "insert", "SAMPLE", "--contactless").returncode == 0
    made = eoi(here, "card", "relay-certificates", "--user", "ana", "--json")
    authority, _, user = (Path(path) for path in json.loads(made.stdout))
    folder = Installation(there, secrets.token_bytes).relay
    for file in (authority, user):
        (folder / file.name).write_bytes(file.read_bytes())

    lending = [*PROGRAM, "card", "relay", "--listen", "127.0.0.1:0", "--json"]
    with subprocess.Popen(lending, stdout=subprocess.PIPE, text=True, env=environment(here)) as lender:
        assert lender.stdout is not None
        address = json.loads(lender.stdout.readline())["who"]
        options = ("--reader", f"relay:{address}", "--can", CAN, "--yes")
        status = eoi(there, "pin", "status", *options, "--json")
        assert json.loads(status.stdout)["norm_pin"]["tries_left"] == 3
        changed = eoi(there, "pin", "change", "norm", *options, "--stdin", given=f"{NORM_PIN}\n135790\n")
        assert (changed.returncode, changed.stderr) == (0, "")
        refused = eoi(here, "card", "read", "--reader", f"relay:{address}", "--can", CAN)
        assert refused.returncode == 2 and "nothing was sent" in refused.stderr
        lender.send_signal(ending)
        told = [json.loads(line) for line in lender.stdout]
        assert lender.wait(timeout=10) == 0
    assert [(one["event"], one["who"]) for one in told][:2] == [("user_came", "ana"), ("user_went", "ana")]
    assert NORM_PIN not in str(told) and "135790" not in str(told)
    gone = eoi(there, "pin", "status", *options)
    assert gone.returncode == 1 and gone.stderr.startswith(f"Nobody lends a card at {address}")
