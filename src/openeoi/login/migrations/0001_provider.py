"""Clients, logins under way, codes, tokens, subjects, keys, audit."""

import sqlalchemy as sa
from alembic import op

from openeoi.storage.audit import create_audit_tables

revision = "login_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "client",
        sa.Column("client_id", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("redirect_uris", sa.Text, nullable=False),
        sa.Column("sector", sa.String(255), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(32)),
        sa.Column("low_allowed", sa.Boolean, nullable=False),
    )
    op.create_table(
        "login_transaction",
        sa.Column("transaction_id", sa.String(64), primary_key=True),
        sa.Column("client_id", sa.String(64), sa.ForeignKey("client.client_id"), nullable=False),
        sa.Column("parameters", sa.Text, nullable=False),
        sa.Column("level", sa.String(64), nullable=False),
        sa.Column("browser_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False, index=True),
        sa.Column("stage", sa.String(16), nullable=False),
        sa.Column("state_hash", sa.LargeBinary(32), unique=True),
        sa.Column("challenge", sa.LargeBinary),
        sa.Column("continuation_hash", sa.LargeBinary(32)),
        sa.Column("person_id", sa.String(100)),
        sa.Column("certificate_number", sa.String(64)),
        sa.Column("authenticated_at", sa.BigInteger),
    )
    op.create_table(
        "authorization_code",
        sa.Column("code_hash", sa.LargeBinary(32), primary_key=True),
        sa.Column("client_id", sa.String(64), sa.ForeignKey("client.client_id"), nullable=False),
        sa.Column("redirect_uri", sa.Text, nullable=False),
        sa.Column("scope", sa.String(255), nullable=False),
        sa.Column("nonce", sa.Text),
        sa.Column("code_challenge", sa.String(128), nullable=False),
        sa.Column("level", sa.String(64), nullable=False),
        sa.Column("person_id", sa.String(100), nullable=False),
        sa.Column("certificate_number", sa.String(64), nullable=False),
        sa.Column("authenticated_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("used_at", sa.BigInteger),
    )
    op.create_index("authorization_code_nonce", "authorization_code", ["client_id", "nonce"])
    op.create_table(
        "access_token",
        sa.Column("token_hash", sa.LargeBinary(32), primary_key=True),
        sa.Column("code_hash", sa.LargeBinary(32), nullable=False, index=True),
        sa.Column("client_id", sa.String(64), sa.ForeignKey("client.client_id"), nullable=False),
        sa.Column("scope", sa.String(255), nullable=False),
        sa.Column("person_id", sa.String(100), nullable=False),
        sa.Column("certificate_number", sa.String(64), nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("revoked_at", sa.BigInteger),
    )
    op.create_table(
        "pairwise_subject",
        sa.Column("sector", sa.String(255), primary_key=True),
        sa.Column("subject", sa.String(64), primary_key=True),
        sa.Column("person_id", sa.String(100), nullable=False, index=True),
    )
    op.create_table(
        "provider_key",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
    )
    create_audit_tables(op.get_bind())
