"""What the two digits of a year mean.

The zone holds no century. An expiry lies in the current year or the fifteen after it, else in the past (BSI TR-03135-1,
evaluation of the date of expiry); a birth is never in the future: its year is the latest that gives a day not after today.
"""

from __future__ import annotations

from datetime import date

from openeoi.encoding.errors import DecodingError
from openeoi.encoding.mrz.characters import decode_date

YEARS_AHEAD = 15


def expiry_date(field: str, today: date) -> date | None:
    """The day of expiry of a field YYMMDD as `today` reads it; None where six fillers say that there is none."""
    if decode_date("date of expiry", field) == "<<<<<<":
        return None
    if "<" in field:
        raise DecodingError("the date of expiry is not complete", field.index("<"))
    year = today.year - today.year % 100 + int(field[:2])
    while year > today.year + YEARS_AHEAD:
        year -= 100
    while year + 100 <= today.year + YEARS_AHEAD:
        year += 100
    return _date(year, field)


def birth_date(field: str, today: date) -> date | None:
    """The day of birth of a field YYMMDD as `today` reads it; None where parts of it are unknown."""
    if "<" in decode_date("date of birth", field):
        return None
    year = today.year - today.year % 100 + int(field[:2])
    if (year, int(field[2:4]), int(field[4:6])) > (today.year, today.month, today.day):
        year -= 100
    return _date(year, field)


def _date(year: int, field: str) -> date:
    try:
        return date(year, int(field[2:4]), int(field[4:6]))
    except ValueError as error:
        raise DecodingError("a day that the month does not have", 4) from error


def encode(day: date) -> str:
    """YYMMDD."""
    return f"{day.year % 100:02}{day.month:02}{day.day:02}"
