"""Transcripts: recording what goes over any transport, and playing it back instead of a card."""

from __future__ import annotations

from collections.abc import Iterable

from openeoi.transport import Transport
from openeoi.transport.errors import TransportError

Transcript = tuple[tuple[bytes, bytes], ...]
"""Pairs of command and response, as encoded APDUs."""


class TranscriptMismatch(TransportError):
    """The terminal sent something else than the transcript holds at `position` (counted from 0), or went on after its end.

    The message holds headers only: a command may carry a PIN.
    """

    def __init__(self, position: int, expected: bytes | None, command: bytes) -> None:
        self.position = position
        self.expected = expected
        self.command = command
        awaited = "the end" if expected is None else f"{expected[:4].hex()} with {len(expected)} bytes"
        super().__init__(f"exchange {position}: {awaited} was recorded, {command[:4].hex()} with {len(command)} bytes was sent")


class Replay:
    """Fills `transport.Transport` from a transcript: the same commands in the same order get the same answers."""

    def __init__(self, transcript: Iterable[tuple[bytes, bytes]]) -> None:
        self._transcript = tuple(transcript)
        self._position = 0

    @property
    def finished(self) -> bool:
        """Whether every exchange was played."""
        return self._position == len(self._transcript)

    def exchange(self, command: bytes) -> bytes:
        expected, response = (None, b"") if self.finished else self._transcript[self._position]
        if command != expected:
            raise TranscriptMismatch(self._position, expected, command)
        self._position += 1
        return response


class Recording:
    """Fills `transport.Transport` by another one and keeps a transcript. It holds everything, PINs in clear commands included."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._exchanges: list[tuple[bytes, bytes]] = []

    @property
    def transcript(self) -> Transcript:
        return tuple(self._exchanges)

    def exchange(self, command: bytes) -> bytes:
        response = self._transport.exchange(command)
        self._exchanges.append((command, response))
        return response
