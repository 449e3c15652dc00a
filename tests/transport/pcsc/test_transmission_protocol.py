"""T=0: the rows of ISO/IEC 7816-3:2006, 12.2, and cards that lie."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.transport.errors import TransportError
from openeoi.transport.pcsc.transmission_protocol import data_length, exchange_t0


class Card:
    """Answers the commands of a script in their order, and nothing else."""

    def __init__(self, script: list[tuple[str, str]]) -> None:
        self.script = script

    def __call__(self, command: bytes) -> bytes:
        expected, answer = self.script.pop(0)
        assert command.hex().upper() == expected
        return bytes.fromhex(answer)


@pytest.mark.parametrize(
    ("command", "script", "answer"),
    [
        # case 1
        ("00440000", [("0044000000", "9000")], "9000"),
        # case 2
        ("00B0000004", [("00B0000004", "010203049000")], "010203049000"),
        ("00B0000000", [("00B0000000", "6C02"), ("00B0000002", "01029000")], "01029000"),
        ("00B000000003E8", [("00B0000000", "6C02"), ("00B0000002", "01029000")], "01029000"),
        ("00CA011606", [("00CA011606", "6104"), ("00C0000004", "0A0B0C0D9000")], "0A0B0C0D9000"),
        # case 3
        ("0020000502AAAA", [("0020000502AAAA", "63C2")], "63C2"),
        ("00A40400023F00", [("00A40400023F00", "6120")], "9000"),
        # case 4
        ("00A40000023F0000", [("00A40000023F00", "6104"), ("00C0000004", "6F0200009000")], "6F0200009000"),
        ("00A40000023F0000", [("00A40000023F00", "9000")], "9000"),
        ("00A40000023F0000", [("00A40000023F00", "6A82")], "6A82"),
        ("00A40000023F0000", [("00A40000023F00", "61FF"), ("00C00000FF", "6C02"), ("00C0000002", "01029000")], "01029000"),
        ("00A40000023F0002", [("00A40000023F00", "6104"), ("00C0000002", "6F006102")], "6F009000"),
        (
            "00CB0000000002AAAA0000",
            [("00CB000002AAAA", "6102"), ("00C0000002", "01026101"), ("00C0000001", "036282")],
            "0102036282",
        ),
        # the channel stays, secure messaging and chaining do not
        ("0DA40000023F0000", [("0DA40000023F00", "6101"), ("01C0000001", "019000")], "019000"),
        ("6FA40000023F0000", [("6FA40000023F00", "6101"), ("4FC0000001", "019000")], "019000"),
        ("90A40000023F0000", [("90A40000023F00", "6101"), ("00C0000001", "019000")], "019000"),
    ],
)
def test_the_cases(command: str, script: list[tuple[str, str]], answer: str) -> None:
    card = Card(script)
    assert exchange_t0(bytes.fromhex(command), card).hex().upper() == answer
    assert card.script == []


@pytest.mark.parametrize("script", [[("00A40000023F00", "90")], [("00A40000023F00", "6101"), ("00C0000001", "6101")]])
def test_cards_that_answer_nonsense(script: list[tuple[str, str]]) -> None:
    with pytest.raises(TransportError):
        exchange_t0(bytes.fromhex("00A40000023F0000"), Card(script))


def test_what_is_no_command_is_not_sent() -> None:
    with pytest.raises(TransportError):
        exchange_t0(b"\x00\xa4", Card([]))
    assert data_length(b"\x00\xa4") == 0
    assert data_length(bytes.fromhex("0020000502AAAA")) == 2


@given(st.integers(1, 65536), st.lists(st.builds(ResponseApdu, st.integers(0x6000, 0x9FFF), st.binary(max_size=40)), max_size=8))
def test_any_answers_end_in_one_response(expected: int, answers: list[ResponseApdu]) -> None:
    waiting = [*answers, ResponseApdu(0x9000)]
    try:
        answer = exchange_t0(
            CommandApdu(0, 0xCB, 0, 0, b"\x01", expected).encode(),
            lambda command: (waiting.pop(0) if len(waiting) > 1 else waiting[0]).encode(),
        )
    except TransportError:
        return
    assert len(ResponseApdu.decode(answer).data) <= 40 * len(answers)
