"""The sample insurer as a port, and its people. Insured numbers start with 99 (OUR CHOICE: the rule of real ones is not public,
so nothing better marks a number as synthetic)."""

from __future__ import annotations

from datetime import date

from openeoi.health.insurer import store
from openeoi.health.ports import InsuredPerson, Relationship
from openeoi.storage.database import Database

IN_FORCE = InsuredPerson("990000001", "VZOREC", "JANA", date(1985, 6, 28), date(2010, 9, 1), chosen_doctor="dr. Vzorčni Zdravnik")
NOT_IN_FORCE = InsuredPerson("990000002", "PRIMER", "TONE", date(1972, 3, 14), date(2005, 1, 1), ends=date(2025, 12, 31))
UNKNOWN_NUMBER = "990000003"
CHILD = InsuredPerson(
    "990000004",
    "VZOREC",
    "MAJ",
    date(2019, 5, 2),
    date(2019, 5, 2),
    relationship=Relationship.CHILD,
    carer="JANA VZOREC",
    chosen_doctor="dr. Vzorčna Pediatrinja",
)
FOREIGN = InsuredPerson(
    "990000005",
    "MUSTERMANN",
    "ERIKA",
    date(1990, 8, 12),
    date(2024, 1, 1),
    ends=date(2028, 12, 31),
    country="DE",
    institution="Musterkrankenkasse",
)
SAMPLE_PEOPLE = (IN_FORCE, NOT_IN_FORCE, CHILD, FOREIGN)


class SampleInsurer:
    """The port `health.ports.Insurer` over a database opened with `store.MIGRATIONS`."""

    insurer_id = "SAMPLE-INSURER"
    name = "Vzorčna zdravstvena zavarovalnica (sample insurer)"

    def __init__(self, database: Database) -> None:
        self._database = database

    def enter(self, *people: InsuredPerson) -> None:
        """Enter people, or replace what was known about them."""
        with self._database.begin() as connection:
            for person in people:
                store.put_person(connection, person)

    def find(self, insured_number: str, /) -> InsuredPerson | None:
        with self._database.read() as connection:
            return store.find_person(connection, insured_number)
