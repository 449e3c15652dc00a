"""Faults below all protocols: the card is taken away, loses its power, or answers nothing that is a response."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from openeoi.card.faults.defects import Answer, Defect
from openeoi.card.faults.fault import NOT_READ, Family, Fault
from openeoi.transport.errors import CardRemoved

READS: Final = 4


class AfterSomeReads(Defect):
    """Sound until the fourth protected READ BINARY; from then on `answer` decides."""

    def __init__(self, answer: Callable[[bytes, Answer], bytes]) -> None:
        self._answer = answer
        self._left = READS

    def on_the_wire(self, command: bytes, answer: Answer) -> bytes:
        if command[:2] == b"\x0c\xb0" and self._left:
            self._left -= 1
        return answer(command) if self._left else self._answer(command, answer)


def _removed(command: bytes, answer: Answer) -> bytes:
    raise CardRemoved("the card was taken out of the field in the middle of a file")


def _power_lost(command: bytes, answer: Answer) -> bytes:
    """As after a reset: a command in clear has ended the session."""
    answer(bytes.fromhex("00A4000C023F00"))
    return answer(command)


def _silent(command: bytes, answer: Answer) -> bytes:
    return b""


def _one_byte(command: bytes, answer: Answer) -> bytes:
    return b"\x90"


def _fault(name: str, sentence: str, clause: str, error: str, answer: Callable[[bytes, Answer], bytes]) -> Fault:
    return Fault(name, Family.BEHAVIOUR, sentence, clause, error, NOT_READ, defect=lambda: AfterSomeReads(answer))


FAULTS: Final = (
    _fault(
        "card-removed",
        "The card is taken away in the middle of a file.",
        "BSI TR-03135-1 (an interrupted read is no verdict)",
        "CardRemoved",
        _removed,
    ),
    _fault(
        "power-lost",
        "The chip loses power for a moment: it answers, but no longer knows the session.",
        "ICAO 9303-11, 9.8 (end of the session)",
        "SecureMessagingLost",
        _power_lost,
    ),
    _fault(
        "answer-empty",
        "The chip answers with nothing, not even a status word.",
        "ISO/IEC 7816-4, 5.2",
        "TransportError",
        _silent,
    ),
    _fault(
        "answer-of-one-byte",
        "The chip answers with half a status word.",
        "ISO/IEC 7816-4, 5.2",
        "TransportError",
        _one_byte,
    ),
)
