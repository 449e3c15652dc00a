"""Commands over the transmission protocol T=0 (ISO/IEC 7816-3:2006, 12.2): no command carries data both ways at once.

What stays behind on the card is announced by 61 xx and fetched with GET RESPONSE; a wrong length is told by 6C xx. T=1 carries
commands as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from openeoi.encoding.errors import DecodingError
from openeoi.iso7816.apdu import EXTENDED_EXPECTED_MAXIMUM, SHORT_EXPECTED_MAXIMUM, SHORT_MAXIMUM, CommandApdu, ResponseApdu
from openeoi.iso7816.status import SUCCESS
from openeoi.transport.errors import TransportError

SHORT_DATA_MAXIMUM: Final = SHORT_MAXIMUM
BYTES_STILL_AVAILABLE: Final = 0x61
WRONG_LE: Final = 0x6C
GET_RESPONSE: Final = 0xC0
# The channel is the lowest two bits in the first interindustry class and in proprietary ones, the lowest four in the further one.
FURTHER_CLASS, FURTHER_CHANNEL, FIRST_CHANNEL = 0x40, 0x4F, 0x03

Transmit = Callable[[bytes], bytes]
"""Sends one T=0 command: header, a fifth byte, data only where the fifth byte is Lc."""


def exchange_t0(command: bytes, transmit: Transmit) -> bytes:
    """The response to a command of at most SHORT_DATA_MAXIMUM data bytes, all pieces of its data joined.

    Raises TransportError for bytes that are no command, for an answer that is none, and for an endless one.
    """
    apdu = _command(command)
    response = _send(apdu, transmit)
    if response.status >> 8 != BYTES_STILL_AVAILABLE:
        return response.encode()
    if apdu.expected is None:
        # Whoever asks for no data gets none; the command itself has succeeded.
        return ResponseApdu(SUCCESS).encode()
    return _fetch_rest(apdu, response, transmit).encode()


def data_length(command: bytes) -> int:
    """The length of the data field of an encoded command; 0 for bytes that are none."""
    try:
        return len(CommandApdu.decode(command).data)
    except DecodingError:
        return 0


def _send(apdu: CommandApdu, transmit: Transmit) -> ResponseApdu:
    if apdu.data:
        return _response(transmit(apdu.header + bytes((len(apdu.data),)) + apdu.data))
    wanted = min(apdu.expected or 0, SHORT_EXPECTED_MAXIMUM)
    response = _response(transmit(apdu.header + bytes((wanted & 0xFF,))))
    if apdu.expected is not None and response.status >> 8 == WRONG_LE:
        # The card has not done anything yet: the same command with the length that it names.
        return _response(transmit(apdu.header + bytes((response.status & 0xFF,))))
    return response


def _fetch_rest(apdu: CommandApdu, first: ResponseApdu, transmit: Transmit) -> ResponseApdu:
    wanted = apdu.expected or 0
    data, status = bytearray(first.data), first.status
    while status >> 8 == BYTES_STILL_AVAILABLE and len(data) < wanted:
        left = min(status & 0xFF or SHORT_EXPECTED_MAXIMUM, wanted - len(data))
        piece = _send(CommandApdu(_channel(apdu.cla), GET_RESPONSE, 0, 0, expected=left), transmit)
        if piece.status >> 8 == BYTES_STILL_AVAILABLE and not piece.data:
            raise TransportError("the card announces data and gives none")
        data += piece.data
        status = piece.status
    if len(data) > EXTENDED_EXPECTED_MAXIMUM:
        raise TransportError("the card's answer does not end")
    # What was not asked for may stay on the card.
    return ResponseApdu(SUCCESS if status >> 8 == BYTES_STILL_AVAILABLE else status, bytes(data))


def _channel(cla: int) -> int:
    """The class byte of GET RESPONSE: the command's channel, without chaining and secure messaging."""
    return cla & (FURTHER_CHANNEL if cla & 0xC0 == FURTHER_CLASS else FIRST_CHANNEL)


def _command(raw: bytes) -> CommandApdu:
    try:
        return CommandApdu.decode(raw)
    except DecodingError as error:
        raise TransportError(f"T=0 cannot carry this command: {error}") from error


def _response(raw: bytes) -> ResponseApdu:
    try:
        return ResponseApdu.decode(raw)
    except DecodingError as error:
        raise TransportError(f"the card's answer is no response APDU: {error}") from error
