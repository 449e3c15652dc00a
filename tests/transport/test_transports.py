import pytest

from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.iso7816.steps import CardSteps
from openeoi.transport import run
from openeoi.transport.errors import CardRemoved, TransportError
from openeoi.transport.in_process import InProcess
from openeoi.transport.replay import Recording, Replay, TranscriptMismatch


class EchoCard:
    """Answers every command with itself; counts resets."""

    def __init__(self) -> None:
        self.resets = 0
        self.contactless = False

    def process(self, command: bytes) -> bytes:
        return command + b"\x90\x00"

    def power_on(self, contactless: bool) -> None:
        self.contactless = contactless
        self.resets += 1

    def reset(self) -> None:
        self.resets += 1

    def atr(self, contactless: bool) -> bytes:
        return b"\x3b\x80\x80\x01\x01" if contactless else b"\x3b\x00"


def two_commands() -> CardSteps[list[bytes]]:
    first = yield CommandApdu(0, 0x84, 0, 0, b"", 8)
    second = yield CommandApdu(0, 0x20, 0, 5, b"123456")
    return [first.data, second.data]


def test_in_process() -> None:
    card = EchoCard()
    reader = InProcess(card, contactless=True)
    assert reader.atr == b"\x3b\x80\x80\x01\x01"
    assert run(two_commands(), reader)[0].hex() == "0084000008"
    assert card.resets == 0
    reader.reset()
    assert (card.resets, card.contactless) == (1, True)
    reader.remove()
    for use in (lambda: reader.exchange(b""), lambda: reader.atr, reader.reset):
        with pytest.raises(CardRemoved):
            use()


def test_what_was_recorded_can_be_replayed() -> None:
    recording = Recording(InProcess(EchoCard()))
    outcome = run(two_commands(), recording)
    replay = Replay(recording.transcript)
    assert run(two_commands(), replay) == outcome
    assert replay.finished


def test_a_replay_refuses_what_was_not_recorded() -> None:
    recording = Recording(InProcess(EchoCard()))
    run(two_commands(), recording)
    replay = Replay(recording.transcript[:1])
    with pytest.raises(TranscriptMismatch) as mismatch:
        run(two_commands(), replay)
    assert mismatch.value.position == 1
    assert mismatch.value.expected is None
    assert "313233" not in str(mismatch.value)
    changed = Replay([(b"\x00\x84\x00\x00\x04", b"\x90\x00")])
    with pytest.raises(TranscriptMismatch):
        run(two_commands(), changed)
    assert not changed.finished


@pytest.mark.parametrize("answer", [b"", b"\x90"])
def test_an_answer_that_is_no_response_is_a_transport_error(answer: bytes) -> None:
    with pytest.raises(TransportError):
        run(two_commands(), Replay([(b"\x00\x84\x00\x00\x08", answer)]))


def test_the_observer_sees_every_exchange() -> None:
    seen: list[tuple[CommandApdu, ResponseApdu]] = []
    run(two_commands(), InProcess(EchoCard()), lambda command, response: seen.append((command, response)))
    assert [command.ins for command, _ in seen] == [0x84, 0x20]
