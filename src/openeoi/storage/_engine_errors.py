"""Driver errors as named storage errors with the place: one translation for SQLite and PostgreSQL."""

import errno
import sqlite3

from sqlalchemy import Engine, ExceptionContext, event

from openeoi.storage.errors import (
    DatabaseBusy,
    DatabaseDamaged,
    DatabaseReadOnly,
    DatabaseUnavailable,
    DiskFull,
    StorageError,
)

_SQLITE: dict[int, type[StorageError]] = {  # primary result codes, https://www.sqlite.org/rescode.html
    sqlite3.SQLITE_BUSY: DatabaseBusy,
    sqlite3.SQLITE_LOCKED: DatabaseBusy,
    sqlite3.SQLITE_READONLY: DatabaseReadOnly,
    sqlite3.SQLITE_CORRUPT: DatabaseDamaged,
    sqlite3.SQLITE_NOTADB: DatabaseDamaged,
    sqlite3.SQLITE_FULL: DiskFull,
    sqlite3.SQLITE_CANTOPEN: DatabaseUnavailable,
    sqlite3.SQLITE_PERM: DatabaseUnavailable,
    sqlite3.SQLITE_IOERR: DatabaseUnavailable,
}

_POSTGRESQL: dict[str, type[StorageError]] = {  # SQLSTATE, PostgreSQL documentation, appendix A
    "53100": DiskFull,
    "25006": DatabaseReadOnly,
    "55P03": DatabaseBusy,
    "XX001": DatabaseDamaged,
    "XX002": DatabaseDamaged,
}


def translate(engine: Engine, place: str) -> None:
    """From now on the engine raises StorageError's children for what the office cannot help; other errors stay as they are."""

    @event.listens_for(engine, "handle_error")
    def named(context: ExceptionContext) -> None:
        error = from_driver_error(context.original_exception, place)
        if error is not None:
            raise error from context.original_exception


def from_driver_error(error: BaseException | None, place: str) -> StorageError | None:
    """The storage error that a driver's error means; None when it is the caller's own (a violated constraint)."""
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)
        kind = _SQLITE.get(code & 0xFF) if code is not None else _without_code(error)
    else:
        kind = _POSTGRESQL.get(str(getattr(error, "sqlstate", None)))
        if kind is None and type(error).__name__ == "OperationalError" and getattr(error, "sqlstate", None) is None:
            kind = DatabaseUnavailable  # psycopg could not connect, or lost the connection
    if kind is DatabaseUnavailable and isinstance(error, sqlite3.Error):
        return kind(place, f"the operating system refuses ({error})")
    return None if kind is None else kind(place)


def _without_code(error: sqlite3.Error) -> type[StorageError] | None:
    # The driver itself, not SQLite: bytes in a text column that are no UTF-8. It gives no code, only this sentence.
    return DatabaseDamaged if "decode to UTF-8" in str(error) else None


def from_os_error(error: OSError, place: str) -> StorageError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return DiskFull(place)
    if error.errno == errno.EROFS:
        return DatabaseReadOnly(place)
    return DatabaseUnavailable(place, f"the database cannot be opened ({error.strerror})")
