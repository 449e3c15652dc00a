"""`eoi conformance`: tests the chip in a reader, case by case.

What the tests need is loaded when one runs, so that other commands start without it.

Exit code 0: every case that applies and was run passed; else 1."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Final, TypeAlias

import typer

from openeoi.crypto.randomness import RandomSource

if TYPE_CHECKING:
    from openeoi.terminal.conformance.case import Result
    from openeoi.terminal.conformance.report import Report
    from openeoi.terminal.conformance.runner import Access, Plan, Reader, Run

NOT_PASSED: Final = 1

OpenReader: TypeAlias = "Callable[[str, str, bool], AbstractContextManager[Reader]]"
"""Gives power to what lies in the reader of this name, or to the virtual card of this name; at most one is not empty. The
last says whether the person has agreed that the card is used, although it may be somebody's own."""

ReaderName = Annotated[
    str, typer.Option("--reader", metavar="NAME", help="A reader by its name or a part of it (`eoi reader list`).")
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask before using a card that is not a virtual one.")]
CardName = Annotated[str, typer.Option("--card", help="A virtual card from `eoi card list` instead of a reader.")]
Can = Annotated[str, typer.Option("--can", envvar="EOI_CAN", help="Six digits at the card's right edge.")]
Zone = Annotated[Path | None, typer.Option("--mrz", help="File with the printed machine readable zone, one line a line.")]
UnitNames = Annotated[list[str] | None, typer.Option("--unit", help="Only this unit: H, LDS_L, PACE ... May be repeated.")]
Provoke = Annotated[
    bool,
    typer.Option(
        "--provoke",
        help="Also make the chip refuse a wrong CAN or MRZ (and with --pin one wrong PIN).",
    ),
]
Declare = Annotated[list[str] | None, typer.Option("--declare", help="What only the maker knows: BAC, DATE, ECDSA, MIG, RSA.")]
Certificates = Annotated[
    Path | None,
    typer.Option(
        "--certificates", help="Folder with the authority that the chip trusts: trust-point.cvcert and trust-point.key."
    ),
]
Trust = Annotated[
    Path | None,
    typer.Option("--trust", help="Folder with the issuers that are trusted: *.cer (DER or PEM), and their *.crl."),
]
Pin = Annotated[str, typer.Option("--pin", envvar="EOI_PIN", help="PIN of the log-in key; without it no PIN is ever sent.")]
Alter = Annotated[
    bool, typer.Option("--alter", help="Also move the chip's date and trust point, for good. Only for a chip that is a specimen.")
]
CaseNames = Annotated[list[str] | None, typer.Option("--case", help="Only this case: ISO7816_J_3 ... May be repeated.")]
Json = Annotated[bool, typer.Option("--json", help="For machines.")]
Html = Annotated[Path | None, typer.Option("--html", help="Write a report that can be printed.")]
Junit = Annotated[Path | None, typer.Option("--junit", help="Write JUnit XML.")]


def commands(open_reader: OpenReader, random: RandomSource, clock: Callable[[], datetime]) -> typer.Typer:
    """`eoi conformance`."""
    group = typer.Typer()

    @group.command(
        "conformance",
        epilog="Example: eoi conformance --can 123456 --html report.html",
    )
    def conformance(
        reader: ReaderName = "",
        card: CardName = "",
        can: Can = "",
        zone: Zone = None,
        unit: UnitNames = None,
        case: CaseNames = None,
        certificates: Certificates = None,
        trust: Trust = None,
        pin: Pin = "",
        provoke: Provoke = False,
        alter: Alter = False,
        yes: Yes = False,
        declare: Declare = None,
        for_machines: Json = False,
        html: Html = None,
        junit: Junit = None,
    ) -> None:
        """Test a travel-document chip after BSI TR-03105-3.2 and our own cases. A run without --provoke uses no try."""
        from openeoi.terminal.conformance.report import Report, as_html, as_json, as_junit
        from openeoi.terminal.conformance.runner import Plan

        if reader and card:
            raise typer.BadParameter("give either --reader or --card")
        access, password = _access(can, zone)
        access = _with_trust(replace(access, pin=pin), certificates, trust, random, clock())
        plan = Plan(_units(unit or []), provoke, _declared(declare or []), alter, _cases(case or []))
        with open_reader(reader, card, yes) as chip:
            run = _examine(chip, access, plan, random)
        report = Report(run, plan.units(), card or reader or "The chip in the virtual reader", password, clock())
        if html is not None:
            html.write_text(as_html(report), encoding="utf-8")
        if junit is not None:
            junit.write_bytes(as_junit(report))
        if for_machines:
            typer.echo(json.dumps(as_json(report), ensure_ascii=False, indent=2))
        else:
            _show(report)
        if not run.passed:
            raise typer.Exit(NOT_PASSED)

    return group


def _access(can: str, file: Path | None) -> tuple[Access, str]:
    """How to open the chip, and the same in words. With both a CAN and a zone, the CAN opens and the zone is compared."""
    from openeoi.encoding.errors import EncodingError
    from openeoi.protocols.pace.passwords import PacePassword
    from openeoi.terminal.conformance.runner import Access

    zone, information = _printed_zone(file)
    number = can or ("" if zone or not sys.stdin.isatty() else str(typer.prompt("CAN")))
    if not number and not zone:
        raise typer.BadParameter("give --can or --mrz", param_hint="--can")
    if not number:
        return Access(PacePassword.from_mrz(information), zone), "the machine readable zone"
    try:
        return Access(PacePassword.from_can(number), zone), "the card access number"
    except EncodingError as error:
        raise typer.BadParameter(str(error), param_hint="--can") from error


def _with_trust(access: Access, certificates: Path | None, trust: Path | None, random: RandomSource, at: datetime) -> Access:
    from openeoi.terminal.conformance.certificates.folder import TrustPointNotUsable, read_trust_point
    from openeoi.terminal.conformance.issuer_trust import TrustNotUsable, read_issuer_trust

    try:
        point = None if certificates is None else read_trust_point(certificates, random)
    except TrustPointNotUsable as error:
        raise typer.BadParameter(str(error), param_hint="--certificates") from error
    try:
        issuers = None if trust is None else read_issuer_trust(trust, at)
    except TrustNotUsable as error:
        raise typer.BadParameter(str(error), param_hint="--trust") from error
    return replace(access, trust_point=point, trust=issuers)


def _printed_zone(file: Path | None) -> tuple[str, str]:
    from openeoi.encoding import mrz
    from openeoi.encoding.errors import DecodingError

    if file is None:
        return "", ""
    try:
        zone = "\n".join(file.read_text(encoding="ascii").split())
        return zone, mrz.mrz_information(mrz.decode(zone))
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"{file} cannot be read: {error}", param_hint="--mrz") from error
    except DecodingError as error:
        raise typer.BadParameter(f"{file} holds no machine readable zone: {error}", param_hint="--mrz") from error


def _units(names: list[str]) -> frozenset[str]:
    from openeoi.terminal.conformance.catalogue import units

    known = [unit.name for unit in units()]
    found: set[str] = set()
    for name in names:
        ends = (f"_{name.upper()}", f"-{name.upper()}")
        matching = [one for one in known if one.upper() == name.upper() or one.upper().endswith(ends)]
        if not matching:
            raise typer.BadParameter(f"{name} is none of {', '.join(known)}", param_hint="--unit")
        found.update(matching)
    return frozenset(found)


def _cases(names: list[str]) -> frozenset[str]:
    from openeoi.terminal.conformance.catalogue import units

    known = {case.identifier.upper(): case.identifier for unit in units() for case in unit.cases}
    unknown = [name for name in names if name.upper() not in known]
    if unknown:
        raise typer.BadParameter(f"the catalogue has no case {unknown[0]}", param_hint="--case")
    return frozenset(known[name.upper()] for name in names)


def _declared(names: list[str]) -> frozenset[str]:
    from openeoi.terminal.conformance.catalogue import DECLARED

    unknown = [name for name in names if name not in DECLARED]
    if unknown:
        raise typer.BadParameter(f"{unknown[0]} is none of {', '.join(sorted(DECLARED))}", param_hint="--declare")
    return frozenset(names)


def _examine(chip: Reader, access: Access, plan: Plan, random: RandomSource) -> Run:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from openeoi.terminal.conformance.runner import examine

    total = sum(len(unit.cases) for unit in plan.units())
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    # A progress bar on the error stream: what is printed stays clean for machines.
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("Looking at the chip", total=total)

        def advance(result: Result) -> None:
            progress.update(task, advance=1, description=result.case.identifier)

        return examine(chip, access, plan, random, monotonic, advance)


def _show(report: Report) -> None:
    from rich.console import Console
    from rich.table import Table

    from openeoi.terminal.conformance.case import Verdict
    from openeoi.terminal.conformance.report import apdu

    console = Console(highlight=False)
    table = Table("unit", *(verdict.value for verdict in Verdict), box=None, pad_edge=False, header_style="bold")
    for unit in report.units:
        counts = report.counts(report.results_of(unit))
        table.add_row(unit.name, *(str(counts[verdict] or "") for verdict in Verdict))
    console.print(table)
    for result in report.run.results:
        if result.verdict in (Verdict.FAILED, Verdict.INCONCLUSIVE):
            console.print(f"\n{result.verdict}  {result.case.identifier}  {result.case.purpose}", markup=False, soft_wrap=True)
            console.print(f"  {result.reason}", markup=False, soft_wrap=True)
            if result.exchange is not None:
                shown = apdu(result.exchange)
                console.print(f"  {shown['command']} -> {shown['answer']}", markup=False, soft_wrap=True)
    counts = report.counts()
    word = "Passed" if report.run.passed else "Not passed"
    console.print(f"\n{word}: " + ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count) + ".")
