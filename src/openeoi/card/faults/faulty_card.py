"""A card with a deliberate defect: the virtual card, with one `Defect` between it and the reader."""

from __future__ import annotations

from collections.abc import Callable

from openeoi.card.document_access import DocumentAccess
from openeoi.card.faults.defects import Defect
from openeoi.card.memory import CardMemory
from openeoi.card.operating_system import Request
from openeoi.card.virtual_card import VirtualCard
from openeoi.crypto.randomness import RandomSource
from openeoi.iso7816.apdu import ResponseApdu


class FaultyCard(VirtualCard):
    """Answers as the card in `memory` does, but for its defect, of which it makes a new one at each power on."""

    def __init__(self, memory: CardMemory, random: RandomSource, make_defect: Callable[[], Defect]) -> None:
        super().__init__(memory, random)
        self._make_defect = make_defect
        self._renew()

    def power_on(self, contactless: bool) -> None:
        super().power_on(contactless)
        self._renew()

    def _renew(self) -> None:
        self._defect = self._make_defect()
        self._document = DocumentAccess(self._system, self._defect.terminal_side())

    def process(self, command: bytes) -> bytes:
        return self._defect.on_the_wire(command, self._process_and_watch)

    def _process_and_watch(self, command: bytes) -> bytes:
        session = self._system.session
        before = session.channel
        answer = super().process(command)
        if session.channel is not None and session.channel is not before:
            session.channel = self._defect.channel(session.channel)
        return answer

    def _serve(self, request: Request) -> ResponseApdu:
        return self._defect.in_clear(request.command, lambda: super(FaultyCard, self)._serve(request))
