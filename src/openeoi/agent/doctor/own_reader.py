"""Our virtual reader for the doctor."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from openeoi.agent.doctor.facts import Slot
from openeoi.agent.doctor.ports import CardNotUsable, SeenReader, SeenReaders
from openeoi.agent.errors import CardBusy, UnknownCard
from openeoi.agent.ports import PoweredCard
from openeoi.agent.reader import CardReader
from openeoi.transport.errors import NoCardInReader


class OwnReader:
    """Fills `ports.CardReaders`."""

    def __init__(self, reader: CardReader) -> None:
        self._reader = reader

    def look(self) -> SeenReaders:
        slot = Slot.CARD if self._reader.state.card else Slot.EMPTY
        return SeenReaders(readers=(SeenReader(self._reader.name, slot),))

    @contextmanager
    def powered(self, reader: str) -> Iterator[PoweredCard]:
        with ExitStack() as held:
            try:
                card = held.enter_context(self._reader.powered())
            except CardBusy:
                raise CardNotUsable(Slot.IN_USE) from None
            except (NoCardInReader, UnknownCard):
                raise CardNotUsable(Slot.EMPTY) from None
            yield card
