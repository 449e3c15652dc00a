"""Applications, documents, photographs, secrets, personalisation, and the audit chain."""

import sqlalchemy as sa
from alembic import op

from openeoi.storage.audit import create_audit_tables

revision = "issuing_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "application",
        sa.Column("reference", sa.String(20), primary_key=True),
        sa.Column("state", sa.String(20), nullable=False, index=True),
        sa.Column("submitted_at", sa.String(32), nullable=False),
        sa.Column("submitted_by", sa.String(100), nullable=False),
        sa.Column("national_number", sa.String(20), nullable=False, index=True),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("approved_by", sa.String(100)),
        sa.Column("approved_at", sa.String(32)),
        sa.Column("released_by", sa.String(100)),
        sa.Column("released_at", sa.String(32)),
        sa.Column("refused_by", sa.String(100)),
        sa.Column("refused_reason", sa.String(400)),
        sa.Column("run", sa.Integer, nullable=False),
        sa.Column("run_until", sa.String(32)),
        sa.CheckConstraint("released_by IS NULL OR (approved_by IS NOT NULL AND approved_by <> released_by)", name="four_eyes"),
        sa.CheckConstraint(
            "state IN ('submitted', 'approved', 'refused') OR (approved_by IS NOT NULL AND released_by IS NOT NULL)",
            name="production_needs_release",
        ),
    )
    op.create_table(
        "document",
        sa.Column("number", sa.String(20), primary_key=True),
        sa.Column("application", sa.String(20), sa.ForeignKey("application.reference"), nullable=False, index=True),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("certificate_number", sa.String(20), nullable=False, unique=True),
        sa.Column("issued_on", sa.String(10), nullable=False),
        sa.Column("expires_on", sa.String(10)),
        sa.Column("certificates_until", sa.String(10)),
        sa.Column("card_serial", sa.String(64), unique=True),
        sa.Column("changed_at", sa.String(32), nullable=False),
        sa.Column("reason", sa.String(400)),
    )
    op.create_table(
        "biometric_source",
        sa.Column("application", sa.String(20), sa.ForeignKey("application.reference"), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("stored_at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("application", "kind"),
    )
    op.create_table(
        "secret",
        sa.Column("application", sa.String(20), sa.ForeignKey("application.reference"), primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("printed_at", sa.String(32)),
    )
    op.create_table(
        "personalisation_step",
        sa.Column("application", sa.String(20), sa.ForeignKey("application.reference"), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("run", sa.Integer, nullable=False),
        sa.Column("done_at", sa.String(32), nullable=False),
        sa.Column("result", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("application", "name"),
    )
    op.create_table(
        "counter",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("value", sa.Integer, nullable=False),
    )
    create_audit_tables(op.get_bind())
