"""The issued card lies in the reader from test to test, as on a holder's desk; a test that touched its PINs uses it up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path

from interop.issued_card import IssuedCard
from interop.reader import VirtualReader
from openeoi.card.state import decode
from openeoi.storage.atomic_files import AtomicFile


class Slot:
    """`folder` keeps the files of the cards."""

    def __init__(self, reader: VirtualReader, issued: IssuedCard, contactless: bool, folder: Path) -> None:
        self._reader, self._issued, self._contactless, self._folder = reader, issued, contactless, folder
        self._inserted = ExitStack()
        self._file: AtomicFile | None = None
        self._numbers = count(1)

    def card(self) -> AtomicFile:
        """The file of the card in the reader, with PINs and tries as on the day of its activation."""
        if self._file is None or decode(self._file.load()).pins != decode(self._issued.content).pins:
            self.take_out()
            self._file = self._issued.file(self._folder / f"card-{next(self._numbers)}")
            self._inserted.enter_context(self._reader.card(self._file.path, self._contactless))
        return self._file

    def take_out(self) -> None:
        self._inserted.close()
        self._file = None


@contextmanager
def slot(reader: VirtualReader, issued: IssuedCard, contactless: bool, folder: Path) -> Iterator[Slot]:
    used = Slot(reader, issued, contactless, folder)
    try:
        yield used
    finally:
        used.take_out()
