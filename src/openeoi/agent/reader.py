"""The virtual reader: which card lies in it, and on which interface.

That survives a restart. Each use powers the card anew and holds it alone.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

from openeoi.agent.errors import ReaderMemoryDamaged, UnknownCard
from openeoi.agent.ports import Cards, ReaderMemory, ReaderState
from openeoi.transport.errors import NoCardInReader
from openeoi.transport.in_process import InProcess

NAME: Final = "OpenEOI virtual reader"


class CardReader:
    """`agent.ports.Reader` with the box of cards beside it."""

    def __init__(self, cards: Cards, memory: ReaderMemory, name: str = NAME) -> None:
        self.name = name
        self.cards = cards
        self._memory = memory
        self._lock = threading.Lock()

    @property
    def state(self) -> ReaderState:
        """What lies in the reader. A remembered card that is no longer in the box counts as taken out.
        Raises ReaderMemoryDamaged."""
        if not self._memory.exists():
            return ReaderState()
        try:
            remembered = json.loads(self._memory.load())
            state = ReaderState(str(remembered["card"]), bool(remembered["contactless"]))
        except (ValueError, KeyError, TypeError) as error:
            raise ReaderMemoryDamaged from error
        return state if state.card in self.cards.names() else replace(state, card="")

    def insert(self, name: str) -> None:
        """Put a card from the box into the reader; one that lies there goes back. Raises UnknownCard."""
        if name not in self.cards.names():
            raise UnknownCard(name)
        self._remember(replace(self.state, card=name))

    def remove(self) -> None:
        self._remember(replace(self.state, card=""))

    def use_interface(self, contactless: bool) -> None:
        """Lay the card on the reader (contactless) or push it in (contacts)."""
        self._remember(replace(self.state, contactless=contactless))

    @contextmanager
    def powered(self) -> Iterator[InProcess]:
        """The card in the reader, freshly powered, for one user. Raises NoCardInReader and what `Cards.powered` does."""
        with self._lock:
            state = self.state
            if not state.card:
                raise NoCardInReader(self.name)
            with self.cards.powered(state.card, state.contactless) as card:
                yield InProcess(card, state.contactless)

    def _remember(self, state: ReaderState) -> None:
        self._memory.save(json.dumps({"card": state.card, "contactless": state.contactless}).encode())
