"""Sealing, secrets, staff, the tables of life, and the schema."""

import secrets as system_random
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import IntegrityError

from openeoi import profiles
from openeoi.issuing import secrets
from openeoi.issuing.errors import RoleMissing, SealBroken, StaffUnknown, WrongState
from openeoi.issuing.life import APPLICATION_STEPS, ApplicationState, Step, next_state
from openeoi.issuing.sealing import Seal
from openeoi.issuing.staff import SAMPLE_STAFF, Purpose, Role, StaffMember
from openeoi.issuing.store import schema
from openeoi.storage.database import Database

MIGRATIONS = "openeoi.issuing.migrations"


def test_a_sealed_value_opens_at_its_place_with_its_key_only() -> None:
    seal = Seal(bytes(32), system_random.token_bytes)
    sealed = seal.close(b"secret", "envelope 2026-000001")
    assert b"secret" not in sealed
    assert seal.open(sealed, "envelope 2026-000001") == b"secret"
    assert seal.close(b"secret", "x") != seal.close(b"secret", "x")
    with pytest.raises(SealBroken):
        seal.open(sealed, "envelope 2026-000002")
    with pytest.raises(SealBroken):
        Seal(bytes(31) + b"\1", system_random.token_bytes).open(sealed, "envelope 2026-000001")
    for position in range(len(sealed)):
        changed = bytearray(sealed)
        changed[position] ^= 1
        with pytest.raises(SealBroken):
            seal.open(bytes(changed), "envelope 2026-000001")
        with pytest.raises(SealBroken):
            seal.open(sealed[:position], "envelope 2026-000001")


def test_secrets_have_the_lengths_of_the_profile_and_no_repr() -> None:
    drawn = secrets.draw(profiles.load("si"), system_random.token_bytes)
    assert drawn.initial_password is not None and drawn.access_number is not None
    assert (len(drawn.puk), len(drawn.initial_password), len(drawn.access_number)) == (10, 8, 6)
    assert (drawn.puk + drawn.initial_password + drawn.access_number).isdigit()
    assert drawn.puk not in repr(drawn)
    assert secrets.CardSecrets.decode(drawn.encode()) == drawn


def test_digits_are_uniform() -> None:
    assert secrets.digits(3, lambda length: bytes([255, 250, 249])[:length] if length == 3 else b"") == "999"


def test_roles_are_kept_apart() -> None:
    for one, other in ((Role.CLERK, Role.RELEASER), (Role.PRODUCTION, Role.CLERK), (Role.AUDITOR, Role.PRODUCTION)):
        with pytest.raises(ValueError, match="at once"):
            StaffMember("x", "X", frozenset({one, other}))
    with pytest.raises(RoleMissing):
        SAMPLE_STAFF.acting("ana", Role.RELEASER, Purpose.RELEASE)
    with pytest.raises(StaffUnknown):
        SAMPLE_STAFF.member("zlatko")
    assert len(SAMPLE_STAFF.holding(Role.RELEASER)) >= 2


def test_only_the_steps_of_the_table_are_possible() -> None:
    for state in ApplicationState:
        for step in Step:
            if (state, step) in APPLICATION_STEPS:
                assert next_state("x", state, step) == APPLICATION_STEPS[state, step]
            else:
                with pytest.raises(WrongState):
                    next_state("x", state, step)


def test_the_migrations_make_the_tables_that_the_store_uses(tmp_path: Path) -> None:
    migrated = Database.in_file(tmp_path / "issuing.sqlite", MIGRATIONS)
    plain = create_engine("sqlite://")
    schema.metadata.create_all(plain)
    made, wanted = inspect(migrated.engine), inspect(plain)
    for table in wanted.get_table_names():
        assert str(made.get_columns(table)) == str(wanted.get_columns(table)), table
        assert made.get_pk_constraint(table) == wanted.get_pk_constraint(table)
        assert made.get_foreign_keys(table) == wanted.get_foreign_keys(table)
        assert made.get_indexes(table) == wanted.get_indexes(table)
        assert made.get_unique_constraints(table) == wanted.get_unique_constraints(table)
        assert made.get_check_constraints(table) == wanted.get_check_constraints(table)
    migrated.close()
    plain.dispose()


@pytest.mark.parametrize(
    "state, approved_by, released_by",
    [("released", "ana", "ana"), ("approved", None, "ana"), ("released", "ana", None), ("produced", None, None)],
)
def test_the_database_itself_refuses_what_four_eyes_did_not_see(
    tmp_path: Path, state: str, approved_by: str | None, released_by: str | None
) -> None:
    database = Database("sqlite://", MIGRATIONS)
    row = {
        "reference": "2026-000001",
        "state": state,
        "submitted_at": datetime.now(UTC).isoformat(),
        "submitted_by": "applicant",
        "national_number": "0",
        "data": "{}",
        "approved_by": approved_by,
        "released_by": released_by,
        "run": 0,
    }
    statement = f"INSERT INTO application ({', '.join(row)}) VALUES ({', '.join(':' + name for name in row)})"
    with pytest.raises(IntegrityError), database.begin() as connection:
        connection.execute(text(statement), row)
    database.close()
