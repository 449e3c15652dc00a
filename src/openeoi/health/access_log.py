"""What a patient may read: who looked, when, for which organisation, in which role, why, at which kind of data, and how it was
proved that the card was there. Values are not in the log, so they are not here either."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from openeoi.health import store
from openeoi.storage.audit import AuditChain, RecordedEntry
from openeoi.storage.database import Database


@dataclass(frozen=True, slots=True)
class Access:
    at: datetime
    organisation: str
    role: str
    purpose: str
    action: str
    data: str
    level: str


def accesses(database: Database, audit: AuditChain, patient_id: str) -> tuple[Access, ...]:
    """Newest first."""
    with database.read() as connection:
        entries = list(audit.about(connection, patient_id))
        numbers = {_text(entry.entry.details, "organisation") for entry in entries}
        found = {number: store.find_organisation(connection, number) for number in numbers}
    names = {number: number if organisation is None else organisation.name for number, organisation in found.items()}
    return tuple(_access(entry, names) for entry in reversed(entries))


def _access(recorded: RecordedEntry, names: Mapping[str, str]) -> Access:
    entry = recorded.entry
    return Access(
        at=recorded.at,
        organisation=names[_text(entry.details, "organisation")],
        role=entry.role,
        purpose=entry.purpose,
        action=entry.action,
        data=_text(entry.details, "data"),
        level=_text(entry.details, "level"),
    )


def _text(details: Mapping[str, object], name: str) -> str:
    return str(details.get(name, ""))
