"""A protocol run as a sequence diagram: the exchanges between terminal and card, grouped by step.

Anything with the attributes of `TracedExchange` can be drawn; who traces masks secrets before they come here, and a
second mask stands below because a PIN in a page would be for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Protocol

from openeoi.iso7816.apdu import SECRET_INSTRUCTIONS, CommandApdu, ResponseApdu
from openeoi.iso7816.status import SUCCESS, tries_left

MORE_BYTES = 0x61  # first byte of the status words that announce more data
HEX_LIMIT = 512  # bytes of one data field that a page shows


class TracedExchange(Protocol):
    """One command and its answer; `openeoi.transport.trace.Exchange` is one. In an exchange without secure messaging the plain
    forms are those on the wire; `plain_response` is None where a protected response could not be opened."""

    @property
    def step(self) -> str: ...
    @property
    def sentence(self) -> str: ...
    @property
    def command(self) -> CommandApdu: ...
    @property
    def response(self) -> ResponseApdu: ...
    @property
    def is_protected(self) -> bool: ...
    @property
    def plain_command(self) -> CommandApdu: ...
    @property
    def plain_response(self) -> ResponseApdu | None: ...


@dataclass(frozen=True, slots=True)
class ExchangePicture:
    """One exchange with everything written as text: hexadecimal in groups of bytes, secrets as dots."""

    explanation: str
    protected: bool
    goes_on: bool
    name: str
    header: str
    command: str
    response: str
    plain_command: str
    plain_response: str
    status: str
    is_success: bool
    tries_left: int | None
    answer_bytes: int


@dataclass(frozen=True, slots=True)
class StepPicture:
    """Exchanges that belong to one step of a protocol."""

    title: str
    exchanges: tuple[ExchangePicture, ...]

    @property
    def runs(self) -> tuple[tuple[ExchangePicture, ...], ...]:
        """Reading one file takes many like commands: each run is a first exchange and those that only go on with it."""
        runs: list[list[ExchangePicture]] = []
        for exchange in self.exchanges:
            if runs and exchange.goes_on and runs[-1][-1].name == exchange.name:
                runs[-1].append(exchange)
            else:
                runs.append([exchange])
        return tuple(map(tuple, runs))


def drawn(trace: Iterable[TracedExchange] | Iterable[StepPicture]) -> tuple[StepPicture, ...]:
    """For the macro: pictures made before (a page that is shown later keeps these, never the exchanges) or exchanges."""
    made_before, exchanges = [], []
    for one in trace:
        if isinstance(one, StepPicture):
            made_before.append(one)
        else:
            exchanges.append(one)
    return tuple(made_before) or step_pictures(exchanges)


def step_pictures(exchanges: Iterable[TracedExchange], title: Callable[[str], str] = str) -> tuple[StepPicture, ...]:
    """Group consecutive exchanges of the same step; `title` turns a step's name into the words shown."""
    grouped = groupby(exchanges, key=lambda one: one.step)
    return tuple(StepPicture(title(step), tuple(map(_picture, group))) for step, group in grouped)


def _picture(exchange: TracedExchange) -> ExchangePicture:
    plain_command, plain_response = exchange.plain_command, exchange.plain_response
    answer = plain_response or exchange.response
    return ExchangePicture(
        explanation=exchange.sentence,
        protected=exchange.is_protected,
        goes_on=_goes_on(plain_command),
        name=INSTRUCTIONS.get(plain_command.ins, f"INS {plain_command.ins:02X}"),
        header=written(plain_command.header),
        command=written_command(exchange.command),
        response=written_response(exchange.response),
        plain_command=written_command(plain_command) if exchange.is_protected else "",
        plain_response=written_response(plain_response) if exchange.is_protected and plain_response is not None else "",
        status=f"{answer.status:04X}",
        is_success=answer.status == SUCCESS or answer.status >> 8 == MORE_BYTES,
        tries_left=tries_left(answer.status),
        answer_bytes=len(answer.data),
    )


def _goes_on(command: CommandApdu) -> bool:
    # READ or UPDATE BINARY without a short file identifier (bit 8 of P1) and not from the start of the file
    return command.ins in (0xB0, 0xD6) and not command.p1 & 0x80 and bool(command.p1 | command.p2)


def written_command(command: CommandApdu) -> str:
    """The encoded command in hexadecimal; the data field of a command that carries a PIN or PUK in clear is dotted out."""
    carries_secret = command.ins in SECRET_INSTRUCTIONS and command.data and command.cla & 0x0C != 0x0C
    if not carries_secret:
        return written(command.encode())
    shown = written(replace(command, data=b"", expected=None).encode())
    return f"{shown} {len(command.data):02X} " + " ".join("••" for _ in command.data)


def written_response(response: ResponseApdu) -> str:
    data = written(response.data)
    return f"{data} {response.status:04X}".strip()


def written(raw: bytes) -> str:
    """Bytes in hexadecimal, groups of four bytes, cut after HEX_LIMIT with the number of those left out."""
    text = raw[:HEX_LIMIT].hex(" ", 4).upper() if len(raw) > 8 else raw.hex(" ").upper()
    return text if len(raw) <= HEX_LIMIT else f"{text} … (+{len(raw) - HEX_LIMIT})"


# ISO/IEC 7816-4:2020, table 5, and 7816-8 for the cryptographic ones
INSTRUCTIONS = {
    0x04: "DEACTIVATE FILE",
    0x20: "VERIFY",
    0x21: "VERIFY",
    0x22: "MANAGE SECURITY ENVIRONMENT",
    0x24: "CHANGE REFERENCE DATA",
    0x2A: "PERFORM SECURITY OPERATION",
    0x2C: "RESET RETRY COUNTER",
    0x44: "ACTIVATE FILE",
    0x46: "GENERATE ASYMMETRIC KEY PAIR",
    0x47: "GENERATE ASYMMETRIC KEY PAIR",
    0x70: "MANAGE CHANNEL",
    0x82: "EXTERNAL AUTHENTICATE",
    0x84: "GET CHALLENGE",
    0x86: "GENERAL AUTHENTICATE",
    0x87: "GENERAL AUTHENTICATE",
    0x88: "INTERNAL AUTHENTICATE",
    0xA4: "SELECT",
    0xB0: "READ BINARY",
    0xB1: "READ BINARY",
    0xC0: "GET RESPONSE",
    0xCA: "GET DATA",
    0xCB: "GET DATA",
    0xD6: "UPDATE BINARY",
    0xD7: "UPDATE BINARY",
    0xDA: "PUT DATA",
    0xDB: "PUT DATA",
    0xE0: "CREATE FILE",
    0xE6: "TERMINATE DF",
    0xFE: "TERMINATE CARD USAGE",
}
