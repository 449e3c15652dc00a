"""The agent as a whole: its reader, what it knows of the cards, and what pages must find again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from openeoi.agent.card_session import CardSession
from openeoi.agent.doctor.visit import Doctor
from openeoi.agent.kept import Kept
from openeoi.agent.ports import CardFaces, Reader, SamplePins
from openeoi.agent.reader import CardReader
from openeoi.crypto.randomness import RandomSource
from openeoi.profiles.card import CardParameters
from openeoi.protocols.browser_card import CardRequest
from openeoi.terminal.examination import Trust
from openeoi.web.figures import CardPicture

ACCESS_NUMBER_LIFETIME: Final = timedelta(hours=8)


@dataclass(frozen=True)
class Agent:
    """`reader` is the one whose card is used, `virtual_reader` the one beside the box of virtual cards; they may be the same.

    `parameters` gives the lengths of PINs, `trust` what reading a document believes.
    `sample_pins` the PINs of cards that are there for trying out. `doctor`: None where this computer is not to be examined.

    `one_answer` is held from looking for a request until its answer is kept: of two answers the card sees one."""

    reader: Reader
    virtual_reader: CardReader
    faces: CardFaces
    parameters: CardParameters
    trust: Trust
    random: RandomSource
    clock: Callable[[], datetime]
    sample_pins: SamplePins = lambda name: None
    doctor: Callable[[], Doctor] | None = None
    requests: Kept[CardRequest] = field(init=False)
    results: Kept[object] = field(init=False)
    access_numbers: Kept[str] = field(init=False)
    one_answer: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "requests", Kept[CardRequest](self.clock))
        object.__setattr__(self, "results", Kept[object](self.clock))
        object.__setattr__(self, "access_numbers", Kept[str](self.clock, ACCESS_NUMBER_LIFETIME))

    def at(self, reader: Reader) -> Agent:
        """The same agent with another reader; what pages keep is not shared."""
        return replace(self, reader=reader)

    @contextmanager
    def session(self) -> Iterator[CardSession]:
        """The inserted card under power, for this user alone. Raises what `Reader.powered` does."""
        with self.reader.powered() as wire:
            yield CardSession(wire, self.random)

    def face(self) -> CardPicture | None:
        """What is printed on the inserted card; None for none, and for one that is not from the box."""
        card = self.virtual_reader.state.card if self.reader is self.virtual_reader else ""
        return self.faces.face(card) if card else None
