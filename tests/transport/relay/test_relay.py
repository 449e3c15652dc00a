"""A lent card: used as if it lay here, by those with a certificate, one at a time, and given back whatever happens."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from openeoi.errors import OpenEoiError
from openeoi.transport import relay
from openeoi.transport.errors import CardRemoved, NoCardInReader, TransportError
from openeoi.transport.relay import Limits, Presence, RelayEvent, RelayTransport
from openeoi.transport.relay.client import Patience
from openeoi.transport.relay.credentials import make
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
from openeoi.transport.relay.frames import CONTENT_MAXIMUM, Failure, Frame, Kind, decode_failure
from transport.relay import lending
from transport.relay.lending import ATR, SECRET, EchoDesk, Lent

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_a_lent_card_is_used_as_if_it_lay_here(lent: Lent) -> None:
    with lent.card() as card:
        assert card.atr == ATR
        assert card.exchange(SECRET) == SECRET + b"\x90\x00"
        long = bytes(4) + b"\x00\xff\xff" + bytes(65535) + b"\x00\x00"
        assert card.exchange(long[:-9]) == long[:-9] + b"\x90\x00"
        assert lent.desk.card is not None
        lent.desk.card.answer = b"\x90\x00"
        assert card.exchange(long) == b"\x90\x00"
        card.reset()
    assert lent.desk.left.wait(5)
    assert (lent.desk.card and lent.desk.card.resets, lent.desk.powers) == (1, 1)
    with lent.card("bor") as card:
        assert card.exchange(b"\x00\xa4\x00\x00")


def test_its_owner_hears_who_and_when_and_nothing_else(lent: Lent) -> None:
    with lent.card() as card:
        card.exchange(SECRET)
    assert lent.desk.left.wait(5)
    assert lent.told == [(RelayEvent.USER_CAME, "ana"), (RelayEvent.USER_WENT, "ana")]
    assert SECRET.hex() not in repr(Frame(Kind.COMMAND, SECRET))


def test_looking_disturbs_nobody(lent: Lent) -> None:
    with lent.card():
        assert relay.look("127.0.0.1", lent.port, lent.credentials("bor")) == Presence(True, False, b"thiscard")
    lent.desk.card = None
    assert relay.look("127.0.0.1", lent.port, lent.credentials("bor")) == Presence()
    with pytest.raises(NoCardInReader), lent.card():
        pass


def test_a_second_user_is_told_that_the_card_is_in_use(lent: Lent) -> None:
    with lent.card() as first:
        with pytest.raises(RelayBusy), lent.card("bor"):
            pass
        assert first.exchange(b"\x00\xa4\x00\x00")
    assert (RelayEvent.USER_REFUSED, "bor: the card is in use") in lent.told


# Who may.


def test_a_certificate_of_another_authority_is_refused(lent: Lent, tmp_path: Path) -> None:
    other = lending.certificates(tmp_path / "other")
    (other / "authority.pem").write_bytes((lent.folder / "authority.pem").read_bytes())
    with (
        pytest.raises(RelayRefusesCertificate),
        RelayTransport("127.0.0.1", lent.port, relay.Credentials(other / "authority.pem", other / "ana.pem")),
    ):
        pass
    assert lent.desk.powers == 0
    assert lent.heard() is RelayEvent.USER_REFUSED


def test_the_cards_own_certificate_does_not_make_a_user(lent: Lent) -> None:
    with pytest.raises(RelayRefusesCertificate), lent.card("card"):
        pass


def test_a_user_does_not_make_a_relay(folder: Path) -> None:
    """A user's certificate is not for servers: no user can lend a card in another's name."""
    user = relay.Credentials(folder / "authority.pem", folder / "ana.pem")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        context = user.server_context()

        def pretend() -> None:
            connection, _ = listening.accept()
            with pytest.raises(OSError), connection:
                context.wrap_socket(connection, server_side=True).recv(1)

        thread = threading.Thread(target=pretend)
        thread.start()
        with pytest.raises(RelayNotTrusted), RelayTransport("127.0.0.1", listening.getsockname()[1], user):
            pass
        thread.join(10)


def test_without_a_certificate_nothing_is_said(lent: Lent) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(lent.folder / "authority.pem")
    with (
        socket.create_connection(("127.0.0.1", lent.port)) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as bare,
        pytest.raises(ssl.SSLError, match="CERTIFICATE_REQUIRED"),
    ):
        bare.recv(1)
    assert lent.desk.powers == 0


def test_a_relay_under_another_name_or_authority_is_not_trusted(lent: Lent, tmp_path: Path) -> None:
    other = lending.certificates(tmp_path / "other")
    with (
        pytest.raises(RelayNotTrusted),
        RelayTransport("127.0.0.1", lent.port, relay.Credentials(other / "authority.pem", other / "ana.pem")),
    ):
        pass
    named = tmp_path / "named"
    make(named, ("card.example.org",), ("ana",), datetime.now(UTC))
    with lending.lent(named, EchoDesk()) as running, pytest.raises(RelayNotTrusted, match="not valid for"), running.card():
        pass


def test_old_tls_is_refused(lent: Lent) -> None:
    context = lent.credentials().client_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with socket.create_connection(("127.0.0.1", lent.port)) as plain, pytest.raises(ssl.SSLError):
        context.wrap_socket(plain, server_hostname="127.0.0.1")


# What breaks.


@contextmanager
def spoken_to(lent: Lent) -> Iterator[ssl.SSLSocket]:
    """A user who writes bytes by hand, greeted."""
    context = lent.credentials().client_context()
    plain = socket.create_connection(("127.0.0.1", lent.port), timeout=10)
    with context.wrap_socket(plain, server_hostname="127.0.0.1") as user:
        assert user.recv(16) == bytes.fromhex("800000000101")
        yield user


def refusal(user: ssl.SSLSocket) -> Failure:
    """Reads the failure, and that nothing follows it."""
    received = b""
    while part := user.recv(1024):
        received += part
    assert received[0] == Kind.FAILURE
    return decode_failure(received[5:])[0]


@pytest.mark.parametrize(
    "written",
    [
        struct.pack(">BI", Kind.COMMAND, CONTENT_MAXIMUM + 1),
        struct.pack(">BI", Kind.OPEN, 0xFFFFFFFF),
        b"\x55\x00\x00\x00\x00",
        b"\x83\x00\x00\x00\x00",
        Frame(Kind.COMMAND, SECRET).encode(),
        Frame(Kind.RESET).encode(),
        b"GET / HTTP/1.1\r\n\r\n",
    ],
)
def test_what_is_no_frame_or_out_of_place_ends_the_conversation(lent: Lent, written: bytes) -> None:
    with spoken_to(lent) as user:
        user.sendall(written)
        assert refusal(user) is Failure.MALFORMED
    with lent.card() as card:
        assert card.exchange(b"\x00\xa4\x00\x00")


def test_a_second_open_is_out_of_place(lent: Lent) -> None:
    with spoken_to(lent) as user:
        user.sendall(Frame(Kind.OPEN).encode())
        assert user.recv(64)[0] == Kind.CARD
        user.sendall(Frame(Kind.OPEN).encode())
        assert refusal(user) is Failure.MALFORMED
    assert lent.desk.left.wait(5)


@pytest.mark.parametrize("position", [1, 4, 5, 9])
def test_a_user_cut_off_inside_a_frame_gives_the_card_back(lent: Lent, position: int) -> None:
    with spoken_to(lent) as user:
        user.sendall(Frame(Kind.OPEN).encode())
        assert user.recv(64)[0] == Kind.CARD
        user.sendall(Frame(Kind.COMMAND, SECRET).encode()[:position])
    assert lent.desk.left.wait(5)
    assert lent.desk.card is not None
    assert lent.desk.card.seen == []
    with lent.card("bor") as card:
        assert card.exchange(b"\x00\xa4\x00\x00")


def test_a_user_cut_off_while_the_card_works_gives_it_back(lent: Lent) -> None:
    card = lent.desk.card
    assert card is not None
    card.wait = threading.Event()
    with spoken_to(lent) as user:
        user.sendall(Frame(Kind.OPEN).encode() + Frame(Kind.COMMAND, SECRET).encode())
        assert card.reached.wait(5)
    card.wait.set()
    assert lent.desk.left.wait(5)


@pytest.mark.parametrize("half", [b"", b"\x83", b"\x83\x00\x00\x00\x04\x01\x02"])
def test_a_relay_cut_off_inside_an_answer_is_a_lost_connection(folder: Path, half: bytes) -> None:
    context = relay.Credentials.of_card(folder).server_context()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def talk() -> None:
            connection, _ = listening.accept()
            with context.wrap_socket(connection, server_side=True) as secured:
                for said in (Frame(Kind.READY, b"\x01").encode(), Frame(Kind.CARD, ATR).encode(), half):
                    secured.sendall(said)
                    if said != half:
                        secured.recv(64)

        thread = threading.Thread(target=talk)
        thread.start()
        credentials = relay.Credentials(folder / "authority.pem", folder / "ana.pem")
        port = listening.getsockname()[1]
        with pytest.raises(RelayConnectionLost) as lost, RelayTransport("127.0.0.1", port, credentials) as card:
            card.exchange(SECRET)
        assert lost.value.address == f"127.0.0.1:{port}"
        thread.join(10)


def test_a_silent_user_loses_the_card(folder: Path) -> None:
    limits, refused = Limits(idle=0.05), pytest.raises(RelayRefused, match="too long")
    with lending.lent(folder, EchoDesk(), limits) as running, refused, running.card() as card:
        assert running.desk.left.wait(5)
        card.exchange(SECRET)


def test_a_slow_frame_is_given_up(folder: Path) -> None:
    with lending.lent(folder, EchoDesk(), Limits(frame=0.05)) as running, spoken_to(running) as user:
        user.sendall(b"\x03\x00")
        assert refusal(user) is Failure.IDLE


def test_a_slow_handshake_is_given_up(folder: Path) -> None:
    with lending.lent(folder, EchoDesk(), Limits(handshake=0.05)) as running:
        with socket.create_connection(("127.0.0.1", running.port), timeout=10) as plain:
            assert plain.recv(1) == b""
        assert running.heard() is RelayEvent.USER_REFUSED


def test_only_so_many_connections(folder: Path) -> None:
    with (
        lending.lent(folder, EchoDesk(), Limits(connections=1)) as running,
        spoken_to(running),
        pytest.raises(TransportError),
        running.card(),
    ):
        pass


@pytest.mark.parametrize(
    ("raised", "heard"),
    [
        (CardRemoved("taken out"), CardRemoved),
        (TransportError("nonsense"), RelayRefused),
        (OSError(28, "No space left on device"), RelayRefused),
    ],
)
def test_what_the_card_raises_is_told(lent: Lent, raised: Exception, heard: type[OpenEoiError]) -> None:
    assert lent.desk.card is not None
    lent.desk.card.error = raised
    with pytest.raises(heard), lent.card() as card:
        card.exchange(SECRET)
    assert lent.desk.left.wait(5)


def test_an_answer_that_is_too_long_is_refused(lent: Lent) -> None:
    assert lent.desk.card is not None
    lent.desk.card.answer = bytes(CONTENT_MAXIMUM + 1)
    with pytest.raises(RelayRefused), lent.card() as card:
        card.exchange(SECRET)
    with pytest.raises(TransportError, match="at most"), lent.card("bor") as card:
        card.exchange(bytes(CONTENT_MAXIMUM + 1))


def test_nobody_there(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(RelayUnreachable):
        relay.look("127.0.0.1", port, relay.Credentials(folder / "authority.pem", folder / "ana.pem"))


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        (Frame(Kind.READY, b"\x02").encode(), RelayMalformed),
        (Frame(Kind.RESPONSE, b"\x01").encode(), RelayMalformed),
        (b"\x55\x00\x00\x00\x00", RelayMalformed),
        (struct.pack(">BI", Kind.READY, CONTENT_MAXIMUM + 1), RelayMalformed),
        (Frame(Kind.FAILURE, b"\x99").encode(), RelayMalformed),
        (Frame(Kind.FAILURE).encode(), RelayMalformed),
        (b"\x80\x00\x00", RelayConnectionLost),
        (b"", RelayConnectionLost),
        (Frame(Kind.READY, b"\x01").encode() + Frame(Kind.PRESENCE, b"\x07").encode(), RelayMalformed),
        (None, RelayTimedOut),
    ],
)
def test_a_relay_that_says_nonsense(folder: Path, said: bytes | None, heard: type[OpenEoiError]) -> None:
    context = relay.Credentials.of_card(folder).server_context()
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def talk() -> None:
            connection, _ = listening.accept()
            with context.wrap_socket(connection, server_side=True) as secured:
                if said is None:
                    done.wait(10)
                else:
                    secured.sendall(said)
                    secured.settimeout(10)
                    if said.startswith(b"\x80\x00\x00\x00\x01\x01"):
                        secured.recv(64)

        thread = threading.Thread(target=talk)
        thread.start()
        credentials = relay.Credentials(folder / "authority.pem", folder / "ana.pem")
        with pytest.raises(heard):
            relay.look("127.0.0.1", listening.getsockname()[1], credentials, Patience(answer=0.3 if said is None else 10))
        done.set()
        thread.join(10)


def test_what_speaks_no_tls(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def talk() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(1024)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=talk)
        thread.start()
        with pytest.raises(RelayMalformed):
            relay.look("127.0.0.1", listening.getsockname()[1], relay.Credentials(folder / "authority.pem", folder / "ana.pem"))
        thread.join(10)


def test_a_closed_relay_carries_nothing(lent: Lent) -> None:
    with pytest.raises(TransportError, match="not open"):
        lent.card().exchange(SECRET)
