"""Hot plug: readers and cards as they come and go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from time import monotonic

from openeoi.transport.pcsc.readers import SLICE_MILLISECONDS, ReaderInfo, info_of, readers_of
from openeoi.transport.pcsc.resource_manager import PLUG_AND_PLAY, STATE_UNAWARE, ReaderState, ResourceManager, resource_manager


class ReaderChange(StrEnum):
    READER_ADDED = "reader added"
    READER_REMOVED = "reader removed"
    CARD_INSERTED = "card inserted"
    CARD_REMOVED = "card removed"


@dataclass(frozen=True, slots=True)
class ReaderEvent:
    """`reader` is how the reader is since the change; for one that was removed, how it was before."""

    change: ReaderChange
    reader: ReaderInfo


def watch(seconds: float | None = None) -> Iterator[ReaderEvent]:
    """Tells of the readers that are there and what lies in them, then of every change; ends after `seconds`, if that is given.

    Raises PcscNotAvailable, PcscServiceNotRunning (also when the service ends while it is watched), PcscAccessDenied.
    """
    deadline = None if seconds is None else monotonic() + seconds
    with resource_manager() as manager:
        known: dict[str, ReaderInfo] = {}
        while True:
            now = {one.name: one for one in readers_of(manager)}
            yield from changes(known, now)
            known = now
            if deadline is not None and monotonic() >= deadline:
                return
            _await_change(manager, known)


def changes(before: Mapping[str, ReaderInfo], now: Mapping[str, ReaderInfo]) -> Iterator[ReaderEvent]:
    """What happened between two looks, in an order in which it can have happened."""
    for name in before.keys() - now.keys():
        yield ReaderEvent(ReaderChange.READER_REMOVED, before[name])
    for name, reader in now.items():
        past = before.get(name)
        if past is None:
            yield ReaderEvent(ReaderChange.READER_ADDED, reader)
            past = ReaderInfo(name, count=reader.count)
        # Another card may have come between two looks: then the count has moved on although both looks show a card.
        exchanged = past.card_present and reader.card_present and past.count != reader.count
        if past.card_present and (exchanged or not reader.card_present):
            yield ReaderEvent(ReaderChange.CARD_REMOVED, reader)
        if reader.card_present and (exchanged or not past.card_present):
            yield ReaderEvent(ReaderChange.CARD_INSERTED, reader)


def _await_change(manager: ResourceManager, known: Mapping[str, ReaderInfo]) -> None:
    """Until something changed or the slice is over; the next look says what."""
    current = manager.states([ReaderState(name, STATE_UNAWARE, 0, b"") for name in known], 0) if known else ()
    if [info_of(state) for state in current] != list(known.values()):
        return
    # For the notification, the upper half of the state is how many readers are known.
    manager.states([*current, ReaderState(PLUG_AND_PLAY, STATE_UNAWARE, len(known), b"")], SLICE_MILLISECONDS)
