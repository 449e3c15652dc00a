"""The desk's database: documents stay for half an hour at most; times are seconds since 1970."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Row, insert, select, update

from openeoi.signing.jobs import Job, Stage
from openeoi.signing.prepared import PreparedSignature

MIGRATIONS = "openeoi.signing.migrations"

_metadata = sa.MetaData()
_jobs = sa.Table(
    "signing_job",
    _metadata,
    sa.Column("job_id", sa.String),
    sa.Column("browser_hash", sa.LargeBinary),
    sa.Column("expires_at", sa.BigInteger),
    sa.Column("stage", sa.String),
    sa.Column("name", sa.String),
    sa.Column("document", sa.LargeBinary),
    sa.Column("pages", sa.Integer),
    sa.Column("signatures", sa.Integer),
    sa.Column("state_hash", sa.LargeBinary),
    sa.Column("prepared", sa.LargeBinary),
    sa.Column("place_start", sa.Integer),
    sa.Column("place_end", sa.Integer),
    sa.Column("signed_attributes", sa.LargeBinary),
    sa.Column("certificate", sa.LargeBinary),
    sa.Column("chain", sa.Text),
    sa.Column("signed", sa.LargeBinary),
)


def add_job(connection: Connection, job: Job) -> None:
    connection.execute(
        insert(_jobs).values(
            job_id=job.job_id,
            browser_hash=job.browser_hash,
            expires_at=int(job.expires_at.timestamp()),
            stage=job.stage.value,
            name=job.name,
            document=job.document,
            pages=job.pages,
            signatures=job.signatures,
        )
    )


def find_job(connection: Connection, job_id: str) -> Job | None:
    row = connection.execute(select(_jobs).where(_jobs.c.job_id == job_id)).one_or_none()
    return None if row is None else _job(row)


def set_state(connection: Connection, job_id: str, stage: Stage, state_hash: bytes) -> bool:
    """A new request to the agent; the one before dies. False when the job is not in that stage."""
    return _change(connection, job_id, stage, state_hash=state_hash)


def take_state(connection: Connection, state_hash: bytes) -> Job | None:
    """The job whose agent request has that state, which is used up; None when there is none."""
    row = connection.execute(select(_jobs).where(_jobs.c.state_hash == state_hash)).one_or_none()
    if row is None:
        return None
    taken = connection.execute(update(_jobs).where(_jobs.c.state_hash == state_hash).values(state_hash=None))
    return _job(row) if taken.rowcount == 1 else None


def set_prepared(connection: Connection, job_id: str, prepared: PreparedSignature) -> bool:
    return _change(
        connection,
        job_id,
        Stage.UPLOADED,
        stage=Stage.PREPARED.value,
        prepared=prepared.document,
        place_start=prepared.start,
        place_end=prepared.end,
        signed_attributes=prepared.to_be_signed,
        certificate=prepared.certificate,
        chain=json.dumps([base64.b64encode(one).decode() for one in prepared.chain]),
    )


def set_signed(connection: Connection, job_id: str, signed: bytes) -> bool:
    return _change(connection, job_id, Stage.PREPARED, stage=Stage.SIGNED.value, signed=signed, prepared=None, state_hash=None)


def forget(connection: Connection, job_id: str) -> None:
    connection.execute(_jobs.delete().where(_jobs.c.job_id == job_id))


def forget_expired(connection: Connection, now: datetime) -> int:
    """How many jobs were over."""
    return connection.execute(_jobs.delete().where(_jobs.c.expires_at <= int(now.timestamp()))).rowcount


def _change(connection: Connection, job_id: str, current: Stage, /, **values: object) -> bool:
    changed = connection.execute(update(_jobs).where(_jobs.c.job_id == job_id, _jobs.c.stage == current.value).values(**values))
    return changed.rowcount == 1


def _job(row: Row[Any]) -> Job:
    prepared = None
    if row.prepared is not None:
        chain = tuple(base64.b64decode(one) for one in json.loads(row.chain))
        place = (row.place_start, row.place_end)
        prepared = PreparedSignature(row.prepared, *place, row.signed_attributes, row.certificate, chain)
    return Job(
        row.job_id,
        row.browser_hash,
        datetime.fromtimestamp(row.expires_at, UTC),
        Stage(row.stage),
        row.name,
        row.document,
        row.pages,
        row.signatures,
        prepared,
        row.signed or b"",
    )
