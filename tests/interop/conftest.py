from collections.abc import Iterator

import pytest

from interop import trixie
from interop.reader import VirtualReader, virtual_reader


@pytest.fixture(scope="session")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VirtualReader]:
    """A virtual PC/SC reader and OpenSC beside it, for the whole run."""
    with virtual_reader(trixie.folder(), tmp_path_factory.mktemp("shared")) as started:
        yield started
