"""The reader and the box: what is remembered, who may use a card, damaged files."""

import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from openeoi.agent import card_folder
from openeoi.agent.card_folder import CardFolder
from openeoi.agent.errors import CardBusy, ReaderMemoryDamaged, UnknownCard
from openeoi.agent.kept import Kept
from openeoi.agent.office import Agent
from openeoi.agent.ports import ReaderState
from openeoi.agent.reader import CardReader
from openeoi.card.errors import DamagedCardFile
from openeoi.storage.atomic_files import AtomicFile
from openeoi.transport.errors import NoCardInReader


def test_what_lies_in_the_reader_survives_a_restart(agent: Agent, tmp_path: Path) -> None:
    agent.reader.use_interface(contactless=True)
    agent.reader.insert("NEW")
    again = CardReader(agent.reader.cards, AtomicFile(tmp_path / "box" / "reader.json"))
    assert again.state == ReaderState("NEW", contactless=True)


def test_a_card_that_left_the_box_is_not_in_the_reader(agent: Agent, tmp_path: Path) -> None:
    (tmp_path / "box" / "ACTIVE.card").unlink()
    assert agent.reader.state.card == ""
    with pytest.raises(NoCardInReader), agent.reader.powered():
        pass


@pytest.mark.parametrize("name", ["", "..", "../ACTIVE", "A/B", ".hidden", "č", "x" * 65])
def test_names_that_no_card_has(agent: Agent, name: str) -> None:
    with pytest.raises(UnknownCard):
        agent.reader.insert(name)
    with pytest.raises(UnknownCard), agent.reader.cards.powered(name, contactless=False):
        pass


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"card": "ACTIVE"}', b"\xff"])
def test_a_damaged_memory_is_named(agent: Agent, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "box" / "reader.json").write_bytes(content)
    with pytest.raises(ReaderMemoryDamaged):
        _ = agent.reader.state


def test_a_damaged_card_file_is_left_alone(agent: Agent, tmp_path: Path) -> None:
    file = tmp_path / "box" / "ACTIVE.card"
    file.write_bytes(file.read_bytes()[:-1])
    damaged = file.read_bytes()
    with pytest.raises(DamagedCardFile), agent.reader.powered():
        pass
    assert file.read_bytes() == damaged


def test_one_user_at_a_time_across_programs(agent: Agent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(card_folder, "WAIT_SECONDS", 0.0)
    other = CardFolder(tmp_path / "box", secrets.token_bytes)
    with agent.reader.powered(), pytest.raises(CardBusy), other.powered("ACTIVE", contactless=False):
        pass
    with other.powered("ACTIVE", contactless=False):
        pass


def test_kept_things_end_by_time_number_and_use() -> None:
    now = [datetime(2026, 1, 1, tzinfo=UTC)]
    kept = Kept[str](lambda: now[0], timedelta(minutes=1), most=2)
    first, second, third = kept.put("a"), kept.put("b"), kept.put("c")
    assert [kept.get(ticket) for ticket in (first, second, third)] == [None, "b", "c"]
    assert (kept.take(second), kept.take(second)) == ("b", None)
    now[0] += timedelta(minutes=2)
    assert kept.get(third) is None
