"""The box of cards on disk: one file `<name>.card` for each virtual card, with a lock so that one program at a time powers it."""

from __future__ import annotations

import fcntl
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from openeoi.agent.errors import CardBusy, UnknownCard
from openeoi.agent.ports import Card
from openeoi.card.virtual_card import VirtualCard
from openeoi.crypto.randomness import RandomSource
from openeoi.storage.atomic_files import AtomicFile
from openeoi.transport.slow_card import SlowCard

SUFFIX: Final = ".card"
FAULT_SUFFIX: Final = ".fault"
NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", re.ASCII)
WAIT_SECONDS: Final = 10.0
PAUSE_SECONDS: Final = 0.02


class CardFolder:
    """`agent.ports.Cards` over a folder. The state of a card is read from its file each time it gets power."""

    def __init__(self, folder: Path, random: RandomSource) -> None:
        self._folder = folder
        self._random = random

    def names(self) -> tuple[str, ...]:
        return tuple(sorted(file.stem for file in self._folder.glob(f"*{SUFFIX}") if NAME.fullmatch(file.stem)))

    def file(self, name: str) -> AtomicFile:
        """The file of a card, whether it is there or not. Raises UnknownCard for a name that no card can have."""
        if not NAME.fullmatch(name):
            raise UnknownCard(name)
        return AtomicFile(self._folder / f"{name}{SUFFIX}")

    def fault_file(self, name: str) -> AtomicFile:
        """Beside the file of a card that is faulty on purpose: holds the fault's name in the catalogue. Raises UnknownCard."""
        return AtomicFile(self.file(name).path.with_suffix(FAULT_SUFFIX))

    def faulty(self) -> tuple[str, ...]:
        """The names of the cards that are faulty on purpose."""
        return tuple(name for name in self.names() if self.fault_file(name).exists())

    @contextmanager
    def powered(self, name: str, contactless: bool) -> Iterator[Card]:
        file = self.file(name)
        if not file.exists():
            raise UnknownCard(name)
        with _only_user(self._folder / f".{name}.lock", name):
            card = self._open(name)
            card.power_on(contactless)
            yield SlowCard(card, card.answer_delay) if card.answer_delay else card

    def _open(self, name: str) -> VirtualCard:
        fault = self.fault_file(name)
        if not fault.exists():
            return VirtualCard(self.file(name), self._random)
        from openeoi.card.faults.catalogue import open_faulty_card

        return open_faulty_card(fault.load().decode("ascii", "replace"), self.file(name), self._random)


@contextmanager
def _only_user(lock: Path, name: str) -> Iterator[None]:
    # flock, not a lock file that must be deleted: the kernel lets go of it when the process dies.
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        deadline = time.monotonic() + WAIT_SECONDS
        while not _locked(descriptor):
            if time.monotonic() > deadline:
                raise CardBusy(name)
            time.sleep(PAUSE_SECONDS)
        yield
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
