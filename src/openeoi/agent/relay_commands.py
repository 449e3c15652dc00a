"""`eoi card relay` lends the card in a reader to another place; `eoi card relay-certificates` says to whom."""

from __future__ import annotations

import hashlib
import json
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import Annotated, Final

import typer

from openeoi.agent.office import Agent
from openeoi.agent.ports import PoweredCard, Reader
from openeoi.transport import relay
from openeoi.transport.relay import Credentials, Presence, RelayEvent
from openeoi.transport.relay.credentials import CARD_FILE, LOCAL_HOSTS, make
from openeoi.transport.relay.errors import RelayAddressUnusable

DEFAULT_ADDRESS: Final = "127.0.0.1:8463"
USER_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,40}", re.ASCII)

GetAgent = Callable[[str], Agent]
"""The agent with the reader of this name; with the one of the setting for ""."""
Folder = Annotated[Path | None, typer.Option("--certificates", file_okay=False, help="Folder with authority.pem and card.pem.")]


def relay_commands(get_agent: GetAgent, get_folder: Callable[[], Path], clock: Callable[[], datetime]) -> typer.Typer:
    """`get_folder`: where certificates lie when nothing else is said."""
    group = typer.Typer()

    @group.command("relay", epilog="Example: eoi card relay --listen 192.0.2.7:8463 --reader ACR39")
    def lend(
        listen: Annotated[str, typer.Option("--listen", metavar="HOST:PORT", help="Where users connect.")] = DEFAULT_ADDRESS,
        reader: Annotated[str, typer.Option("--reader", metavar="NAME", help="Whose card is lent (`eoi reader list`).")] = "",
        certificates: Folder = None,
        as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs that start it.")] = False,
    ) -> None:
        """Lend the card in a reader to users at another place, one at a time, until Ctrl-C. They say --reader relay:HOST:PORT."""
        host, port = address(listen, "--listen")
        context = Credentials.of_card(certificates or get_folder()).server_context()
        desk, stop = LentReader(get_agent(reader).reader), Event()
        try:
            listening = relay.listen(host, port)
        except OSError as error:
            raise RelayAddressUnusable(listen, (error.strerror or str(error)).lower()) from error
        with _ended_by_signals(stop):
            _tell(as_json, "listening", f"{host}:{listening.getsockname()[1]}")
            relay.serve(desk, listening, context, stop, observe=lambda event, who: _observed(as_json, event, who))

    @group.command("relay-certificates", epilog="Example: eoi card relay-certificates --host card.example.org --user ana")
    def certificates(
        folder: Annotated[Path | None, typer.Argument(file_okay=False, help="`relay` in the installation when missing.")] = None,
        host: Annotated[list[str] | None, typer.Option("--host", help="Name or address that users say; may be repeated.")] = None,
        user: Annotated[list[str] | None, typer.Option("--user", help="Who may use the card; may be repeated.")] = None,
        as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
    ) -> None:
        """Make certificates for a relayed card and its users, by an authority of their own, for a year.

        card.pem stays with the card; each user gets authority.pem and NAME.pem (both hold for `relay_certificates`).
        """
        users = user or ["user"]
        for name in users:
            if not USER_NAME.fullmatch(name) or f"{name}.pem" in (CARD_FILE, "authority.pem"):
                raise typer.BadParameter(f"{name!r}: letters, digits, - and _, not card or authority", param_hint="--user")
        paths = make(folder or get_folder(), (*LOCAL_HOSTS, *(host or ())), users, clock())
        typer.echo(json.dumps([str(path) for path in paths], indent=2) if as_json else "\n".join(str(path) for path in paths))

    return group


@contextmanager
def _ended_by_signals(stop: Event) -> Iterator[None]:
    """However lending is ended (Ctrl-C, a service manager), every user's card loses power before the program ends."""
    before = {ending: signal.signal(ending, lambda number, frame: stop.set()) for ending in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for ending, handler in before.items():
            signal.signal(ending, handler)


class LentReader:
    """`transport.relay.Desk` over a reader."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def look(self) -> Presence:
        state = self._reader.state
        if state.problem is not None:
            raise state.problem
        if not state.card:
            return Presence()
        # The user sees whether it is still the same card, and no name.
        return Presence(True, state.contactless, hashlib.sha256(state.card.encode()).digest()[:8])

    def powered(self) -> AbstractContextManager[PoweredCard]:
        return self._reader.powered()


def address(text: str, option: str) -> tuple[str, int]:
    """HOST:PORT, an IPv6 address in brackets."""
    host, _, port = text.rpartition(":")
    if not host or not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise typer.BadParameter(f"{text!r} is no HOST:PORT, such as {DEFAULT_ADDRESS}", param_hint=option)
    return host.removeprefix("[").removesuffix("]"), int(port)


def _observed(as_json: bool, event: RelayEvent, who: str) -> None:
    _tell(as_json, event.name.lower() if as_json else event.value, who)


def _tell(as_json: bool, event: str, who: str) -> None:
    typer.echo(json.dumps({"event": event, "who": who}, ensure_ascii=False) if as_json else f"{event}: {who}", err=not as_json)
