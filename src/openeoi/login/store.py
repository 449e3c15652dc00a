"""The provider's database. Secrets (codes, tokens, states) are stored as SHA-256, times as seconds from 1970."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from openeoi.login.assurance import LevelOfAssurance
from openeoi.login.clients import Client
from openeoi.login.values import AccessToken, AuthorizationCode, Identity, Stage, Transaction

MIGRATIONS = "openeoi.login.migrations"

_metadata = sa.MetaData()


_clients = sa.Table(
    "client",
    _metadata,
    sa.Column("client_id", sa.String),
    sa.Column("name", sa.String),
    sa.Column("redirect_uris", sa.Text),
    sa.Column("sector", sa.String),
    sa.Column("secret_hash", sa.LargeBinary),
    sa.Column("low_allowed", sa.Boolean),
)
_transactions = sa.Table(
    "login_transaction",
    _metadata,
    sa.Column("transaction_id", sa.String),
    sa.Column("client_id", sa.String),
    sa.Column("parameters", sa.Text),
    sa.Column("level", sa.String),
    sa.Column("browser_hash", sa.LargeBinary),
    sa.Column("expires_at", sa.BigInteger),
    sa.Column("stage", sa.String),
    sa.Column("state_hash", sa.LargeBinary),
    sa.Column("challenge", sa.LargeBinary),
    sa.Column("continuation_hash", sa.LargeBinary),
    sa.Column("person_id", sa.String),
    sa.Column("certificate_number", sa.String),
    sa.Column("authenticated_at", sa.BigInteger),
)
_codes = sa.Table(
    "authorization_code",
    _metadata,
    sa.Column("code_hash", sa.LargeBinary),
    sa.Column("client_id", sa.String),
    sa.Column("redirect_uri", sa.Text),
    sa.Column("scope", sa.String),
    sa.Column("nonce", sa.Text),
    sa.Column("code_challenge", sa.String),
    sa.Column("level", sa.String),
    sa.Column("person_id", sa.String),
    sa.Column("certificate_number", sa.String),
    sa.Column("authenticated_at", sa.BigInteger),
    sa.Column("expires_at", sa.BigInteger),
    sa.Column("used_at", sa.BigInteger),
)
_tokens = sa.Table(
    "access_token",
    _metadata,
    sa.Column("token_hash", sa.LargeBinary),
    sa.Column("code_hash", sa.LargeBinary),
    sa.Column("client_id", sa.String),
    sa.Column("scope", sa.String),
    sa.Column("person_id", sa.String),
    sa.Column("certificate_number", sa.String),
    sa.Column("expires_at", sa.BigInteger),
    sa.Column("revoked_at", sa.BigInteger),
)
_subjects = sa.Table(
    "pairwise_subject",
    _metadata,
    sa.Column("sector", sa.String),
    sa.Column("subject", sa.String),
    sa.Column("person_id", sa.String),
)
_keys = sa.Table("provider_key", _metadata, sa.Column("name", sa.String), sa.Column("wrapped", sa.LargeBinary))


# Clients


def put_client(connection: Connection, client: Client) -> None:
    """Register the client, or replace its registration."""
    values = {
        "name": client.name,
        "redirect_uris": json.dumps(client.redirect_uris),
        "sector": client.sector,
        "secret_hash": client.secret_hash,
        "low_allowed": client.low_allowed,
    }
    changed = connection.execute(update(_clients).where(_clients.c.client_id == client.client_id).values(**values))
    if not changed.rowcount:
        connection.execute(insert(_clients).values(client_id=client.client_id, **values))


def find_client(connection: Connection, client_id: str) -> Client | None:
    row = connection.execute(select(_clients).where(_clients.c.client_id == client_id)).one_or_none()
    if row is None:
        return None
    return Client(row.client_id, row.name, tuple(json.loads(row.redirect_uris)), row.sector, row.secret_hash, row.low_allowed)


# Logins under way


def add_transaction(connection: Connection, transaction: Transaction) -> None:
    connection.execute(
        insert(_transactions).values(
            transaction_id=transaction.transaction_id,
            client_id=transaction.client_id,
            parameters=json.dumps(dict(transaction.parameters)),
            level=transaction.level.value,
            browser_hash=transaction.browser_hash,
            expires_at=_seconds(transaction.expires_at),
            stage=transaction.stage.value,
        )
    )


def find_transaction(connection: Connection, transaction_id: str) -> Transaction | None:
    row = connection.execute(select(_transactions).where(_transactions.c.transaction_id == transaction_id)).one_or_none()
    return None if row is None else _transaction(row)


def find_transaction_by_state(connection: Connection, state_hash: bytes) -> Transaction | None:
    row = connection.execute(select(_transactions).where(_transactions.c.state_hash == state_hash)).one_or_none()
    return None if row is None else _transaction(row)


def set_challenge(connection: Connection, transaction_id: str, state_hash: bytes, challenge: bytes) -> bool:
    """Give the transaction a new challenge; the one before dies. False when the login is verified or finished already."""
    open_stages = [Stage.WAITING.value, Stage.CHALLENGED.value, Stage.ANSWERED.value]
    changed = connection.execute(
        update(_transactions)
        .where(_transactions.c.transaction_id == transaction_id, _transactions.c.stage.in_(open_stages))
        .values(state_hash=state_hash, challenge=challenge, stage=Stage.CHALLENGED.value)
    )
    return changed.rowcount == 1


def advance(connection: Connection, transaction_id: str, before: Stage, after: Stage) -> bool:
    """Move from one stage to the next; False when the transaction is not (any more) in the stage before."""
    changed = connection.execute(
        update(_transactions)
        .where(_transactions.c.transaction_id == transaction_id, _transactions.c.stage == before.value)
        .values(stage=after.value)
    )
    return changed.rowcount == 1


def set_identity(connection: Connection, transaction_id: str, identity: Identity, continuation_hash: bytes) -> bool:
    changed = connection.execute(
        update(_transactions)
        .where(_transactions.c.transaction_id == transaction_id, _transactions.c.stage == Stage.ANSWERED.value)
        .values(
            stage=Stage.VERIFIED.value,
            person_id=identity.person_id,
            certificate_number=identity.certificate_number,
            authenticated_at=_seconds(identity.authenticated_at),
            continuation_hash=continuation_hash,
        )
    )
    return changed.rowcount == 1


def forget_expired(connection: Connection, now: datetime) -> None:
    """Drop logins, codes and tokens that ended more than a day ago: who logged in where is in the audit log only."""
    limit = _seconds(now) - 24 * 3600
    for table in (_transactions, _codes, _tokens):
        connection.execute(table.delete().where(table.c.expires_at < limit))


# Codes and tokens


def add_code(connection: Connection, code: AuthorizationCode) -> None:
    connection.execute(
        insert(_codes).values(
            code_hash=code.code_hash,
            client_id=code.client_id,
            redirect_uri=code.redirect_uri,
            scope=code.scope,
            nonce=code.nonce,
            code_challenge=code.code_challenge,
            level=code.identity.level.value,
            person_id=code.identity.person_id,
            certificate_number=code.identity.certificate_number,
            authenticated_at=_seconds(code.identity.authenticated_at),
            expires_at=_seconds(code.expires_at),
        )
    )


def find_code(connection: Connection, code_hash: bytes) -> AuthorizationCode | None:
    row = connection.execute(select(_codes).where(_codes.c.code_hash == code_hash)).one_or_none()
    if row is None:
        return None
    return AuthorizationCode(
        row.code_hash,
        row.client_id,
        row.redirect_uri,
        row.scope,
        row.nonce,
        row.code_challenge,
        Identity(row.person_id, row.certificate_number, LevelOfAssurance(row.level), _moment(row.authenticated_at)),
        _moment(row.expires_at),
    )


def use_code(connection: Connection, code_hash: bytes, now: datetime) -> bool:
    """Mark the code as used; False when it was used before."""
    changed = connection.execute(
        update(_codes).where(_codes.c.code_hash == code_hash, _codes.c.used_at.is_(None)).values(used_at=_seconds(now))
    )
    return changed.rowcount == 1


def nonce_seen(connection: Connection, client_id: str, nonce: str) -> bool:
    found = select(_codes.c.code_hash).where(_codes.c.client_id == client_id, _codes.c.nonce == nonce).limit(1)
    return connection.execute(found).first() is not None


def add_token(connection: Connection, token_hash: bytes, code: AuthorizationCode, expires_at: datetime) -> None:
    connection.execute(
        insert(_tokens).values(
            token_hash=token_hash,
            code_hash=code.code_hash,
            client_id=code.client_id,
            scope=code.scope,
            person_id=code.identity.person_id,
            certificate_number=code.identity.certificate_number,
            expires_at=_seconds(expires_at),
        )
    )


def find_token(connection: Connection, token_hash: bytes, now: datetime) -> AccessToken | None:
    row = connection.execute(select(_tokens).where(_tokens.c.token_hash == token_hash)).one_or_none()
    if row is None:
        return None
    live = row.revoked_at is None and _seconds(now) < row.expires_at
    return AccessToken(row.client_id, row.scope, row.person_id, row.certificate_number, live)


def revoke_tokens_of(connection: Connection, code_hash: bytes, now: datetime) -> int:
    changed = connection.execute(
        update(_tokens).where(_tokens.c.code_hash == code_hash, _tokens.c.revoked_at.is_(None)).values(revoked_at=_seconds(now))
    )
    return changed.rowcount


# Subjects and keys


def note_subject(connection: Connection, sector: str, subject: str, person_id: str) -> None:
    """Remember which person a pairwise subject is: needed to answer a person's or a court's question."""
    known = select(_subjects.c.person_id).where(_subjects.c.sector == sector, _subjects.c.subject == subject)
    if connection.execute(known).first() is not None:
        return
    try:
        with connection.begin_nested():
            connection.execute(insert(_subjects).values(sector=sector, subject=subject, person_id=person_id))
    except IntegrityError:  # another process noted the same fact meanwhile
        return


def find_keys(connection: Connection) -> Mapping[str, bytes]:
    return {row.name: row.wrapped for row in connection.execute(select(_keys))}


def add_key(connection: Connection, name: str, wrapped: bytes) -> None:
    connection.execute(insert(_keys).values(name=name, wrapped=wrapped))


def _transaction(row: Row[Any]) -> Transaction:
    level = LevelOfAssurance(row.level)
    verified = row.person_id is not None
    return Transaction(
        row.transaction_id,
        row.client_id,
        json.loads(row.parameters),
        level,
        row.browser_hash,
        _moment(row.expires_at),
        Stage(row.stage),
        row.challenge or b"",
        row.continuation_hash or b"",
        Identity(row.person_id, row.certificate_number, level, _moment(row.authenticated_at)) if verified else None,
    )


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
