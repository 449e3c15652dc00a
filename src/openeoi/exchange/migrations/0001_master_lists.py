"""Master lists held, their certificates, confirmed authorities, trust by country with its history, and the audit chain."""

import sqlalchemy as sa
from alembic import op

from openeoi.storage.audit import create_audit_tables

revision = "exchange_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "master_list",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("issuer", sa.String(2), nullable=False),
        sa.Column("signed_at", sa.String(32), nullable=False),
        sa.Column("imported_at", sa.String(32), nullable=False),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("authority", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("issuer", "signed_at"),
    )
    op.create_table(
        "certificate",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("country", sa.String(2), nullable=False, index=True),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("not_after", sa.String(32), nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "listed_certificate",
        sa.Column("master_list", sa.String(64), sa.ForeignKey("master_list.digest"), primary_key=True),
        sa.Column("certificate", sa.String(64), sa.ForeignKey("certificate.digest"), primary_key=True),
    )
    op.create_table(
        "confirmed_authority",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("confirmed_at", sa.String(32), nullable=False),
        sa.Column("actor", sa.String(100), nullable=False),
    )
    op.create_table(
        "decision",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("country", sa.String(2), nullable=False, index=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("basis", sa.String(2)),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    create_audit_tables(op.get_bind())
