"""Readers that hold real cards, as the agent sees them: `agent.ports.Reader` over the transports that reach them."""

from __future__ import annotations

from contextlib import AbstractContextManager

from openeoi.agent.ports import PoweredCard, ReaderState
from openeoi.iso7816.answer_to_reset import Interface
from openeoi.transport.errors import CardMute, TransportError
from openeoi.transport.pcsc import PcscTransport, find_reader


class PcscReader:
    """A reader of this computer, by its name in PC/SC or a part of that."""

    def __init__(self, wanted: str) -> None:
        self._wanted = wanted

    @property
    def name(self) -> str:
        """In full where there is such a reader now."""
        try:
            return find_reader(self._wanted).name
        except TransportError:
            return self._wanted

    @property
    def state(self) -> ReaderState:
        try:
            found = find_reader(self._wanted)
        except TransportError as error:
            return ReaderState(problem=error)
        if found.mute:
            return ReaderState(problem=CardMute(found.name))
        if found.atr is None:
            return ReaderState()
        # The count differs for the next card, even if it looks the same: what was typed for one card is not used for another.
        return ReaderState(f"{found.name} #{found.count}", found.interface is not Interface.CONTACT)

    def powered(self) -> AbstractContextManager[PoweredCard]:
        return PcscTransport(self._wanted)
