"""Harnesses of what `transport` reads: frames of a relay, and the answers of a card that speaks T=0."""

from __future__ import annotations

from contextlib import suppress
from socket import socket
from typing import cast

import mutation
from driver import Harness

from openeoi.encoding.errors import DecodingError
from openeoi.iso7816.answer_to_reset import AnswerToReset
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.transport.errors import TransportError
from openeoi.transport.pcsc.features import tagged
from openeoi.transport.pcsc.transmission_protocol import exchange_t0
from openeoi.transport.relay.frames import Failure, Frame, Kind, Link, Presence, decode_failure, failure

ANSWER = bytes.fromhex("3BD518FF8191FE1FC38073C821100A")
STORAGE = bytes.fromhex("3B8F8001804F0CA000000306030001000000006A")


class Received:
    """As much of a socket as a link needs: these bytes, then the end."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    def settimeout(self, seconds: float) -> None:
        assert seconds > 0

    def recv(self, most: int) -> bytes:
        part, self._raw = self._raw[:most], self._raw[most:]
        return part


def relay_frames(raw: bytes) -> int:
    link, read = Link(cast("socket", Received(raw))), 0
    with suppress(ConnectionResetError):
        while (frame := link.receive(60, 60)) is not None:
            read += 1
            repr(frame)
            if frame.kind is Kind.PRESENCE:
                assert Presence.decode(frame.content).encode() == frame.content
            if frame.kind is Kind.FAILURE:
                decode_failure(frame.content)
    return read


def conversations() -> list[bytes]:
    opened = Frame(Kind.READY, b"\x01").encode() + Frame(Kind.CARD, ANSWER).encode()
    return [
        opened + Frame(Kind.RESPONSE, b"\x90\x00").encode(),
        Frame(Kind.LOOK).encode() + Frame(Kind.PRESENCE, Presence(True, True, b"thiscard").encode()).encode(),
        Frame(Kind.OPEN).encode() + Frame(Kind.COMMAND, bytes.fromhex("0084000008")).encode() + Frame(Kind.RESET).encode(),
        failure(Failure.BUSY, "v rabi").encode(),
    ]


def t0_answers(raw: bytes) -> int:
    """The first byte is a length, then answers with a length byte each; the last one is repeated for ever."""
    answers, position = [], 1
    while position < len(raw):
        answers.append(raw[position + 1 : position + 1 + raw[position] % 32])
        position += 1 + raw[position] % 32
    waiting = [*answers, b"\x90\x00"]
    wanted = 1 + 256 * (raw[0] if raw else 0)
    command = CommandApdu(0, 0xCB, 0, 0, b"\x01", wanted).encode()
    answer = exchange_t0(command, lambda sent: waiting.pop(0) if len(waiting) > 1 else waiting[0])
    return ResponseApdu.decode(answer).status >> 8


def t0_seeds() -> list[bytes]:
    return [
        bytes.fromhex("01" + "026104" + "06010203049000"),
        bytes.fromhex("FF" + "0261FF" + "026C02" + "0401029000"),
        bytes.fromhex("02" + "026102" + "04AABB6102" + "04CCDD6282"),
        bytes.fromhex("00" + "026A82"),
    ]


def answer_to_reset(raw: bytes) -> int:
    found = AnswerToReset.decode(raw)
    repr((found.interface, found.storage_card_name))
    assert len(found.historical) == raw[1] & 0x0F
    return len(found.protocols)


def reader_properties(raw: bytes) -> int:
    return len(tagged(raw))


HARNESSES = (
    Harness("relay-frames", conversations, relay_frames, mutation.random_bytes, (DecodingError,), outcome=lambda read: read),
    Harness("t0-answers", t0_seeds, t0_answers, mutation.random_bytes, (TransportError,), outcome=lambda status: status),
    Harness("answer-to-reset-bytes", lambda: [ANSWER, STORAGE], answer_to_reset, mutation.random_bytes, (DecodingError,)),
    Harness(
        "reader-properties",
        lambda: [bytes.fromhex("1204000000AA06040000"), bytes.fromhex("0A0400010000")],
        reader_properties,
        mutation.random_bytes,
        (),
        outcome=lambda count: count,
    ),
)
