"""`eoi reader`: the card readers of this computer, and what comes and goes in them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated

import typer

from openeoi.agent.reader import CardReader
from openeoi.encoding.errors import DecodingError
from openeoi.iso7816.answer_to_reset import AnswerToReset, Interface
from openeoi.transport.pcsc import PcscFacts, ReaderEvent, ReaderInfo, Service, look, watch

Json = Annotated[bool, typer.Option("--json", help="For machines.")]
Watch = Annotated[bool, typer.Option("--watch", help="Tell what comes and goes, until Ctrl-C; with --json one object a line.")]
Seconds = Annotated[float | None, typer.Option("--for", min=0, metavar="SECONDS", help="With --watch: end after so long.")]


def reader_commands(get_virtual: Callable[[], CardReader]) -> typer.Typer:
    commands = typer.Typer(no_args_is_help=True, help="The card readers of this computer.")

    @commands.callback()
    def reader() -> None:
        """The card readers of this computer."""

    @commands.command("list", epilog="Example: eoi reader list --watch")
    def list_readers(watching: Watch = False, seconds: Seconds = None, as_json: Json = False) -> None:
        """The readers and what lies in them. Any part of a name that fits one reader only does for --reader."""
        if watching:
            _watch(seconds, as_json)
            return
        virtual, facts = get_virtual(), look()
        if as_json:
            rows = [_virtual_facts(virtual), *(_facts(one) for one in facts.readers)]
            typer.echo(json.dumps({"pcsc": facts.service.name.lower(), "readers": rows}, ensure_ascii=False, indent=2))
            return
        card = virtual.state.card
        typer.echo(f"{virtual.name}: {f'virtual card {card}' if card else 'no card'}")
        for one in facts.readers:
            typer.echo(f"{one.name}: {described(one)}")
        if not facts.readers:
            typer.echo(_why_none(facts), err=True)

    return commands


def described(reader: ReaderInfo) -> str:
    """What lies in it, in words."""
    if not reader.card_present:
        return "no card"
    if reader.mute:
        return "a card that does not answer"
    use = ", in use by one program alone" if reader.exclusive else ", in use" if reader.in_use else ""
    return f"{_kind(reader)}{use}"


def _kind(reader: ReaderInfo) -> str:
    if reader.atr is None:
        return "a card that is being powered"
    shown = reader.atr.hex(" ").upper()
    if reader.interface is Interface.STORAGE:
        return f"{Interface.STORAGE.value} {_storage_name(reader.atr)}".rstrip() + f", no identity card ({shown})"
    return f"{'card' if reader.interface is Interface.CONTACT else 'contactless card'} ({shown})"


def _storage_name(atr: bytes) -> str:
    try:
        return AnswerToReset.decode(atr).storage_card_name
    except DecodingError:
        return ""


def _watch(seconds: float | None, as_json: bool) -> None:
    try:
        for event in watch(seconds):
            # Flushed by echo: a program at the other end of a pipe hears of it at once.
            typer.echo(json.dumps(_event(event), ensure_ascii=False) if as_json else _told(event))
    except KeyboardInterrupt:
        return  # how watching ends


def _event(event: ReaderEvent) -> dict[str, object]:
    return {"event": event.change.name.lower(), **_facts(event.reader)}


def _told(event: ReaderEvent) -> str:
    return f"{event.change.value}: {event.reader.name}: {described(event.reader)}"


def _facts(reader: ReaderInfo) -> dict[str, object]:
    return {
        "reader": reader.name,
        "virtual": False,
        "card": reader.card_present,
        "atr": None if reader.atr is None else reader.atr.hex().upper(),
        "interface": None if reader.interface is None else reader.interface.value,
        "mute": reader.mute,
        "in_use": reader.in_use,
        "exclusive": reader.exclusive,
    }


def _virtual_facts(virtual: CardReader) -> dict[str, object]:
    state = virtual.state
    return {"reader": virtual.name, "virtual": True, "card": bool(state.card), "name": state.card or None}


def _why_none(facts: PcscFacts) -> str:
    if facts.service is Service.RUNNING:
        return "No card reader is plugged in."
    return f"Card readers of this computer: {facts.service.value}. `eoi doctor` says what to do."
