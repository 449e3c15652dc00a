"""Signings under way, audit."""

import sqlalchemy as sa
from alembic import op

from openeoi.storage.audit import create_audit_tables

revision = "signing_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "signing_job",
        sa.Column("job_id", sa.String(64), primary_key=True),
        sa.Column("browser_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False, index=True),
        sa.Column("stage", sa.String(16), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("document", sa.LargeBinary, nullable=False),
        sa.Column("pages", sa.Integer, nullable=False),
        sa.Column("signatures", sa.Integer, nullable=False),
        sa.Column("state_hash", sa.LargeBinary(32), unique=True),
        sa.Column("prepared", sa.LargeBinary),
        sa.Column("place_start", sa.Integer),
        sa.Column("place_end", sa.Integer),
        sa.Column("signed_attributes", sa.LargeBinary),
        sa.Column("certificate", sa.LargeBinary),
        sa.Column("chain", sa.Text),
        sa.Column("signed", sa.LargeBinary),
    )
    create_audit_tables(op.get_bind())
