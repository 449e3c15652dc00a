"""One visit of the doctor: which reader is examined, what the computer says, what the card says."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from openeoi.agent.doctor.card_examination import AccessNumberSource, CardExamination
from openeoi.agent.doctor.computer import Computer
from openeoi.agent.doctor.facts import CardFacts, Facts, ReaderFacts, Slot
from openeoi.agent.doctor.ports import CardNotUsable, CardReaders, Permission, RevocationCheck, SeenReader, SeenReaders
from openeoi.agent.doctor.probes import browsers, opensc, service
from openeoi.crypto.randomness import RandomSource
from openeoi.profiles.card import CardParameters

VIRTUAL: Final = "virtual"

# Drivers put the device's serial number into the reader's name, in brackets behind the maker's and the model's names.
_BRACKET: Final = re.compile(r"[\[(]")


class ReaderNotThere(ValueError):
    """No reader, or more than one, has this in its name; `names` are those that are there."""

    def __init__(self, wanted: str, names: tuple[str, ...]) -> None:
        self.wanted = wanted
        self.names = names
        super().__init__(wanted)


@dataclass(frozen=True)
class Doctor:
    """`virtual` gives our own reader, None where this computer has no installation; it is asked only when it is needed.
    `preferred`: a part of the name of the reader to examine where none is named."""

    computer: Computer
    real: CardReaders
    virtual: Callable[[], CardReaders | None]
    parameters: CardParameters
    revocation: RevocationCheck
    random: RandomSource
    clock: Callable[[], datetime]
    preferred: str = ""

    def visit(self, wanted: str, access_number: AccessNumberSource, may: Permission) -> Facts:
        """Everything that can be found out. `wanted`: a part of a reader's name, `VIRTUAL`, or "" for the reader with a card.

        Raises ReaderNotThere where there are readers, and none or several are meant.
        """
        wanted = wanted or self.preferred
        seen = self.real.look()
        facts = self._of_the_computer(seen)
        if wanted == VIRTUAL or (not wanted and not seen.readers and not facts.usb.devices):
            own = self.virtual()
            if own is not None and (wanted == VIRTUAL or own.look().readers[0].slot is not Slot.EMPTY):
                return self._examine(replace(facts, real=False), own, own.look().readers, 0, access_number, may)
            if wanted == VIRTUAL:
                raise ReaderNotThere(wanted, tuple(redacted(one.name) for one in seen.readers))
        if not seen.readers:
            return facts  # what is wrong stands before the reader
        return self._examine(facts, self.real, seen.readers, _chosen(seen.readers, wanted), access_number, may)

    def _of_the_computer(self, seen: SeenReaders) -> Facts:
        computer = self.computer
        return Facts(
            platform=computer.platform,
            clock=service.clock(computer, self.clock()),
            pcsc_module=seen.module,
            service=replace(service.service(computer), refuses=seen.refused),
            usb=service.usb(computer),
            holding=service.holding(computer),
            opensc=opensc.opensc(computer),
            browsers=browsers.browsers(computer),
        )

    def _examine(
        self,
        facts: Facts,
        readers: CardReaders,
        seen: tuple[SeenReader, ...],
        chosen: int,
        access_number: AccessNumberSource,
        may: Permission,
    ) -> Facts:
        slot, card = seen[chosen].slot, None
        if slot is Slot.CARD:
            try:
                card = self._card(readers, seen[chosen].name, not facts.real, access_number, may)
            except CardNotUsable as trouble:
                slot = trouble.slot
        named = tuple(
            ReaderFacts(redacted(one.name), slot if number == chosen else one.slot, number == chosen)
            for number, one in enumerate(seen)
        )
        driver = opensc.driver(self.computer, seen[chosen].name) if facts.real and card is not None else ""
        known = None if facts.opensc is None else replace(facts.opensc, driver=driver)
        return replace(facts, readers=named, card=card, opensc=known)

    def _card(
        self, readers: CardReaders, reader: str, ours: bool, access_number: AccessNumberSource, may: Permission
    ) -> CardFacts:
        with readers.powered(reader) as card:
            examination = CardExamination(card, ours, self.parameters, may, self.revocation, self.random, self.clock())
            return examination.facts(access_number)


def redacted(name: str) -> str:
    """The part of a reader's name before what may be a serial number; it still finds the reader."""
    return _BRACKET.split(name)[0].strip() or "-"


def _chosen(readers: tuple[SeenReader, ...], wanted: str) -> int:
    """The reader with `wanted` in its name; for "" the first with something in it, else the first."""
    if not wanted:
        return next((number for number, one in enumerate(readers) if one.slot is not Slot.EMPTY), 0)
    found = [number for number, one in enumerate(readers) if wanted.casefold() in one.name.casefold()]
    exact = [number for number in found if wanted in (readers[number].name, redacted(readers[number].name))]
    if len(found) == 1 or exact:
        return (exact or found)[0]
    raise ReaderNotThere(wanted, tuple(redacted(one.name) for one in readers))
