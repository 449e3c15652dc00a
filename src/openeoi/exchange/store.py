"""The desk's database: lists, certificates, confirmed authorities, decisions. Decisions are only added, never changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import TypeAlias

from sqlalchemy import Column, Connection, Integer, LargeBinary, MetaData, RowMapping, String, Table, Text, func, insert, select

from openeoi.exchange.trust import Decision, HeldList, TrustState
from openeoi.exchange.verification import VerifiedMasterList, fingerprint
from openeoi.protocols.passive_authentication import Certificate
from openeoi.storage.audit import AuditChain, AuditEntry, JsonValue, RecordedEntry
from openeoi.storage.database import Database

MIGRATIONS = "openeoi.exchange.migrations"

Transaction: TypeAlias = Connection

_metadata = MetaData()
_master_list = Table(
    "master_list",
    _metadata,
    Column("digest", String(64), primary_key=True),
    Column("issuer", String(2)),
    Column("signed_at", String(32)),
    Column("imported_at", String(32)),
    Column("actor", String(100)),
    Column("authority", String(64)),
    Column("content", LargeBinary),
)
_certificate = Table(
    "certificate",
    _metadata,
    Column("digest", String(64), primary_key=True),
    Column("country", String(2)),
    Column("subject", Text),
    Column("not_after", String(32)),
    Column("content", LargeBinary),
)
_listed = Table(
    "listed_certificate",
    _metadata,
    Column("master_list", String(64), primary_key=True),
    Column("certificate", String(64), primary_key=True),
)
_revocation_list = Table(
    "revocation_list",
    _metadata,
    Column("country", String(2), primary_key=True),
    Column("key_identifier", String(64), primary_key=True),
    Column("this_update", String(32), primary_key=True),
    Column("imported_at", String(32)),
    Column("content", LargeBinary),
)
_confirmed = Table(
    "confirmed_authority",
    _metadata,
    Column("digest", String(64), primary_key=True),
    Column("country", String(2)),
    Column("confirmed_at", String(32)),
    Column("actor", String(100)),
)
_decision = Table(
    "decision",
    _metadata,
    Column("number", Integer, primary_key=True),
    Column("country", String(2)),
    Column("state", String(16)),
    Column("basis", String(2)),
    Column("at", String(32)),
    Column("actor", String(100)),
    Column("reason", Text),
)


class ExchangeStore:
    """Functions take the caller's transaction, so that a decision and its audit entry are stored together."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._audit = AuditChain(clock)

    def begin(self) -> AbstractContextManager[Transaction]:
        return self._database.begin()

    def read(self) -> AbstractContextManager[Transaction]:
        return self._database.read()

    def record(self, transaction: Transaction, actor: str, action: str, subject: str, **details: JsonValue) -> None:
        self._audit.append(transaction, AuditEntry(actor, "cross-border desk", "trust", action, subject, details))

    def verify_audit(self) -> int:
        with self.read() as reading:
            return self._audit.verify(reading)

    def latest_audit(self, limit: int) -> tuple[RecordedEntry, ...]:
        with self.read() as reading:
            return self._audit.latest(reading, limit)

    # --- lists and their certificates -----------------------------------------------------------------------------------------

    def add_list(self, transaction: Transaction, verified: VerifiedMasterList, raw: bytes, at: datetime, actor: str) -> None:
        row = {
            "digest": verified.digest,
            "issuer": verified.issuer,
            "signed_at": _time(verified.signed_at),
            "imported_at": _time(at),
            "actor": actor,
            "authority": fingerprint(verified.authority),
            "content": raw,
        }
        transaction.execute(insert(_master_list).values(**row))
        known = set(transaction.execute(select(_certificate.c.digest)).scalars())
        rows = {fingerprint(one): one for one in verified.certificates}
        new = [
            {
                "digest": digest,
                "country": one.country,
                "subject": one.subject_text,
                "not_after": _time(one.not_after),
                "content": one.raw,
            }
            for digest, one in rows.items()
            if digest not in known
        ]
        if new:
            transaction.execute(insert(_certificate), new)
        transaction.execute(insert(_listed), [{"master_list": verified.digest, "certificate": digest} for digest in rows])

    def newest_lists(self, transaction: Transaction) -> dict[str, HeldList]:
        """The newest list of each issuing state."""
        return {one.issuer: one for one in self.lists(transaction)}

    def lists(self, transaction: Transaction) -> tuple[HeldList, ...]:
        """Every list held, the one signed first first."""
        counts = select(_listed.c.master_list, func.count().label("certificates")).group_by(_listed.c.master_list).subquery()
        columns = [column for column in _master_list.c if column.name != "content"]
        query = select(*columns, counts.c.certificates).join(counts, counts.c.master_list == _master_list.c.digest)
        rows = transaction.execute(query.order_by(_master_list.c.signed_at, _master_list.c.digest))
        return tuple(_held(row) for row in rows.mappings())

    def digests_in(self, transaction: Transaction, digest: str) -> frozenset[str]:
        rows = transaction.execute(select(_listed.c.certificate).where(_listed.c.master_list == digest))
        return frozenset(rows.scalars())

    def certificates_in(self, transaction: Transaction, digest: str, country: str) -> tuple[bytes, ...]:
        """DER of a country's certificates in one list."""
        joined = select(_certificate.c.content).join(_listed, _listed.c.certificate == _certificate.c.digest)
        wanted = (_listed.c.master_list == digest) & (_certificate.c.country == country)
        return tuple(transaction.execute(joined.where(wanted).order_by(_certificate.c.digest)).scalars())

    def countries_in(self, transaction: Transaction, digest: str) -> dict[str, int]:
        """How many certificates of each country one list has."""
        joined = select(_certificate.c.country, func.count()).join(_listed, _listed.c.certificate == _certificate.c.digest)
        rows = transaction.execute(joined.where(_listed.c.master_list == digest).group_by(_certificate.c.country))
        return {str(country): int(count) for country, count in rows}

    # --- revocation lists -----------------------------------------------------------------------------------------------------

    def add_revocation_list(
        self, transaction: Transaction, authority: Certificate, this_update: datetime, raw: bytes, at: datetime
    ) -> None:
        row = {
            "country": authority.country,
            "key_identifier": _key(authority),
            "this_update": _time(this_update),
            "imported_at": _time(at),
            "content": raw,
        }
        transaction.execute(insert(_revocation_list).values(**row))

    def newest_revocation_list(self, transaction: Transaction, authority: Certificate) -> tuple[datetime, bytes] | None:
        """When the newest list of this authority's key was made, and its DER."""
        table = _revocation_list.c
        wanted = (table.country == authority.country) & (table.key_identifier == _key(authority))
        query = select(table.this_update, table.content).where(wanted).order_by(table.this_update.desc()).limit(1)
        row = transaction.execute(query).one_or_none()
        return None if row is None else (datetime.fromisoformat(row.this_update), row.content)

    # --- confirmed authorities and decisions ----------------------------------------------------------------------------------

    def is_confirmed(self, transaction: Transaction, digest: str) -> bool:
        return transaction.execute(select(_confirmed.c.digest).where(_confirmed.c.digest == digest)).first() is not None

    def confirm(self, transaction: Transaction, digest: str, country: str, at: datetime, actor: str) -> None:
        row = {"digest": digest, "country": country, "confirmed_at": _time(at), "actor": actor}
        transaction.execute(insert(_confirmed).values(**row))

    def add_decision(self, transaction: Transaction, decision: Decision) -> None:
        transaction.execute(
            insert(_decision).values(
                country=decision.country,
                state=decision.state.value,
                basis=decision.basis,
                at=_time(decision.at),
                actor=decision.actor,
                reason=decision.reason,
            )
        )

    def decisions(self, transaction: Transaction, country: str | None = None) -> tuple[Decision, ...]:
        """A country's history, oldest first; or everybody's."""
        query = select(_decision).order_by(_decision.c.number)
        if country is not None:
            query = query.where(_decision.c.country == country)
        return tuple(_read_decision(row) for row in transaction.execute(query).mappings())


def newest_decisions(decisions: Iterable[Decision]) -> dict[str, Decision]:
    return {one.country: one for one in decisions}


def _key(authority: Certificate) -> str:
    """A key is named by its identifier, so that a root and the link certificate to it share their list."""
    return authority.subject_key_identifier.hex() if authority.subject_key_identifier else fingerprint(authority)


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _held(row: RowMapping) -> HeldList:
    return HeldList(
        digest=row["digest"],
        issuer=row["issuer"],
        signed_at=datetime.fromisoformat(row["signed_at"]),
        imported_at=datetime.fromisoformat(row["imported_at"]),
        actor=row["actor"],
        authority=row["authority"],
        certificates=row["certificates"],
    )


def _read_decision(row: RowMapping) -> Decision:
    return Decision(
        country=row["country"],
        state=TrustState(row["state"]),
        basis=row["basis"],
        at=datetime.fromisoformat(row["at"]),
        actor=row["actor"],
        reason=row["reason"],
    )
