"""Readers that hold real cards, as the agent sees them: `agent.ports.Reader` over the transports that reach them."""

from __future__ import annotations

from contextlib import AbstractContextManager

from openeoi.agent.ports import PoweredCard, ReaderState
from openeoi.iso7816.answer_to_reset import Interface
from openeoi.transport.errors import CardMute, TransportError
from openeoi.transport.pcsc import PcscTransport, find_reader
from openeoi.transport.relay import Credentials, RelayTransport
from openeoi.transport.relay import look as look_through_relay


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


class RelayReader:
    """A reader at another place."""

    def __init__(self, host: str, port: int, credentials: Credentials) -> None:
        self._host, self._port, self._credentials = host, port, credentials

    @property
    def name(self) -> str:
        return f"relay:{self._host}:{self._port}"

    @property
    def state(self) -> ReaderState:
        try:
            found = look_through_relay(self._host, self._port, self._credentials)
        except TransportError as error:
            return ReaderState(problem=error)
        return ReaderState(f"{self.name} {found.tag.hex()}" if found.card else "", found.contactless)

    def powered(self) -> AbstractContextManager[PoweredCard]:
        return RelayTransport(self._host, self._port, self._credentials)
