"""The readers of this computer: which are there, and what lies in them. Looking disturbs no other program and no card."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from time import monotonic
from typing import Final

from openeoi.iso7816.answer_to_reset import Interface, interface_of
from openeoi.transport.errors import (
    NoCardInReader,
    PcscAccessDenied,
    PcscNotAvailable,
    PcscServiceNotRunning,
    ReaderAmbiguous,
    ReaderNotFound,
)
from openeoi.transport.pcsc.resource_manager import (
    STATE_EXCLUSIVE,
    STATE_IN_USE,
    STATE_MUTE,
    STATE_PRESENT,
    STATE_UNAWARE,
    ReaderState,
    ResourceManager,
    resource_manager,
)

# A call is cut into pieces of this length, so that Ctrl-C is heard in between.
SLICE_MILLISECONDS: Final = 250


@dataclass(frozen=True, slots=True)
class ReaderInfo:
    """A reader. `atr` is None where no card lies in it or the card is `mute`.

    `in_use`: some program is connected to the card; `exclusive`: it lets nobody else at it. `count` grows with every card that
    comes or goes, so that two looks tell whether it is still the same one.
    """

    name: str
    atr: bytes | None = None
    card_present: bool = False
    mute: bool = False
    in_use: bool = False
    exclusive: bool = False
    count: int = 0

    @property
    def interface(self) -> Interface | None:
        """None where there is no card."""
        return None if self.atr is None else interface_of(self.atr)


class Service(StrEnum):
    """How PC/SC is on this computer, as far as this program can see."""

    NOT_INSTALLED = "pyscard is not installed"
    NOT_RUNNING = "the service does not run"
    REFUSED = "the service refuses this user"
    RUNNING = "the service runs"


@dataclass(frozen=True, slots=True)
class PcscFacts:
    """For a diagnosis: nothing here is an error."""

    service: Service
    readers: tuple[ReaderInfo, ...] = ()


def look() -> PcscFacts:
    """The service and the readers, whatever state they are in."""
    try:
        return PcscFacts(Service.RUNNING, list_readers())
    except PcscNotAvailable:
        return PcscFacts(Service.NOT_INSTALLED)
    except PcscServiceNotRunning:
        return PcscFacts(Service.NOT_RUNNING)
    except PcscAccessDenied:
        return PcscFacts(Service.REFUSED)


def list_readers() -> tuple[ReaderInfo, ...]:
    """All readers in the service's order. Raises PcscNotAvailable, PcscServiceNotRunning, PcscAccessDenied."""
    with resource_manager() as manager:
        return readers_of(manager)


def find_reader(wanted: str) -> ReaderInfo:
    """The reader of this name, or the one with `wanted` in its name, capitals and small letters alike.

    Raises ReaderNotFound, ReaderAmbiguous, and what `list_readers` does.
    """
    readers = list_readers()
    name = chosen(wanted, tuple(one.name for one in readers))
    return next(one for one in readers if one.name == name)


def wait_for_card(reader: str, seconds: float) -> ReaderInfo:
    """Waits until a card that answers lies in the reader of exactly this name. Raises NoCardInReader when the time is over,
    ReaderNotFound when the reader is or goes away."""
    deadline = monotonic() + seconds
    with resource_manager() as manager:
        known = ReaderState(reader, STATE_UNAWARE, 0, b"")
        while True:
            left = max(0, round((deadline - monotonic()) * 1000))
            states = manager.states((known,), min(left, SLICE_MILLISECONDS))
            if not states:
                raise ReaderNotFound(reader, manager.readers())
            known = states[0]
            if info_of(known).atr is not None:
                return info_of(known)
            if not left:
                raise NoCardInReader(reader)


def chosen(wanted: str, names: tuple[str, ...]) -> str:
    """See `find_reader`."""
    if wanted in names:
        return wanted
    matching = [name for name in names if wanted.casefold() in name.casefold()]
    if not matching:
        raise ReaderNotFound(wanted, names)
    if len(matching) > 1:
        raise ReaderAmbiguous(wanted, matching)
    return matching[0]


def readers_of(manager: ResourceManager) -> tuple[ReaderInfo, ...]:
    names = manager.readers()
    if not names:
        return ()
    unaware = [ReaderState(name, STATE_UNAWARE, 0, b"") for name in names]
    return tuple(info_of(state) for state in manager.states(unaware, 0))


def info_of(state: ReaderState) -> ReaderInfo:
    present, mute = bool(state.flags & STATE_PRESENT), bool(state.flags & STATE_MUTE)
    return ReaderInfo(
        name=state.name,
        # pcsc-lite tells of a card before it has answered: without an ATR it is not there for us yet.
        atr=state.atr if present and not mute and state.atr else None,
        card_present=present,
        mute=mute,
        in_use=bool(state.flags & (STATE_IN_USE | STATE_EXCLUSIVE)),
        exclusive=bool(state.flags & STATE_EXCLUSIVE),
        count=state.count,
    )
