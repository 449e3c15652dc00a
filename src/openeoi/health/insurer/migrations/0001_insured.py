"""Insured people."""

import sqlalchemy as sa
from alembic import op

revision = "insurer_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "insured_person",
        sa.Column("insured_number", sa.String(16), primary_key=True),
        sa.Column("family_name", sa.String(100), nullable=False),
        sa.Column("given_name", sa.String(100), nullable=False),
        sa.Column("birth_date", sa.Date, nullable=False),
        sa.Column("begins", sa.Date, nullable=False),
        sa.Column("ends", sa.Date),
        sa.Column("is_suspended", sa.Boolean, nullable=False),
        sa.Column("relationship", sa.String(16), nullable=False),
        sa.Column("carer", sa.String(100), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("institution", sa.String(100), nullable=False),
        sa.Column("chosen_doctor", sa.String(100), nullable=False),
    )
