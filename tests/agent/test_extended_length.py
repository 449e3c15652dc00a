"""Long responses where the card announces them; short ones where card or reader refuse them all the same."""

import secrets
from collections.abc import Callable

import pytest

from card.faults.lab import AT, TRUST
from openeoi.agent.card_session import CardSession
from openeoi.agent.read_and_check import read_and_check
from openeoi.card.faults.specimen import CAN
from openeoi.iso7816.errors import SecureMessagingLost
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.terminal.checks import Outcome
from openeoi.terminal.examination import Examination
from openeoi.terminal.extended_length import long_or_short, read_announced_maximum
from openeoi.transport import Transport
from openeoi.transport.errors import CardRemoved, TransportError
from terminal.examination.documents import full_document


def refuses(error: Exception) -> Callable[[bytes], bytes]:
    def answer(command: bytes) -> bytes:
        raise error

    return answer


class Wire:
    """Counts commands; what is in extended length is answered by `to_extended` instead of the card."""

    def __init__(self, card: Transport, to_extended: Callable[[bytes], bytes] | None = None) -> None:
        self._card, self._to_extended = card, to_extended
        self.commands: list[bytes] = []

    def exchange(self, command: bytes) -> bytes:
        self.commands.append(command)
        if self._to_extended is not None and len(command) > 7 and command[4] == 0:
            return self._to_extended(command)
        return self._card.exchange(command)

    @property
    def pieces(self) -> int:
        return sum(command[1] == 0xB0 for command in self.commands)


def read(wire: Wire, extended: bool = True) -> Examination:
    session = CardSession(wire, secrets.token_bytes)

    def attempt(response_maximum: int) -> Examination:
        opened = session.open_document(PacePassword.from_can(CAN))
        return read_and_check(session, opened, TRUST, AT, response_maximum)

    announced = session.run_freely("read", read_announced_maximum()) if extended else None
    return long_or_short(attempt, announced)


def test_a_card_that_keeps_what_it_announces() -> None:
    document = full_document()
    long, short = Wire(document), Wire(document)
    assert read(long).outcome is Outcome.SUCCESSFUL
    document.reset()
    assert read(short, extended=False).outcome is Outcome.SUCCESSFUL
    assert long.pieces < short.pieces


@pytest.mark.parametrize(
    "to_extended",
    [lambda command: bytes.fromhex("6700"), lambda command: bytes.fromhex("6884"), refuses(TransportError("too long"))],
    ids=["card in clear", "card in clear, another way", "reader"],
)
def test_who_refuses_is_read_in_short_pieces(to_extended: Callable[[bytes], bytes]) -> None:
    wire = Wire(full_document(), to_extended)
    found = read(wire)
    assert found.outcome is Outcome.SUCCESSFUL
    extended = [command for command in wire.commands if len(command) > 7 and command[4] == 0]
    assert len(extended) == 1  # asked once, never again


def test_a_card_that_was_taken_out_is_not_asked_again() -> None:
    wire = Wire(full_document(), refuses(CardRemoved("gone")))
    with pytest.raises(CardRemoved):
        read(wire)


def test_what_is_wrong_in_short_pieces_too_is_said() -> None:
    tried: list[int] = []

    def attempt(response_maximum: int) -> Examination:
        tried.append(response_maximum)
        raise SecureMessagingLost(0x6988)

    with pytest.raises(SecureMessagingLost):
        long_or_short(attempt, 1000)
    assert tried == [1000, 256]
    tried.clear()
    for announced in (None, 256):
        with pytest.raises(SecureMessagingLost):
            long_or_short(attempt, announced)
    assert tried == [256, 256]
