"""The frames between a relay and the user of its card: one byte kind, four bytes length (big-endian), and so many bytes.

The relay speaks first (READY), so that a user whose certificate is refused learns it before sending anything.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from time import monotonic
from typing import Final

from openeoi.encoding.errors import DecodingError

VERSION: Final = 1
HEADER_SIZE: Final = 5
# An extended command with 65535 data bytes and Le; responses are shorter (ISO/IEC 7816-4:2020, 5.2).
CONTENT_MAXIMUM: Final = 65544
SENTENCE_MAXIMUM: Final = 200
POLL_SECONDS: Final = 0.2


class Kind(IntEnum):
    """From the user below 80, from the relay from there on."""

    LOOK = 0x01
    OPEN = 0x02
    COMMAND = 0x03
    RESET = 0x04
    READY = 0x80
    PRESENCE = 0x81
    CARD = 0x82
    RESPONSE = 0x83
    FAILURE = 0x8F


class Failure(IntEnum):
    """Why the relay ends the conversation."""

    BUSY = 1
    NO_CARD = 2
    CARD_REMOVED = 3
    CARD_UNUSABLE = 4
    MALFORMED = 5
    IDLE = 6


@dataclass(frozen=True, slots=True)
class Frame:
    """`content` is never shown: it may hold a PIN."""

    kind: Kind
    content: bytes = b""

    def __post_init__(self) -> None:
        if len(self.content) > CONTENT_MAXIMUM:
            raise ValueError(f"a frame holds at most {CONTENT_MAXIMUM} bytes")

    def encode(self) -> bytes:
        return bytes((self.kind,)) + len(self.content).to_bytes(4, "big") + self.content

    def __repr__(self) -> str:
        return f"Frame({self.kind.name}, {len(self.content)} bytes)"


@dataclass(frozen=True, slots=True)
class Presence:
    """What lies in the relay's reader. `tag`: eight bytes that differ from card to card, zero for none."""

    card: bool = False
    contactless: bool = False
    tag: bytes = bytes(8)

    def encode(self) -> bytes:
        return bytes((self.card | self.contactless << 1,)) + self.tag

    @classmethod
    def decode(cls, raw: bytes) -> Presence:
        if len(raw) != 9 or raw[0] > 3:
            raise DecodingError("nine bytes of presence", len(raw))
        return cls(bool(raw[0] & 1), bool(raw[0] & 2), raw[1:])


def failure(code: Failure, sentence: str) -> Frame:
    """The sentence is cut to what a frame of this kind may hold."""
    return Frame(Kind.FAILURE, bytes((code,)) + sentence.encode()[:SENTENCE_MAXIMUM])


def decode_failure(content: bytes) -> tuple[Failure, str]:
    try:
        return Failure(content[0]), content[1 : 1 + SENTENCE_MAXIMUM].decode("utf-8", "replace")
    except (IndexError, ValueError) as error:
        raise DecodingError("no such failure", 0) from error


class Link:
    """Whole frames from a byte stream. `stopped` is asked while waiting."""

    def __init__(self, connection: socket.socket, stopped: Callable[[], bool] = lambda: False) -> None:
        self._connection = connection
        self._stopped = stopped

    def send(self, frame: Frame, seconds: float) -> None:
        """Raises OSError, TimeoutError among them."""
        self._connection.settimeout(seconds)
        self._connection.sendall(frame.encode())

    def receive(self, seconds_to_begin: float, seconds_to_end: float) -> Frame | None:
        """The next frame; None when the other side has closed between two frames, or `stopped` says so.

        Raises TimeoutError, ConnectionResetError for an end inside a frame, other OSErrors, and DecodingError for what is no
        frame; no more than a header is read of a frame that is too long.
        """
        first = self._exactly(1, monotonic() + seconds_to_begin)
        if first is None:
            return None
        deadline = monotonic() + seconds_to_end
        length = int.from_bytes(self._rest(HEADER_SIZE - 1, deadline), "big")
        try:
            kind = Kind(first[0])
        except ValueError as error:
            raise DecodingError(f"no frame of the kind {first[0]:02X}", 0) from error
        if length > CONTENT_MAXIMUM:
            raise DecodingError(f"a frame of {length} bytes; at most {CONTENT_MAXIMUM} are taken", 1)
        return Frame(kind, self._rest(length, deadline))

    def _rest(self, length: int, deadline: float) -> bytes:
        found = self._exactly(length, deadline)
        if found is None:
            raise ConnectionResetError("the connection ended inside a frame")
        return found

    def _exactly(self, length: int, deadline: float) -> bytes | None:
        parts = bytearray()
        while len(parts) < length:
            if self._stopped():
                return None
            left = deadline - monotonic()
            if left <= 0:
                raise TimeoutError("no answer in time")
            self._connection.settimeout(min(left, POLL_SECONDS))
            try:
                part = self._connection.recv(length - len(parts))
            except TimeoutError:
                continue
            if not part:
                return None
            parts += part
        return bytes(parts)
