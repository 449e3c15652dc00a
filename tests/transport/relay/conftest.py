from collections.abc import Iterator
from pathlib import Path

import pytest

from transport.relay import lending
from transport.relay.lending import EchoDesk, Lent


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lending.certificates(tmp_path_factory.mktemp("relay"))


@pytest.fixture
def lent(folder: Path) -> Iterator[Lent]:
    with lending.lent(folder, EchoDesk()) as running:
        yield running
