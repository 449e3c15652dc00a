"""The `eoi` command: mounts the offices' commands and is the one place that turns errors into a line for a person."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Annotated

import typer
from typer.exceptions import Abort, TyperException

from openeoi import __version__
from openeoi.errors import OpenEoiError
from openeoi.main import output

if TYPE_CHECKING:
    from openeoi.agent.office import Agent
    from openeoi.exchange.desk import ExchangeDesk
    from openeoi.main.wiring import Offices
    from openeoi.pki.authorities import Authorities

CONTEXT = {"help_option_names": ["-h", "--help"]}

application = typer.Typer(
    name="eoi",
    no_args_is_help=True,
    context_settings=CONTEXT,
    pretty_exceptions_enable=False,
    help="OpenEOI: the electronic identity card, from the application form to the border. Start with `eoi up` or `eoi tour`.",
)


def run(arguments: Sequence[str] | None = None) -> None:
    """Entry point. Exit codes: 0 done, 1 a check failed or the work could not be done, 2 wrong use, 130 Ctrl-C."""
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        code = application(list(arguments), prog_name="eoi", standalone_mode=False)
        if code == output.INTERRUPTED:
            from openeoi.main.refusals import say_interrupted

            say_interrupted()
    except (Abort, TyperException, OpenEoiError, OSError) as error:
        from openeoi.main.refusals import say

        code = say(error, as_json="--json" in arguments)
    sys.exit(code if isinstance(code, int) else output.DONE)


def _version(asked: bool) -> None:
    if asked:
        print(__version__)
        raise typer.Exit


@application.callback()
def options(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """OpenEOI: the electronic identity card, from the application form to the border. Start with `eoi up` or `eoi tour`."""


@application.command(epilog="Example: eoi up --port 8080")
def up(
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port to listen on; 8000 unless configured.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON line when it is ready, for programs that start it.")] = False,
) -> None:
    """Serve all offices on this machine, with a card in the virtual reader.

    The first start founds the authorities and issues samples.
    """
    from openeoi.main.up import serve_everything

    serve_everything(port, json)


@application.command(epilog="Example: EOI_PORT=9000 eoi config")
def config(json: Annotated[bool, typer.Option("--json", help="For machines.")] = False) -> None:
    """Show the effective configuration and where each value comes from."""
    from dataclasses import asdict

    from openeoi.main.settings import load

    effective = load()
    values = {name: str(value) if name == "var" else value for name, value in asdict(effective.settings).items()}
    if json:
        output.as_json({name: {"value": value, "source": effective.sources[name]} for name, value in values.items()})
    else:
        output.table(
            ["setting", "value", "from"], [[name, str(value), effective.sources[name]] for name, value in values.items()]
        )


# TOUR
@application.command(epilog="Example: eoi tour --json > tour.json")
def tour(json: Annotated[bool, typer.Option("--json", help="For machines.")] = False) -> None:
    """Run the whole journey once, in a scratch installation: apply, issue, collect, check, sign, log in, doctor, border."""
    from openeoi.main.tour import run_tour

    raise typer.Exit(run_tour(as_json=json))


audit = typer.Typer(no_args_is_help=True, help="The offices' audit chains.")


@audit.command(epilog="Example: eoi audit verify --json")
def verify(json: Annotated[bool, typer.Option("--json", help="For machines.")] = False) -> None:
    """Read every office's audit chain entry by entry. Exit code 1 and the position when one is broken."""
    from openeoi.main.audit import verify_all

    reports = list(verify_all(_offices()))
    if json:
        output.as_json({"whole": all(one.good for one in reports), "chains": [one.as_json() for one in reports]})
    else:
        rows = [[one.chain, one.state.value, str(one.entries), str(one.position or "")] for one in reports]
        output.table(["chain", "state", "entries", "position"], rows)
        for one in reports:
            if one.problem:
                output.say_error(f"{one.chain}: {one.problem}")
    if not all(one.good for one in reports):
        raise typer.Exit(output.CHECK_FAILED)


def _offices() -> Offices:
    from openeoi.main.settings import load
    from openeoi.main.wiring import Offices

    return Offices.open(load().settings)


def _mount() -> None:
    """The offices' commands. Each office is built when one of its commands runs."""
    from secrets import token_bytes

    from openeoi.agent.commands import card_commands, pin_commands
    from openeoi.agent.doctor.commands import commands as doctor_commands
    from openeoi.agent.evidence_commands import evidence_commands
    from openeoi.agent.fault_commands import fault_commands
    from openeoi.agent.reader_commands import reader_commands
    from openeoi.agent.relay_commands import relay_commands
    from openeoi.border.commands import commands as border_commands
    from openeoi.exchange.commands import commands as exchange_commands
    from openeoi.issuing.commands import commands as issuing_commands
    from openeoi.main.conformance import chips
    from openeoi.main.doctor import doctor
    from openeoi.main.explanations import terminal_language, translator
    from openeoi.main.key_holder import key_holders
    from openeoi.pki.commands import commands as pki_commands
    from openeoi.signing.commands import commands as signing_commands
    from openeoi.terminal.conformance.commands import commands as conformance_commands

    offices = cache(_offices)

    def agent(reader: str) -> Agent:
        return offices().agent_at(reader)

    def authorities() -> dict[str, Authorities]:
        settings = offices().settings
        return {settings.country: offices().authorities, settings.partner: offices().partner_authorities}

    def desks() -> dict[str, ExchangeDesk]:
        settings = offices().settings
        return {settings.country: offices().exchange, settings.partner: offices().partner_exchange}

    def make_faulty(name: str) -> dict[str, object]:
        from openeoi.agent.fault_commands import made

        return made(offices().faulty_cards, name)

    card = issuing_commands(lambda: offices().issuing, make_faulty)
    card.registered_commands += card_commands(agent, terminal_language).registered_commands
    relaying = relay_commands(agent, lambda: offices().relay_certificates(), lambda: offices().clock())
    card.registered_commands += relaying.registered_commands
    card.registered_commands += evidence_commands(agent, terminal_language).registered_commands
    application.add_typer(audit, name="audit")
    card.registered_commands += fault_commands(lambda: offices().faulty_cards).registered_commands
    application.add_typer(card, name="card", help="Cards: make one, list them, read one, put one into a reader.")
    application.add_typer(doctor_commands(doctor, lambda language: translator(language or terminal_language(), "agent")))
    application.add_typer(reader_commands(lambda: offices().reader), name="reader")
    application.add_typer(pin_commands(agent), name="pin")
    application.add_typer(signing_commands(lambda: offices().signing, key_holders(agent), terminal_language))
    application.add_typer(conformance_commands(chips(agent), token_bytes, lambda: offices().clock()))
    application.add_typer(border_commands(lambda reader: offices().border_at(reader)), name="border")
    application.add_typer(exchange_commands(desks), name="exchange")
    application.add_typer(pki_commands(authorities), name="pki")


_mount()
