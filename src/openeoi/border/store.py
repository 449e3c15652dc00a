"""The post's database: that inspections took place and how they ended. No column can hold anything about a person or a number."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import sqlalchemy as sa

from openeoi.border.report import LoggedInspection, Purpose
from openeoi.storage.audit import AuditChain, AuditEntry
from openeoi.storage.database import Database
from openeoi.terminal.checks import Check, Outcome, Weight

MIGRATIONS = "openeoi.border.migrations"
ROLE = "border officer"

_inspections = sa.Table(
    "inspection",
    sa.MetaData(),
    sa.Column("transaction_id", sa.String),
    sa.Column("at", sa.String),
    sa.Column("officer", sa.String),
    sa.Column("purpose", sa.String),
    sa.Column("outcome", sa.String),
    sa.Column("issuing_state", sa.String),
    sa.Column("document_code", sa.String),
    sa.Column("checks", sa.Text),
)


class Store:
    """`record` writes the log line and its audit entry in one transaction."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._chain = AuditChain(clock)

    def record(self, inspection: LoggedInspection) -> None:
        checks = [[check.name, check.outcome.value, check.reason, check.weight.value] for check in inspection.checks]
        with self._database.begin() as connection:
            connection.execute(
                sa.insert(_inspections).values(
                    transaction_id=inspection.transaction_id,
                    at=inspection.at.astimezone(UTC).isoformat(),
                    officer=inspection.officer,
                    purpose=inspection.purpose.value,
                    outcome=inspection.outcome.value,
                    issuing_state=inspection.issuing_state,
                    document_code=inspection.document_code,
                    checks=json.dumps(checks),
                )
            )
            details = {"outcome": inspection.outcome.value, "issuing_state": inspection.issuing_state}
            self._chain.append(
                connection,
                AuditEntry(
                    inspection.officer, ROLE, inspection.purpose.value, "inspect document", inspection.transaction_id, details
                ),
            )

    def latest(self, limit: int = 10) -> tuple[LoggedInspection, ...]:
        """Newest first."""
        query = sa.select(_inspections).order_by(_inspections.c.at.desc()).limit(limit)
        with self._database.read() as connection:
            return tuple(_logged(row) for row in connection.execute(query))

    def verify_log(self) -> int:
        """The number of audit entries. Raises AuditChainBroken where one was changed."""
        with self._database.read() as connection:
            return self._chain.verify(connection)


def _logged(row: sa.Row[tuple[str, ...]]) -> LoggedInspection:
    checks = tuple(
        Check(name, Outcome(outcome), reason, Weight(weight)) for name, outcome, reason, weight in json.loads(row.checks)
    )
    return LoggedInspection(
        row.transaction_id,
        datetime.fromisoformat(row.at),
        row.officer,
        Purpose(row.purpose),
        Outcome(row.outcome),
        row.issuing_state,
        row.document_code,
        checks,
    )
