from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from interop import host_reader, rival_cards, rival_programs, trixie
from interop.desk import Desk
from interop.issued_card import IssuedCard, issue
from interop.reader import VirtualReader, virtual_reader
from interop.rival_programs import Rival
from interop.slot import Slot, slot


@pytest.fixture(scope="session")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VirtualReader]:
    """A virtual PC/SC reader and a holder's programs beside it, for the whole run."""
    with virtual_reader(trixie.folder(), tmp_path_factory.mktemp("shared")) as started:
        yield started


@pytest.fixture(scope="session")
def inside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sequence[str]]:
    """A virtual PC/SC reader of this machine's own packages, for the whole run: the command that runs a program beside it."""
    host_reader.require()
    with host_reader.host_reader(tmp_path_factory.mktemp("reader")) as command:
        yield command


@pytest.fixture(scope="session")
def jmrtd(inside: Sequence[str]) -> Iterator[Rival]:
    """JMRTD beside that reader."""
    with rival_programs.running(rival_programs.or_skip(rival_programs.jmrtd, inside)) as program:
        yield program


@pytest.fixture(scope="session")
def gmrtd(inside: Sequence[str]) -> Iterator[Rival]:
    """gmrtd beside that reader."""
    with rival_programs.running(rival_programs.or_skip(rival_programs.gmrtd, inside)) as program:
        yield program


@pytest.fixture
def trust(tmp_path: Path) -> dict[str, str]:
    """What the programs around other people's readers are told of authorities and time."""
    at = rival_cards.AT.isoformat().replace("+00:00", "Z")
    return {"trust": str(rival_cards.write_trust(tmp_path / "trust")), "at": at}


@pytest.fixture(scope="session")
def issued(tmp_path_factory: pytest.TempPathFactory) -> IssuedCard:
    return issue(tmp_path_factory.mktemp("office"))


@pytest.fixture(scope="module", params=["contact", "contactless"])
def contactless(request: pytest.FixtureRequest) -> bool:
    return bool(request.param == "contactless")


@pytest.fixture(scope="module")
def reader_slot(
    reader: VirtualReader, issued: IssuedCard, contactless: bool, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Slot]:
    with slot(reader, issued, contactless, tmp_path_factory.mktemp("cards")) as used:
        yield used


@pytest.fixture
def desk(reader: VirtualReader, issued: IssuedCard, reader_slot: Slot) -> Desk:
    """The issued card, as good as new, in the reader; nothing of other tests in the shared folder."""
    reader.clear()
    return Desk(reader, issued, reader_slot.card())
