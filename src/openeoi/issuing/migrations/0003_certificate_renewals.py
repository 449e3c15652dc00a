"""A renewal of a card's certificates that is under way: its number is kept until card, register and revocations agree."""

import sqlalchemy as sa
from alembic import op

revision = "issuing_0003"
down_revision = "issuing_0002"


def upgrade() -> None:
    op.create_table(
        "certificate_renewal",
        sa.Column("document", sa.String(20), sa.ForeignKey("document.number"), primary_key=True),
        sa.Column("certificate_number", sa.String(20), nullable=False, unique=True),
        sa.Column("begun_at", sa.String(32), nullable=False),
    )
