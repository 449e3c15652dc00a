"""The office on PostgreSQL: the same duties, the same refusals, numbers and log without gaps under several writers.

Runs where EOI_TEST_POSTGRESQL names a database that the tests may fill, e.g. postgresql+psycopg://user@127.0.0.1/eoi_test;
each test takes a schema of its own there.
"""

import os
import secrets
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import IntegrityError

from issuing.sample_office import Clock, released
from openeoi.issuing.office import IssuingOffice
from openeoi.issuing.sample_issue import issue
from openeoi.issuing.staff import Access, Purpose, Role
from openeoi.issuing.status import DocumentStatus, document_status
from openeoi.issuing.store import Store
from openeoi.storage.audit import AuditChain
from openeoi.storage.database import Database
from openeoi.storage.errors import DatabaseNewer, DatabaseUnavailable

URL = os.environ.get("EOI_TEST_POSTGRESQL", "")
MIGRATIONS = "openeoi.issuing.migrations"

needs_postgresql = pytest.mark.skipif(not URL, reason="set EOI_TEST_POSTGRESQL to a database (package: postgresql; see .ci/run)")


@pytest.fixture
def url() -> Iterator[str]:
    schema = f"eoi_{secrets.token_hex(6)}"
    admin = create_engine(URL)
    with admin.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    yield make_url(URL).update_query_dict({"options": f"-csearch_path={schema}"}).render_as_string(hide_password=False)
    with admin.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    admin.dispose()


@pytest.fixture
def office(url: str, slovenian_office: IssuingOffice, clock: Clock) -> Iterator[IssuingOffice]:
    database = Database(url, MIGRATIONS)
    yield replace(slovenian_office, store=Store(database, AuditChain(clock)))
    database.close()


@pytest.mark.interop
@needs_postgresql
def test_the_whole_path(office: IssuingOffice) -> None:
    issued = issue(office)
    assert document_status(office, issued.document_number) is DocumentStatus.VALID
    assert office.store.verify_audit() > 20


@pytest.mark.interop
@needs_postgresql
def test_the_database_refuses_one_person_as_both_pairs_of_eyes(office: IssuingOffice) -> None:
    reference = released(office)
    with pytest.raises(IntegrityError, match="four_eyes"), office.store.database.begin() as connection:
        connection.execute(text("UPDATE application SET released_by = approved_by WHERE reference = :r"), {"r": reference})


@pytest.mark.interop
@needs_postgresql
def test_several_writers_leave_no_gap_in_numbers_and_log(office: IssuingOffice) -> None:
    numbers: list[int] = []

    def write() -> None:
        for _ in range(20):
            with office.store.transaction() as work:
                numbers.append(work.count_up("document"))
                work.log(Access("ana", Role.CLERK, Purpose.AUDIT), "count", "x")

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert sorted(numbers) == list(range(1, 81))
    assert office.store.verify_audit() == 80


@pytest.mark.interop
@needs_postgresql
def test_opening_again_and_a_newer_database(url: str) -> None:
    Database(url, MIGRATIONS).close()
    database = Database(url, MIGRATIONS)
    with database.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'issuing_9999'"))
    database.close()
    with pytest.raises(DatabaseNewer):
        Database(url, MIGRATIONS)


@pytest.mark.interop
@needs_postgresql
def test_an_unreachable_server_is_named_without_the_password() -> None:
    with pytest.raises(DatabaseUnavailable, match="127") as caught:
        Database("postgresql+psycopg://eoi:geheim@127.0.0.1:1/eoi", MIGRATIONS)
    assert "geheim" not in str(caught.value)
