"""`eoi doctor`: names the problem and the next step. Exit code 0: all well; 1: something needs attention; 2: wrong use."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final, TypeAlias

import typer

if TYPE_CHECKING:
    from openeoi.agent.doctor.catalogue import Diagnosis
    from openeoi.agent.doctor.ports import Permission, Question
    from openeoi.agent.doctor.visit import Doctor
    from openeoi.web.translation import Translator

TROUBLE: Final = 1
ACCESS_NUMBER: Final = re.compile(r"[0-9]{6}", re.ASCII)

GetDoctor: TypeAlias = "Callable[[bool], Doctor]"
"""The doctor; whether it may ask the network for lists of revoked certificates."""
GetTranslator: TypeAlias = "Callable[[str], Translator]"
"""The agent's texts in a language; "" for the terminal's."""

_MARKS: Final = {"problem": ("✗", "red"), "warning": ("!", "yellow"), "note": ("·", "cyan"), "good": ("✓", "green")}


class Language(StrEnum):
    SL = "sl"
    EN = "en"


Reader = Annotated[str, typer.Option("--reader", help="A part of the reader's name; `virtual` for our own.")]
Can = Annotated[str, typer.Option("--can", envvar="EOI_CAN", help="Six digits at the card's right edge; asked for when missing.")]
Lang = Annotated[Language | None, typer.Option("--lang", help="Language of the report; the terminal's when missing.")]
Yes = Annotated[
    bool,
    typer.Option("--yes", help="Do not ask before what could use up a try on a card that is not ours. No PIN is ever sent."),
]
Online = Annotated[bool, typer.Option("--online", help="Fetch the issuer's list of revoked certificates.")]
Json = Annotated[bool, typer.Option("--json", help="For machines.")]


def commands(get_doctor: GetDoctor, get_translator: GetTranslator) -> typer.Typer:
    """`eoi doctor`."""
    group = typer.Typer()

    @group.command("doctor", epilog="Example: eoi doctor --lang sl")
    def doctor(
        reader: Reader = "",
        can: Can = "",
        language: Lang = None,
        yes: Yes = False,
        online: Online = False,
        as_json: Json = False,
    ) -> None:
        """Name what keeps the card, the reader or this computer from working, and the next step.

        It only looks and reads, and sends no PIN. What it prints holds no names or numbers of yours.
        """
        from openeoi.agent.doctor import report
        from openeoi.agent.doctor.diagnose import all_well, diagnose
        from openeoi.agent.doctor.visit import ReaderNotThere

        t = get_translator(language.value if language else "")
        try:
            facts = get_doctor(online).visit(reader, lambda: _number(can or _ask_for_can(t)), _permission(t, yes))
        except ReaderNotThere as error:
            there = "; ".join(error.names) or "-"
            problem = f"{error.wanted!r} is no reader, or more than one; there are: {there}"
            raise typer.BadParameter(problem, param_hint="--reader") from None
        diagnoses = diagnose(facts)
        if as_json:
            typer.echo(json.dumps(report.as_json(t, facts, diagnoses), ensure_ascii=False, indent=2))
        else:
            _show(t, diagnoses)
        if not all_well(diagnoses):
            raise typer.Exit(TROUBLE)

    return group


def _ask_for_can(t: Translator) -> str:
    if not sys.stdin.isatty():
        return ""
    return str(typer.prompt(t("agent.doctor.prompt.can"), default="", show_default=False, err=True)).strip()


def _number(typed: str) -> str:
    if typed and not ACCESS_NUMBER.fullmatch(typed):
        raise typer.BadParameter("six digits are expected", param_hint="--can")
    return typed


def _permission(t: Translator, allowed: bool) -> Permission:
    def may(question: Question) -> bool:
        if allowed:
            return True
        return sys.stdin.isatty() and typer.confirm(t(f"agent.doctor.ask.{question.value}"), default=False, err=True)

    return may


def _show(t: Translator, diagnoses: tuple[Diagnosis, ...]) -> None:
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    from openeoi.agent.doctor.catalogue import Area
    from openeoi.agent.doctor.diagnose import all_well
    from openeoi.agent.doctor.report import words

    console = Console(highlight=False)
    for area in Area:
        told = [one for one in diagnoses if one.area is area]
        if not told:
            continue
        console.print(Text(t(f"agent.doctor.area.{area.value}"), style="bold"))
        for one in told:
            said, (mark, colour) = words(t, one), _MARKS[one.severity.value]
            head = Text.assemble(
                (f"{mark} ", colour), (f"{t(f'agent.doctor.severity.{one.severity.value}')}: ", colour), said.seen
            )
            console.print(Padding(head, (0, 0, 0, 2)))
            if said.means:
                console.print(Padding(Text(said.means, style="dim"), (0, 0, 0, 6)))
                console.print(Padding(Text(f"→ {said.next}"), (0, 0, 0, 6)))
            if one.command:
                # On a line of its own and never broken, so that it can be copied.
                console.print(Text(f"        {one.command}", style="bold"), soft_wrap=True)
    result = "well" if all_well(diagnoses) else "trouble"
    console.print()
    console.print(Text(f"{t(f'agent.doctor.result.{result}')}. {t('agent.doctor.private')}"))
