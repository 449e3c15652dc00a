"""A document is revoked by two people: what the first one proposed waits here for the second."""

import sqlalchemy as sa
from alembic import op

revision = "issuing_0002"
down_revision = "issuing_0001"


def upgrade() -> None:
    op.create_table(
        "revocation_proposal",
        sa.Column("document", sa.String(20), sa.ForeignKey("document.number"), primary_key=True),
        sa.Column("proposed_by", sa.String(100), nullable=False),
        sa.Column("proposed_at", sa.String(32), nullable=False),
    )
