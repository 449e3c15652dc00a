"""`eoi card verify`: a record that `eoi card read --evidence` wrote, verified again without the card."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from openeoi.agent.evidence import brought_along, load, verify
from openeoi.agent.office import Agent
from openeoi.agent.summary import as_text, as_values, translator
from openeoi.terminal.checks import Outcome
from openeoi.terminal.examination import Examination
from openeoi.terminal.examination.evidence_file import Record
from openeoi.web.translation import Translator

CHECK_FAILED: Final = 1

File = Annotated[Path, typer.Argument(help="A file that `eoi card read --evidence` wrote.")]
Time = Annotated[
    str, typer.Option("--at", metavar="TIME", help="As of this time, such as 2026-11-22 or 2026-11-22T10:30:00Z; now by default.")
]
Anchors = Annotated[
    list[Path] | None,
    typer.Option("--anchors", help="Trust this: certificates (DER, PEM), a master list; lists of revocations, of defects."),
]
Json = Annotated[bool, typer.Option("--json", help="For machines.")]


def evidence_commands(get_agent: Callable[[str], Agent], language: Callable[[], str] = lambda: "en") -> typer.Typer:
    group = typer.Typer()

    @group.command("verify", epilog="Example: eoi card verify reading.json --at 2026-11-22")
    def verify_record(file: File, at: Time = "", anchors: Anchors = None, as_json: Json = False) -> None:
        """Verify a record of a reading again, without the card. Exit code 1 when a check fails."""
        when = _time(at)
        record, agent = load(file), get_agent("")
        reading = verify(record, agent.trust, anchors or (), when or agent.clock())
        if as_json:
            typer.echo(json.dumps(as_values(reading) | {"record": record.claims}, ensure_ascii=False, indent=2))
        else:
            typer.echo(_text(translator(language()), record, reading))
        if reading.outcome is not Outcome.SUCCESSFUL:
            raise typer.Exit(CHECK_FAILED)

    return group


def _text(t: Translator, record: Record, reading: Examination) -> str:
    lines = [as_text(t, reading), "", f"  {t('agent.evidence.claims')}"]
    lines += [f"    {t(f'agent.evidence.claim.{name}') + ':':<34}{value}" for name, value in record.claims.items()]
    brought = brought_along(record, reading)
    if brought is not None:
        lines += ["", f"  {t('agent.evidence.brought', name=brought[0], fingerprint=brought[1])}"]
    return "\n".join(lines)


def _time(text: str) -> datetime | None:
    """A day is its beginning in UTC; a time without zone is in UTC."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter("a day or a time such as 2026-11-22T10:30:00Z", param_hint="--at") from error
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
