"""`eoi card faults`: the catalogue of faulty chips on the command line, for testers of inspection systems."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from openeoi.agent.faulty_cards import FaultyCards
    from openeoi.card.faults.fault import Fault

Json = Annotated[bool, typer.Option("--json", help="For machines.")]
Trust = Annotated[
    Path | None, typer.Option("--trust", file_okay=False, help="Write what the system under test has to trust into this folder.")
]


def fault_commands(get_cards: Callable[[], FaultyCards]) -> typer.Typer:
    group = typer.Typer()

    @group.command(epilog="Example: eoi card faults --json")
    def faults(as_json: Json = False, trust: Trust = None) -> None:
        """The catalogue of faulty chips: names, what is wrong, and what a correct reader says (--json)."""
        from openeoi.card.faults.catalogue import CATALOGUE

        if trust is not None:
            _write(get_cards().trust(), trust, as_json)
        elif as_json:
            typer.echo(json.dumps([described(fault) for fault in CATALOGUE.values()], ensure_ascii=False, indent=2))
        else:
            typer.echo(_listed())

    return group


def made(cards: FaultyCards, name: str) -> dict[str, object]:
    """Makes the chip and says what its tester needs."""
    from openeoi.card.faults.specimen import CAN, NORM_PIN, PUK, SIG_PIN

    fault = cards.make(name)
    facts = {name: value for name, value in described(fault).items() if value is not None}
    found = facts.pop("inspection", None)
    if isinstance(found, dict):
        facts |= {f"inspection_{key}": value for key, value in found.items()}
    return {"card": name, "can": CAN, "norm_pin": NORM_PIN, "sig_pin": SIG_PIN, "puk": PUK, **facts}


def described(fault: Fault) -> dict[str, object]:
    """An entry of the catalogue as plain values."""
    found = fault.inspection
    inspection = None if found is None else {"check": found.check, "outcome": found.verdict.value, "reason": found.reason}
    return {
        "fault": fault.name,
        "about": fault.family.value,
        "what_is_wrong": fault.sentence,
        "rule": fault.clause,
        "try": fault.use.value,
        "error": fault.error,
        "inspection": inspection,
    }


def _listed() -> str:
    from openeoi.card.faults.catalogue import CATALOGUE
    from openeoi.card.faults.fault import Family

    lines: list[str] = []
    for family in Family:
        lines += ["", family.value]
        lines += [f"  {fault.name:<42}{fault.sentence}" for fault in CATALOGUE.values() if fault.family is family]
    return "\n".join(lines[1:])


def _write(files: dict[str, bytes], folder: Path, as_json: bool) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    paths = [str(folder / name) for name in files]
    typer.echo(json.dumps(paths, indent=2) if as_json else "\n".join(paths))
