"""What the doctor says: the same words on the terminal, on the page and in the guide; and the form for machines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from openeoi.agent.doctor.catalogue import Diagnosis, Severity
from openeoi.agent.doctor.diagnose import all_well
from openeoi.agent.doctor.facts import Facts
from openeoi.web.translation import Translator


@dataclass(frozen=True, slots=True)
class Words:
    """A diagnosis in words; `means` and `next` are "" for good news."""

    diagnosis: Diagnosis
    seen: str
    means: str = ""
    next: str = ""


def words(t: Translator, diagnosis: Diagnosis) -> Words:
    values = dict(diagnosis.values)
    for kind in ("role", "which"):
        if kind in values:
            values[kind] = t(f"agent.doctor.{kind}.{values[kind]}")
    key = f"agent.doctor.{diagnosis.id}"
    seen = t(f"{key}.seen", **values)
    seen = seen[:1].upper() + seen[1:]
    if not t.knows(f"{key}.means"):
        return Words(diagnosis, seen)
    return Words(diagnosis, seen, t(f"{key}.means", **values), t(f"{key}.next", **values))


def as_json(t: Translator, facts: Facts, diagnoses: Sequence[Diagnosis]) -> dict[str, object]:
    """For machines: the words, and the values behind them (days as text)."""
    return {
        "well": all_well(diagnoses),
        "reader": "real" if facts.real else "virtual",
        "platform": facts.platform.value,
        "language": t.language,
        "diagnoses": [_entry(words(t, one)) for one in diagnoses],
    }


def worst(diagnoses: Sequence[Diagnosis]) -> Severity:
    order = list(Severity)
    return min((one.severity for one in diagnoses), key=order.index, default=Severity.GOOD)


def _entry(said: Words) -> dict[str, object]:
    one = said.diagnosis
    return {
        "id": one.id,
        "area": one.area.value,
        "severity": one.severity.value,
        "seen": said.seen,
        "means": said.means,
        "next": said.next,
        "command": one.command,
        "values": {name: value.isoformat() if isinstance(value, date) else value for name, value in one.values.items()},
    }
