"""Frames: round trip, truncation at every byte, and anything at all."""

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openeoi.encoding.errors import DecodingError
from openeoi.transport.relay.frames import CONTENT_MAXIMUM, Frame, Kind, Link, Presence, decode_failure, failure


def received(raw: bytes) -> Frame | None:
    """What a link makes of these bytes and an end."""
    here, there = socket.socketpair()
    with here, there:
        there.sendall(raw)
        there.shutdown(socket.SHUT_WR)
        return Link(here).receive(5, 5)


@given(st.sampled_from(Kind), st.binary(max_size=300))
def test_round_trip(kind: Kind, content: bytes) -> None:
    assert received(Frame(kind, content).encode()) == Frame(kind, content)


def test_truncation_at_every_byte() -> None:
    raw = Frame(Kind.COMMAND, b"\x00\xa4\x04\x0c").encode()
    assert received(b"") is None
    for end in range(1, len(raw)):
        with pytest.raises(ConnectionResetError):
            received(raw[:end])


@given(st.binary(max_size=64))
def test_any_bytes_are_a_frame_or_named(raw: bytes) -> None:
    try:
        frame = received(raw)
    except (DecodingError, ConnectionResetError):
        return
    assert frame is None or frame.encode() == raw[: len(frame.encode())]


def test_a_frame_is_never_too_long() -> None:
    with pytest.raises(ValueError, match="at most"):
        Frame(Kind.COMMAND, bytes(CONTENT_MAXIMUM + 1))


@given(st.binary(max_size=20))
def test_presence_and_failure_are_read_strictly(raw: bytes) -> None:
    for decode in (Presence.decode, decode_failure):
        try:
            decode(raw)
        except DecodingError:
            continue
        assert len(raw) == 9 if decode == Presence.decode else 1 <= raw[0] <= 6


def test_a_sentence_is_cut() -> None:
    from openeoi.transport.relay.frames import Failure

    frame = failure(Failure.CARD_UNUSABLE, "č" * 500)
    assert len(frame.content) == 201
    assert decode_failure(frame.content)[0] is Failure.CARD_UNUSABLE
