"""A card lent over loopback for one test: certificates of its own, a relay in a thread, and what it told its owner."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from openeoi.transport import relay
from openeoi.transport.errors import NoCardInReader
from openeoi.transport.relay import Credentials, Limits, Presence, RelayEvent, RelayTransport
from openeoi.transport.relay.credentials import LOCAL_HOSTS, make

ATR = bytes.fromhex("3BD518FF8191FE1FC38073C821100A")
SECRET = bytes.fromhex("0020000506313233343536")


class EchoCard:
    """Answers what it was sent and 9000. `wait` holds an exchange up until it is set."""

    def __init__(self) -> None:
        self.atr = ATR
        self.resets = 0
        self.seen: list[bytes] = []
        self.error: Exception | None = None
        self.wait: threading.Event | None = None
        self.reached = threading.Event()
        self.answer: bytes | None = None

    def exchange(self, command: bytes) -> bytes:
        self.seen.append(command)
        self.reached.set()
        if self.wait is not None:
            self.wait.wait(10)
        if self.error is not None:
            raise self.error
        return self.answer if self.answer is not None else command + b"\x90\x00"

    def reset(self) -> None:
        self.resets += 1


@dataclass
class EchoDesk:
    card: EchoCard | None = field(default_factory=EchoCard)
    powers: int = 0
    left: threading.Event = field(default_factory=threading.Event)

    def look(self) -> Presence:
        return Presence() if self.card is None else Presence(True, False, b"thiscard")

    @contextmanager
    def powered(self) -> Iterator[EchoCard]:
        if self.card is None:
            raise NoCardInReader("the desk")
        self.powers += 1
        self.left.clear()
        try:
            yield self.card
        finally:
            self.left.set()


@dataclass
class Lent:
    """`port` on loopback; `folder` holds authority.pem, card.pem, ana.pem and bor.pem."""

    port: int
    folder: Path
    desk: EchoDesk
    told: list[tuple[RelayEvent, str]]
    something_told: threading.Event

    def heard(self) -> RelayEvent:
        """The first event; a refused user may know of it before the owner is told."""
        assert self.something_told.wait(10)
        return self.told[0][0]

    def credentials(self, user: str = "ana") -> Credentials:
        return Credentials(self.folder / "authority.pem", self.folder / f"{user}.pem")

    def card(self, user: str = "ana") -> RelayTransport:
        return RelayTransport("127.0.0.1", self.port, self.credentials(user))


def certificates(folder: Path) -> Path:
    make(folder, LOCAL_HOSTS, ("ana", "bor"), datetime.now(UTC))
    return folder


@contextmanager
def lent(folder: Path, desk: EchoDesk, limits: Limits | None = None) -> Iterator[Lent]:
    listening = relay.listen("127.0.0.1", 0)
    stop, something_told = threading.Event(), threading.Event()
    told: list[tuple[RelayEvent, str]] = []
    context = Credentials.of_card(folder).server_context()

    def observe(event: RelayEvent, who: str) -> None:
        told.append((event, who))
        something_told.set()

    def serve() -> None:
        relay.serve(desk, listening, context, stop, limits or Limits(), observe)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield Lent(listening.getsockname()[1], folder, desk, told, something_told)
    finally:
        stop.set()
        thread.join(10)
        assert not thread.is_alive()
