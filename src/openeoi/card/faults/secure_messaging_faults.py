"""Faults of secure messaging in answers to READ BINARY; the session keys are right (ICAO 9303-11, 9.8)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from openeoi.card.faults.defects import ChannelDefect, FaultyChannel
from openeoi.card.faults.fault import NOT_READ, Family, Fault
from openeoi.encoding import tlv
from openeoi.iso7816 import status
from openeoi.iso7816.apdu import ResponseApdu
from openeoi.iso7816.secure_messaging import (
    AUTHENTICATION_CODE,
    CRYPTOGRAM_PLAIN_BER,
    CRYPTOGRAM_WITH_INDICATOR,
    STATUS,
)

CODE_SIZE: Final = 10  # DO 8E with its tag and length
PLAIN_DATA: Final = 0x81


def _code_wrong(channel: FaultyChannel, response: ResponseApdu) -> ResponseApdu:
    sound = channel.soundly(response)
    return ResponseApdu(sound.status, sound.data[:-1] + bytes((sound.data[-1] ^ 1,)))


def _code_missing(channel: FaultyChannel, response: ResponseApdu) -> ResponseApdu:
    sound = channel.soundly(response)
    return ResponseApdu(sound.status, sound.data[:-CODE_SIZE])


def _code_short(channel: FaultyChannel, response: ResponseApdu) -> ResponseApdu:
    """The first four bytes of the right code."""
    sound = channel.soundly(response)
    return ResponseApdu(sound.status, sound.data[:-CODE_SIZE] + tlv.encode(AUTHENTICATION_CODE, sound.data[-8:-4]))


def _code_empty(channel: FaultyChannel, response: ResponseApdu) -> ResponseApdu:
    sound = channel.soundly(response)
    return ResponseApdu(sound.status, sound.data[:-CODE_SIZE] + tlv.encode(AUTHENTICATION_CODE, b""))


def _status_missing(channel: FaultyChannel, response: ResponseApdu) -> ResponseApdu:
    channel.step()
    return channel.sealed(response.status, channel.cryptogram(response.data))


def _status_differs(channel: FaultyChannel, response: ResponseApdu) -> ResponseApdu:
    channel.step()
    objects = channel.cryptogram(response.data) + tlv.encode(STATUS, status.END_OF_FILE.to_bytes(2, "big"))
    return channel.sealed(status.SUCCESS, objects)


def _status_changed_outside(channel: FaultyChannel, response: ResponseApdu) -> ResponseApdu:
    return ResponseApdu(status.END_OF_FILE, channel.soundly(response).data)


def _cryptogram_cut(channel: FaultyChannel, response: ResponseApdu) -> ResponseApdu:
    channel.step()
    value = tlv.decode(channel.cryptogram(response.data)).value[:-8]
    return channel.sealed(response.status, tlv.encode(CRYPTOGRAM_WITH_INDICATOR, value) + _status(response))


def _cryptogram_empty(channel: FaultyChannel, response: ResponseApdu) -> ResponseApdu:
    channel.step()
    return channel.sealed(response.status, tlv.encode(CRYPTOGRAM_WITH_INDICATOR, b"\x01") + _status(response))


def _padding_wrong(channel: FaultyChannel, response: ResponseApdu) -> ResponseApdu:
    """Zeros in place of 80 and zeros."""
    channel.step()
    blocks = response.data + bytes(channel.block_size - len(response.data) % channel.block_size)
    value = b"\x01" + channel.encrypt_blocks(blocks)
    return channel.sealed(response.status, tlv.encode(CRYPTOGRAM_WITH_INDICATOR, value) + _status(response))


def _indicator_wrong(channel: FaultyChannel, response: ResponseApdu) -> ResponseApdu:
    channel.step()
    value = b"\x02" + tlv.decode(channel.cryptogram(response.data)).value[1:]
    return channel.sealed(response.status, tlv.encode(CRYPTOGRAM_WITH_INDICATOR, value) + _status(response))


def _other_cryptogram(channel: FaultyChannel, response: ResponseApdu) -> ResponseApdu:
    """DO 85, which is for odd instruction bytes."""
    channel.step()
    value = tlv.decode(channel.cryptogram(response.data)).value[1:]
    return channel.sealed(response.status, tlv.encode(CRYPTOGRAM_PLAIN_BER, value) + _status(response))


def _not_encrypted(channel: FaultyChannel, response: ResponseApdu) -> ResponseApdu:
    channel.step()
    return channel.sealed(response.status, tlv.encode(PLAIN_DATA, response.data) + _status(response))


def _order_wrong(channel: FaultyChannel, response: ResponseApdu) -> ResponseApdu:
    channel.step()
    return channel.sealed(response.status, _status(response) + channel.cryptogram(response.data))


def _object_repeated(channel: FaultyChannel, response: ResponseApdu) -> ResponseApdu:
    channel.step()
    return channel.sealed(response.status, channel.cryptogram(response.data) + _status(response) * 2)


def _bytes_behind(channel: FaultyChannel, response: ResponseApdu) -> ResponseApdu:
    sound = channel.soundly(response)
    return ResponseApdu(sound.status, sound.data + tlv.encode(STATUS, b"\x90\x00"))


def _counter_stands(channel: FaultyChannel, response: ResponseApdu) -> ResponseApdu:
    """The response is authenticated with the command's counter; afterwards the counter is right again."""
    channel.step_back()
    sound = channel.soundly(response)
    channel.step()
    return sound


def _in_clear(channel: FaultyChannel, response: ResponseApdu) -> ResponseApdu:
    channel.step()
    return response


def _error_in_clear(channel: FaultyChannel, response: ResponseApdu) -> ResponseApdu:
    channel.step()
    return ResponseApdu(status.SECURE_MESSAGING_OBJECTS_INCORRECT)


def _replayed(channel: FaultyChannel, response: ResponseApdu) -> ResponseApdu:
    if channel.first is None:
        channel.first = channel.soundly(response)
    else:
        channel.step()
    return channel.first


def _status(response: ResponseApdu) -> bytes:
    return tlv.encode(STATUS, response.status.to_bytes(2, "big"))


def _fault(
    name: str,
    sentence: str,
    clause: str,
    protect: Callable[[FaultyChannel, ResponseApdu], ResponseApdu],
    error: str = "ProtectedResponseInvalid",
) -> Fault:
    return Fault(name, Family.SECURE_MESSAGING, sentence, clause, error, NOT_READ, defect=lambda: ChannelDefect(protect))


RESPONSES: Final = "ICAO 9303-11, 9.8 (structure of response APDUs)"
CODES: Final = "ICAO 9303-11, 9.8 (authentication code)"
COUNTERS: Final = "ICAO 9303-11, 9.8 (send sequence counter)"
PADDINGS: Final = "ICAO 9303-11, 9.8; ISO/IEC 7816-4, 10 (padding)"

FAULTS: Final = (
    _fault("sm-code-wrong", "One bit of the authentication code is flipped.", CODES, _code_wrong),
    _fault("sm-code-missing", "The answer has no authentication code (DO 8E).", RESPONSES, _code_missing),
    _fault("sm-code-short", "The authentication code is cut to its first four bytes.", CODES, _code_short),
    _fault("sm-code-empty", "The authentication code is empty.", CODES, _code_empty),
    _fault("sm-status-missing", "The answer has no status word inside (DO 99); its code is right.", RESPONSES, _status_missing),
    _fault("sm-status-differs", "The status word inside is 6282, outside 9000; the code is right.", RESPONSES, _status_differs),
    _fault(
        "sm-status-changed-outside",
        "The status word outside was changed on the way to 6282: it is not authenticated.",
        RESPONSES,
        _status_changed_outside,
    ),
    _fault("sm-cryptogram-cut", "The cryptogram lacks half a block; the code is right.", PADDINGS, _cryptogram_cut),
    _fault(
        "sm-cryptogram-empty", "Data object 87 holds only the padding indicator; the code is right.", PADDINGS, _cryptogram_empty
    ),
    _fault("sm-padding-wrong", "The data are padded with zeros only; the code is right.", PADDINGS, _padding_wrong),
    _fault("sm-padding-indicator-wrong", "The padding indicator is 02; the code is right.", PADDINGS, _indicator_wrong),
    _fault(
        "sm-other-cryptogram",
        "The data come in DO 85 where the instruction byte wants DO 87; the code is right.",
        "ICAO 9303-11, 9.8; ISO/IEC 7816-4, 10",
        _other_cryptogram,
    ),
    _fault("sm-not-encrypted", "The data come in clear in DO 81; the code is right.", RESPONSES, _not_encrypted),
    _fault("sm-order-wrong", "DO 99 stands before DO 87; the code is right.", RESPONSES, _order_wrong),
    _fault("sm-object-repeated", "DO 99 stands twice; the code is right.", RESPONSES, _object_repeated),
    _fault("sm-bytes-behind", "A data object follows the authentication code, not covered by it.", RESPONSES, _bytes_behind),
    _fault("sm-counter-stands", "The counter does not go up between command and response.", COUNTERS, _counter_stands),
    _fault("sm-answer-replayed", "Every READ BINARY is answered with the answer to the first one.", COUNTERS, _replayed),
    _fault(
        "sm-answer-in-clear",
        "The data come without secure messaging, with 9000.",
        "ICAO 9303-11, 9.8 (secure messaging until the session ends)",
        _in_clear,
    ),
    _fault(
        "sm-error-in-clear",
        "READ BINARY is answered with 6988 in clear, which ends the session.",
        "ICAO 9303-11, 9.8 (end of the session)",
        _error_in_clear,
        "SecureMessagingLost",
    ),
)
