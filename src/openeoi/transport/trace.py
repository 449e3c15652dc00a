"""The trace of a run: every exchange, in the form on the wire and in clear, under the name of the step it belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

from openeoi.iso7816.apdu import SECRET_INSTRUCTIONS, CommandApdu, ResponseApdu
from openeoi.iso7816.secure_messaging import PlainExchange, ProtectedCommand
from openeoi.transport.explanations import explain, explain_status

MASK = "**"
READ_BINARY: Final = (0xB0, 0xB1)
SHORT_IDENTIFIER: Final = 0x80


@dataclass(frozen=True, slots=True)
class Exchange:
    """One command and its response. `plain_response` is None where the terminal could not open a protected response."""

    step: str
    command: CommandApdu
    response: ResponseApdu

    @property
    def is_protected(self) -> bool:
        """Whether it went through secure messaging."""
        return isinstance(self.command, ProtectedCommand)

    @property
    def plain_command(self) -> CommandApdu:
        return self.command.plain if isinstance(self.command, ProtectedCommand) else self.command

    @property
    def plain_response(self) -> ResponseApdu | None:
        return self.command.plain_response if isinstance(self.command, ProtectedCommand) else self.response

    @property
    def sentence(self) -> str:
        """What the command asks, in one English sentence in the standard's terms."""
        return explain(self.command)

    @property
    def result(self) -> str:
        """What the status word says, in a few words."""
        return explain_status(self.response.status)

    def shown_command(self) -> str:
        """The command on the wire in hexadecimal; a secret that goes in clear is masked."""
        return _hexadecimal(self.command, masked=not self.is_protected)

    def shown_plain_command(self) -> str:
        """The command in clear in hexadecimal, secrets masked."""
        return _hexadecimal(self.plain_command, masked=True)

    def shown_response(self) -> str:
        return self.response.encode().hex(" ").upper()

    def shown_plain_response(self) -> str:
        """Empty where there is none."""
        return "" if self.plain_response is None else self.plain_response.encode().hex(" ").upper()


class Trace:
    """An observer for `transport.run`. One trace may watch several runs; `step` names what is going on."""

    def __init__(self) -> None:
        self._exchanges: list[Exchange] = []
        self._step = ""

    def __call__(self, command: CommandApdu, response: ResponseApdu) -> None:
        self._exchanges.append(Exchange(self._step, command, response))

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        return tuple(self._exchanges)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Everything inside belongs to this step; steps may be nested, the innermost counts."""
        outer, self._step = self._step, name
        try:
            yield
        finally:
            self._step = outer


def without_content(exchanges: Iterable[Exchange], short_id: int) -> tuple[Exchange, ...]:
    """The same exchanges, but what the file with this short identifier gave is nowhere in clear: READ BINARY that names it, and
    those that go on in it. For content that nobody may see, such as fingerprints."""
    kept: list[Exchange] = []
    reading = False
    for exchange in exchanges:
        command = exchange.plain_command
        if command.ins not in READ_BINARY:
            reading = False
        elif command.p1 & SHORT_IDENTIFIER:
            reading = command.p1 & ~SHORT_IDENTIFIER == short_id
        kept.append(_emptied(exchange) if reading else exchange)
    return tuple(kept)


def _emptied(exchange: Exchange) -> Exchange:
    status = ResponseApdu(exchange.response.status)
    if not isinstance(exchange.command, ProtectedCommand):
        return replace(exchange, response=status)
    return replace(exchange, command=replace(exchange.command, exchange=PlainExchange(exchange.plain_command, status)))


def _hexadecimal(command: CommandApdu, masked: bool) -> str:
    raw = command.encode()
    if not (masked and command.data and command.ins in SECRET_INSTRUCTIONS):
        return raw.hex(" ").upper()
    start = raw.index(command.data, 5 if not command.is_extended else 7)
    end = start + len(command.data)
    shown = [raw[:start].hex(" ").upper(), *[MASK] * len(command.data), raw[end:].hex(" ").upper()]
    return " ".join(part for part in shown if part)


__all__ = ["Exchange", "Trace", "explain", "explain_status", "without_content"]
