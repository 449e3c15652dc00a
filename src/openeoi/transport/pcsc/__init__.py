"""Card readers of this computer, through PC/SC (PC/SC part 5 in winscard's form) and the extra `pcsc`, which is pyscard."""

from openeoi.transport.pcsc.connection import PcscTransport
from openeoi.transport.pcsc.readers import (
    PcscFacts,
    ReaderInfo,
    Service,
    find_reader,
    list_readers,
    look,
    wait_for_card,
)
from openeoi.transport.pcsc.watching import ReaderChange, ReaderEvent, watch

__all__ = [
    "PcscFacts",
    "PcscTransport",
    "ReaderChange",
    "ReaderEvent",
    "ReaderInfo",
    "Service",
    "find_reader",
    "list_readers",
    "look",
    "wait_for_card",
    "watch",
]
