"""A checkpoint that a full disk or a kill has cut off: nothing is lost, and the database is not called damaged."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from openeoi.storage.database import Database
from openeoi.storage.errors import DatabaseDamaged
from openeoi.storage.write_ahead_log import pages_in_log

MIGRATIONS = "openeoi.issuing.migrations"
PAGE = 4096


@pytest.fixture
def cut_off(tmp_path: Path) -> Path:
    """A database whose first page is of after a checkpoint, whose end was not written, and whose log is still whole."""
    path = tmp_path / "office.sqlite"
    Database.in_file(path, MIGRATIONS).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_autocheckpoint=0")
        with connection:
            connection.execute("CREATE TABLE notes (text TEXT)")
            connection.executemany("INSERT INTO notes VALUES (?)", [("x" * 3000,)] * 50)
        log = path.with_name(f"{path.name}-wal").read_bytes()
        connection.execute("PRAGMA wal_checkpoint")
        whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) - 20 * PAGE])
    path.with_name(f"{path.name}-wal").write_bytes(log)
    return path


def test_what_the_log_holds_is_not_missing(cut_off: Path) -> None:
    assert len(pages_in_log(cut_off, PAGE)) >= 50
    Database.in_file(cut_off, MIGRATIONS).close()
    with closing(sqlite3.connect(cut_off)) as connection:
        assert connection.execute("SELECT count(*) FROM notes").fetchone() == (50,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize("kept", [0, 20, 32, 32 + 24 + PAGE - 1, 10 * (24 + PAGE)])
def test_without_the_log_the_end_is_missing(cut_off: Path, kept: int) -> None:
    log = cut_off.with_name(f"{cut_off.name}-wal")
    log.write_bytes(log.read_bytes()[:kept])
    before = cut_off.read_bytes()
    with pytest.raises(DatabaseDamaged, match="its end is missing"):
        Database.in_file(cut_off, MIGRATIONS)
    assert cut_off.read_bytes() == before


@pytest.mark.parametrize("position", [0, 10, 17])
def test_a_log_of_another_use_or_page_size_does_not_count(cut_off: Path, position: int) -> None:
    log = cut_off.with_name(f"{cut_off.name}-wal")
    content = bytearray(log.read_bytes())
    content[position] ^= 0x40
    log.write_bytes(content)
    assert pages_in_log(cut_off, PAGE) == frozenset()
    with pytest.raises(DatabaseDamaged):
        Database.in_file(cut_off, MIGRATIONS)


def test_without_a_log(tmp_path: Path) -> None:
    assert pages_in_log(tmp_path / "none.sqlite", PAGE) == frozenset()
