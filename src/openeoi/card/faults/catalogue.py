"""All faulty chips by name, and how to make one."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from openeoi.card.faults import (
    access_faults,
    basic_access_faults,
    behaviour_faults,
    chip_faults,
    com_faults,
    credential_faults,
    data_group_faults,
    mapping_faults,
    secure_messaging_faults,
    security_object_faults,
    terminal_faults,
    trust_faults,
)
from openeoi.card.faults.fault import Family, Fault
from openeoi.card.faults.faulty_card import FaultyCard
from openeoi.card.faults.full_specimen import equipped
from openeoi.card.faults.laboratory import Laboratory
from openeoi.card.faults.specimen import personalise
from openeoi.card.memory import CardMemory
from openeoi.crypto.randomness import RandomSource
from openeoi.errors import OpenEoiError
from openeoi.profiles.card import CardParameters


class UnknownFault(OpenEoiError):
    """The catalogue has no fault of this `name`."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"the catalogue has no fault {name}")


_FAMILIES: Final = (
    security_object_faults,
    trust_faults,
    data_group_faults,
    com_faults,
    access_faults,
    basic_access_faults,
    mapping_faults,
    secure_messaging_faults,
    chip_faults,
    terminal_faults,
    credential_faults,
    behaviour_faults,
)

CATALOGUE: Final[Mapping[str, Fault]] = MappingProxyType({fault.name: fault for family in _FAMILIES for fault in family.FAULTS})


SOUND: Final = Fault(
    "none",
    Family.BEHAVIOUR,
    "Nothing is wrong: a document with every protocol, against which the others can be compared.",
    "ICAO 9303-10 and 9303-11; BSI TR-03110",
    None,
    None,
    equipped(),
)
"""Made like the faulty chips by its name, and not one of them."""


def find_fault(name: str) -> Fault:
    """One of the catalogue, or `SOUND`. Raises UnknownFault."""
    if name == SOUND.name:
        return SOUND
    try:
        return CATALOGUE[name]
    except KeyError:
        raise UnknownFault(name) from None


def make_faulty_card(
    name: str, laboratory: Laboratory, memory: CardMemory, parameters: CardParameters, random: RandomSource
) -> FaultyCard:
    """A new chip with this fault in `memory`: active, with the secrets of `specimen`. Raises UnknownFault."""
    fault = find_fault(name)
    personalise(fault.specimen(laboratory), laboratory, memory, parameters, random)
    return open_faulty_card(name, memory, random)


def open_faulty_card(name: str, memory: CardMemory, random: RandomSource) -> FaultyCard:
    """A chip made before. Raises UnknownFault, DamagedCardFile."""
    return FaultyCard(memory, random, find_fault(name).defect)
