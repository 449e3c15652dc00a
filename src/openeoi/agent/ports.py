"""What the agent needs from outside; `main` connects it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from openeoi.transport.in_process import Card
from openeoi.web.figures import CardPicture

__all__ = ["Card", "CardFaces", "Cards", "ReaderMemory", "SamplePins"]


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
