"""A card of one state at the post of another: nothing is decided before the master list was imported, everything after."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from border import sample_post as sample
from openeoi import profiles
from openeoi.border.inspection import inspect
from openeoi.border.post import BorderPost
from openeoi.border.store import Store
from openeoi.border.training import inspect_copied_chip
from openeoi.encoding.lds import files as lds
from openeoi.encoding.lds.common import Com
from openeoi.exchange.desk import ExchangeDesk
from openeoi.exchange.store import MIGRATIONS, ExchangeStore
from openeoi.storage.database import Database
from openeoi.terminal.checks import Outcome
from openeoi.terminal.examination import Trust
from openeoi.transport.in_process import InProcess
from pki.conftest import Office


@pytest.fixture(scope="module")
def slovenia() -> Iterator[Office]:
    office = Office("si")
    office.authorities.found()
    yield office
    office.database.close()


@pytest.fixture
def montenegro() -> Iterator[Office]:
    office = Office("me")
    office.authorities.found()
    yield office
    office.database.close()


@pytest.fixture
def databases() -> Iterator[list[Database]]:
    opened = [Database("sqlite://", MIGRATIONS), Database("sqlite://", MIGRATIONS)]
    yield opened
    for database in opened:
        database.close()


def issued_card(state: Office) -> InProcess:
    groups = sample.data_groups()
    files = {lds.data_group(number).file_id: content for number, content in groups.items()}
    sod = state.authorities.sign_security_object(groups)
    return sample.card({lds.COM.file_id: Com(tuple(groups)).encode(), lds.SOD.file_id: sod, **files})


def outcome(post: BorderPost, name: str) -> Outcome:
    found = inspect(post, sample.BY_ZONE, sample.ENTRY).check(name)
    assert found is not None
    return found.outcome


def test_trust_comes_with_the_imported_list(slovenia: Office, montenegro: Office, databases: list[Database]) -> None:
    clock = montenegro.clock
    home = ExchangeDesk("SI", slovenia.authorities, ExchangeStore(databases[0], slovenia.clock), slovenia.clock)
    abroad = ExchangeDesk("ME", montenegro.authorities, ExchangeStore(databases[1], clock), clock)
    post = replace(sample.post(issued_card(slovenia)), profile=profiles.load("me"), trust=Trust(abroad), clock=clock)
    assert isinstance(post.store, Store)

    assert inspect(post, sample.BY_ZONE, sample.ENTRY).outcome is Outcome.UNDETERMINED
    assert outcome(post, "trust") is Outcome.UNDETERMINED

    (fingerprint,) = home.own_fingerprints()
    abroad.import_master_list(home.export_master_list(), fingerprint)
    assert inspect(post, sample.BY_ZONE, sample.ENTRY).outcome is Outcome.SUCCESSFUL
    assert inspect(post, sample.BY_NUMBER, sample.ENTRY).outcome is Outcome.SUCCESSFUL
    assert inspect_copied_chip(post, sample.BY_NUMBER).outcome is Outcome.FAILED

    abroad.withdraw("SI", "the state reported that its key was lost")
    assert outcome(post, "trust") is Outcome.UNDETERMINED
