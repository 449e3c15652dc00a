"""An examination in words: who, which document, valid until when, and each check with its verdict."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final

from openeoi.encoding.errors import DecodingError
from openeoi.encoding.mrz import dates
from openeoi.terminal.checks import Outcome
from openeoi.terminal.examination import Examination, Finding, Point
from openeoi.terminal.examination.points import PROOFS
from openeoi.web.translation import Translator, load_catalogue

NO_EXPIRY: Final = "<<<<<<"  # a permanent document (BSI TR-03135-1, evaluation of the date of expiry)
# A holder's reader never has a right to fingerprints, so it has nothing to say about them.
_NOT_FOR_HOLDERS: Final = (Point.TERMINAL, Point.FINGERPRINTS)
_SUMMED_UP: Final = (*PROOFS, Point.KNOWN_DEFECTS)


@cache
def translator(language: str) -> Translator:
    """The agent's texts with those that every office shares, for the command line."""
    files = [Path(str(resources.files(f"openeoi.{office}"))) / "translations" / f"{language}.po" for office in ("web", "agent")]
    return Translator(load_catalogue(language, files))


def shown_findings(reading: Examination) -> tuple[Finding, ...]:
    """Those that say something to a holder: proofs that the document does not have are summed up in one."""
    return tuple(
        one
        for one in reading.findings
        if one.point not in _NOT_FOR_HOLDERS and not (one.point in _SUMMED_UP and one.outcome is Outcome.NOT_SUPPORTED)
    )


def check_text(t: Translator, finding: Finding) -> str:
    """What was checked; data groups by their number."""
    key = f"web.document.check.{finding.point.value}"
    return t(f"{key}_group", number=finding.group) if finding.group is not None else t(key)


def reason_text(t: Translator, finding: Finding) -> str:
    """Why it came out so, "" for success."""
    key = f"web.document.reason.{finding.reason}"
    # A record of another version may give a code that has no words here.
    return t(key) if finding.reason and t.knows(key) else finding.reason


def facts(t: Translator, reading: Examination, today: date) -> list[tuple[str, str]]:
    """What the chip says of its holder and of itself, term and value; nothing where its zone cannot be read."""
    zone, person, document = reading.content.zone, reading.content.person, reading.content.document
    if zone is None:
        return []
    surname, given_names = names(reading)
    born = read_day(dates.birth_date, zone.date_of_birth, today)
    expires = t.date(until) if (until := read_day(dates.expiry_date, zone.date_of_expiry, today)) else zone.date_of_expiry
    if expires == NO_EXPIRY:
        expires = t("agent.fact.permanent")
    found = [
        (t("agent.fact.surname"), surname),
        (t("agent.fact.given_names"), given_names),
        (t("agent.fact.number"), zone.document_number),
        (t("agent.fact.born"), joined((t.date(born) if born else "", *(person.place_of_birth if person else ())))),
        (t("agent.fact.sex"), zone.sex),
        (t("agent.fact.nationality"), zone.nationality),
        (t("agent.fact.issued"), _day(t, document.date_of_issue) if document else ""),
        (t("agent.fact.expires"), expires),
        (t("agent.fact.personal_number"), person.personal_number if person else ""),
        (t("agent.fact.address"), joined(person.permanent_address if person else ())),
        (t("agent.fact.authority"), document.issuing_authority if document else ""),
    ]
    return [(term, value) for term, value in found if value]


def names(reading: Examination) -> tuple[str, str]:
    """Surname and given names in national letters where DG11 has them, else as in the zone."""
    zone, person = reading.content.zone, reading.content.person
    if person is not None and person.name_of_holder:
        surname, _, given_names = person.name_of_holder.partition("<<")
        return surname.replace("<", " "), given_names.replace("<", " ")
    return (zone.primary_identifier, zone.secondary_identifier) if zone is not None else ("", "")


def as_text(t: Translator, reading: Examination) -> str:
    """For a terminal window: the verdict, the facts, the checks."""
    lines = [f"{t(f'agent.read.outcome.{_style(reading.outcome)}')} ({t(f'web.outcome.{_style(reading.outcome)}')})", ""]
    lines += [f"  {term + ':':<20}{value}" for term, value in facts(t, reading, reading.at.date())]
    lines.append("")
    for one in shown_findings(reading):
        reason = reason_text(t, one)
        lines.append(f"  {t(f'web.outcome.{_style(one.outcome)}'):<14}{check_text(t, one)}{f': {reason}' if reason else ''}")
    return "\n".join(lines)


def as_values(reading: Examination) -> dict[str, object]:
    """For machines; every check, by name and code."""
    zone = reading.content.zone
    return {
        "outcome": reading.outcome.value,
        "at": reading.at.isoformat(),
        "document_number": zone.document_number if zone else None,
        "issuing_state": zone.issuing_state if zone else None,
        "surname": zone.primary_identifier if zone else None,
        "given_names": zone.secondary_identifier if zone else None,
        "date_of_expiry": zone.date_of_expiry if zone else None,
        "checks": [
            {"check": one.point.value, "data_group": one.group, "outcome": one.outcome.value, "reason": one.reason}
            for one in reading.findings
        ],
    }


def joined(parts: tuple[str, ...]) -> str:
    return ", ".join(part for part in parts if part)


def read_day(read: Callable[[str, date], date | None], field: str, today: date) -> date | None:
    """The day in a field of the zone; None for one that no calendar has, which the checks have said already."""
    try:
        return read(field, today)
    except DecodingError:
        return None


def parsed_day(day: str) -> date | None:
    """YYYYMMDD as the data groups write it; None for anything else."""
    try:
        return date(int(day[:4]), int(day[4:6]), int(day[6:8])) if len(day) == 8 and day.isascii() and day.isdigit() else None
    except ValueError:
        return None


def _day(t: Translator, day: str) -> str:
    parsed = parsed_day(day)
    return t.date(parsed) if parsed else day


def _style(outcome: Outcome) -> str:
    return outcome.name.lower()
