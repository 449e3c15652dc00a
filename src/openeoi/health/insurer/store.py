"""The sample insurer's database."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, delete, insert, select

from openeoi.health.ports import InsuredPerson, Relationship

MIGRATIONS = "openeoi.health.insurer.migrations"

_TYPES: dict[str, sa.types.TypeEngine[Any]] = {
    **dict.fromkeys(("birth_date", "begins", "ends"), sa.Date()),
    "is_suspended": sa.Boolean(),
}
_people = sa.Table(
    "insured_person",
    sa.MetaData(),
    *(sa.Column(column.name, _TYPES.get(column.name, sa.String())) for column in fields(InsuredPerson)),
)


def put_person(connection: Connection, person: InsuredPerson) -> None:
    """Enter the person, or replace what was known."""
    values = {column.name: getattr(person, column.name) for column in fields(InsuredPerson)}
    values["relationship"] = person.relationship.value
    connection.execute(delete(_people).where(_people.c.insured_number == person.insured_number))
    connection.execute(insert(_people).values(**values))


def find_person(connection: Connection, insured_number: str) -> InsuredPerson | None:
    row = connection.execute(select(_people).where(_people.c.insured_number == insured_number)).one_or_none()
    if row is None:
        return None
    values = dict(row._mapping)
    return InsuredPerson(**{**values, "relationship": Relationship(values["relationship"])})
