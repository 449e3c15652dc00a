"""Organisations and their client keys, professionals, challenges, tokens, patients, visits, keys, audit."""

import sqlalchemy as sa
from alembic import op

from openeoi.storage.audit import create_audit_tables

revision = "health_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "organisation",
        sa.Column("number", sa.String(32), primary_key=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("is_blocked", sa.Boolean, nullable=False),
    )
    op.create_table(
        "client_key",
        sa.Column("thumbprint", sa.String(43), primary_key=True),
        sa.Column("organisation", sa.String(32), sa.ForeignKey("organisation.number"), nullable=False),
    )
    op.create_table(
        "professional",
        sa.Column("professional_id", sa.String(32), primary_key=True),
        sa.Column("organisation", sa.String(32), sa.ForeignKey("organisation.number"), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("pin_salt", sa.LargeBinary(16), nullable=False),
        sa.Column("pin_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
    )
    op.create_table(
        "professional_session",
        sa.Column("secret_hash", sa.LargeBinary(32), primary_key=True),
        sa.Column("professional_id", sa.String(32), sa.ForeignKey("professional.professional_id"), nullable=False),
        sa.Column("thumbprint", sa.String(43), nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False, index=True),
    )
    op.create_table(
        "challenge",
        sa.Column("challenge_id", sa.String(64), primary_key=True),
        sa.Column("text", sa.LargeBinary, nullable=False),
        sa.Column("level", sa.String(16), nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False, index=True),
    )
    op.create_table(
        "key_proof",
        sa.Column("proof_hash", sa.LargeBinary(32), primary_key=True),
        sa.Column("expires_at", sa.BigInteger, nullable=False, index=True),
    )
    op.create_table(
        "presence_token",
        sa.Column("token_id", sa.String(64), primary_key=True),
        sa.Column("organisation", sa.String(32), nullable=False),
        sa.Column("card", sa.String(64), nullable=False),
        sa.Column("issued_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False, index=True),
    )
    op.create_index("presence_token_organisation", "presence_token", ["organisation", "issued_at"])
    op.create_index("presence_token_card", "presence_token", ["card", "issued_at"])
    op.create_table(
        "patient",
        sa.Column("patient_id", sa.String(64), primary_key=True),
        sa.Column("insurer_id", sa.String(64), nullable=False),
        sa.Column("insured_number", sa.String(16), nullable=False),
    )
    op.create_table(
        "insured_certificate",
        sa.Column("certificate_number", sa.String(16), primary_key=True),
        sa.Column("insured_number", sa.String(16), nullable=False),
    )
    op.create_table(
        "card_visit",
        sa.Column("state_hash", sa.LargeBinary(32), primary_key=True),
        sa.Column("visit_id", sa.String(64), nullable=False, unique=True),
        sa.Column("challenge_id", sa.String(64), nullable=False),
        sa.Column("text", sa.LargeBinary, nullable=False),
        sa.Column("browser_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False, index=True),
        sa.Column("token", sa.Text),
        sa.Column("code", sa.String(16)),
    )
    op.create_table(
        "office_key",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
    )
    create_audit_tables(op.get_bind())
