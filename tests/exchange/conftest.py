"""Two states with their authorities and desks. Both have elliptic-curve keys or small ones, so that they are founded quickly."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from openeoi.exchange.desk import ExchangeDesk
from openeoi.exchange.store import MIGRATIONS, ExchangeStore
from openeoi.storage.database import Database
from pki.conftest import Clock, Office


@dataclass
class State:
    """A state's authorities, its desk, and the clock of both."""

    office: Office
    desk: ExchangeDesk
    store: ExchangeStore

    @property
    def clock(self) -> Clock:
        return self.office.clock


@pytest.fixture
def make_state() -> Iterator[Callable[[str], State]]:
    states: list[tuple[State, Database]] = []

    def make(country: str) -> State:
        office = Office(country)
        office.authorities.found()
        database = Database("sqlite://", MIGRATIONS)
        store = ExchangeStore(database, office.clock)
        state = State(office, ExchangeDesk(country.upper(), office.authorities, store, office.clock), store)
        states.append((state, database))
        return state

    yield make
    for state, database in states:
        database.close()
        state.office.database.close()


@pytest.fixture
def montenegro(make_state: Callable[[str], State]) -> State:
    return make_state("me")


@pytest.fixture(scope="session")
def slovenian_office() -> Iterator[Office]:
    office = Office("si")
    office.authorities.found()
    yield office
    office.database.close()


@pytest.fixture
def slovenia(slovenian_office: Office) -> Iterator[State]:
    """A fresh desk over authorities that all tests share (their RSA keys take a while)."""
    slovenian_office.clock.now = Clock().now
    database = Database("sqlite://", MIGRATIONS)
    store = ExchangeStore(database, slovenian_office.clock)
    desk = ExchangeDesk("SI", slovenian_office.authorities, store, slovenian_office.clock)
    yield State(slovenian_office, desk, store)
    database.close()


@pytest.fixture
def third(montenegro: State) -> Iterator[State]:
    """A desk of Croatia. It publishes no list, so Montenegro's authorities stand in for its own."""
    database = Database("sqlite://", MIGRATIONS)
    store = ExchangeStore(database, montenegro.clock)
    desk = ExchangeDesk("HR", montenegro.office.authorities, store, montenegro.clock)
    yield State(montenegro.office, desk, store)
    database.close()
