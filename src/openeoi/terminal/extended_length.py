"""Whether a card takes extended length: its historical bytes or EF.ATR/INFO say so (ISO/IEC 7816-4:2020, 12.1.1.9 and 12.2.2);
and what to do where it, or the reader, refuses it all the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from openeoi.encoding import tlv
from openeoi.encoding.errors import DecodingError
from openeoi.iso7816 import status
from openeoi.iso7816.answer_to_reset import historical_bytes
from openeoi.iso7816.apdu import CommandApdu
from openeoi.iso7816.errors import SecureMessagingLost
from openeoi.iso7816.secure_messaging import SHORT_RESPONSE_MAXIMUM
from openeoi.iso7816.steps import CardSteps
from openeoi.terminal.errors import TerminalError
from openeoi.terminal.read_file import read_to_the_end
from openeoi.transport.errors import CardRemoved, NoCardInReader, TransportError

Result = TypeVar("Result")

ATR_INFORMATION: Final = b"\x2f\x01"
EXTENDED_LENGTH_INFORMATION: Final = 0x7F66
INTEGER: Final = 0x02
FILE_MAXIMUM: Final = 1024

CARD_CAPABILITIES: Final = 0x7
EXTENDED_LENGTH_BIT: Final = 0x40
COMPACT_TLV: Final = 0x80
COMPACT_TLV_WITH_STATUS: Final = 0x00


def long_or_short(read: Callable[[int], Result], announced: int | None) -> Result:
    """`read(response_maximum)` opens a document and reads it: with responses as long as `announced`, and where that ends the
    channel or the reader does not carry it, once more from the start with short ones. Raises what `read` raises.

    A refusal inside the channel (6700, 6Cxx) needs no new start: `read_file` goes on with shorter pieces.
    """
    if announced is not None and announced > SHORT_RESPONSE_MAXIMUM:
        try:
            return read(announced)
        except (CardRemoved, NoCardInReader):
            raise
        except (SecureMessagingLost, TransportError):
            pass  # the reason is known well enough: the second reading says what is really wrong, if anything is
    return read(SHORT_RESPONSE_MAXIMUM)


def announced_in_atr(atr: bytes) -> bool:
    """Whether the third card capabilities byte in the historical bytes has the bit for extended Lc and Le."""
    capabilities = _compact_object(historical_bytes(atr), CARD_CAPABILITIES)
    return capabilities is not None and len(capabilities) >= 3 and bool(capabilities[2] & EXTENDED_LENGTH_BIT)


def read_announced_maximum() -> CardSteps[int | None]:
    """The longest response APDU data field that EF.ATR/INFO announces (DO 7F66, second number, less the status word); in clear.

    None where the file or the object is missing or malformed: short length always works.
    """
    response = yield CommandApdu(0x00, 0xA4, 0x02, 0x0C, ATR_INFORMATION)
    if response.status != status.SUCCESS:
        return None
    try:
        content = yield from read_to_the_end("EF.ATR/INFO", FILE_MAXIMUM)
        limits = tlv.find(tlv.decode_all(content), EXTENDED_LENGTH_INFORMATION)
        numbers = [int.from_bytes(one.value, "big") for one in tlv.decode_all(limits) if one.tag == INTEGER]
    except (DecodingError, TerminalError):
        return None
    return min(numbers[1] - 2, 65536) if len(numbers) == 2 and numbers[1] > 258 else None


def _compact_object(historical: bytes, tag: int) -> bytes | None:
    if historical[:1] == bytes((COMPACT_TLV,)):
        rest = historical[1:]
    elif historical[:1] == bytes((COMPACT_TLV_WITH_STATUS,)):
        rest = historical[1:-3]
    else:
        return None
    while rest:
        length = rest[0] & 0x0F
        if rest[0] >> 4 == tag and len(rest) > length:
            return rest[1 : 1 + length]
        rest = rest[1 + length :]
    return None
