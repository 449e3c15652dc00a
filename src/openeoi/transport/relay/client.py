"""The user's side: a card at another place as a transport."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from openeoi.encoding.errors import DecodingError
from openeoi.transport.errors import CardRemoved, NoCardInReader, TransportError
from openeoi.transport.relay.credentials import Credentials
from openeoi.transport.relay.errors import (
    RelayBusy,
    RelayConnectionLost,
    RelayMalformed,
    RelayNotTrusted,
    RelayRefused,
    RelayRefusesCertificate,
    RelayTimedOut,
    RelayUnreachable,
)
from openeoi.transport.relay.frames import CONTENT_MAXIMUM, VERSION, Failure, Frame, Kind, Link, Presence, decode_failure

CONNECT_SECONDS: Final = 10.0
# A card may compute for seconds, and the relay waits for another program that holds it.
ANSWER_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Patience:
    connect: float = CONNECT_SECONDS
    answer: float = ANSWER_SECONDS


class RelayTransport:
    """Fills `transport.Transport`: `with RelayTransport("host", 8463, credentials) as card: run(steps, card)`.

    Entering raises RelayUnreachable, RelayNotTrusted, RelayRefusesCertificate, RelayBusy, NoCardInReader, RelayRefused,
    RelayCertificatesUnusable; `exchange` raises RelayConnectionLost, RelayTimedOut, CardRemoved, RelayRefused, RelayMalformed.
    """

    def __init__(self, host: str, port: int, credentials: Credentials, patience: Patience = Patience()) -> None:
        self._host, self._port = host, port
        self._credentials = credentials
        self._patience = patience
        self._conversation: _Conversation | None = None
        self._held = ExitStack()
        self.atr = b""

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._conversation = stack.enter_context(_conversation(self._host, self._port, self._credentials, self._patience))
            self.atr = self._conversation.ask(Frame(Kind.OPEN), Kind.CARD)
            self._held = stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._conversation = None
        self._held.close()

    def exchange(self, command: bytes) -> bytes:
        if len(command) > CONTENT_MAXIMUM:
            raise TransportError(f"a command has at most {CONTENT_MAXIMUM} bytes")
        return self._open().ask(Frame(Kind.COMMAND, command), Kind.RESPONSE)

    def reset(self) -> None:
        """Power off and on."""
        self.atr = self._open().ask(Frame(Kind.RESET), Kind.CARD)

    def _open(self) -> _Conversation:
        if self._conversation is None:
            raise TransportError("the relay is not open")
        return self._conversation


def look(host: str, port: int, credentials: Credentials, patience: Patience = Patience()) -> Presence:
    """What lies in the relay's reader; disturbs neither the card nor its user. Raises what entering RelayTransport does."""
    with _conversation(host, port, credentials, patience) as conversation:
        try:
            return Presence.decode(conversation.ask(Frame(Kind.LOOK), Kind.PRESENCE))
        except DecodingError as error:
            raise RelayMalformed(conversation.address, str(error)) from error


class _Conversation:
    def __init__(self, link: Link, address: str, patience: Patience) -> None:
        self._link = link
        self._patience = patience
        self.address = address

    def ask(self, question: Frame, answer: Kind) -> bytes:
        try:
            self._link.send(question, self._patience.answer)
        except TimeoutError as error:
            raise RelayTimedOut(self.address) from error
        except OSError:
            # The relay may have said why before it closed.
            self.hear(answer)
            raise RelayConnectionLost(self.address) from None
        return self.hear(answer)

    def hear(self, wanted: Kind) -> bytes:
        try:
            frame = self._link.receive(self._patience.answer, self._patience.answer)
        except TimeoutError as error:
            raise RelayTimedOut(self.address) from error
        except DecodingError as error:
            raise RelayMalformed(self.address, str(error)) from error
        except OSError as error:
            raise RelayConnectionLost(self.address) from error
        if frame is None:
            raise RelayConnectionLost(self.address)
        if frame.kind is Kind.FAILURE:
            self._raise(frame.content)
        if frame.kind is not wanted:
            raise RelayMalformed(self.address, f"{frame.kind.name} where {wanted.name} was expected")
        return frame.content

    def _raise(self, content: bytes) -> None:
        try:
            code, sentence = decode_failure(content)
        except DecodingError as error:
            raise RelayMalformed(self.address, str(error)) from error
        match code:
            case Failure.BUSY:
                raise RelayBusy(self.address)
            case Failure.NO_CARD:
                raise NoCardInReader(self.address)
            case Failure.CARD_REMOVED:
                raise CardRemoved("the card was taken out of the reader at the other place")
        raise RelayRefused(self.address, sentence)


@contextmanager
def _conversation(host: str, port: int, credentials: Credentials, patience: Patience) -> Iterator[_Conversation]:
    address = f"{host}:{port}"
    context = credentials.client_context()
    with _connected(host, port, patience.connect) as plain, _secured(context, plain, host, address) as secured:
        secured.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        conversation = _Conversation(Link(secured), address, patience)
        _greet(conversation)
        yield conversation


def _connected(host: str, port: int, seconds: float) -> socket.socket:
    try:
        return socket.create_connection((host, port), timeout=seconds)
    except OSError as error:
        raise RelayUnreachable(f"{host}:{port}", error.strerror or str(error)) from error


def _secured(context: ssl.SSLContext, plain: socket.socket, host: str, address: str) -> ssl.SSLSocket:
    try:
        return context.wrap_socket(plain, server_hostname=host)
    except ssl.SSLCertVerificationError as error:
        raise RelayNotTrusted(address, error.verify_message) from error
    except ssl.SSLEOFError as error:
        raise RelayConnectionLost(address) from error
    except ssl.SSLError as error:
        raise RelayMalformed(address, error.reason or "no TLS") from error
    except TimeoutError as error:
        raise RelayTimedOut(address) from error
    except OSError as error:
        raise RelayUnreachable(address, error.strerror or str(error)) from error


def _greet(conversation: _Conversation) -> None:
    """Hears READY. In TLS 1.3 it is here that a user hears that the certificate was refused."""
    try:
        greeting = conversation.hear(Kind.READY)
    except RelayConnectionLost as error:
        if isinstance(error.__cause__, ssl.SSLError):
            raise RelayRefusesCertificate(conversation.address) from error
        raise
    if greeting != bytes((VERSION,)):
        raise RelayMalformed(conversation.address, f"version {greeting.hex()}, we speak {VERSION}")
