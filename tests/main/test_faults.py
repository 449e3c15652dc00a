"""Damaged, missing and unwritable files of an installation: told by name at the start, and left as they are."""

import os
import secrets
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from main.installation_sample import opened, start
from openeoi.errors import OpenEoiError
from openeoi.main.explanations import explain
from openeoi.main.installation import Installation
from openeoi.main.samples import sample_cards

DATABASES = ("issuing", "pki-si", "pki-me", "exchange-si", "exchange-me", "insurer")  # those that a first start makes
LATER = ("login", "health", "signing", "border")  # made with the first page

FILES = (
    "cards/*.card",
    "cards/*.face",
    "keys/si/*.key",
    "keys/me/*eid*.key",
    "secrets.json",
    "samples.json",
    "identifiers.json",
    "reader.json",
)

Break = Callable[[Path], object]


def garbage(file: Path) -> None:
    file.write_bytes(bytes(range(7, 256)) * 40)


def empty(file: Path) -> None:
    file.write_bytes(b"")


def truncated(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2 | 1])


def first(root: Path, pattern: str) -> Path:
    return sorted(root.glob(pattern))[0]


def told(root: Path, file: Path) -> str:
    """The refusal of a start: it names the file, which stays as it is."""
    before = file.read_bytes() if file.exists() else None
    with pytest.raises(OpenEoiError) as refused:
        start(root)
    assert (file.read_bytes() if file.exists() else None) == before
    text = explain(refused.value, "en").text
    assert file.name in text and "\n" not in text
    assert explain(refused.value, "sl").text != text
    return text


@pytest.mark.parametrize("breaking", [garbage, empty, truncated])
@pytest.mark.parametrize("pattern", FILES)
def test_a_damaged_file_is_named(root: Path, pattern: str, breaking: Break) -> None:
    file = first(root, pattern)
    breaking(file)
    assert "damaged" in told(root, file)


@pytest.mark.parametrize("breaking", [garbage, empty, truncated])
@pytest.mark.parametrize("name", DATABASES + LATER)
def test_a_damaged_database_is_named(root: Path, name: str, breaking: Break) -> None:
    file = root / "db" / f"{name}.sqlite"
    breaking(file)
    assert "damaged" in told(root, file)


@pytest.mark.parametrize("name", ["issuing", "pki-me", "login"])
def test_a_newer_database_is_not_touched(root: Path, name: str) -> None:
    file = root / "db" / f"{name}.sqlite"
    with closing(sqlite3.connect(file)) as connection, connection:
        (version,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        connection.execute("UPDATE alembic_version SET version_num = ?", (version[:-4] + "9999",))
    assert "newer version" in told(root, file)


def test_a_key_that_is_gone_is_named(root: Path) -> None:
    file = first(root, "keys/me/*qualified-1.key")
    file.unlink()
    with pytest.raises(OpenEoiError) as refused:
        start(root)
    assert file.stem in explain(refused.value, "en").text
    assert not file.exists()


def test_secrets_of_another_installation_open_nothing(root: Path) -> None:
    (root / "secrets.json").unlink()
    Installation(root.with_name("other"), secrets.token_bytes).secret("key store si")
    shutil.copy(root.with_name("other") / "secrets.json", root / "secrets.json")
    with pytest.raises(OpenEoiError) as refused:
        start(root)
    assert "secrets.json" in explain(refused.value, "en").text


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything; run as another user")
def test_a_database_that_cannot_be_written_is_named(root: Path) -> None:
    file = root / "db" / "issuing.sqlite"
    file.chmod(0o400)
    assert "not written" in told(root, file)


def test_a_first_start_that_broke_off_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openeoi.main.samples.OTHERS", ())
    offices = opened(tmp_path / "var")
    stopped = 0

    def stop_here(_: object) -> None:
        nonlocal stopped
        stopped += 1
        if stopped in (3, 9):
            raise KeyboardInterrupt

    from openeoi.main.up import found_authorities

    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            found_authorities(opened(tmp_path / "var"), stop_here)
    offices = start(tmp_path / "var")
    assert [card.name for card in sample_cards(offices)] == ["JANA VZOREC"]
    assert len(offices.authorities.generations()) == len(offices.authorities.plan.definitions)
