"""The reader and what is in it."""

from __future__ import annotations

from collections.abc import Iterator

from openeoi.agent.doctor.catalogue import Diagnosis, found
from openeoi.agent.doctor.facts import Facts, Reach, ReaderFacts, Slot


def readers(facts: Facts) -> Iterator[Diagnosis]:
    if not facts.real:
        yield found("virtual_reader")
    elif not facts.pcsc_module or facts.service.reach is not Reach.REACHED or facts.service.refuses:
        return  # without the service nobody knows
    if not facts.readers:
        yield _no_reader(facts)
        return
    examined = next(reader for reader in facts.readers if reader.examined)
    others = [reader for reader in facts.readers if not reader.examined]
    if facts.real and others:
        yield found("several_readers", count=len(facts.readers), examined=examined.name, reader=others[0].name)
    yield from _slot(facts, examined)


def _no_reader(facts: Facts) -> Diagnosis:
    usb = facts.usb
    if not usb.devices:
        return found("no_reader")
    if usb.driver is False:
        return found("reader_without_driver")
    return found("reader_asleep" if usb.asleep else "reader_not_taken")


def _slot(facts: Facts, reader: ReaderFacts) -> Iterator[Diagnosis]:
    if facts.card is not None and facts.card.removed:
        yield found("card_removed")
        return
    match reader.slot:
        case Slot.EMPTY:
            yield found("no_card", reader=reader.name)
        case Slot.MUTE:
            yield found("card_mute")
        case Slot.IN_USE:
            yield _in_use(facts)
        case Slot.CARD:
            yield found("reader_well", reader=reader.name)
            if facts.real and facts.holding:
                yield found("holder_running", program=", ".join(facts.holding))


def _in_use(facts: Facts) -> Diagnosis:
    if not facts.real or not facts.holding:
        return found("card_in_use")
    if "scdaemon" in facts.holding:
        return found("card_held_by_gnupg")
    return found("card_held", program=", ".join(facts.holding))
