"""Authorities, everything they issued, their revocation lists, and the audit chain."""

import sqlalchemy as sa
from alembic import op

from openeoi.storage.audit import create_audit_tables

revision = "pki_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "certificate",
        sa.Column("issuer", sa.String(32), primary_key=True),
        sa.Column("serial", sa.String(40), primary_key=True),
        sa.Column("profile", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("not_before", sa.String(32), nullable=False),
        sa.Column("not_after", sa.String(32), nullable=False),
        sa.Column("issued_at", sa.String(32), nullable=False),
        sa.Column("role", sa.String(16)),
        sa.Column("number", sa.String(16)),
        # One public key is in one holder's certificate only.
        sa.Column("holder_key", sa.String(64), unique=True),
        sa.Column("revoked_at", sa.String(32)),
        sa.Column("reason", sa.String(32)),
        sa.UniqueConstraint("role", "number"),
    )
    op.create_index("certificate_number", "certificate", ["number"])
    op.create_index("certificate_revoked", "certificate", ["issuer", "revoked_at"])
    op.create_table(
        "authority",
        sa.Column("authority", sa.String(32), primary_key=True),
        sa.Column("generation", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("key_label", sa.String(64), nullable=False, unique=True),
        sa.Column("issuer", sa.String(32), nullable=False),
        sa.Column("serial", sa.String(40), nullable=False),
        sa.Column("signs_until", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(["issuer", "serial"], ["certificate.issuer", "certificate.serial"]),
    )
    op.create_table(
        "revocation_list",
        sa.Column("issuer", sa.String(32), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("this_update", sa.String(32), nullable=False),
        sa.Column("next_update", sa.String(32), nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    create_audit_tables(op.get_bind())
