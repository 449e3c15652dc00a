"""`eoi border ...`: inspect the document in the reader, inspect a forged copy of it, look at the log.

Exit codes: 0 the document passed, 1 it did not (failed, undetermined or broken off). An empty reader and unreadable input are
raised; the command line says them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated, Final

import typer

from openeoi.border.access import Access, read_access
from openeoi.border.inspection import inspect as inspect_document
from openeoi.border.post import BorderPost
from openeoi.border.report import InspectionReport, LoggedInspection, Purpose, Request
from openeoi.border.training import inspect_copied_chip
from openeoi.terminal.checks import Check, Outcome

GetPost = Callable[[str], BorderPost]
"""The post with the reader of this name; with the usual one for ""."""

NOT_PASSED: Final = 1

Can = Annotated[str, typer.Option("--can", envvar="EOI_CAN", help="Six digits at the card's right edge.")]
Zone = Annotated[str, typer.Option("--mrz", help="The machine readable zone; lines may be separated by blanks.")]
ReaderName = Annotated[
    str, typer.Option("--reader", metavar="NAME", help="A reader by its name or a part of it (`eoi reader list`).")
]
Json = Annotated[bool, typer.Option("--json", help="For machines.")]
BasicAccess = Annotated[
    bool, typer.Option("--allow-basic-access", help="Open a document that offers no PACE the old, weaker way (BAC), and say so.")
]
Why = Annotated[Purpose, typer.Option("--purpose", help="Why the document is inspected.")]


def commands(get_post: GetPost) -> typer.Typer:
    """`eoi border`: inspect, forged, log."""
    group = typer.Typer(no_args_is_help=True, help="The inspection post of another state.")

    @group.command(epilog="Example: eoi border inspect --can 123456 --purpose entry")
    def inspect(
        can: Can = "",
        mrz: Zone = "",
        purpose: Why = Purpose.ENTRY,
        basic_access: BasicAccess = False,
        reader: ReaderName = "",
        as_json: Json = False,
    ) -> None:
        """Inspect the document in the reader: open, read, check, ask its issuer."""
        if basic_access and not mrz:
            raise typer.BadParameter("basic access control opens with the zone: give --mrz", param_hint="--allow-basic-access")
        post = get_post(reader)
        _show(inspect_document(post, _access(can, mrz), Request(post.officer, purpose, basic_access)), as_json)

    @group.command(epilog="Example: eoi border forged --can 123456")
    def forged(can: Can = "", mrz: Zone = "", reader: ReaderName = "", as_json: Json = False) -> None:
        """Inspect a copy of the document in the reader on another chip, with another photograph. It must not pass."""
        post = get_post(reader)
        _show(inspect_copied_chip(post, _access(can, mrz)), as_json)

    @group.command(epilog="Example: eoi border log --json")
    def log(as_json: Json = False) -> None:
        """The latest inspections; the log holds no personal data."""
        latest = get_post("").store.latest(20)
        if as_json:
            typer.echo(json.dumps([_logged(one) for one in latest], indent=2))
            return
        for one in latest:
            typer.echo(f"{one.at:%Y-%m-%d %H:%M:%S}  {one.purpose:14}  {one.issuing_state:3}  {one.outcome}")

    return group


def _access(can: str, mrz: str) -> Access:
    if bool(can) == bool(mrz):
        raise typer.BadParameter("give either --can or --mrz")
    return read_access(can or "\n".join(mrz.split()))


def _show(report: InspectionReport, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(_logged(report.logged()), indent=2))
    else:
        for check in report.checks:
            typer.echo(f"{check.outcome:14}  {check.name}{f' ({check.reason})' if check.reason else ''}")
        if report.fingers is not None:
            typer.echo(f"{report.fingers} fingerprints are readable, right proven; they are not kept")
        typer.echo(f"{report.outcome:14}  outcome of the whole")
    if report.outcome is not Outcome.SUCCESSFUL:
        raise typer.Exit(NOT_PASSED)


def _logged(one: LoggedInspection) -> dict[str, object]:
    return {
        "transaction": one.transaction_id,
        "at": one.at.isoformat(),
        "officer": one.officer,
        "purpose": one.purpose.value,
        "outcome": one.outcome.value,
        "issuing_state": one.issuing_state,
        "document_code": one.document_code,
        "checks": [_check(check) for check in one.checks],
    }


def _check(check: Check) -> dict[str, str]:
    return {
        "name": check.name,
        "outcome": check.outcome.value,
        "reason": check.reason,
        "weight": check.weight.value,
    }
