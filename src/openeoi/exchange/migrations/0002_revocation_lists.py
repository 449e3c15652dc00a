"""Revocation lists of trusted country signing authorities."""

import sqlalchemy as sa
from alembic import op

revision = "exchange_0002"
down_revision = "exchange_0001"


def upgrade() -> None:
    op.create_table(
        "revocation_list",
        sa.Column("country", sa.String(2), primary_key=True),
        sa.Column("key_identifier", sa.String(64), primary_key=True),
        sa.Column("this_update", sa.String(32), primary_key=True),
        sa.Column("imported_at", sa.String(32), nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
