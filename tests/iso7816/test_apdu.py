import pytest
from hypothesis import given
from hypothesis import strategies as st

from openeoi.encoding.errors import DecodingError, EncodingError
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu

commands = st.builds(
    CommandApdu,
    *[st.integers(0, 255)] * 4,
    st.binary(max_size=700),
    st.none() | st.integers(1, 65536),
    st.booleans(),
)


@given(commands)
def test_a_command_survives_encoding(command: CommandApdu) -> None:
    decoded = CommandApdu.decode(command.encode())
    assert (decoded.header, decoded.data, decoded.expected) == (command.header, command.data, command.expected)
    assert decoded.encode() == command.encode()


@given(st.binary(max_size=300))
def test_any_bytes_decode_or_raise_decoding_error(raw: bytes) -> None:
    try:
        command = CommandApdu.decode(raw)
    except DecodingError:
        return
    assert command.encode() == raw


@pytest.mark.parametrize(
    ("form", "command"),
    [
        ("00A4000C023F00", CommandApdu(0, 0xA4, 0, 0x0C, b"\x3f\x00")),
        ("00B09C0000", CommandApdu(0, 0xB0, 0x9C, 0, b"", 256)),
        ("00B00000000000", CommandApdu(0, 0xB0, 0, 0, b"", 65536, extended=True)),
        ("00B0000000FFFF", CommandApdu(0, 0xB0, 0, 0, b"", 65535, extended=True)),
        ("0084000008", CommandApdu(0, 0x84, 0, 0, b"", 8)),
    ],
)
def test_the_forms_of_annex_c(form: str, command: CommandApdu) -> None:
    assert command.encode().hex().upper() == form
    assert CommandApdu.decode(bytes.fromhex(form)) == command


def test_a_pin_stays_out_of_the_repr() -> None:
    assert "313233343536" not in repr(CommandApdu(0, 0x20, 0, 5, b"123456"))


def test_a_value_out_of_range_is_refused() -> None:
    with pytest.raises(EncodingError):
        CommandApdu(256, 0, 0, 0)
    with pytest.raises(EncodingError):
        CommandApdu(0, 0, 0, 0, b"", 0)


@given(st.integers(0, 0xFFFF), st.binary(max_size=100))
def test_a_response_survives_encoding(status: int, data: bytes) -> None:
    assert ResponseApdu.decode(ResponseApdu(status, data).encode()) == ResponseApdu(status, data)
