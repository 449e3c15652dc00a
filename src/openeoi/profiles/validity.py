"""How long a card is valid and what is on it, by the holder's age and the day of issue: dated policies, each a table by age.

A card of a holder with two or more losses in five years, or whose fingerprints cannot be taken for a while, is valid one year.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from openeoi.encoding.errors import EncodingError
from openeoi.encoding.pkcs15.roles import CredentialRole


class Restriction(StrEnum):
    """Why a card is valid for a shorter time than age alone gives."""

    REPEATED_LOSSES = "repeated_losses"
    TEMPORARY_RESIDENCE = "temporary_residence"
    FINGERPRINTS_IMPOSSIBLE = "fingerprints_impossible"


@dataclass(frozen=True, slots=True)
class AgeRule:
    """One row: ages from `from_age` up to the next row. `years` None: without expiry. `certificate_years` limits the certificates
    where the card lives longer. `fingerprints` is the number of prints on the chip, `roles` the credentials (none: no electronic
    part)."""

    from_age: int
    years: int | None
    roles: tuple[CredentialRole, ...]
    fingerprints: int
    certificate_years: int | None = None


@dataclass(frozen=True, slots=True)
class ValidityPolicy:
    """The rows in force for cards issued from `in_force_from` on, youngest first; `restricted_years` for restricted cards."""

    in_force_from: date
    rows: tuple[AgeRule, ...]
    restricted_years: int


@dataclass(frozen=True, slots=True)
class Validity:
    """What a card issued on one day to one holder is: `expires_on` is its last day, None without expiry; certificates end on
    `certificates_expire_on` at the latest (None where there are none)."""

    expires_on: date | None
    certificates_expire_on: date | None
    roles: tuple[CredentialRole, ...]
    fingerprints: int
    restriction: Restriction | None = None

    @property
    def has_electronic_part(self) -> bool:
        return bool(self.roles)


def validity(
    policies: tuple[ValidityPolicy, ...], born: date, issued_on: date, restriction: Restriction | None = None
) -> Validity:
    """Raises EncodingError where no policy was in force yet or the holder is not born."""
    if born > issued_on:
        raise EncodingError("date of birth", "it lies behind the day of issue")
    in_force = [policy for policy in policies if policy.in_force_from <= issued_on]
    if not in_force:
        raise EncodingError("date of issue", "no policy was in force on that day")
    policy = max(in_force, key=lambda candidate: candidate.in_force_from)
    row = max((row for row in policy.rows if row.from_age <= age(born, issued_on)), key=lambda candidate: candidate.from_age)
    years = policy.restricted_years if restriction else row.years
    certificate_years = min(limit for limit in (years, row.certificate_years, 100) if limit is not None)
    return Validity(
        expires_on=None if years is None else years_later(issued_on, years),
        certificates_expire_on=years_later(issued_on, certificate_years) if row.roles else None,
        roles=row.roles,
        fingerprints=0 if restriction is Restriction.FINGERPRINTS_IMPOSSIBLE else row.fingerprints,
        restriction=restriction,
    )


def age(born: date, at: date) -> int:
    """Completed years."""
    return at.year - born.year - ((at.month, at.day) < (born.month, born.day))


def years_later(day: date, years: int) -> date:
    """The same day of a later year; 28 February for 29 February where that year has none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
