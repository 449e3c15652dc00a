"""What the doctor needs from outside; `main` connects it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from openeoi.agent.doctor.facts import Revocation, Slot
from openeoi.agent.ports import PoweredCard
from openeoi.errors import OpenEoiError


class Question(StrEnum):
    """What the holder of a card that is not ours is asked before it is done."""

    ACCESS_NUMBER = "access_number"
    """Offer the CAN to the card once. A wrong one could count."""
    TRIES = "tries"
    """Ask the card how many tries its PINs have left. By the standard that is no try; this card may not keep to it."""


class Permission(Protocol):
    """Asks the holder; False for no, and where nobody can be asked."""

    def __call__(self, question: Question) -> bool: ...


class CardNotUsable(OpenEoiError):
    """The card in a reader cannot be powered: `slot` says how the reader is."""

    def __init__(self, slot: Slot) -> None:
        self.slot = slot
        super().__init__(f"the reader's card cannot be used: {slot.value}")


@dataclass(frozen=True, slots=True)
class SeenReader:
    """`name` as the system gives it, which may hold a serial number."""

    name: str
    slot: Slot


@dataclass(frozen=True, slots=True)
class SeenReaders:
    """`module`: the software for real readers is there. `refused`: the service turns this user away."""

    module: bool = True
    refused: bool = False
    readers: tuple[SeenReader, ...] = ()


class CardReaders(Protocol):
    """Real readers, or our virtual one. Looking disturbs no card."""

    def look(self) -> SeenReaders: ...

    def powered(self, reader: str) -> AbstractContextManager[PoweredCard]:
        """Raises CardNotUsable."""
        ...


class RevocationCheck(Protocol):
    """Whether a certificate (DER) is revoked, as far as that can be told here."""

    def __call__(self, certificate: bytes, chain: tuple[bytes, ...]) -> Revocation: ...
