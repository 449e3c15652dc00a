"""The virtual reader's card side, against a reader written here, and against vsmartcard's own."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from openeoi.transport.errors import TransportError
from openeoi.transport.vpcd import Reader, ReaderEvent, serve

PATIENCE = 20


class Trivial:
    """Answers with the length of the command; remembers what the reader did."""

    def __init__(self) -> None:
        self.history: list[str] = []

    def process(self, command: bytes) -> bytes:
        self.history.append(command.hex())
        return bytes(70000) if command[:1] == b"\xee" else len(command).to_bytes(2, "big") + b"\x90\x00"

    def power_on(self, contactless: bool) -> None:
        self.history.append(f"power on, contactless {contactless}")

    def reset(self) -> None:
        self.history.append("reset")

    def atr(self, contactless: bool) -> bytes:
        return b"\x3b\x80\x80\x01\x01" if contactless else b"\x3b\x00"


class Peer:
    """The reader's end of one connection."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        connection.settimeout(PATIENCE)

    def send(self, body: bytes) -> None:
        self.connection.sendall(len(body).to_bytes(2, "big"))
        self.connection.sendall(body)

    def receive(self) -> bytes:
        return self._exactly(int.from_bytes(self._exactly(2), "big"))

    def _exactly(self, length: int) -> bytes:
        parts = b""
        while len(parts) < length:
            part = self.connection.recv(length - len(parts))
            assert part, "the card closed the connection"
            parts += part
        return parts


@contextmanager
def listening() -> Iterator[tuple[socket.socket, Reader]]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(PATIENCE)
        yield server, Reader(port=server.getsockname()[1], attempts=3, pause=0.01, poll=0.02)


@contextmanager
def serving(card: Trivial, reader: Reader, contactless: bool = False) -> Iterator[list[ReaderEvent]]:
    """A card that lies in the reader while the block runs, in a thread that must have ended after it."""
    stop, events, failures = threading.Event(), list[ReaderEvent](), list[BaseException]()

    def body() -> None:
        try:
            serve(card, reader, stop, contactless, events.append)
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=body)
    thread.start()
    try:
        yield events
    finally:
        stop.set()
        thread.join(PATIENCE)
    assert not thread.is_alive()
    assert not failures


def test_the_protocol_of_the_reader() -> None:
    card = Trivial()
    with listening() as (server, reader), serving(card, reader):
        peer = Peer(server.accept()[0])
        for _ in range(3):
            peer.send(b"\x04")
            assert peer.receive() == b"\x3b\x00"
        for control in (b"\x01", b"\x02", b"\x00", b"\x77"):
            peer.send(control)
        peer.send(b"\x00\xa4\x00\x0c")
        assert peer.receive() == b"\x00\x04\x90\x00"
        peer.send(bytes(60000))
        assert peer.receive() == (60000).to_bytes(2, "big") + b"\x90\x00"
        peer.send(b"\xee\x00\x00\x00")
        assert peer.receive() == b"\x67\x00"
        peer.send(b"")
        assert peer.receive() == b"\x00\x00\x90\x00"
        peer.connection.close()
    assert card.history[:5] == ["power on, contactless False", "reset", "reset", "reset", "00a4000c"]


def test_the_contactless_card_shows_its_other_atr() -> None:
    card = Trivial()
    with listening() as (server, reader), serving(card, reader, contactless=True):
        peer = Peer(server.accept()[0])
        peer.send(b"\x04")
        assert peer.receive() == b"\x3b\x80\x80\x01\x01"
        peer.connection.close()
    assert card.history[0] == "power on, contactless True"


def test_a_reader_that_comes_back_finds_the_card_again() -> None:
    card = Trivial()
    with listening() as (server, reader), serving(card, reader) as events:
        for _ in range(6):
            peer = Peer(server.accept()[0])
            peer.send(b"\x04")
            assert peer.receive() == b"\x3b\x00"
            peer.connection.close()
        last = Peer(server.accept()[0])
        last.send(b"\x04")
        last.receive()
        last.connection.close()
    assert events[:3] == [ReaderEvent.CONNECTED, ReaderEvent.LOST, ReaderEvent.CONNECTED]


def test_a_broken_message_is_no_harm() -> None:
    with listening() as (server, reader), serving(Trivial(), reader):
        broken = server.accept()[0]
        broken.sendall(b"\x00\x05\x00\xa4")
        broken.close()
        peer = Peer(server.accept()[0])
        peer.send(b"\x04")
        assert peer.receive() == b"\x3b\x00"
        peer.connection.close()


def test_a_stop_request_ends_a_silent_connection() -> None:
    with listening() as (server, reader), serving(Trivial(), reader):
        connection = server.accept()[0]
    connection.close()


def test_no_reader_is_reported_after_the_given_attempts() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    events: list[ReaderEvent] = []
    with pytest.raises(TransportError, match=str(port)):
        serve(Trivial(), Reader(port=port, attempts=3, pause=0), threading.Event(), observe=events.append)
    assert events == [ReaderEvent.UNREACHABLE] * 3


def test_a_reader_that_closes_at_once_is_given_up() -> None:
    def close_all(server: socket.socket) -> None:
        for _ in range(3):
            server.accept()[0].close()

    with listening() as (server, reader):
        thread = threading.Thread(target=close_all, args=(server,))
        thread.start()
        with pytest.raises(TransportError, match="closes every connection"):
            serve(Trivial(), reader, threading.Event())
        thread.join(PATIENCE)


def test_what_the_card_raises_passes_through() -> None:
    class Full(Trivial):
        def process(self, command: bytes) -> bytes:
            raise OSError(28, "No space left on device")

    def ask(server: socket.socket) -> None:
        with server.accept()[0] as connection:
            Peer(connection).send(b"\x00\xa4\x00\x0c")
            assert connection.recv(1) == b""

    with listening() as (server, reader):
        thread = threading.Thread(target=ask, args=(server,))
        thread.start()
        with pytest.raises(OSError, match="No space left"):
            serve(Full(), reader, threading.Event())
        thread.join(PATIENCE)


def namespaces() -> list[str]:
    """The command that gives a program its own network and mounts: as root, or as a user where users may."""
    for command in (["unshare", "--net", "--mount"], ["unshare", "--map-root-user", "--net", "--mount"]):
        if shutil.which("unshare") and subprocess.run([*command, "true"], capture_output=True).returncode == 0:
            return command
    return []


@pytest.mark.interop
def test_a_pcsc_program_sees_the_card(tmp_path: Path) -> None:
    """pcscd with vsmartcard's driver, in network and mount namespaces of its own; a trivial card; a PC/SC client."""
    if shutil.which("pcscd") is None or not list(Path("/usr/lib").rglob("libifdvpcd.so")):
        pytest.skip("install pcscd and vsmartcard-vpcd")
    if not list(Path("/usr/lib").rglob("libpcsclite.so.1")):
        pytest.skip("install libpcsclite1")
    isolated = namespaces()
    if not isolated:
        pytest.skip("install util-linux and allow namespaces (or run as root): the test needs a network of its own")
    script = Path(__file__).with_name("vpcd_in_namespace.py")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [*isolated, sys.executable, str(script), str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,
    ) as process:
        try:
            output, errors = process.communicate(timeout=50)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    log = tmp_path / "pcscd.log"
    assert process.returncode == 0, output + errors + (log.read_text(errors="replace") if log.exists() else "")
    assert output.splitlines() == [
        "ATR 3b951381018073ff01000b",
        "short 00059000",
        "extended 75379000",
        "reset True 00049000",
    ]
