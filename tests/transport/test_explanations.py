import pytest
from hypothesis import given
from hypothesis import strategies as st

from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.transport.explanations import explain, explain_status
from openeoi.transport.trace import Trace


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("00A4000C023F00", "SELECT the master file."),
        ("00A4040C07A0000002471001", "SELECT the eMRTD application."),
        ("00A4040C0AE828BD080F014E585030", "SELECT the PKCS#15 application for signing and log-in."),
        ("00A404000101", "SELECT the application 01."),
        ("00B09C0000", "READ BINARY: up to 256 bytes of EF.CardAccess, from offset 0."),
        ("00B00100DF", "READ BINARY: up to 223 bytes of the selected file, from offset 256."),
        (
            "00B10000045402800000",
            "READ BINARY: the selected file from offset 32768, given as a data object.",
        ),
        ("00B100000100", "READ BINARY with an offset data object."),
        ("0022C1A40F800A04007F00070202040204830102", "MSE:Set AT: choose PACE with the CAN as password."),
        ("0022C1A40101", "MSE:Set AT: choose PACE."),
        ("10860000027C0000", "PACE: ask the card for a nonce, encrypted under a key derived from the password."),
        ("00860000", "GENERAL AUTHENTICATE."),
        ("00200005", "VERIFY without data: ask how many tries are left for the PIN 5."),
        ("002C0385", "RESET RETRY COUNTER of the PIN 5."),
        ("002281B604910221A1", "MSE:Set DST: choose the key and algorithm for the digital signature."),
        ("0084000008", "GET CHALLENGE: ask for 8 random bytes."),
        ("00CA011606", "GET DATA: read the version object."),
        ("00FF0000", "Instruction FF."),
    ],
)
def test_sentences(command: str, sentence: str) -> None:
    assert explain(CommandApdu.decode(bytes.fromhex(command))) == sentence


@given(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255), st.binary(max_size=300), st.none() | st.integers(1, 65536))
def test_every_command_is_explained_and_shown(ins: int, p1: int, p2: int, data: bytes, expected: int | None) -> None:
    command = CommandApdu(0, ins, p1, p2, data, expected)
    assert explain(command).endswith(".")
    trace = Trace()
    trace(command, ResponseApdu(0x9000, data))
    (exchange,) = trace.exchanges
    shown = exchange.shown_command()
    assert len(shown.split()) == len(command.encode())
    assert (shown == command.encode().hex(" ").upper()) == (ins not in (0x20, 0x24, 0x2C, 0xDA) or not data)


@given(st.integers(0, 0xFFFF))
def test_every_status_word_is_explained(status: int) -> None:
    assert explain_status(status)


def test_status_words() -> None:
    assert explain_status(0x9000) == "done"
    assert explain_status(0x63C1) == "not verified, 1 try is left"
    assert explain_status(0x6983) == "the authentication method is blocked"
    assert explain_status(0x6110) == "done, 16 more bytes are available"
    assert explain_status(0x6C00) == "wrong Le, 256 bytes are available"
    assert explain_status(0x1234) == "status word 1234"


def test_steps_nest_and_end() -> None:
    trace = Trace()
    ping = CommandApdu(0, 0x84, 0, 0, b"", 8)
    with trace.step("outer"):
        trace(ping, ResponseApdu(0x9000))
        with trace.step("inner"):
            trace(ping, ResponseApdu(0x9000))
        trace(ping, ResponseApdu(0x9000))
    trace(ping, ResponseApdu(0x9000))
    assert [one.step for one in trace.exchanges] == ["outer", "inner", "outer", ""]
