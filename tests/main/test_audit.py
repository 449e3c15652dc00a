"""The auditor's look at a real installation: whole as it stands, and no byte of an entry can be changed unseen."""

import json
import secrets
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from openeoi.issuing import decision
from openeoi.issuing.sample import sample_photograph, sample_values
from openeoi.main import cli
from openeoi.main.audit import ChainState, verify_all
from openeoi.main.housekeeping import note_heads
from openeoi.main.installation import Installation
from openeoi.main.settings import Settings
from openeoi.main.up import exchange_master_lists, found_authorities
from openeoi.main.wiring import Offices
from openeoi.pki.encrypted_files import QUICK_COST

OFFICES = ("issuing", "signing", "login", "health", "border", "pki-si", "pki-me", "exchange-si", "exchange-me")


def opened(root: Path) -> Offices:
    return Offices(Settings(var=root), Installation(root, secrets.token_bytes), key_cost=QUICK_COST)


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation whose every office has done something."""
    root = tmp_path_factory.mktemp("audit") / "var"
    offices = opened(root)
    found_authorities(offices, lambda _: None)
    exchange_master_lists(offices, lambda: None)
    decision.submit(offices.issuing, sample_values(offices.profile), sample_photograph())
    _ = (offices.sample_service, offices.signing, offices.health, offices.border)
    note_heads(offices)
    for database in offices.audited.values():
        database.shrink_log()
        database.close()
    return root


@pytest.fixture
def root(founded: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(founded, tmp_path / "var"))


def run(root: Path, monkeypatch: pytest.MonkeyPatch, *options: str) -> int:
    monkeypatch.setenv("EOI_VAR", str(root))
    with pytest.raises(SystemExit) as ended:
        cli.run(["audit", "verify", *options])
    return int(ended.value.code or 0)


def test_all_offices_are_looked_at(root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(root, monkeypatch, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["whole"]
    assert {one["chain"]: one["state"] for one in told["chains"]} == dict.fromkeys(OFFICES, "whole")
    entries = {one["chain"]: one["entries"] for one in told["chains"]}
    assert entries["pki-si"] > 10 and entries["issuing"] >= 1 and entries["exchange-me"] >= 1


def test_an_empty_place_has_nothing_to_look_at_and_stays_empty(tmp_path: Path) -> None:
    reports = list(verify_all(opened(tmp_path / "var")))
    assert {one.state for one in reports} == {ChainState.NOT_BEGUN}
    assert not list((tmp_path / "var" / "db").iterdir())


def stored(file: Path, position: int) -> bytes:
    """An entry's columns as they stand side by side in the file."""
    with closing(sqlite3.connect(file)) as connection:
        columns = "at, actor, role, purpose, action, subject, details, hash"
        row = connection.execute(f"SELECT {columns} FROM audit_entry WHERE position = ?", (position,)).fetchone()
        return "".join(row).encode()


def test_one_changed_byte_is_told_with_its_position(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = root / "db" / "pki-si.sqlite"
    entry, content = stored(file, 5), file.read_bytes()
    assert content.count(entry) == 1
    file.write_bytes(content.replace(entry, entry[:40] + bytes([entry[40] ^ 1]) + entry[41:]))
    assert run(root, monkeypatch, "--json") == 1
    (broken,) = (one for one in json.loads(capsys.readouterr().out)["chains"] if one["state"] != "whole")
    assert (broken["chain"], broken["state"], broken["position"], broken["entries"]) == ("pki-si", "broken", 5, 4)
    assert run(root, monkeypatch) == 1
    assert "pki-si" in capsys.readouterr().out


@pytest.mark.parametrize("bit", [0x01, 0x20, 0x80])
def test_no_byte_of_an_entry_changes_unseen(root: Path, bit: int) -> None:
    file = root / "db" / "issuing.sqlite"
    entry, content = stored(file, 1), file.read_bytes()
    start = content.index(entry)
    for position in range(start, start + len(entry), 7):
        changed = bytearray(content)
        changed[position] ^= bit
        file.write_bytes(changed)
        (report,) = (one for one in verify_all(opened(root)) if one.chain == "issuing")
        assert (report.state, report.position) == (ChainState.BROKEN, 1), f"byte {position - start}"


def test_a_database_that_is_gone_or_put_back_is_found(root: Path) -> None:
    (root / "db" / "login.sqlite").unlink()
    gone = {one.chain: one for one in verify_all(opened(root))}["login"]
    assert gone.state is ChainState.MISSING
