"""Ways to carry an APDU to a card, one method each, and `run`, which drives card steps over any of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from openeoi.encoding.errors import DecodingError
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.iso7816.steps import CardSteps
from openeoi.transport.errors import TransportError

Outcome = TypeVar("Outcome")

Observer = Callable[[CommandApdu, ResponseApdu], None]


class Transport(Protocol):
    """Carries one command APDU (encoded) to a card and brings back the response (data and status word).

    Raises `openeoi.transport.errors.TransportError` when the card cannot be reached or was removed.
    """

    def exchange(self, command: bytes) -> bytes: ...


def run(steps: CardSteps[Outcome], transport: Transport, observer: Observer | None = None) -> Outcome:
    """Drive `steps` to their end over `transport`; whatever the steps raise passes through.

    Raises TransportError where the transport does, or where the answer is no response APDU.

    `observer` is called with each command and its response after the exchange: the trace that the screens explain.
    """
    try:
        command = next(steps)
        while True:
            response = _decode(transport.exchange(command.encode()))
            if observer is not None:
                observer(command, response)
            command = steps.send(response)
    except StopIteration as finished:
        outcome: Outcome = finished.value
        return outcome


def _decode(answer: bytes) -> ResponseApdu:
    try:
        return ResponseApdu.decode(answer)
    except DecodingError as error:
        raise TransportError(f"the card's answer is no response APDU: {error}") from error
