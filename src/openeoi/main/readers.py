"""Which reader a name means, at the command line and in the setting `reader`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from openeoi.agent.reader import NAME

if TYPE_CHECKING:
    from openeoi.agent.ports import Reader
    from openeoi.agent.reader import CardReader

VIRTUAL: Final = "virtual"
RELAY: Final = "relay:"


def reader_named(name: str, virtual: CardReader, certificates: Callable[[], Path]) -> Reader:
    """The virtual reader for "virtual" or its own name; a card at another place for relay:HOST:PORT, with our certificate for it
    in the folder that `certificates` gives; else a reader of this computer, by its name or a part of it."""
    if name in (VIRTUAL, NAME):
        return virtual
    from openeoi.agent.real_readers import PcscReader, RelayReader

    if not name.startswith(RELAY):
        return PcscReader(name)
    from openeoi.agent.relay_commands import address
    from openeoi.transport.relay import Credentials

    host, port = address(name.removeprefix(RELAY), "--reader")
    return RelayReader(host, port, Credentials.of_only_user(certificates()))
