"""The inspection log (profile basic) and the audit chain."""

import sqlalchemy as sa
from alembic import op

from openeoi.storage.audit import create_audit_tables

revision = "border_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "inspection",
        sa.Column("transaction_id", sa.String(32), primary_key=True),
        sa.Column("at", sa.String(32), nullable=False, index=True),
        sa.Column("officer", sa.String(100), nullable=False),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("issuing_state", sa.String(3), nullable=False),
        sa.Column("document_code", sa.String(2), nullable=False),
        sa.Column("checks", sa.Text, nullable=False),
    )
    create_audit_tables(op.get_bind())
