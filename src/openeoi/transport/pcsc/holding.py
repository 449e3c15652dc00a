"""Getting hold of a card: connecting, and beginning a transaction.

While another program has a transaction, PC/SC lets the second call wait for its end (pcsc-lite the first one as well), for ever
if need be, and neither can be cancelled. So they run in a thread of their own, and we wait until a deadline. When we give up, or
Ctrl-C comes, the thread gives back what it then gets.
"""

from __future__ import annotations

import threading
from contextlib import ExitStack
from time import monotonic, sleep
from typing import Final

from openeoi.transport.errors import CardWasReset, ReaderInUse, TransportError
from openeoi.transport.pcsc.resource_manager import LEAVE_CARD, SHARE_SHARED, ResourceManager

PAUSE_SECONDS: Final = 0.1


class Holding:
    """The wait for one card. After `get` the card is held; closing `open_things` lets go of it, with `disposition`: until we have
    spoken to the card, we leave it as others left it."""

    def __init__(self, manager: ResourceManager, reader: str, share: int, deadline: float, open_things: ExitStack) -> None:
        self._manager, self._reader, self._share = manager, reader, share
        self._deadline = deadline
        self._open_things = open_things
        self.disposition = LEAVE_CARD
        self._lock = threading.Lock()
        self._ended = False
        self._given_up = False
        self._got: tuple[int, int] | None = None
        self._error: TransportError | None = None

    def get(self) -> tuple[int, int]:
        """The card's handle and protocol. Raises ReaderInUse after the deadline (monotonic seconds), and what connecting raises;
        `open_things` is closed then, at once or by the thread."""
        thread = threading.Thread(target=self._work, daemon=True)
        thread.start()
        try:
            thread.join(max(0.0, self._deadline - monotonic()))
        finally:
            with self._lock:
                # Also where Ctrl-C ended the waiting.
                self._given_up = not self._ended
                if self._given_up:
                    self._open_things = self._open_things.pop_all()
        if self._error is not None:
            raise self._error
        if self._got is None:
            raise ReaderInUse(self._reader)
        return self._got

    def _work(self) -> None:
        error: TransportError | None = None
        try:
            got = self._hold()
        except TransportError as raised:
            got, error = None, raised
        with self._lock:
            self._ended, self._got, self._error = True, got, error
            if self._given_up:
                self._open_things.close()

    def _hold(self) -> tuple[int, int]:
        handle, protocol = self._connect()
        self._open_things.callback(lambda: self._manager.disconnect(handle, self.disposition))
        if self._share == SHARE_SHARED:
            protocol = self._begin(handle, protocol)
        return handle, protocol

    def _begin(self, handle: int, protocol: int) -> int:
        """Begins the transaction; the protocol in use then. Whoever had the card before may have reset it while we waited: that
        is told here once, and of no concern, as we have not said anything to the card yet."""
        while True:
            try:
                self._manager.begin(handle, self._reader)
                return protocol
            except CardWasReset:
                if monotonic() >= self._deadline:
                    raise
                protocol = self._manager.reconnect(handle, self._share, LEAVE_CARD, self._reader)

    def _connect(self) -> tuple[int, int]:
        while True:
            try:
                return self._manager.connect(self._reader, self._share)
            except ReaderInUse:
                if monotonic() >= self._deadline:
                    raise
                sleep(PAUSE_SECONDS)
