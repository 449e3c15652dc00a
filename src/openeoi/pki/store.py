"""The authorities' database: what was issued, to which authority, what was revoked. Every answer about status comes from here."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

from sqlalchemy import Column, Connection, Integer, LargeBinary, MetaData, String, Table, func, insert, select, update

from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.pki.plans import Authority
from openeoi.storage.audit import AuditChain, AuditEntry, JsonValue, RecordedEntry
from openeoi.storage.database import Database

MIGRATIONS = "openeoi.pki.migrations"

Transaction: TypeAlias = Connection

_metadata = MetaData()
_certificate = Table(
    "certificate",
    _metadata,
    Column("issuer", String(32), primary_key=True),
    Column("serial", String(40), primary_key=True),
    Column("profile", String(64)),
    Column("content", LargeBinary),
    Column("not_before", String(32)),
    Column("not_after", String(32)),
    Column("issued_at", String(32)),
    Column("role", String(16)),
    Column("number", String(16)),
    Column("holder_key", String(64)),
    Column("revoked_at", String(32)),
    Column("reason", String(32)),
)
_authority = Table(
    "authority",
    _metadata,
    Column("authority", String(32), primary_key=True),
    Column("generation", Integer, primary_key=True),
    Column("key_label", String(64)),
    Column("issuer", String(32)),
    Column("serial", String(40)),
    Column("signs_until", String(32)),
)
_revocation_list = Table(
    "revocation_list",
    _metadata,
    Column("issuer", String(32), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("this_update", String(32)),
    Column("next_update", String(32)),
    Column("content", LargeBinary),
)


@dataclass(frozen=True, slots=True)
class IssuedCertificate:
    """One certificate that was issued; `holder_key` is the SHA-256 of a holder's public key in hexadecimal."""

    issuer: Authority
    serial: int
    profile: str
    content: bytes
    not_before: datetime
    not_after: datetime
    issued_at: datetime
    role: CredentialRole | None = None
    number: str | None = None
    holder_key: str | None = None
    revoked_at: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class StoredAuthority:
    """One generation of an authority: its key, its certificate, and until when its key signs."""

    authority: Authority
    generation: int
    key_label: str
    certificate: IssuedCertificate
    signs_until: datetime


@dataclass(frozen=True, slots=True)
class StoredRevocationList:
    issuer: Authority
    number: int
    this_update: datetime
    next_update: datetime
    content: bytes


class PkiStore:
    """Functions take the caller's transaction, so that a deed and its audit entry are stored together."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._audit = AuditChain(clock)

    def begin(self) -> AbstractContextManager[Transaction]:
        """One transaction that writes; two that issue take turns."""
        return self._database.begin()

    def read(self) -> AbstractContextManager[Transaction]:
        return self._database.read()

    def record(self, connection: Transaction, actor: str, action: str, subject: str, **details: JsonValue) -> None:
        """An audit entry about the use of a key."""
        self._audit.append(connection, AuditEntry(actor, "authority", "certification", action, subject, details))

    def verify_audit(self) -> int:
        with self.read() as connection:
            return self._audit.verify(connection)

    def latest_audit(self, limit: int) -> tuple[RecordedEntry, ...]:
        with self.read() as connection:
            return self._audit.latest(connection, limit)

    def add_certificate(self, connection: Transaction, certificate: IssuedCertificate) -> None:
        connection.execute(
            insert(_certificate).values(
                issuer=certificate.issuer.value,
                serial=serial_text(certificate.serial),
                profile=certificate.profile,
                content=certificate.content,
                not_before=_time(certificate.not_before),
                not_after=_time(certificate.not_after),
                issued_at=_time(certificate.issued_at),
                role=certificate.role.value if certificate.role else None,
                number=certificate.number,
                holder_key=certificate.holder_key,
            )
        )

    def certificate(self, connection: Transaction, issuer: Authority, serial: int) -> IssuedCertificate | None:
        wanted = (_certificate.c.issuer == issuer.value) & (_certificate.c.serial == serial_text(serial))
        row = connection.execute(select(_certificate).where(wanted)).one_or_none()
        return None if row is None else _issued(row)

    def certificates_with_serial(self, connection: Transaction, serial: int) -> tuple[IssuedCertificate, ...]:
        rows = connection.execute(select(_certificate).where(_certificate.c.serial == serial_text(serial)))
        return tuple(_issued(row) for row in rows)

    def certificates_with_number(self, connection: Transaction, number: str) -> tuple[IssuedCertificate, ...]:
        rows = connection.execute(select(_certificate).where(_certificate.c.number == number).order_by(_certificate.c.role))
        return tuple(_issued(row) for row in rows)

    def holder_key_exists(self, connection: Transaction, holder_key: str) -> bool:
        found = connection.execute(select(_certificate.c.serial).where(_certificate.c.holder_key == holder_key))
        return found.first() is not None

    def set_revoked(self, connection: Transaction, certificate: IssuedCertificate, at: datetime, reason: str) -> None:
        wanted = (_certificate.c.issuer == certificate.issuer.value) & (_certificate.c.serial == serial_text(certificate.serial))
        connection.execute(update(_certificate).where(wanted).values(revoked_at=_time(at), reason=reason))

    def revoked(self, connection: Transaction, issuer: Authority) -> tuple[IssuedCertificate, ...]:
        wanted = (_certificate.c.issuer == issuer.value) & _certificate.c.revoked_at.is_not(None)
        order = (_certificate.c.revoked_at, _certificate.c.serial)
        return tuple(_issued(row) for row in connection.execute(select(_certificate).where(wanted).order_by(*order)))

    def last_revocation(self, connection: Transaction, issuer: Authority) -> datetime | None:
        """When this authority last revoked a certificate; None where it never did."""
        query = select(func.max(_certificate.c.revoked_at)).where(_certificate.c.issuer == issuer.value)
        found = connection.execute(query).scalar()
        return datetime.fromisoformat(found) if found else None

    def count_certificates(self, connection: Transaction) -> dict[tuple[Authority, str], int]:
        columns = (_certificate.c.issuer, _certificate.c.profile)
        rows = connection.execute(select(*columns, func.count()).group_by(*columns).order_by(*columns))
        return {(Authority(issuer), profile): int(count) for issuer, profile, count in rows}

    def add_authority(self, connection: Transaction, stored: StoredAuthority) -> None:
        connection.execute(
            insert(_authority).values(
                authority=stored.authority.value,
                generation=stored.generation,
                key_label=stored.key_label,
                issuer=stored.certificate.issuer.value,
                serial=serial_text(stored.certificate.serial),
                signs_until=_time(stored.signs_until),
            )
        )

    def authorities(self, connection: Transaction, authority: Authority | None = None) -> tuple[StoredAuthority, ...]:
        """All generations, oldest first; of one authority or of all."""
        joined = (_authority.c.issuer == _certificate.c.issuer) & (_authority.c.serial == _certificate.c.serial)
        columns = (_authority.c.authority, _authority.c.generation, _authority.c.key_label, _authority.c.signs_until)
        query = select(*columns, _certificate).join(_certificate, joined)
        query = query.order_by(_authority.c.authority, _authority.c.generation)
        if authority is not None:
            query = query.where(_authority.c.authority == authority.value)
        return tuple(
            StoredAuthority(
                Authority(row.authority), row.generation, row.key_label, _issued(row), datetime.fromisoformat(row.signs_until)
            )
            for row in connection.execute(query)
        )

    def add_revocation_list(self, connection: Transaction, stored: StoredRevocationList) -> None:
        connection.execute(
            insert(_revocation_list).values(
                issuer=stored.issuer.value,
                number=stored.number,
                this_update=_time(stored.this_update),
                next_update=_time(stored.next_update),
                content=stored.content,
            )
        )

    def latest_revocation_list(self, connection: Transaction, issuer: Authority) -> StoredRevocationList | None:
        query = select(_revocation_list).where(_revocation_list.c.issuer == issuer.value)
        row = connection.execute(query.order_by(_revocation_list.c.number.desc()).limit(1)).one_or_none()
        if row is None:
            return None
        times = datetime.fromisoformat(row.this_update), datetime.fromisoformat(row.next_update)
        return StoredRevocationList(issuer, row.number, *times, row.content)


def serial_text(serial: int) -> str:
    return f"{serial:x}"


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _issued(row: object) -> IssuedCertificate:
    values = row._mapping  # type: ignore[attr-defined] # rows of two queries share these columns, their static types do not
    revoked_at = values["revoked_at"]
    return IssuedCertificate(
        issuer=Authority(values["issuer"]),
        serial=int(values["serial"], 16),
        profile=values["profile"],
        content=values["content"],
        not_before=datetime.fromisoformat(values["not_before"]),
        not_after=datetime.fromisoformat(values["not_after"]),
        issued_at=datetime.fromisoformat(values["issued_at"]),
        role=CredentialRole(values["role"]) if values["role"] else None,
        number=values["number"],
        holder_key=values["holder_key"],
        revoked_at=datetime.fromisoformat(revoked_at) if revoked_at else None,
        reason=values["reason"],
    )
