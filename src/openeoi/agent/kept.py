"""Things that a page must find again after a redirect: requests waiting for consent, results with their traces.

They live in this process, behind unguessable tickets, for a limited time and in limited number: the holder's own computer is one
process by nature, and what was read from a card shall not be written anywhere.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar

Thing = TypeVar("Thing")

LIFETIME: Final = timedelta(minutes=15)
MOST: Final = 64


class Kept(Generic[Thing]):
    """Tickets to things; the oldest go first when there are too many."""

    def __init__(self, clock: Callable[[], datetime], lifetime: timedelta = LIFETIME, most: int = MOST) -> None:
        self._clock = clock
        self._lifetime = lifetime
        self._most = most
        self._lock = threading.Lock()
        self._things: OrderedDict[str, tuple[datetime, Thing]] = OrderedDict()

    def put(self, thing: Thing, ticket: str = "") -> str:
        """A ticket of 22 characters that may stand in an address; `ticket` is one that stood for something else before."""
        ticket = ticket or secrets.token_urlsafe(16)
        with self._lock:
            self._things[ticket] = (self._clock(), thing)
            while len(self._things) > self._most:
                self._things.popitem(last=False)
        return ticket

    def get(self, ticket: str) -> Thing | None:
        """The thing; None when the ticket is unknown or its time is over."""
        with self._lock:
            put_at, thing = self._things.get(ticket, (None, None))
            if put_at is None or self._clock() - put_at > self._lifetime:
                self._things.pop(ticket, None)
                return None
            return thing

    def take(self, ticket: str) -> Thing | None:
        """As `get`, and the ticket is used up."""
        with self._lock:
            put_at, thing = self._things.pop(ticket, (None, None))
        return None if put_at is None or self._clock() - put_at > self._lifetime else thing
