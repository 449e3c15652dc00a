"""The catalogue in words: the holder's guide has it as the section "When it does not work", the page of the doctor as a list.

`python -m openeoi.agent.doctor.printed docs/holder.md` writes the section anew; a test keeps the two in step.
"""

from __future__ import annotations

import re
import sys
from importlib import resources
from pathlib import Path
from typing import Final

from openeoi.agent.doctor.catalogue import CATALOGUE, Area, Diagnosis, Entry, Severity
from openeoi.agent.doctor.report import Words
from openeoi.web.translation import Translator, load_catalogue

BEGIN: Final = "<!-- doctor: written by `python -m openeoi.agent.doctor.printed docs/holder.md` -->"
END: Final = "<!-- /doctor -->"
SECTION: Final = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)

PLACEHOLDERS: Final = (
    *("browser", "card", "count", "day", "driver", "examined", "newest", "now", "package", "packaging", "platform"),
    *("program", "reader", "role", "sandbox", "until", "version", "which"),
)
"""What texts leave open; in print an ellipsis stands for it."""

HEAD: Final = ("", "| what you see | what it means | next step |", "|---|---|---|")


def catalogue_in_words(t: Translator) -> dict[Area, list[Words]]:
    """Every trouble by its area; what a text leaves open is an ellipsis, in commands too."""
    troubles: dict[Area, list[Words]] = {}
    for name, entry in CATALOGUE.items():
        if entry.severity is not Severity.GOOD:
            troubles.setdefault(entry.area, []).append(_words(t, name, entry))
    return troubles


def section(t: Translator) -> str:
    """The tables of the guide's section, in Markdown."""
    lines = []
    for area, troubles in catalogue_in_words(t).items():
        lines += [
            "",
            f"### {t(f'agent.doctor.area.{area.value}')}",
            "",
            "| what you see | what it means | next step |",
            "|---|---|---|",
        ]
        lines += [_row(said) for said in troubles]
    return "\n".join(lines)


def guide_with_section(guide: str, t: Translator) -> str:
    """The guide with its section as it should be."""
    return SECTION.sub(lambda found: f"{BEGIN}\n{section(t)}\n\n{END}", guide)


def english() -> Translator:
    file = Path(str(resources.files("openeoi.agent"))) / "translations" / "en.po"
    return Translator(load_catalogue("en", [file]))


def _words(t: Translator, name: str, entry: Entry) -> Words:
    blanks: dict[str, object] = dict.fromkeys(PLACEHOLDERS, "…") | {"count": _Several(5)}
    key = f"agent.doctor.{name}"
    command = entry.command.format_map({"which": "norm", "package": "firefox", "reader": "…"})
    shown = Diagnosis(name, entry.area, entry.severity, command)
    return Words(shown, *(_capital(t(f"{key}.{part}", **blanks)) for part in ("seen", "means", "next")))


class _Several(int):
    """A number of which print says only that there are several."""

    def __str__(self) -> str:
        return "…"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _row(said: Words) -> str:
    command = f" `{said.diagnosis.command}`" if said.diagnosis.command else ""
    return f"| {said.seen} | {said.means} | {said.next}{command} |"


if __name__ == "__main__":
    place = Path(sys.argv[1])
    place.write_text(guide_with_section(place.read_text(encoding="utf-8"), english()), encoding="utf-8")
