"""What SECURITY.md promises and what holds because the thing that could break them does not exist."""

import inspect
from collections.abc import Iterator

import pytest
from whole_journey import Seen

from openeoi.agent import read_and_check
from openeoi.border import ports
from openeoi.encoding.signature_algorithms import SignatureAlgorithm
from openeoi.issuing import status
from openeoi.issuing.staff import INCOMPATIBLE, Role
from openeoi.login.assurance import LevelOfAssurance, requested_level
from openeoi.pki.errors import KeyPurposeMismatch
from openeoi.pki.key_store import KeyId, KeyPurpose
from openeoi.storage.database import Database

LOW, HIGH = LevelOfAssurance.LOW.value, LevelOfAssurance.HIGH.value

ALLOWED_AT_THE_BORDER = {
    "inspection": {"transaction_id", "at", "officer", "purpose", "outcome", "issuing_state", "document_code", "checks"},
    "audit_entry": {"position", "at", "actor", "role", "purpose", "action", "subject", "details", "hash"},
    "audit_head": {"id", "count", "hash"},
    "alembic_version": {"version_num"},
}
NEVER_IN_HEALTH = (
    "emso",
    "national",
    "mrz",
    "zone",
    "face",
    "portrait",
    "photo",
    "finger",
    "surname",
    "given",
    "birth",
    "address",
)


def columns(seen: Seen, office: str) -> dict[str, set[str]]:
    database = Database.in_file(seen.root / "db" / f"{office}.sqlite", f"openeoi.{office}.migrations")
    with database.read() as connection:
        tables = [row[0] for row in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            table: {row[1] for row in connection.exec_driver_sql(f"PRAGMA table_info({table})")}
            for table in tables
            if not table.startswith("sqlite_")
        }


def words(found: dict[str, set[str]]) -> Iterator[str]:
    for table, names in found.items():
        yield from (table, *names)


def test_no_reader_here_reads_fingerprints_without_a_right() -> None:
    assert 3 not in read_and_check.TASK.data_groups
    assert read_and_check.TASK.credentials is None


def test_the_border_has_no_place_for_a_person_a_number_or_a_list(seen: Seen) -> None:
    assert columns(seen, "border") == ALLOWED_AT_THE_BORDER


def test_lost_and_stolen_is_asked_by_state_and_number_only() -> None:
    assert list(inspect.signature(ports.DocumentStatus.status).parameters) == ["self", "issuing_state", "document_number"]
    assert list(inspect.signature(status.document_status).parameters) == ["office", "number"]


def test_health_has_no_column_for_who_somebody_is(seen: Seen) -> None:
    assert [word for word in words(columns(seen, "health")) if any(never in word for never in NEVER_IN_HEALTH)] == []


@pytest.mark.parametrize("asked", ["", HIGH, f"{LOW} {HIGH}", f"{HIGH} {LOW}", "something", f"{LOW} something", LOW.upper()])
def test_low_is_never_given_to_who_did_not_ask_for_low_alone(asked: str) -> None:
    assert requested_level(asked) is LevelOfAssurance.HIGH


def test_who_approves_cannot_hold_the_role_that_releases_or_makes() -> None:
    for pair in ((Role.CLERK, Role.RELEASER), (Role.CLERK, Role.PRODUCTION), (Role.RELEASER, Role.PRODUCTION)):
        assert frozenset(pair) in INCOMPATIBLE
    assert all(frozenset({Role.AUDITOR, role}) in INCOMPATIBLE for role in (Role.CLERK, Role.RELEASER, Role.PRODUCTION))


def test_a_key_serves_its_own_purpose_only(seen: Seen) -> None:
    store = seen.offices.authorities._key_store
    keys: tuple[KeyId, ...] = store.keys()
    for key in keys:
        described = store.describe(key)
        for purpose in KeyPurpose:
            if purpose is not described.purpose:
                with pytest.raises(KeyPurposeMismatch):
                    store.sign(key, purpose, b"", SignatureAlgorithm.ECDSA_SHA384)
