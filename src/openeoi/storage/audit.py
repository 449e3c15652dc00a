"""The audit chain: a log in which a changed, removed or reordered entry is found, with its position.

Each entry's hash is SHA-256 over the previous entry's hash and the entry's canonical JSON. The head (count and last hash) is a
row of its own, so that entries cut off at the end are found as well. Whoever can rewrite the whole database can rewrite the whole
chain: `head` is there to be noted elsewhere (printed, signed, published), and `verify` compares with such a note.

The tables belong to the office's own database; the caller's transaction holds the deed and its entry together.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeAlias

from sqlalchemy import Column, Connection, Integer, MetaData, Row, String, Table, Text, func, insert, select, update

from openeoi.storage.errors import AuditChainBroken, DatabaseDamaged

JsonValue: TypeAlias = bool | int | str | Sequence["JsonValue"] | Mapping[str, "JsonValue"] | None

START = hashlib.sha256(b"OpenEOI audit chain 1").hexdigest()
"""What stands in for the previous hash of the first entry."""

_metadata = MetaData()

_entries = Table(
    "audit_entry",
    _metadata,
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False),
    Column("actor", String(100), nullable=False),
    Column("role", String(50), nullable=False),
    Column("purpose", String(50), nullable=False),
    Column("action", String(100), nullable=False),
    Column("subject", String(100), nullable=False, index=True),
    Column("details", Text, nullable=False),
    Column("hash", String(64), nullable=False),
)

_head = Table(
    "audit_head",
    _metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("count", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
)


@dataclass(frozen=True)
class AuditEntry:
    """Who (`actor`, acting in `role`) did what (`action`) to whom or what (`subject`: a reference, never personal data) and why
    (`purpose`: a code). `details` hold no secret and no biometric data: the log outlives them."""

    actor: str
    role: str
    purpose: str
    action: str
    subject: str
    details: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True)
class RecordedEntry:
    position: int
    at: datetime
    entry: AuditEntry
    hash: str


@dataclass(frozen=True)
class AuditHead:
    """The number of entries and the last hash: to be noted outside the database."""

    count: int
    hash: str


class AuditChain:
    """Appends to and verifies the chain of the database that the given connection belongs to."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock

    def append(self, connection: Connection, entry: AuditEntry) -> RecordedEntry:
        """Add an entry in the caller's transaction. Two writers queue on the head's row."""
        count, last = connection.execute(select(_head.c.count, _head.c.hash).where(_head.c.id == 1).with_for_update()).one()
        at = self._clock().astimezone(UTC)
        row = {"position": count + 1, "at": at.isoformat(), **_columns(entry)}
        digest = _hash(last, row)
        connection.execute(insert(_entries).values(**row, hash=digest))
        connection.execute(update(_head).where(_head.c.id == 1).values(count=count + 1, hash=digest))
        return RecordedEntry(count + 1, at, entry, digest)

    def head(self, connection: Connection) -> AuditHead:
        return AuditHead(*connection.execute(select(_head.c.count, _head.c.hash).where(_head.c.id == 1)).one())

    def verify(self, connection: Connection, noted: AuditHead | None = None) -> int:
        """Check every entry, the head, and that `noted` (an earlier head) is part of the chain; the number of entries.

        Raises AuditChainBroken with the first position at fault.
        """
        last, count = START, 0
        for row in _readable(connection):
            count += 1
            if row.position != count:
                raise AuditChainBroken(count, f"the entry is missing, {row.position} follows {count - 1}")
            values = {name: value for name, value in row._mapping.items() if name != "hash"}
            if _hash(last, values) != row.hash:
                raise AuditChainBroken(count, "the entry or its place was changed")
            last = row.hash
            if noted is not None and noted.count == count and noted.hash != last:
                raise AuditChainBroken(count, "the chain differs from the head noted elsewhere")
        head = self.head(connection)
        if (head.count, head.hash) != (count, last):
            raise AuditChainBroken(min(head.count, count) + 1, f"the chain ends at {count}, its head says {head.count}")
        if noted is not None and noted.count > count:
            raise AuditChainBroken(count + 1, f"the chain ends at {count}, the head noted elsewhere says {noted.count}")
        return count

    def require(self, connection: Connection, noted: AuditHead) -> None:
        """That an earlier head is still part of the chain: by its own entry alone, where `verify` reads all.

        Raises AuditChainBroken: what was recorded before the note was taken was cut off or written anew.
        """
        head = self.head(connection)
        if head.count < noted.count:
            raise AuditChainBroken(head.count + 1, f"the chain ends at {head.count}, the head noted elsewhere says {noted.count}")
        found = connection.execute(select(_entries.c.hash).where(_entries.c.position == noted.count)).scalar_one_or_none()
        if (START if noted.count == 0 else found) != noted.hash:
            raise AuditChainBroken(noted.count, "the chain differs from the head noted elsewhere")

    def about(self, connection: Connection, subject: str) -> Iterator[RecordedEntry]:
        """What was recorded about one subject, oldest first: what a person may read about themselves."""
        for row in connection.execute(select(_entries).where(_entries.c.subject == subject).order_by(_entries.c.position)):
            yield _recorded(row)

    def latest(self, connection: Connection, limit: int) -> tuple[RecordedEntry, ...]:
        """The last entries, newest first."""
        rows = connection.execute(select(_entries).order_by(_entries.c.position.desc()).limit(limit))
        return tuple(_recorded(row) for row in rows)


def create_audit_tables(connection: Connection) -> None:
    """For an office's first migration (version 1 of the tables; a change needs a migration of its own)."""
    _metadata.create_all(connection, checkfirst=False)
    connection.execute(insert(_head).values(id=1, count=0, hash=START))


def count_entries(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(_entries)).scalar_one()


def canonical_json(value: JsonValue) -> str:
    """One text per value: keys sorted, no spaces, no floats (RFC 8785 without its number rules). Raises TypeError for others."""
    _require_plain(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _require_plain(value: object) -> None:
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("keys must be text")
        for inner in value.values():
            _require_plain(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            _require_plain(inner)
    elif not isinstance(value, (str, int, bool, type(None))):
        raise TypeError(f"{type(value).__name__} has no canonical form here")


def _readable(connection: Connection) -> "Iterator[Row[tuple[object, ...]]]":
    """All entries in their order; AuditChainBroken at the first one that cannot even be read."""
    query = select(_entries).order_by(_entries.c.position)
    seen = 0
    try:
        for row in connection.execute(query).yield_per(1000):
            seen += 1
            yield row
    except DatabaseDamaged as damage:  # rows come in batches: which one it was, each by itself tells
        while True:
            seen += 1
            try:
                row_alone = connection.execute(query.where(_entries.c.position >= seen).limit(1)).first()
            except DatabaseDamaged:
                raise AuditChainBroken(seen, "the entry cannot be read") from damage
            if row_alone is None:
                raise
            yield row_alone


def _columns(entry: AuditEntry) -> dict[str, str]:
    return {
        "actor": entry.actor,
        "role": entry.role,
        "purpose": entry.purpose,
        "action": entry.action,
        "subject": entry.subject,
        "details": canonical_json(entry.details),
    }


def _hash(previous: str, row: Mapping[str, str | int]) -> str:
    return hashlib.sha256(bytes.fromhex(previous) + canonical_json(row).encode()).hexdigest()


def _recorded(row: "Row[tuple[object, ...]]") -> RecordedEntry:
    entry = AuditEntry(row.actor, row.role, row.purpose, row.action, row.subject, json.loads(row.details))
    return RecordedEntry(row.position, datetime.fromisoformat(row.at), entry, row.hash)
