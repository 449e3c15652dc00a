"""Photographs and secrets in the store: sealed bytes only, and erasure that says what it erased."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from openeoi.issuing.store import schema


@dataclass(frozen=True, slots=True)
class SealedValues:
    connection: Connection

    def put_picture(self, reference: str, kind: str, sealed: bytes, at: datetime) -> None:
        """Keep it; one of the same kind is replaced."""
        digest = hashlib.sha256(sealed).hexdigest()
        table = schema.biometric_source
        self.connection.execute(delete(table).where(table.c.application == reference, table.c.kind == kind))
        self.connection.execute(
            insert(schema.biometric_source).values(
                application=reference, kind=kind, sealed=sealed, digest=digest, stored_at=at.isoformat()
            )
        )

    def picture(self, reference: str, kind: str) -> bytes | None:
        table = schema.biometric_source
        return self.connection.execute(
            select(table.c.sealed).where(table.c.application == reference, table.c.kind == kind)
        ).scalar_one_or_none()

    def erase_pictures(self, reference: str) -> dict[str, str]:
        """Delete an application's pictures; which kinds, each with the digest of its sealed bytes."""
        table = schema.biometric_source
        rows = self.connection.execute(select(table.c.kind, table.c.digest).where(table.c.application == reference)).all()
        self.connection.execute(delete(table).where(table.c.application == reference))
        return {row.kind: row.digest for row in rows}

    def pictures_kept(self) -> frozenset[str]:
        """The applications whose pictures are still here."""
        return frozenset(self.connection.execute(select(schema.biometric_source.c.application).distinct()).scalars())

    def put_secrets(self, reference: str, sealed: bytes) -> None:
        """Keep the secrets of a card in production; those of a spoilt card are replaced."""
        self.delete_secrets(reference)
        self.connection.execute(insert(schema.secret).values(application=reference, sealed=sealed))

    def secrets(self, reference: str) -> tuple[bytes, datetime | None] | None:
        """The sealed secrets and when the envelope was printed."""
        row = self.connection.execute(select(schema.secret).where(schema.secret.c.application == reference)).one_or_none()
        return None if row is None else (row.sealed, row.printed_at and datetime.fromisoformat(row.printed_at))

    def replace_secrets(self, reference: str, sealed: bytes, printed_at: datetime) -> None:
        """After printing: only what the office must keep stays, under a new seal."""
        table = schema.secret
        self.connection.execute(
            update(table).where(table.c.application == reference).values(sealed=sealed, printed_at=printed_at.isoformat())
        )

    def delete_secrets(self, reference: str) -> None:
        self.connection.execute(delete(schema.secret).where(schema.secret.c.application == reference))
