"""The computer's own readers for the doctor, through PC/SC."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from openeoi.agent.doctor.facts import Slot
from openeoi.agent.doctor.ports import CardNotUsable, SeenReader, SeenReaders
from openeoi.agent.ports import PoweredCard
from openeoi.transport import pcsc
from openeoi.transport.errors import CardMute, NoCardInReader, ReaderInUse, TransportError
from openeoi.transport.pcsc import ReaderInfo, Service

PATIENCE_SECONDS = 3.0


class PcscReaders:
    """Fills `ports.CardReaders`."""

    def look(self) -> SeenReaders:
        seen = pcsc.look()
        return SeenReaders(
            module=seen.service is not Service.NOT_INSTALLED,
            refused=seen.service is Service.REFUSED,
            readers=tuple(SeenReader(one.name, _slot(one)) for one in seen.readers),
        )

    @contextmanager
    def powered(self, reader: str) -> Iterator[PoweredCard]:
        with ExitStack() as held:
            try:
                card = held.enter_context(pcsc.PcscTransport(reader, patience=PATIENCE_SECONDS))
            except NoCardInReader:
                raise CardNotUsable(Slot.EMPTY) from None
            except ReaderInUse:
                raise CardNotUsable(Slot.IN_USE) from None
            except CardMute:
                raise CardNotUsable(Slot.MUTE) from None
            except TransportError:
                # Unplugged or taken out between the look and now.
                raise CardNotUsable(Slot.EMPTY) from None
            yield card


def _slot(reader: ReaderInfo) -> Slot:
    if reader.exclusive:
        return Slot.IN_USE
    if reader.mute:
        return Slot.MUTE
    return Slot.CARD if reader.card_present else Slot.EMPTY
