"""The database kit against a small office whose migrations are written to a temporary package."""

import importlib
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from openeoi.storage import _engine_errors
from openeoi.storage.database import Database, newest_revision
from openeoi.storage.errors import (
    DatabaseBusy,
    DatabaseDamaged,
    DatabaseForeign,
    DatabaseNewer,
    DatabaseReadOnly,
    DatabaseUnavailable,
    DiskFull,
)

FIRST = """
import sqlalchemy as sa
from alembic import op
revision = "{office}_0001"
down_revision = None
def upgrade():
    op.create_table("thing", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(20), nullable=False))
"""
SECOND = """
import sqlalchemy as sa
from alembic import op
revision = "{office}_0002"
down_revision = "{office}_0001"
def upgrade():
    op.add_column("thing", sa.Column("colour", sa.String(20)))
    {more}
"""


def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, second: str | None = None) -> str:
    """A package `<name>.migrations`; its address."""
    folder = tmp_path / "packages" / name / "migrations"
    folder.mkdir(parents=True, exist_ok=True)
    (folder.parent / "__init__.py").touch()
    (folder / "__init__.py").touch()
    (folder / "0001_things.py").write_text(FIRST.format(office=name))
    if second is not None:
        (folder / "0002_colour.py").write_text(SECOND.format(office=name, more=second))
    monkeypatch.syspath_prepend(str(tmp_path / "packages"))
    importlib.invalidate_caches()
    for module in (name, f"{name}.migrations"):
        sys.modules.pop(module, None)
    return f"{name}.migrations"


@pytest.fixture
def migrations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    return office(tmp_path, monkeypatch, "cobbler")


def insert(database: Database, name: str) -> None:
    with database.begin() as connection:
        connection.execute(text("INSERT INTO thing (name) VALUES (:name)"), {"name": name})


def names(database: Database) -> list[str]:
    with database.read() as connection:
        return list(connection.execute(text("SELECT name FROM thing ORDER BY id")).scalars())


def test_a_new_database_is_made_and_found_again(tmp_path: Path, migrations: str) -> None:
    path = tmp_path / "var" / "cobbler.sqlite"
    database = Database.in_file(path, migrations)
    insert(database, "last")
    database.close()
    assert sorted(entry.name for entry in path.parent.iterdir()) == ["cobbler.sqlite"]
    assert path.stat().st_mode & 0o777 == 0o600
    database = Database.in_file(path, migrations)
    assert names(database) == ["last"]
    with database.read() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
    database.check()
    database.close()


def test_an_exception_undoes_the_transaction(tmp_path: Path, migrations: str) -> None:
    database = Database("sqlite://", migrations)
    insert(database, "kept")
    with pytest.raises(ZeroDivisionError), database.begin() as connection:
        connection.execute(text("INSERT INTO thing (name) VALUES ('lost')"))
        _ = 1 / 0
    assert names(database) == ["kept"]
    database.close()


def test_an_older_database_is_brought_up_to_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, migrations: str) -> None:
    path = tmp_path / "cobbler.sqlite"
    database = Database.in_file(path, migrations)
    insert(database, "kept")
    database.close()
    office(tmp_path, monkeypatch, "cobbler", second="")
    assert newest_revision(migrations) == "cobbler_0002"
    database = Database.in_file(path, migrations)
    with database.read() as connection:
        assert connection.execute(text("SELECT name, colour FROM thing")).all() == [("kept", None)]
    database.close()


def test_a_failing_migration_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, migrations: str) -> None:
    path = tmp_path / "cobbler.sqlite"
    Database.in_file(path, migrations).close()
    office(tmp_path, monkeypatch, "cobbler", second="raise RuntimeError('half way')")
    with pytest.raises(RuntimeError, match="half way"):
        Database.in_file(path, migrations)
    raw = sqlite3.connect(path)
    assert [row[1] for row in raw.execute("PRAGMA table_info(thing)")] == ["id", "name"]
    assert raw.execute("SELECT version_num FROM alembic_version").fetchall() == [("cobbler_0001",)]
    raw.close()


def test_a_newer_database_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    migrations = office(tmp_path, monkeypatch, "smith", second="")
    path = tmp_path / "smith.sqlite"
    Database.in_file(path, migrations).close()
    (tmp_path / "packages" / "smith" / "migrations" / "0002_colour.py").unlink()
    before = path.read_bytes()
    with pytest.raises(DatabaseNewer, match=r"smith\.sqlite.*smith_0002.*Update the program"):
        Database.in_file(path, migrations)
    assert path.read_bytes() == before


def test_another_offices_database_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, migrations: str) -> None:
    path = tmp_path / "cobbler.sqlite"
    Database.in_file(path, migrations).close()
    with pytest.raises(DatabaseForeign, match="cobbler_0001, which is no version of smith"):
        Database.in_file(path, office(tmp_path, monkeypatch, "smith"))


def test_a_strange_sqlite_file_is_refused(tmp_path: Path, migrations: str) -> None:
    path = tmp_path / "strange.sqlite"
    raw = sqlite3.connect(path)
    raw.execute("CREATE TABLE diary (day TEXT)")
    raw.commit()
    raw.close()
    with pytest.raises(DatabaseForeign, match="none of this program's"):
        Database.in_file(path, migrations)


@pytest.mark.parametrize("content", [b"", b"this is a text, and rather longer than a header of a database file is" * 20])
def test_a_file_that_is_no_database_is_never_overwritten(tmp_path: Path, migrations: str, content: bytes) -> None:
    path = tmp_path / "cobbler.sqlite"
    path.write_bytes(content)
    with pytest.raises(DatabaseDamaged, match=r"cobbler\.sqlite: .*restore it from a backup"):
        Database.in_file(path, migrations)
    assert path.read_bytes() == content


def test_a_damaged_page_is_found_at_opening(tmp_path: Path, migrations: str) -> None:
    path = tmp_path / "cobbler.sqlite"
    database = Database.in_file(path, migrations)
    for number in range(500):
        insert(database, f"thing {number}")
    database.close()
    content = bytearray(path.read_bytes())
    content[-4096:] = b"\xff" * 4096
    path.write_bytes(content)
    with pytest.raises(DatabaseDamaged, match=r"cobbler\.sqlite"):
        Database.in_file(path, migrations)
    assert path.read_bytes() == content


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path, migrations: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DatabaseUnavailable, match="its folder cannot be used"):
        Database.in_file(tmp_path / "file" / "cobbler.sqlite", migrations)


def test_a_full_disk_is_named_and_loses_nothing(tmp_path: Path, migrations: str) -> None:
    database = Database("sqlite://", migrations)
    insert(database, "kept")
    with database.read() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1")
    with pytest.raises(DiskFull, match="Free some space"), database.begin() as connection:
        connection.execute(text("INSERT INTO thing (name) VALUES (:name)"), [{"name": "x" * 1000}] * 100)
    assert names(database) == ["kept"]
    database.close()


def test_a_read_only_database_is_named(tmp_path: Path, migrations: str) -> None:
    database = Database("sqlite://", migrations)
    with database.read() as connection:
        connection.exec_driver_sql("PRAGMA query_only=ON")
    with pytest.raises(DatabaseReadOnly, match="permissions"):
        insert(database, "x")
    database.close()


def test_a_busy_database_is_named(tmp_path: Path, migrations: str) -> None:
    database = Database.in_file(tmp_path / "cobbler.sqlite", migrations)
    with database.read() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=1")
    other = sqlite3.connect(tmp_path / "cobbler.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseBusy, match="another process"):
        insert(database, "x")
    other.execute("ROLLBACK")
    other.close()
    insert(database, "x")
    assert names(database) == ["x"]
    database.close()


def test_a_violated_constraint_stays_the_callers_error() -> None:
    assert _engine_errors.from_driver_error(sqlite3.IntegrityError("UNIQUE"), "place") is None


def test_opening_a_current_database_imports_no_alembic(tmp_path: Path, migrations: str) -> None:
    path = tmp_path / "cobbler.sqlite"
    Database.in_file(path, migrations).close()
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from openeoi.storage.database import Database\n"
        f"Database.in_file(Path({str(path)!r}), {migrations!r}).close()\n"
        "print('alembic' in sys.modules)\n"
    )
    environment = {"PYTHONPATH": ":".join(entry for entry in sys.path if entry)}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.strip() == "False"


def test_a_death_while_the_database_is_made_leaves_no_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    migrations = office(tmp_path, monkeypatch, "tailor", second="raise SystemExit('killed')")
    path = tmp_path / "tailor.sqlite"
    with pytest.raises(SystemExit):
        Database.in_file(path, migrations)
    assert not path.exists()
    office(tmp_path, monkeypatch, "tailor", second="")
    Database.in_file(path, migrations).close()
    assert [entry.name for entry in tmp_path.glob("*tailor*")] == ["tailor.sqlite"]


def test_the_values_of_a_failed_statement_stay_out_of_its_exception(tmp_path: Path, migrations: str) -> None:
    for database in (Database.in_file(tmp_path / "x.sqlite", migrations), Database("sqlite://", migrations)):
        statement, values = text("INSERT INTO thing (id, name) VALUES (1, :name)"), {"name": "VZOREC JANA"}
        with database.begin() as connection:
            connection.execute(statement, values)
        with pytest.raises(IntegrityError) as failed, database.begin() as connection:
            connection.execute(statement, values)
        assert "VZOREC" not in str(failed.value)
        database.close()
