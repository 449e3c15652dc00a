"""Where a card's state lives while it has no power: a port."""

from __future__ import annotations

from typing import Protocol

from openeoi.errors import OpenEoiError


class CardMemory(Protocol):
    """One byte string, replaced as a whole: after `save` returns or fails, `load` gives the old content or the new one.

    Both raise an OpenEoiError where the medium fails. After a failed `save` the card no longer trusts what it remembers and loads
    anew.
    """

    def load(self) -> bytes: ...
    def save(self, content: bytes) -> None: ...


class VolatileMemory:
    """A memory that ends with the process: for tests, tours and cards that nobody keeps."""

    def __init__(self, content: bytes = b"") -> None:
        self._content = content

    def load(self) -> bytes:
        if not self._content:
            raise NothingStored("this memory holds no card yet")
        return self._content

    def save(self, content: bytes) -> None:
        self._content = content


class NothingStored(OpenEoiError):
    """`load` before the first `save`."""
