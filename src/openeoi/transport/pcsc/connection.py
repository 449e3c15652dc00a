"""A card in a reader of this computer, held alone from entering to leaving."""

from __future__ import annotations

from contextlib import ExitStack
from time import monotonic, sleep
from types import TracebackType
from typing import Final, Self

from openeoi.transport.errors import CardRemoved, CommandTooLong, PcscError
from openeoi.transport.pcsc.features import data_maximum
from openeoi.transport.pcsc.holding import Holding
from openeoi.transport.pcsc.readers import chosen, info_of
from openeoi.transport.pcsc.resource_manager import (
    BROKEN_EXCHANGE_CODES,
    PROTOCOL_T0,
    RESET,
    SHARE_EXCLUSIVE,
    SHARE_SHARED,
    STATE_UNAWARE,
    UNPOWER,
    ReaderState,
    ResourceManager,
    require,
    resource_manager,
)
from openeoi.transport.pcsc.transmission_protocol import SHORT_DATA_MAXIMUM, data_length, exchange_t0

PATIENCE_SECONDS: Final = 10.0
PAUSE_SECONDS: Final = 0.1
# How long pcscd may take to notice that the card is gone after an exchange with it broke (it looks every 400 ms).
NOTICE_SECONDS: Final = 1.0


class PcscTransport:
    """Fills `transport.Transport` over the card in a reader: `with PcscTransport("ACR39") as card: run(steps, card)`.

    `reader` is the name or a part of it. Entering connects in shared mode and begins a transaction, so that no other program
    speaks to the card in between; `exclusive` keeps others from connecting at all. Another program that holds the card is waited
    for `patience` seconds. Leaving resets the card: no verified PIN and no channel stays behind.

    Entering raises PcscNotAvailable, PcscServiceNotRunning, PcscAccessDenied, ReaderNotFound, ReaderAmbiguous, NoCardInReader,
    CardMute, ReaderInUse; `exchange` raises CardRemoved, CardWasReset, CommandTooLong and PcscError.
    """

    def __init__(self, reader: str, *, exclusive: bool = False, patience: float = PATIENCE_SECONDS) -> None:
        self._wanted = reader
        self._share = SHARE_EXCLUSIVE if exclusive else SHARE_SHARED
        self._patience = patience
        self._manager: ResourceManager | None = None
        self._handle = self._protocol = 0
        self._data_maximum: int | None = None
        self._held = ExitStack()
        self.reader = reader
        self.atr = b""

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            manager = stack.enter_context(resource_manager())
            self.reader = chosen(self._wanted, manager.readers())
            holding = Holding(manager, self.reader, self._share, monotonic() + self._patience, stack)
            self._handle, self._protocol = holding.get()
            self.atr = manager.atr(self._handle, self.reader)
            self._data_maximum = data_maximum(manager, self._handle)
            holding.disposition = RESET
            self._manager = manager
            self._held = stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._manager = None
        self._held.close()

    def exchange(self, command: bytes) -> bytes:
        self._require_carried(command)
        return exchange_t0(command, self._transmit) if self._protocol == PROTOCOL_T0 else self._transmit(command)

    def reset(self) -> None:
        """Power off and on; everything volatile on the card is forgotten."""
        manager = self._open()
        self._protocol = manager.reconnect(self._handle, self._share, UNPOWER, self.reader)
        self.atr = manager.atr(self._handle, self.reader)

    def _require_carried(self, command: bytes) -> None:
        maximum = SHORT_DATA_MAXIMUM if self._protocol == PROTOCOL_T0 else self._data_maximum
        if maximum is not None and data_length(command) > maximum:
            raise CommandTooLong(self.reader, maximum)

    def _transmit(self, command: bytes) -> bytes:
        manager = self._open()
        code, answer = manager.transmit(self._handle, self._protocol, command)
        if code in BROKEN_EXCHANGE_CODES and not self._card_is_there(manager):
            raise CardRemoved("the card was taken out of the reader")
        require(code, self.reader)
        return answer

    def _card_is_there(self, manager: ResourceManager) -> bool:
        """Whether the card still lies in the reader, as far as the service notices within NOTICE_SECONDS."""
        deadline = monotonic() + NOTICE_SECONDS
        while monotonic() < deadline:
            states = manager.states([ReaderState(self.reader, STATE_UNAWARE, 0, b"")], 0)
            if not states or not info_of(states[0]).card_present:
                return False
            sleep(PAUSE_SECONDS)
        return True

    def _open(self) -> ResourceManager:
        if self._manager is None:
            raise PcscError("the reader is not open")
        return self._manager
