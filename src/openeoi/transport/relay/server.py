"""The card's side: lends the card in a reader to one user at a time. Nothing of what is said to the card is kept or logged."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from enum import StrEnum
from threading import BoundedSemaphore, Event, Lock, Thread
from typing import Final, Protocol

from openeoi.encoding.errors import DecodingError
from openeoi.errors import OpenEoiError
from openeoi.transport import Transport
from openeoi.transport.errors import CardRemoved, NoCardInReader
from openeoi.transport.relay.frames import CONTENT_MAXIMUM, POLL_SECONDS, VERSION, Failure, Frame, Kind, Link, Presence, failure


class LentCard(Transport, Protocol):
    """A card under power. `reset` switches it off and on."""

    @property
    def atr(self) -> bytes: ...

    def reset(self) -> None: ...


class Desk(Protocol):
    """The reader whose card is lent."""

    def look(self) -> Presence:
        """Disturbs no card. May raise OpenEoiError."""
        ...

    def powered(self) -> AbstractContextManager[LentCard]:
        """For one user; leaving it takes power or everything volatile away. May raise OpenEoiError."""
        ...


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds: for the TLS handshake, between two commands, for a frame to arrive, for an answer to be taken. `connections`: how
    many at once, users and those who wait."""

    handshake: float = 10.0
    idle: float = 120.0
    frame: float = 10.0
    send: float = 10.0
    connections: int = 8


class RelayEvent(StrEnum):
    """What the relay tells its owner; with it goes the user's name in the certificate, or the reason."""

    USER_CAME = "uses the card"
    USER_WENT = "has gone"
    USER_REFUSED = "was refused"


Observe = Callable[[RelayEvent, str], None]
BACKLOG: Final = 8


@dataclass
class _Relay:
    desk: Desk
    context: ssl.SSLContext
    stop: Event
    limits: Limits
    observe: Observe
    card: Lock = field(default_factory=Lock)


def listen(host: str, port: int) -> socket.socket:
    """Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=BACKLOG)


def serve(
    desk: Desk,
    listening: socket.socket,
    context: ssl.SSLContext,
    stop: Event,
    limits: Limits = Limits(),
    observe: Observe = lambda event, who: None,
) -> None:
    """Lends the card until `stop` is set; `listening` is closed then, and no user is left."""
    relay = _Relay(desk, context, stop, limits, observe)
    places = BoundedSemaphore(limits.connections)
    threads: list[Thread] = []
    with listening:
        listening.settimeout(POLL_SECONDS)
        while not stop.is_set():
            try:
                connection, _ = listening.accept()
            except TimeoutError:
                continue
            if not places.acquire(blocking=False):
                connection.close()
                continue
            threads = [thread for thread in threads if thread.is_alive()]
            threads.append(Thread(target=_receive, args=(relay, connection, places), daemon=True))
            threads[-1].start()
    for thread in threads:
        thread.join()


def _receive(relay: _Relay, connection: socket.socket, places: BoundedSemaphore) -> None:
    try:
        with connection:
            connection.settimeout(relay.limits.handshake)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                secured = relay.context.wrap_socket(connection, server_side=True)
            except (OSError, ValueError) as error:
                relay.observe(RelayEvent.USER_REFUSED, _reason(error))
                return
            with secured:
                _Conversation(relay, secured).hold()
    finally:
        places.release()


class _Conversation:
    def __init__(self, relay: _Relay, connection: ssl.SSLSocket) -> None:
        self._relay = relay
        self._link = Link(connection, relay.stop.is_set)
        self._user = _name(connection)
        self._opened = ExitStack()
        self._card: LentCard | None = None

    def hold(self) -> None:
        """Until the user goes, breaks a rule, or the card fails."""
        limits = self._relay.limits
        with self._opened:
            try:
                self._link.send(Frame(Kind.READY, bytes((VERSION,))), limits.send)
                while (frame := self._next()) is not None:
                    answer = self._answer(frame)
                    self._link.send(answer, limits.send)
                    if answer.kind is Kind.FAILURE:
                        return
            except OSError:
                return  # the user has gone without a word: the card is taken back below

    def _next(self) -> Frame | None:
        limits = self._relay.limits
        try:
            return self._link.receive(limits.idle, limits.frame)
        except TimeoutError:
            self._link.send(failure(Failure.IDLE, "no command for too long"), limits.send)
        except DecodingError as error:
            self._link.send(failure(Failure.MALFORMED, error.reason), limits.send)
        return None

    def _answer(self, frame: Frame) -> Frame:
        try:
            match frame.kind:
                case Kind.LOOK:
                    return Frame(Kind.PRESENCE, self._relay.desk.look().encode())
                case Kind.OPEN if self._card is None:
                    return self._open()
                case Kind.COMMAND if self._card is not None:
                    return _response(self._card.exchange(frame.content))
                case Kind.RESET if self._card is not None:
                    self._card.reset()
                    return Frame(Kind.CARD, self._card.atr)
        except NoCardInReader:
            return failure(Failure.NO_CARD, "there is no card in the reader")
        except CardRemoved:
            return failure(Failure.CARD_REMOVED, "the card was taken out")
        except OpenEoiError as error:
            return failure(Failure.CARD_UNUSABLE, str(error))
        except OSError as error:
            # Of the card's own file or reader, not of the user's connection.
            return failure(Failure.CARD_UNUSABLE, error.strerror or type(error).__name__)
        return failure(Failure.MALFORMED, f"{frame.kind.name} is out of place here")

    def _open(self) -> Frame:
        if not self._relay.card.acquire(blocking=False):
            self._relay.observe(RelayEvent.USER_REFUSED, f"{self._user}: the card is in use")
            return failure(Failure.BUSY, "somebody else uses the card")
        self._opened.callback(self._relay.card.release)
        self._card = self._opened.enter_context(self._relay.desk.powered())
        self._relay.observe(RelayEvent.USER_CAME, self._user)
        self._opened.callback(self._relay.observe, RelayEvent.USER_WENT, self._user)
        return Frame(Kind.CARD, self._card.atr)


def _response(answer: bytes) -> Frame:
    if len(answer) > CONTENT_MAXIMUM:
        return failure(Failure.CARD_UNUSABLE, "the card's answer is longer than a response APDU can be")
    return Frame(Kind.RESPONSE, answer)


def _name(connection: ssl.SSLSocket) -> str:
    """The common name in the user's certificate, which was verified in the handshake."""
    shown = connection.getpeercert() or {}
    pairs = [pair for relative in shown.get("subject", ()) for pair in relative if isinstance(pair, tuple)]
    return next((str(value) for key, value in pairs if key == "commonName"), "?")


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    if isinstance(error, ssl.SSLError):
        return (error.reason or "no TLS").replace("_", " ").lower()
    return str(error)
