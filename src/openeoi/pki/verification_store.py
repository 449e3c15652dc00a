"""The table of card verifiable certificates. Functions take the caller's transaction, as those of `pki.store` do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import Column, ColumnElement, Integer, LargeBinary, MetaData, String, Table, insert, select

from openeoi.encoding.card_verifiable_certificates.certificate import CardVerifiableCertificate, Role
from openeoi.encoding.card_verifiable_certificates.references import KeyReference
from openeoi.pki.store import Transaction

_certificate = Table(
    "card_verifiable_certificate",
    MetaData(),
    Column("holder", String(16), primary_key=True),
    Column("authority", String(16), primary_key=True),
    Column("role", Integer),
    Column("effective", String(10)),
    Column("expires", String(10)),
    Column("content", LargeBinary),
    Column("issued_at", String(32)),
    Column("key_label", String(64)),
)

VERIFIERS = (Role.DOMESTIC_DOCUMENT_VERIFIER, Role.FOREIGN_DOCUMENT_VERIFIER)


@dataclass(frozen=True, slots=True)
class StoredVerifyingCertificate:
    """`key_label` names the holder's key in this state's key store; None for a document verifier of another state."""

    certificate: CardVerifiableCertificate
    issued_at: datetime
    key_label: str | None

    @property
    def holder(self) -> KeyReference:
        return self.certificate.body.holder

    @property
    def is_authority(self) -> bool:
        """Of the own verifying authority: a self-signed certificate or a link."""
        return self.certificate.body.authorization.role is Role.COUNTRY_VERIFYING_AUTHORITY

    def is_valid(self, day: date) -> bool:
        return self.certificate.body.effective <= day <= self.certificate.body.expires


def add(connection: Transaction, stored: StoredVerifyingCertificate) -> None:
    body = stored.certificate.body
    connection.execute(
        insert(_certificate).values(
            holder=str(body.holder),
            authority=str(body.authority),
            role=body.authorization.role.value,
            effective=body.effective.isoformat(),
            expires=body.expires.isoformat(),
            content=stored.certificate.encode(),
            issued_at=stored.issued_at.astimezone(UTC).isoformat(),
            key_label=stored.key_label,
        )
    )


def of_authority(connection: Transaction) -> tuple[StoredVerifyingCertificate, ...]:
    """The own verifying authority's certificates, self-signed ones and links, oldest first."""
    return _found(connection, _certificate.c.role == Role.COUNTRY_VERIFYING_AUTHORITY.value)


def own_verifiers(connection: Transaction, state: str) -> tuple[StoredVerifyingCertificate, ...]:
    """This state's document verifiers that `state` (two letters) has certified, oldest first."""
    own = _certificate.c.role.in_([role.value for role in VERIFIERS]) & _certificate.c.key_label.is_not(None)
    return _found(connection, own & _certificate.c.authority.startswith(state, autoescape=True))


def under(connection: Transaction, authority: KeyReference) -> tuple[StoredVerifyingCertificate, ...]:
    """What the holder of this key has issued, oldest first."""
    return _found(connection, _certificate.c.authority == str(authority))


def of_holder(connection: Transaction, holder: KeyReference) -> tuple[StoredVerifyingCertificate, ...]:
    return _found(connection, _certificate.c.holder == str(holder))


def everything(connection: Transaction) -> tuple[StoredVerifyingCertificate, ...]:
    """Authorities first, then document verifiers, then inspection systems; each oldest first."""
    order = {Role.COUNTRY_VERIFYING_AUTHORITY: 0, Role.INSPECTION_SYSTEM: 2}
    stored = _found(connection, _certificate.c.holder.is_not(None))
    return tuple(sorted(stored, key=lambda one: order.get(one.certificate.body.authorization.role, 1)))


def _found(connection: Transaction, wanted: ColumnElement[bool]) -> tuple[StoredVerifyingCertificate, ...]:
    query = select(_certificate).where(wanted).order_by(_certificate.c.effective, _certificate.c.holder, _certificate.c.authority)
    return tuple(
        StoredVerifyingCertificate(
            CardVerifiableCertificate.decode(row.content), datetime.fromisoformat(row.issued_at), row.key_label
        )
        for row in connection.execute(query)
    )
