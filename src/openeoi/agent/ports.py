"""What the agent needs from outside; `main` connects it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from openeoi.transport import Transport
from openeoi.transport.errors import TransportError
from openeoi.transport.in_process import Card
from openeoi.web.figures import CardPicture

__all__ = ["Card", "CardFaces", "Cards", "PoweredCard", "Reader", "ReaderMemory", "ReaderState", "SamplePins"]


@dataclass(frozen=True, slots=True)
class ReaderState:
    """`card` tells the card in the reader from every other one, "" for none: its name in the box, or what a real reader knows of
    it. `problem` is why a real reader cannot be looked at."""

    card: str = ""
    contactless: bool = False
    problem: TransportError | None = None


class PoweredCard(Transport, Protocol):
    """A card under power, for this user alone. `reset` switches it off and on."""

    @property
    def atr(self) -> bytes: ...

    def reset(self) -> None: ...


class Reader(Protocol):
    """Takes one card: the virtual reader, one of this computer, one far away."""

    @property
    def name(self) -> str: ...

    @property
    def state(self) -> ReaderState:
        """What lies in it now; looking disturbs no card."""
        ...

    def powered(self) -> AbstractContextManager[PoweredCard]:
        """The card in the reader, as after a reset, for one user. Raises TransportError (NoCardInReader among them), and what
        `Cards.powered` does."""
        ...


class Cards(Protocol):
    """The holder's cards, lying in a box. A name is the chip's serial number as the issuing office wrote it down."""

    def names(self) -> tuple[str, ...]: ...

    def powered(self, name: str, contactless: bool) -> AbstractContextManager[Card]:
        """The card under power, for one user at a time across all programs. Raises UnknownCard, CardBusy, DamagedCardFile."""
        ...


class CardFaces(Protocol):
    """What is printed on the cards."""

    def face(self, name: str) -> CardPicture | None:
        """None for a card on which nothing is printed yet."""
        ...


class SamplePins(Protocol):
    """What a person trying out a sample card must know; real cards have no such thing."""

    def __call__(self, name: str) -> tuple[str, str] | None:
        """The PIN for logging in and the PIN for signing of a sample card; None for every other card."""
        ...


class ReaderMemory(Protocol):
    """Where the reader remembers which card lies in it; `storage.atomic_files.AtomicFile` is one."""

    def exists(self) -> bool: ...
    def load(self) -> bytes: ...
    def save(self, content: bytes) -> None: ...
