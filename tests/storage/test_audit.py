from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, create_engine, text

from openeoi.storage.audit import AuditChain, AuditEntry, AuditHead, canonical_json, count_entries, create_audit_tables
from openeoi.storage.errors import AuditChainBroken

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def connection() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        create_audit_tables(connection)
        yield connection
    engine.dispose()


@pytest.fixture
def chain(connection: Connection) -> AuditChain:
    chain = AuditChain(clock())
    for number in range(5):
        chain.append(connection, AuditEntry("ana", "clerk", "application", "read", f"application-{number % 2}", {"n": number}))
    return chain


def clock() -> "Clock":
    return Clock()


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def test_an_untouched_chain_verifies(connection: Connection, chain: AuditChain) -> None:
    assert chain.verify(connection) == 5 == count_entries(connection)
    assert [found.entry.details["n"] for found in chain.about(connection, "application-1")] == [1, 3]
    assert [found.position for found in chain.latest(connection, 2)] == [5, 4]


def test_an_empty_chain_verifies(connection: Connection) -> None:
    assert AuditChain(clock()).verify(connection) == 0


@pytest.mark.parametrize("column", ["at", "actor", "role", "purpose", "action", "subject", "details", "hash"])
def test_a_changed_character_is_found_with_its_position(connection: Connection, chain: AuditChain, column: str) -> None:
    value = connection.execute(text(f"SELECT {column} FROM audit_entry WHERE position = 3")).scalar_one()
    changed = value[:-1] + chr(ord(value[-1]) ^ 1)
    connection.execute(text(f"UPDATE audit_entry SET {column} = :value WHERE position = 3"), {"value": changed})
    with pytest.raises(AuditChainBroken) as caught:
        chain.verify(connection)
    assert caught.value.position == 3


@pytest.mark.parametrize("position", [1, 2, 5])
def test_a_removed_entry_is_found(connection: Connection, chain: AuditChain, position: int) -> None:
    connection.execute(text("DELETE FROM audit_entry WHERE position = :p"), {"p": position})
    with pytest.raises(AuditChainBroken) as caught:
        chain.verify(connection)
    assert caught.value.position == position


def test_a_removed_entry_whose_gap_was_closed_is_found(connection: Connection, chain: AuditChain) -> None:
    connection.execute(text("DELETE FROM audit_entry WHERE position = 2"))
    for position in (3, 4, 5):
        connection.execute(text("UPDATE audit_entry SET position = :p - 1 WHERE position = :p"), {"p": position})
    with pytest.raises(AuditChainBroken) as caught:
        chain.verify(connection)
    assert caught.value.position == 2


def test_reordered_entries_are_found(connection: Connection, chain: AuditChain) -> None:
    for old, new in ((2, 20), (3, 2), (20, 3)):
        connection.execute(text("UPDATE audit_entry SET position = :n WHERE position = :o"), {"n": new, "o": old})
    with pytest.raises(AuditChainBroken) as caught:
        chain.verify(connection)
    assert caught.value.position == 2


def test_a_cut_tail_with_a_matching_head_is_found_by_the_noted_head(connection: Connection, chain: AuditChain) -> None:
    noted = chain.head(connection)
    connection.execute(text("DELETE FROM audit_entry WHERE position = 5"))
    last = connection.execute(text("SELECT hash FROM audit_entry WHERE position = 4")).scalar_one()
    connection.execute(text("UPDATE audit_head SET count = 4, hash = :h"), {"h": last})
    assert chain.verify(connection) == 4, "who rewrites both is found only by a head noted elsewhere"
    with pytest.raises(AuditChainBroken) as caught:
        chain.verify(connection, noted)
    assert caught.value.position == 5


def test_a_rewritten_chain_differs_from_the_noted_head(connection: Connection, chain: AuditChain) -> None:
    with pytest.raises(AuditChainBroken, match="noted elsewhere"):
        chain.verify(connection, AuditHead(4, "00" * 32))


def test_canonical_json_is_one_text_per_value() -> None:
    assert canonical_json({"b": [1, None, True], "a": "č"}) == '{"a":"č","b":[1,null,true]}'
    for value in (1.5, {1: 2}, {"a": {3}}, b"x"):
        with pytest.raises(TypeError):
            canonical_json(value)  # type: ignore[arg-type]  # what the types forbid is refused at run time too
