"""Erasure that nobody has to think of, and audit chains whose ends are noted elsewhere."""

import secrets
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from openeoi.errors import OpenEoiError
from openeoi.issuing import decision
from openeoi.issuing.sample import sample_photograph, sample_values
from openeoi.main.errors import AuditShortened, InstallationFileDamaged
from openeoi.main.housekeeping import INTERVAL, keep_house, regularly
from openeoi.main.installation import Installation
from openeoi.main.settings import Settings
from openeoi.main.wiring import Offices
from openeoi.pki.encrypted_files import QUICK_COST
from openeoi.signing.sample_document import sample_document


@dataclass
class Clock:
    now: datetime = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def offices(tmp_path: Path, clock: Clock) -> Offices:
    return opened(tmp_path / "var", clock)


def opened(root: Path, clock: Clock) -> Offices:
    return Offices(Settings(var=root), Installation(root, secrets.token_bytes), clock=clock, key_cost=QUICK_COST)


def applied(offices: Offices) -> str:
    return decision.submit(offices.issuing, sample_values(offices.profile), sample_photograph())


def kept(offices: Offices) -> frozenset[str]:
    with offices.issuing.store.reading() as work:
        return work.sealed.pictures_kept()


def test_pictures_go_when_their_time_is_over_and_the_log_proves_it(offices: Offices, clock: Clock) -> None:
    reference = applied(offices)
    clock.now += timedelta(days=89)
    keep_house(offices)
    assert kept(offices) == {reference}
    clock.now += timedelta(days=1)
    keep_house(offices)
    assert kept(offices) == frozenset()
    assert "erase biometric source data" in {entry.entry.action for entry in offices.issuing.store.audit_about(reference)}


def test_a_document_at_the_desk_goes_though_nobody_comes_again(offices: Offices, clock: Clock, tmp_path: Path) -> None:
    document = sample_document() + b"% nobody else may read this\n"
    offices.signing.open_job([("letter.pdf", document)])
    keep_house(offices)
    clock.now += timedelta(hours=1)
    keep_house(offices)
    for file in (tmp_path / "var" / "db").glob("signing.sqlite*"):
        assert b"nobody else may read this" not in file.read_bytes()


def test_the_work_is_done_again_and_again_and_ends_with_the_server() -> None:
    done, told = threading.Semaphore(0), threading.Semaphore(0)
    faults: list[OpenEoiError] = []

    def work() -> None:
        done.release()
        raise OpenEoiError("the disk is full")

    def tell(error: OpenEoiError) -> None:
        faults.append(error)
        told.release()

    with regularly(work, tell, timedelta(0)):
        for _ in range(3):
            assert done.acquire(timeout=30)
            assert told.acquire(timeout=30)
    assert len(faults) >= 3
    assert "housekeeping" not in {thread.name for thread in threading.enumerate()}


def test_a_server_that_stops_early_does_not_wait_for_the_next_time() -> None:
    with regularly(pytest.fail, pytest.fail, INTERVAL):
        assert "housekeeping" in {thread.name for thread in threading.enumerate()}
    assert "housekeeping" not in {thread.name for thread in threading.enumerate()}


def cut_off_the_end(database: sqlite3.Connection) -> None:
    """As somebody would who knows how the head is kept."""
    database.execute("DELETE FROM audit_entry WHERE position > 1")
    database.execute("UPDATE audit_head SET count = 1, hash = (SELECT hash FROM audit_entry WHERE position = 1)")


def write_anew(database: sqlite3.Connection) -> None:
    database.execute("UPDATE audit_entry SET hash = ? WHERE position = (SELECT max(position) FROM audit_entry)", ("0" * 64,))


@pytest.mark.parametrize("tamper", [cut_off_the_end, write_anew])
def test_a_chain_that_lost_its_end_is_found_at_the_next_start(
    offices: Offices, clock: Clock, tmp_path: Path, tamper: Callable[[sqlite3.Connection], None]
) -> None:
    for _ in range(2):
        applied(offices)
    keep_house(offices)
    keep_house(opened(tmp_path / "var", clock))
    path = tmp_path / "var" / "db" / "issuing.sqlite"
    with sqlite3.connect(path) as database:
        tamper(database)
    database.close()
    again = opened(tmp_path / "var", clock)
    assert again.issuing
    with pytest.raises(AuditShortened) as found:
        keep_house(again)
    assert found.value.path == str(path)


def test_a_note_that_cannot_be_read_is_said_and_left(offices: Offices, tmp_path: Path) -> None:
    note = tmp_path / "var" / "audit_heads.json"
    keep_house(offices)
    note.write_text("{")
    with pytest.raises(InstallationFileDamaged):
        keep_house(offices)
    assert note.read_text() == "{"
