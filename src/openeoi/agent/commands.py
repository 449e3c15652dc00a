"""`eoi pin ...` and `eoi card ...`: the agent's duties on the command line.

Secrets are asked for without echo, or read line by line from standard input; never from arguments, which other users can see.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from threading import Event
from typing import Annotated, Final, TypeVar

import typer

from openeoi.agent.caution import await_card, require_consent, require_own_activation
from openeoi.agent.errors import AccessNumberNeeded
from openeoi.agent.evidence import keep
from openeoi.agent.office import Agent
from openeoi.agent.pin_care import Activation, PinCare
from openeoi.agent.read_and_check import read_and_check
from openeoi.agent.summary import as_text, as_values, translator
from openeoi.encoding.mrz import decode_tolerant, mrz_information
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.terminal.checks import Outcome
from openeoi.terminal.examination import Examination
from openeoi.terminal.extended_length import long_or_short, read_announced_maximum
from openeoi.terminal.pin_care import PinStatus, Secret, SecretStatus
from openeoi.transport import vpcd
from openeoi.transport.slow_card import SlowCard

GetAgent = Callable[[str], Agent]
"""The agent with the reader of this name; with the one of the setting for ""."""
Result = TypeVar("Result")

CHECK_FAILED: Final = 1

Can = Annotated[str, typer.Option("--can", envvar="EOI_CAN", help="Six digits at the card's right edge; asked for when missing.")]
Stdin = Annotated[bool, typer.Option("--stdin", help="Read the secrets from standard input, one a line, instead of asking.")]
ReaderName = Annotated[
    str, typer.Option("--reader", metavar="NAME", help="A reader by its name or a part of it (`eoi reader list`), or `virtual`.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask before using a card that is not a virtual one.")]
Zone = Annotated[str, typer.Option("--mrz", help="The machine readable zone instead of the CAN; blanks may separate its lines.")]
BasicAccess = Annotated[
    bool, typer.Option("--allow-basic-access", help="Open a document that offers no PACE the old, weaker way (BAC), and say so.")
]
Extended = Annotated[
    bool,
    typer.Option("--extended-length", help="Long responses where the card announces them; short ones where it refuses them."),
]
EvidenceFile = Annotated[
    Path | None,
    typer.Option("--evidence", dir_okay=False, help="Keep everything for `eoi card verify`. The file holds personal data."),
]
Json = Annotated[bool, typer.Option("--json", help="For machines.")]


class WhichPin(StrEnum):
    NORM = "norm"
    SIG = "sig"

    @property
    def secret(self) -> Secret:
        return Secret.NORM_PIN if self is WhichPin.NORM else Secret.SIG_PIN


Which = Annotated[WhichPin, typer.Argument(help="norm (PIN for logging in) or sig (PIN for signing).")]


def pin_commands(get_agent: GetAgent) -> typer.Typer:
    """`eoi pin`: status, activate, change, unblock, for the card in the reader."""
    commands = typer.Typer(no_args_is_help=True, help="Look after the PINs of the card in the reader.")

    @commands.command(epilog="Example: eoi pin status --can 123456")
    def status(reader: ReaderName = "", can: Can = "", yes: Yes = False, as_json: Json = False) -> None:
        """Which PINs are set, and how many tries each secret has left. Costs no try."""
        agent, number = _opened(get_agent, reader, can, yes)
        found = _with_pins(agent, number, lambda care: care.look())
        if as_json:
            typer.echo(json.dumps(asdict(found), indent=2))
        else:
            typer.echo("\n".join(_lines(found)))

    @commands.command(epilog="Example: eoi pin activate --can 123456")
    def activate(reader: ReaderName = "", can: Can = "", stdin: Stdin = False, yes: Yes = False, as_json: Json = False) -> None:
        """Set both PINs with the initial password from the envelope. With --stdin: password, login PIN, signing PIN.

        Works on virtual cards; for a card of the state it says what the official way is.
        """
        agent, number = _opened(get_agent, reader, can, yes, require_own_activation)
        password = _secret("Initial password", stdin)
        activation = Activation(password, _new_secret("New PIN for logging in", stdin), _new_secret("New PIN for signing", stdin))
        _with_pins(agent, number, lambda care: care.activate(activation))
        _say({"done": "activate"}, "The card is activated. The initial password is used up.", as_json)

    @commands.command(epilog="Example: eoi pin change norm --can 123456")
    def change(
        which: Which, reader: ReaderName = "", can: Can = "", stdin: Stdin = False, yes: Yes = False, as_json: Json = False
    ) -> None:
        """Change a PIN. With --stdin: present PIN, new PIN."""
        agent, number = _opened(get_agent, reader, can, yes)
        secret, old = which.secret, _secret("Present PIN", stdin)
        new = _new_secret("New PIN", stdin)
        _with_pins(agent, number, lambda care: care.change(secret, old, new))
        _say({"done": "change", "pin": which.value}, "The PIN is changed.", as_json)

    @commands.command(epilog="Example: eoi pin unblock sig --can 123456")
    def unblock(
        which: Which, reader: ReaderName = "", can: Can = "", stdin: Stdin = False, yes: Yes = False, as_json: Json = False
    ) -> None:
        """Give a PIN a new value with the PUK. With --stdin: PUK, new PIN."""
        agent, number = _opened(get_agent, reader, can, yes)
        secret, puk = which.secret, _secret("PUK", stdin)
        new = _new_secret("New PIN", stdin)
        _with_pins(agent, number, lambda care: care.unblock(secret, puk, new))
        _say({"done": "unblock", "pin": which.value}, "The PIN is unblocked and has its new value.", as_json)

    return commands


def card_commands(get_agent: GetAgent, language: Callable[[], str] = lambda: "en") -> typer.Typer:
    """`eoi card`: list, read, insert. `language` of what is said to a person."""
    commands = typer.Typer(no_args_is_help=True, help="The virtual cards of this computer.")

    @commands.command("list", epilog="Example: eoi card list --json")
    def list_cards(as_json: Json = False) -> None:
        """The cards in the box, and which of them lies in the reader."""
        agent = get_agent("")
        rows = []
        for name in agent.virtual_reader.cards.names():
            face = agent.faces.face(name)
            printed = {} if face is None else {"number": face.document_number, "holder": f"{face.given_names} {face.surname}"}
            rows.append({"card": name, "in_reader": name == agent.virtual_reader.state.card, **printed})
        if as_json:
            typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
            return
        for row in rows:
            mark = "in the reader" if row["in_reader"] else ""
            typer.echo(f"{row['card']}  {row.get('number', '-'):<12}{row.get('holder', '-'):<32}{mark}".rstrip())

    @commands.command(epilog="Example: eoi card read --can 123456 --evidence reading.json")
    def read(
        reader: ReaderName = "",
        can: Can = "",
        mrz: Zone = "",
        basic_access: BasicAccess = False,
        evidence: EvidenceFile = None,
        extended: Extended = False,
        yes: Yes = False,
        as_json: Json = False,
    ) -> None:
        """Read the card in the reader and check it, up to the state's certificate. Exit code 1 when a check fails."""
        if basic_access and not mrz:
            raise typer.BadParameter("basic access control opens with the zone: give --mrz", param_hint="--allow-basic-access")
        information = mrz_information(decode_tolerant("\n".join(mrz.split()))[0]) if mrz else ""
        agent, number = (_held(get_agent, reader, yes), "") if mrz else _opened(get_agent, reader, can, yes)
        password = PacePassword.from_mrz(information) if mrz else PacePassword.from_can(number)
        with agent.session() as session:

            def attempt(response_maximum: int) -> Examination:
                opened = session.open_old_document(password, information) if basic_access else session.open_document(password)
                return read_and_check(session, opened, agent.trust, agent.clock(), response_maximum)

            announced = session.run_freely("agent.step.unlock", read_announced_maximum()) if extended else None
            reading = long_or_short(attempt, announced)
        if evidence is not None:
            keep(reading, agent.trust, evidence)
            typer.echo(translator(language())("agent.evidence.kept", place=evidence), err=True)
        values = json.dumps(as_values(reading), ensure_ascii=False, indent=2)
        typer.echo(values if as_json else as_text(translator(language()), reading))
        if reading.outcome is not Outcome.SUCCESSFUL:
            raise typer.Exit(CHECK_FAILED)

    @commands.command(epilog="Example: eoi card insert 0A1B2C --vpcd localhost:35963")
    def insert(
        card: Annotated[str, typer.Argument(help="A name from `eoi card list`.")],
        vpcd_address: Annotated[
            str, typer.Option("--vpcd", metavar="HOST:PORT", help="A PC/SC virtual reader (vsmartcard) instead of our own.")
        ] = "",
        contactless: Annotated[bool, typer.Option("--contactless", help="Lay it on the reader.")] = False,
        delay: Annotated[int, typer.Option("--delay", min=0, max=60_000, help="With --vpcd: answer that many ms late.")] = 0,
        as_json: Json = False,
    ) -> None:
        """Put a card into the reader; with --vpcd into a PC/SC virtual reader, until Ctrl-C."""
        agent = get_agent("")
        if not vpcd_address:
            if delay:
                raise typer.BadParameter("a card is slow only in a PC/SC virtual reader", param_hint="--delay")
            agent.virtual_reader.insert(card)
            agent.virtual_reader.use_interface(contactless)
            _say({"card": card, "in_reader": True, "contactless": contactless}, f"{card} is in the reader.", as_json)
            return
        reader = _address(vpcd_address)
        stop = Event()
        with agent.virtual_reader.cards.powered(card, contactless) as powered:
            chip = SlowCard(powered, delay / 1000) if delay else powered
            try:
                vpcd.serve(chip, reader, stop, contactless, lambda event: typer.echo(event.value, err=True))
            except KeyboardInterrupt:
                stop.set()
        typer.echo(f"{card} is taken out.", err=True)

    return commands


def _opened(
    get_agent: GetAgent, reader: str, can: str, yes: bool, require: Callable[[Agent], None] = lambda agent: None
) -> tuple[Agent, str]:
    """The agent with a card in its reader that may be used, and the card's CAN. Everything is asked before the card is held."""
    agent = _held(get_agent, reader, yes, require)
    number = can or (typer.prompt("CAN") if sys.stdin.isatty() else "")
    if not number:
        raise AccessNumberNeeded
    return agent, number


def _held(get_agent: GetAgent, reader: str, yes: bool, require: Callable[[Agent], None] = lambda agent: None) -> Agent:
    """The agent with a card that may be used; `require` looks at the card before anything is asked."""
    agent = get_agent(reader)
    await_card(agent)
    require(agent)
    require_consent(agent, yes)
    return agent


def _with_pins(agent: Agent, number: str, work: Callable[[PinCare], Result]) -> Result:
    with agent.session() as session:
        session.unlock(PacePassword.from_can(number))
        return work(PinCare(session, agent.parameters))


def _secret(label: str, stdin: bool) -> str:
    return _line() if stdin else str(typer.prompt(label, hide_input=True))


def _line() -> str:
    line = sys.stdin.readline().strip()
    if not line:  # to the card, no PIN is the question how many tries are left
        raise typer.Abort
    return line


def _new_secret(label: str, stdin: bool) -> str:
    return _line() if stdin else str(typer.prompt(label, hide_input=True, confirmation_prompt=True))


def _say(facts: Mapping[str, object], text: str, as_json: bool) -> None:
    typer.echo(json.dumps(facts, indent=2) if as_json else text)


def _address(text: str) -> vpcd.Reader:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise typer.BadParameter("HOST:PORT, such as localhost:35963", param_hint="--vpcd")
    return vpcd.Reader(host, int(port))


def _lines(found: PinStatus) -> list[str]:
    rows = {
        "PIN for logging in": found.norm_pin,
        "PIN for signing": found.sig_pin,
        "PUK": found.puk,
        "initial password": found.initial_password,
    }
    return [f"{name:<20}{one.condition.value}{_tries(one)}" for name, one in rows.items()]


def _tries(secret: SecretStatus) -> str:
    return f", {secret.tries_left} tries left" if secret.tries_left else ""
