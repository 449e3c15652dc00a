"""The database of one office: engine, transactions, migrations, and what can be wrong with it, named.

SQLite is embedded and the default; PostgreSQL is for production. Both see the same SQL (SQLAlchemy Core).

Migrations are Alembic scripts in `<office>/migrations/NNNN_words.py` with `revision = "<office>_NNNN"`. The newest file name says
what the code expects, so opening a current database reads one row and imports no Alembic, which would slow every start.

A new SQLite database is built under another name and then renamed: a file that is there under its own name was complete once. An
empty or damaged one is therefore an error and never the start of a fresh database.
"""

import fcntl
import os
import re
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from importlib import resources
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.pool import StaticPool

from openeoi.storage import _engine_errors
from openeoi.storage.errors import DatabaseDamaged, DatabaseForeign, DatabaseNewer, DatabaseUnavailable
from openeoi.storage.write_ahead_log import pages_in_log

_CHECKED_AT_OPENING_BELOW = 16 * 1024 * 1024
"""Bytes: below this, opening runs SQLite's quick check (milliseconds); above, only `check` does."""

_READ_ONLY_TRANSACTION = "openeoi_read"


class Database:
    """`url`: an SQLAlchemy address (`sqlite:////path`, `sqlite://` in memory, `postgresql+psycopg://...`).

    `migrations`: the package that holds the office's migrations, e.g. "openeoi.issuing.migrations".
    Opening brings an older database up to date and raises StorageError's children for one that must not be touched.
    """

    def __init__(self, url: str, migrations: str) -> None:
        self.url = make_url(url)
        self._migrations = migrations
        self.place = _place(self.url)
        self._in_memory = self.url.get_backend_name() == "sqlite" and not self.url.database
        self._turn: AbstractContextManager[object] = threading.RLock() if self._in_memory else nullcontext()
        if self.url.get_backend_name() == "sqlite" and self.url.database:
            _make_sqlite_file(Path(self.url.database), migrations)
        self.engine = _engine(self.url)
        try:
            self._open()
        except BaseException:
            self.engine.dispose()
            raise

    @classmethod
    def in_file(cls, path: Path, migrations: str) -> "Database":
        """The SQLite database at `path`; made, with its folder, when it is not there."""
        return cls(str(URL.create("sqlite", database=str(path))), migrations)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """One transaction that may write: committed at the end, undone by an exception."""
        with self._turn, self.engine.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view for reading; takes no write lock."""
        with self._turn, self.engine.connect() as connection:
            connection = connection.execution_options(**{_READ_ONLY_TRANSACTION: True})
            with connection.begin():
                yield connection

    def check(self) -> None:
        """SQLite's full integrity check. Raises DatabaseDamaged. (PostgreSQL checks its own pages.)"""
        if self.url.get_backend_name() == "sqlite":
            with self.read() as connection:
                _require_ok(connection, "PRAGMA integrity_check(1)", self.place)

    def shrink_log(self) -> None:
        """After an erasure: SQLite's write-ahead log, which still holds older pages, is emptied as far as readers allow."""
        if self.url.get_backend_name() == "sqlite":
            with self._turn, self.engine.connect() as connection:
                connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        self.engine.dispose()

    def _open(self) -> None:
        path = Path(self.url.database) if self.url.get_backend_name() == "sqlite" and self.url.database else None
        with self.read() as connection:
            if path is not None and path.stat().st_size < _CHECKED_AT_OPENING_BELOW:
                _require_ok(connection, "PRAGMA quick_check(1)", self.place)
            version = _version(connection, self._migrations, self.place)
        if version != newest_revision(self._migrations):
            with self.begin() as connection:
                _migrate(connection, self._migrations, self.place)


def newest_revision(migrations: str) -> str:
    """The revision that the code expects: `<office>_NNNN` of the last migration file in the package."""
    return _revisions(migrations)[-1]


def _revisions(migrations: str) -> list[str]:
    office = migrations.split(".")[-2]
    numbers = (re.fullmatch(r"(\d{4})_\w+\.py", entry.name) for entry in resources.files(migrations).iterdir())
    found = sorted(f"{office}_{number.group(1)}" for number in numbers if number)
    if not found:
        raise LookupError(f"no migration in {migrations}")
    return found


def _place(url: URL) -> str:
    if url.get_backend_name() == "sqlite":
        return url.database or "database in memory"
    return url.render_as_string(hide_password=True)


def _engine(url: URL) -> Engine:
    """`hide_parameters`: the values of a failed statement, names and pictures among them, stay out of its exception."""
    sqlite = url.get_backend_name() == "sqlite"
    if sqlite and not url.database:
        engine = create_engine(url, poolclass=StaticPool, connect_args={"check_same_thread": False}, hide_parameters=True)
    elif sqlite:
        engine = create_engine(url, hide_parameters=True)
    else:
        engine = create_engine(url, pool_pre_ping=True, hide_parameters=True)
    _engine_errors.translate(engine, _place(url))
    if sqlite:
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    """Rules for every SQLite connection: transactions begun by us, patience with writers, commits that survive a power cut."""
    connection.isolation_level = None  # else the driver begins transactions on its own and leaves DDL outside
    # secure_delete: what is deleted is overwritten, because offices delete photographs and secrets
    for pragma in ("busy_timeout=10000", "foreign_keys=ON", "synchronous=FULL", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes the write lock at once: two that read first and write then would otherwise fail against each other."""
    deferred = connection.get_execution_options().get(_READ_ONLY_TRANSACTION, False)
    connection.exec_driver_sql("BEGIN" if deferred else "BEGIN IMMEDIATE")


def _require_ok(connection: Connection, pragma: str, place: str) -> None:
    answer = connection.exec_driver_sql(pragma).scalar_one()
    if answer != "ok":
        raise DatabaseDamaged(place, f"the database is damaged ({answer})")


def _version(connection: Connection, migrations: str, place: str) -> str | None:
    """The revision the database is at; None for one without any table."""
    tables = inspect(connection).get_table_names()
    if "alembic_version" not in tables:
        if tables:
            raise DatabaseForeign(place, "the file holds tables, but none of this program's")
        return None
    versions = list(connection.execute(text("SELECT version_num FROM alembic_version")).scalars())
    if len(versions) != 1:
        raise DatabaseDamaged(place, f"the database names {len(versions)} versions of itself instead of one")
    version = str(versions[0])
    known = _revisions(migrations)
    if version in known:
        return version
    office = migrations.split(".")[-2]
    if re.fullmatch(rf"{office}_\d{{4}}", version) and version > known[-1]:
        raise DatabaseNewer(place, f"the database is at {version}, this program knows up to {known[-1]}")
    raise DatabaseForeign(place, f"the database is at {version}, which is no version of {office}")


def _migrate(connection: Connection, migrations: str, place: str) -> None:
    """Run what is missing, in the caller's transaction: all of it or nothing."""
    from alembic.migration import MigrationContext
    from alembic.operations import Operations
    from alembic.script import ScriptDirectory

    if connection.dialect.name == "postgresql":  # two processes that start together: the second waits and finds the work done
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": 0x454F49})
    current = _version(connection, migrations, place)
    with resources.as_file(resources.files(migrations)) as folder:
        scripts = ScriptDirectory(str(folder), version_locations=[str(folder)])
        context = MigrationContext.configure(connection)
        with Operations.context(context):
            missing = list(scripts.iterate_revisions(newest_revision(migrations), current or "base"))
            for script in reversed(missing):
                script.module.upgrade()
                context.stamp(scripts, script.revision)


def _make_sqlite_file(path: Path, migrations: str) -> None:
    """Build the database beside its place and rename it there, under a lock on the folder."""
    if path.exists():
        _require_sqlite_file(path)
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        folder = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise DatabaseUnavailable(str(path), f"its folder cannot be used ({error.strerror})") from error
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        if path.exists():
            return
        draft = path.with_name(f".{path.name}.new")
        for leftover in (draft, Path(f"{draft}-wal"), Path(f"{draft}-shm"), Path(f"{draft}-journal")):
            leftover.unlink(missing_ok=True)
        _fill_sqlite_file(draft, migrations)
        draft.replace(path)
        os.fsync(folder)
    except OSError as error:
        raise _engine_errors.from_os_error(error, str(path)) from error
    finally:
        os.close(folder)


def _require_sqlite_file(path: Path) -> None:
    """That the file begins as one and is not shorter than it says (https://www.sqlite.org/fileformat.html, 1.3), unless the log
    beside it holds what is missing.

    SQLite itself looks later: with a write-ahead log beside it, it would first write the log's pages into a damaged file.
    """
    try:
        with path.open("rb") as file:
            header, size = file.read(100), os.fstat(file.fileno()).st_size
    except OSError as error:
        raise _engine_errors.from_os_error(error, str(path)) from error
    if not size:
        raise DatabaseDamaged(str(path), "the database file is empty")
    if len(header) < 100 or not header.startswith(b"SQLite format 3\0"):
        raise DatabaseDamaged(str(path), "the database is damaged (it does not begin like one)")
    stored = int.from_bytes(header[16:18], "big")
    page = 65536 if stored == 1 else stored
    pages, counted_at, changed_at = (int.from_bytes(header[at : at + 4], "big") for at in (28, 92, 24))
    if page and counted_at == changed_at and size < pages * page and not _end_is_in_log(path, page, size, pages):
        raise DatabaseDamaged(str(path), "the database is damaged (its end is missing)")


def _end_is_in_log(path: Path, page: int, size: int, pages: int) -> bool:
    """Whether the pages behind the end of the file lie in the log, as after a checkpoint that was cut off."""
    try:
        held = pages_in_log(path, page)
        return all(number in held for number in range(size // page + 1, pages + 1))
    except OSError as error:
        raise _engine_errors.from_os_error(error, str(path)) from error


def _fill_sqlite_file(draft: Path, migrations: str) -> None:
    engine = _engine(URL.create("sqlite", database=str(draft)))
    try:
        with engine.begin() as connection:
            _migrate(connection, migrations, str(draft))
        with engine.connect() as connection:  # WAL is a property of the file; its own files vanish with the last connection
            connection.connection.cursor().execute("PRAGMA journal_mode=WAL")
    finally:
        engine.dispose()
    draft.chmod(0o600)
