"""Card verifiable certificates: of the own verifying authority, of document verifiers, of own inspection systems."""

import sqlalchemy as sa
from alembic import op

revision = "pki_0002"
down_revision = "pki_0001"


def upgrade() -> None:
    op.create_table(
        "card_verifiable_certificate",
        sa.Column("holder", sa.String(16), primary_key=True),
        sa.Column("authority", sa.String(16), primary_key=True),
        sa.Column("role", sa.Integer, nullable=False),
        sa.Column("effective", sa.String(10), nullable=False),
        sa.Column("expires", sa.String(10), nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("issued_at", sa.String(32), nullable=False),
        # None where the key is in another state's key store.
        sa.Column("key_label", sa.String(64)),
    )
