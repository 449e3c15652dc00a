"""A virtual card in the same process: the shortest way to carry an APDU."""

from __future__ import annotations

from typing import Protocol

from openeoi.transport.errors import CardRemoved


class Card(Protocol):
    """What a card shows to a reader. `card.virtual_card.VirtualCard` is one; a test writes its own in a few lines.

    `process` answers any bytes with a response APDU; `power_on` and `reset` forget everything volatile; `atr` is the answer to
    reset of the interface (contact or contactless), which a reader learns before the first command.
    """

    def process(self, command: bytes) -> bytes: ...

    def power_on(self, contactless: bool) -> None: ...

    def reset(self) -> None: ...

    def atr(self, contactless: bool) -> bytes: ...


class InProcess:
    """Fills `transport.Transport`. The card is used as it is (no reset); `remove` takes it out of the reader."""

    def __init__(self, card: Card, contactless: bool = False) -> None:
        self._card: Card | None = card
        self._contactless = contactless

    @property
    def atr(self) -> bytes:
        return self._present().atr(self._contactless)

    def exchange(self, command: bytes) -> bytes:
        return self._present().process(command)

    def reset(self) -> None:
        """Power off and on: what a reader does when it connects anew."""
        self._present().power_on(self._contactless)

    def remove(self) -> None:
        self._card = None

    def _present(self) -> Card:
        if self._card is None:
            raise CardRemoved("there is no card in the reader")
        return self._card
