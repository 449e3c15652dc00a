"""The card's side of vsmartcard's virtual reader: a card that any PC/SC program on the machine sees (`vpcd`, TCP port 35963).

The card is a TCP client of the reader; connected means inserted. Messages both ways are two length bytes (big-endian) and a body.
A body of one byte from the reader is a control byte (0 power off, 1 power on, 2 reset, 4 send the ATR), any other one a command.
Only the ATR and commands are answered. The ATR is also how the reader polls for the card, several times a second.

vpcd writes length and body in two pieces, so that the operating system's delayed acknowledgement costs 40 ms for each command; it
is switched off before every read (Linux forgets the setting).
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from threading import Event
from typing import Final

from openeoi.transport.errors import ReaderUnusable
from openeoi.transport.in_process import Card

DEFAULT_PORT: Final = 35963
POWER_OFF, POWER_ON, RESET, SEND_ATR = 0, 1, 2, 4
MESSAGE_MAXIMUM: Final = 0xFFFF
CONNECT_TIMEOUT: Final = 2.0
SEND_TIMEOUT: Final = 10.0

WRONG_LENGTH: Final = b"\x67\x00"


class ReaderEvent(StrEnum):
    CONNECTED = "the card lies in the reader"
    LOST = "the reader has closed the connection"
    UNREACHABLE = "no reader listens there"


@dataclass(frozen=True, slots=True)
class Reader:
    """Where the reader listens and how patient the card is: `attempts` connections in a row may fail, `pause` seconds apart.

    `poll` seconds is how long a stop request may go unnoticed.
    """

    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    attempts: int = 5
    pause: float = 1.0
    poll: float = 0.2


def serve(
    card: Card,
    reader: Reader,
    stop: Event,
    contactless: bool = False,
    observe: Callable[[ReaderEvent], None] | None = None,
) -> None:
    """Keeps the card in the reader until `stop` is set; runs in the caller's thread, which may be one of its own.

    A lost connection is made anew. Raises ReaderUnusable after `reader.attempts` failures in a row; a connection that the
    reader closes before it has said anything counts as one. What the card raises (a full disk, say) passes through after the
    connection was closed: to the programs the card is then removed.
    """
    tell = observe if observe is not None else _silent
    failures = 0
    while not stop.is_set():
        problem = "it closes every connection at once"
        try:
            connection = _connect(reader)
        except OSError as error:
            problem = error.strerror or str(error)
            tell(ReaderEvent.UNREACHABLE)
        else:
            tell(ReaderEvent.CONNECTED)
            with connection:
                served = _attend(card, connection, reader.poll, stop, contactless)
            if served:
                failures = 0
            if stop.is_set():
                return
            tell(ReaderEvent.LOST)
        failures += 1
        if failures >= reader.attempts:
            raise ReaderUnusable(f"{reader.host}:{reader.port}", problem)
        stop.wait(reader.pause)


def _connect(reader: Reader) -> socket.socket:
    connection = socket.create_connection((reader.host, reader.port), timeout=CONNECT_TIMEOUT)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _silent(event: ReaderEvent) -> None:
    """For callers who do not watch."""


def _attend(card: Card, connection: socket.socket, poll: float, stop: Event, contactless: bool) -> bool:
    """Answers the reader until it closes or `stop` is set; whether it said anything at all."""
    link = _Link(connection, poll, stop)
    card.power_on(contactless)
    served = False
    while (message := link.receive()) is not None:
        served = True
        answer = _answer(card, message, contactless)
        if answer is not None and not link.send(answer):
            break
    return served


def _answer(card: Card, message: bytes, contactless: bool) -> bytes | None:
    if len(message) == 1:
        control = message[0]
        if control == SEND_ATR:
            return card.atr(contactless)
        if control in (POWER_OFF, POWER_ON, RESET):
            card.reset()
        return None
    answer = card.process(message)
    # Data of 65534 bytes and more cannot be carried by this reader's length field: the command asked for too much.
    return answer if len(answer) <= MESSAGE_MAXIMUM else WRONG_LENGTH


class _Link:
    """Whole messages from the byte stream."""

    def __init__(self, connection: socket.socket, poll: float, stop: Event) -> None:
        self._connection = connection
        self._poll = poll
        self._stop = stop

    def receive(self) -> bytes | None:
        """The next message; None when a stop is requested or the reader has closed the connection."""
        try:
            header = self._exactly(2)
            return None if header is None else self._exactly(int.from_bytes(header, "big"))
        except OSError:
            return None

    def send(self, message: bytes) -> bool:
        """Whether the reader still takes messages."""
        self._connection.settimeout(SEND_TIMEOUT)
        try:
            self._connection.sendall(len(message).to_bytes(2, "big") + message)
        except OSError:
            return False
        return True

    def _exactly(self, length: int) -> bytes | None:
        parts = bytearray()
        while len(parts) < length:
            if self._stop.is_set():
                return None
            self._connection.settimeout(self._poll)
            _acknowledge_at_once(self._connection)
            try:
                part = self._connection.recv(length - len(parts))
            except TimeoutError:
                continue
            if not part:
                return None
            parts += part
        return bytes(parts)


def _acknowledge_at_once(connection: socket.socket) -> None:
    option = getattr(socket, "TCP_QUICKACK", None)
    if option is not None:
        connection.setsockopt(socket.IPPROTO_TCP, option, 1)
