"""Which reader a name means, at the command line and in the setting `reader`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from openeoi.agent.reader import NAME

if TYPE_CHECKING:
    from openeoi.agent.ports import Reader
    from openeoi.agent.reader import CardReader

VIRTUAL: Final = "virtual"


def reader_named(name: str, virtual: CardReader) -> Reader:
    """The virtual reader for "virtual" or its own name; else a reader of this computer, by its name or a part of it."""
    if name in (VIRTUAL, NAME):
        return virtual
    from openeoi.agent.real_readers import PcscReader

    return PcscReader(name)
