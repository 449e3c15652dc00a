from pathlib import Path

import pytest

from issuing.sample_office import Clock, authorities, office
from openeoi.issuing.office import IssuingOffice
from openeoi.pki.authorities import Authorities


@pytest.fixture(scope="session")
def pki_clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def slovenian_authorities(tmp_path_factory: pytest.TempPathFactory, pki_clock: Clock) -> Authorities:
    return authorities(tmp_path_factory.mktemp("pki-si"), "si", pki_clock)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def slovenian_office(tmp_path: Path, slovenian_authorities: Authorities, clock: Clock) -> IssuingOffice:
    return office(tmp_path, slovenian_authorities, clock)
