"""The tables of the issuing office. The database itself refuses what must never be: one person as both pairs of eyes, a released
application nobody approved, a number used twice."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

metadata = MetaData()

application = Table(
    "application",
    metadata,
    Column("reference", String(20), primary_key=True),
    Column("state", String(20), nullable=False, index=True),
    Column("submitted_at", String(32), nullable=False),
    Column("submitted_by", String(100), nullable=False),
    Column("national_number", String(20), nullable=False, index=True),
    Column("data", Text, nullable=False),  # the form's fields as JSON
    Column("approved_by", String(100)),
    Column("approved_at", String(32)),
    Column("released_by", String(100)),
    Column("released_at", String(32)),
    Column("refused_by", String(100)),
    Column("refused_reason", String(400)),
    Column("run", Integer, nullable=False, default=0),  # counts the runs of personalisation; a run with an older number must stop
    Column("run_until", String(32)),  # until then another run keeps away
    CheckConstraint("released_by IS NULL OR (approved_by IS NOT NULL AND approved_by <> released_by)", name="four_eyes"),
    CheckConstraint(
        "state IN ('submitted', 'approved', 'refused') OR (approved_by IS NOT NULL AND released_by IS NOT NULL)",
        name="production_needs_release",
    ),
)

document = Table(
    "document",
    metadata,
    Column("number", String(20), primary_key=True),
    Column("application", ForeignKey("application.reference"), nullable=False, index=True),
    Column("state", String(20), nullable=False),
    Column("certificate_number", String(20), nullable=False, unique=True),
    Column("issued_on", String(10), nullable=False),
    Column("expires_on", String(10)),  # empty: permanent
    Column("certificates_until", String(10)),  # empty: no electronic part
    Column("card_serial", String(64), unique=True),
    Column("changed_at", String(32), nullable=False),
    Column("reason", String(400)),
)

biometric_source = Table(
    "biometric_source",
    metadata,
    Column("application", ForeignKey("application.reference"), nullable=False),
    Column("kind", String(20), nullable=False),  # office_picture, chip_picture, right_print, left_print
    Column("sealed", LargeBinary, nullable=False),
    Column("digest", String(64), nullable=False),  # SHA-256 of the sealed bytes: names in the log what was erased
    Column("stored_at", String(32), nullable=False),
    PrimaryKeyConstraint("application", "kind"),
)

secret = Table(
    "secret",
    metadata,
    Column("application", ForeignKey("application.reference"), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("printed_at", String(32)),
)

personalisation_step = Table(
    "personalisation_step",
    metadata,
    Column("application", ForeignKey("application.reference"), nullable=False),
    Column("name", String(40), nullable=False),
    Column("run", Integer, nullable=False),
    Column("done_at", String(32), nullable=False),
    Column("result", Text, nullable=False),
    PrimaryKeyConstraint("application", "name"),
)

revocation_proposal = Table(
    "revocation_proposal",
    metadata,
    Column("document", ForeignKey("document.number"), primary_key=True),
    Column("proposed_by", String(100), nullable=False),
    Column("proposed_at", String(32), nullable=False),
)

certificate_renewal = Table(
    "certificate_renewal",
    metadata,
    Column("document", ForeignKey("document.number"), primary_key=True),
    Column("certificate_number", String(20), nullable=False, unique=True),
    Column("begun_at", String(32), nullable=False),
)

counter = Table(
    "counter",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Integer, nullable=False),
)
