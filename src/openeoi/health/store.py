"""The point of care's database. Secrets are stored as SHA-256, times as seconds from 1970."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Row, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.health.values import Challenge, Organisation, OrganisationKind, Professional, ProfessionalRole
from openeoi.protocols.card_proof import PresenceText

MIGRATIONS = "openeoi.health.migrations"

_metadata = sa.MetaData()


def _table(name: str, *columns: str) -> sa.Table:
    return sa.Table(name, _metadata, *(sa.Column(column, _TYPES.get(column, sa.String)) for column in columns))


_TYPES: Mapping[str, type[sa.types.TypeEngine[Any]]] = {
    **dict.fromkeys(("is_blocked",), sa.Boolean),
    **dict.fromkeys(("failures", "issued_at", "expires_at"), sa.BigInteger),
    **dict.fromkeys(
        ("pin_salt", "pin_hash", "secret_hash", "proof_hash", "state_hash", "browser_hash", "text", "wrapped"), sa.LargeBinary
    ),
}
_organisations = _table("organisation", "number", "name", "kind", "is_blocked")
_client_keys = _table("client_key", "thumbprint", "organisation")
_professionals = _table("professional", "professional_id", "organisation", "name", "role", "pin_salt", "pin_hash", "failures")
_sessions = _table("professional_session", "secret_hash", "professional_id", "thumbprint", "expires_at")
_challenges = _table("challenge", "challenge_id", "text", "level", "expires_at")
_proofs = _table("key_proof", "proof_hash", "expires_at")
_tokens = _table("presence_token", "token_id", "organisation", "card", "issued_at", "expires_at")
_patients = _table("patient", "patient_id", "insurer_id", "insured_number")
_insured = _table("insured_certificate", "certificate_number", "insured_number")
_visits = _table("card_visit", "state_hash", "visit_id", "challenge_id", "text", "browser_hash", "expires_at", "token", "code")
_keys = _table("office_key", "name", "wrapped")


# The register of providers


def put_organisation(connection: Connection, organisation: Organisation) -> None:
    values = {"name": organisation.name, "kind": organisation.kind.value, "is_blocked": organisation.is_blocked}
    changed = connection.execute(update(_organisations).where(_organisations.c.number == organisation.number).values(**values))
    if not changed.rowcount:
        connection.execute(insert(_organisations).values(number=organisation.number, **values))


def put_client_key(connection: Connection, thumbprint: str, organisation: str) -> None:
    connection.execute(delete(_client_keys).where(_client_keys.c.thumbprint == thumbprint))
    connection.execute(insert(_client_keys).values(thumbprint=thumbprint, organisation=organisation))


def find_organisation(connection: Connection, number: str) -> Organisation | None:
    row = connection.execute(select(_organisations).where(_organisations.c.number == number)).one_or_none()
    return None if row is None else _organisation(row)


def find_organisation_of_key(connection: Connection, thumbprint: str) -> Organisation | None:
    joined = select(_organisations).join(_client_keys, _client_keys.c.organisation == _organisations.c.number)
    row = connection.execute(joined.where(_client_keys.c.thumbprint == thumbprint)).one_or_none()
    return None if row is None else _organisation(row)


def _organisation(row: Row[Any]) -> Organisation:
    return Organisation(row.number, row.name, OrganisationKind(row.kind), bool(row.is_blocked))


# Professionals and their sessions


@dataclass(frozen=True, slots=True)
class StoredPin:
    salt: bytes = field(repr=False)
    digest: bytes = field(repr=False)
    failures: int


def put_professional(connection: Connection, professional: Professional, pin: StoredPin) -> None:
    connection.execute(delete(_professionals).where(_professionals.c.professional_id == professional.professional_id))
    connection.execute(
        insert(_professionals).values(
            professional_id=professional.professional_id,
            organisation=professional.organisation,
            name=professional.name,
            role=professional.role.value,
            pin_salt=pin.salt,
            pin_hash=pin.digest,
            failures=pin.failures,
        )
    )


def find_professional(connection: Connection, professional_id: str) -> tuple[Professional, StoredPin] | None:
    row = connection.execute(select(_professionals).where(_professionals.c.professional_id == professional_id)).one_or_none()
    return None if row is None else (_professional(row), StoredPin(row.pin_salt, row.pin_hash, row.failures))


def professionals_of(connection: Connection, organisation: str) -> tuple[Professional, ...]:
    found = select(_professionals).where(_professionals.c.organisation == organisation)
    return tuple(_professional(row) for row in connection.execute(found.order_by(_professionals.c.professional_id)))


def take_try(connection: Connection, professional_id: str, most: int) -> bool:
    """Count a failure before the PIN is compared; False when there were `most` already. Equal tries at once queue on the row."""
    counted = update(_professionals).where(_professionals.c.professional_id == professional_id, _professionals.c.failures < most)
    return connection.execute(counted.values(failures=_professionals.c.failures + 1)).rowcount == 1


def set_failures(connection: Connection, professional_id: str, failures: int) -> None:
    changed = update(_professionals).where(_professionals.c.professional_id == professional_id)
    connection.execute(changed.values(failures=failures))


def add_session(connection: Connection, secret_hash: bytes, professional_id: str, thumbprint: str, expires_at: datetime) -> None:
    connection.execute(
        insert(_sessions).values(
            secret_hash=secret_hash, professional_id=professional_id, thumbprint=thumbprint, expires_at=_seconds(expires_at)
        )
    )


def find_session(connection: Connection, secret_hash: bytes, thumbprint: str, now: datetime) -> Professional | None:
    """The professional signed in with this secret at the client with this key, while the session lives."""
    joined = select(_professionals).join(_sessions, _sessions.c.professional_id == _professionals.c.professional_id)
    row = connection.execute(
        joined.where(
            _sessions.c.secret_hash == secret_hash,
            _sessions.c.thumbprint == thumbprint,
            _sessions.c.expires_at > _seconds(now),
        )
    ).one_or_none()
    return None if row is None else _professional(row)


def is_signed_in(connection: Connection, professional_id: str, thumbprint: str, now: datetime) -> bool:
    found = select(_sessions.c.secret_hash).where(
        _sessions.c.professional_id == professional_id,
        _sessions.c.thumbprint == thumbprint,
        _sessions.c.expires_at > _seconds(now),
    )
    return connection.execute(found.limit(1)).first() is not None


def drop_session(connection: Connection, secret_hash: bytes) -> None:
    connection.execute(delete(_sessions).where(_sessions.c.secret_hash == secret_hash))


def _professional(row: Row[Any]) -> Professional:
    return Professional(row.professional_id, row.name, ProfessionalRole(row.role), row.organisation)


# Challenges, key proofs, tokens


def add_challenge(connection: Connection, challenge: Challenge) -> None:
    connection.execute(
        insert(_challenges).values(
            challenge_id=challenge.challenge_id,
            text=challenge.text.encode(),
            level=challenge.level.value,
            expires_at=_seconds(challenge.text.expires_at),
        )
    )


def take_challenge(connection: Connection, challenge_id: str) -> Challenge | None:
    """Remove the challenge and give it; None when it is not there (any more). One statement: of two takers, one gets it."""
    taken = delete(_challenges).where(_challenges.c.challenge_id == challenge_id)
    row = connection.execute(taken.returning(_challenges.c.text, _challenges.c.level)).one_or_none()
    return None if row is None else Challenge(challenge_id, PresenceText.decode(row.text), CredentialRole(row.level))


def add_key_proof(connection: Connection, proof_hash: bytes, expires_at: datetime) -> bool:
    """Remember a client's key proof; False when it was used before. Of two at the same moment, one is the first."""
    return _insert_new(connection, _proofs, proof_hash=proof_hash, expires_at=_seconds(expires_at))


def count_tokens(connection: Connection, since: datetime, organisation: str = "", card: str = "") -> int:
    """Proofs accepted since a moment, of one organisation or of one card."""
    column, value = (_tokens.c.organisation, organisation) if organisation else (_tokens.c.card, card)
    counted = select(func.count()).select_from(_tokens).where(column == value, _tokens.c.issued_at > _seconds(since))
    return connection.execute(counted).scalar_one()


def add_token(
    connection: Connection, token_id: str, organisation: str, card: str, issued_at: datetime, expires_at: datetime
) -> None:
    connection.execute(
        insert(_tokens).values(
            token_id=token_id,
            organisation=organisation,
            card=card,
            issued_at=_seconds(issued_at),
            expires_at=_seconds(expires_at),
        )
    )


def forget_expired(connection: Connection, now: datetime) -> None:
    """Drop what ended more than a day ago; who was where stands in the audit log only."""
    limit = _seconds(now) - 24 * 3600
    for table in (_challenges, _proofs, _sessions, _tokens, _visits):
        connection.execute(delete(table).where(table.c.expires_at < limit))


# Patients


def note_patient(connection: Connection, patient_id: str, insurer_id: str, insured_number: str) -> None:
    _insert_new(connection, _patients, patient_id=patient_id, insurer_id=insurer_id, insured_number=insured_number)


def find_insured_number(connection: Connection, patient_id: str) -> str | None:
    return connection.execute(select(_patients.c.insured_number).where(_patients.c.patient_id == patient_id)).scalar_one_or_none()


def put_insured_certificate(connection: Connection, certificate_number: str, insured_number: str) -> None:
    connection.execute(delete(_insured).where(_insured.c.certificate_number == certificate_number))
    connection.execute(insert(_insured).values(certificate_number=certificate_number, insured_number=insured_number))


def find_insured_certificate(connection: Connection, certificate_number: str) -> str | None:
    found = select(_insured.c.insured_number).where(_insured.c.certificate_number == certificate_number)
    return connection.execute(found).scalar_one_or_none()


# Visits of the screens: what waits between the page, the agent and the answer


@dataclass(frozen=True, slots=True)
class Visit:
    """`code` is the POC code of a visit that got no token; None for both while the card is awaited."""

    visit_id: str
    challenge_id: str
    text: PresenceText
    browser_hash: bytes = field(repr=False)
    token: str | None = field(default=None, repr=False)
    code: str | None = None


def add_visit(connection: Connection, visit: Visit, state_hash: bytes, expires_at: datetime) -> None:
    connection.execute(
        insert(_visits).values(
            state_hash=state_hash,
            visit_id=visit.visit_id,
            challenge_id=visit.challenge_id,
            text=visit.text.encode(),
            browser_hash=visit.browser_hash,
            expires_at=_seconds(expires_at),
        )
    )


def find_visit(connection: Connection, visit_id: str, now: datetime) -> Visit | None:
    row = connection.execute(
        select(_visits).where(_visits.c.visit_id == visit_id, _visits.c.expires_at > _seconds(now))
    ).one_or_none()
    return None if row is None else _visit(row)


def find_visit_by_state(connection: Connection, state_hash: bytes, now: datetime) -> Visit | None:
    row = connection.execute(
        select(_visits).where(_visits.c.state_hash == state_hash, _visits.c.expires_at > _seconds(now))
    ).one_or_none()
    return None if row is None else _visit(row)


def end_visit(connection: Connection, visit_id: str, token: str | None, code: str | None) -> None:
    connection.execute(update(_visits).where(_visits.c.visit_id == visit_id).values(token=token, code=code))


def _visit(row: Row[Any]) -> Visit:
    return Visit(row.visit_id, row.challenge_id, PresenceText.decode(row.text), row.browser_hash, row.token, row.code)


# Keys


def find_keys(connection: Connection) -> Mapping[str, bytes]:
    return {row.name: row.wrapped for row in connection.execute(select(_keys))}


def add_key(connection: Connection, name: str, wrapped: bytes) -> None:
    connection.execute(insert(_keys).values(name=name, wrapped=wrapped))


def _insert_new(connection: Connection, table: sa.Table, **values: object) -> bool:
    """Insert the row unless its key is there already; whether it was inserted."""
    (key,) = table.c.values()[:1]
    if connection.dialect.name == "postgresql":
        row = connection.execute(postgresql.insert(table).values(**values).on_conflict_do_nothing().returning(key)).first()
    else:
        row = connection.execute(sqlite.insert(table).values(**values).on_conflict_do_nothing().returning(key)).first()
    return row is not None


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
