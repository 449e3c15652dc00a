"""Status words (ISO/IEC 7816-4:2020, 5.6) and the error a terminal raises when the card's answer is not the wanted one."""

from __future__ import annotations

from typing import Final

from openeoi.errors import OpenEoiError
from openeoi.iso7816.apdu import ResponseApdu

SUCCESS: Final = 0x9000
END_OF_FILE: Final = 0x6282
SELECTED_FILE_DEACTIVATED: Final = 0x6283
AUTHENTICATION_FAILED: Final = 0x6300
COUNTER: Final = 0x63C0
MEMORY_FAILURE: Final = 0x6581
WRONG_LENGTH: Final = 0x6700
LOGICAL_CHANNEL_NOT_SUPPORTED: Final = 0x6881
SECURE_MESSAGING_NOT_SUPPORTED: Final = 0x6882
LAST_COMMAND_OF_CHAIN_EXPECTED: Final = 0x6883
CHAINING_NOT_SUPPORTED: Final = 0x6884
SECURITY_STATUS_NOT_SATISFIED: Final = 0x6982
AUTHENTICATION_METHOD_BLOCKED: Final = 0x6983
REFERENCE_DATA_NOT_USABLE: Final = 0x6984
CONDITIONS_NOT_SATISFIED: Final = 0x6985
COMMAND_NOT_ALLOWED: Final = 0x6986
SECURE_MESSAGING_OBJECTS_MISSING: Final = 0x6987
SECURE_MESSAGING_OBJECTS_INCORRECT: Final = 0x6988
INCORRECT_DATA: Final = 0x6A80
FUNCTION_NOT_SUPPORTED: Final = 0x6A81
FILE_NOT_FOUND: Final = 0x6A82
NOT_ENOUGH_MEMORY: Final = 0x6A84
INCORRECT_P1_P2: Final = 0x6A86
REFERENCED_DATA_NOT_FOUND: Final = 0x6A88
FILE_EXISTS: Final = 0x6A89
WRONG_OFFSET: Final = 0x6B00
WRONG_EXPECTED_LENGTH: Final = 0x6C00
INSTRUCTION_NOT_SUPPORTED: Final = 0x6D00
CLASS_NOT_SUPPORTED: Final = 0x6E00
NO_PRECISE_DIAGNOSIS: Final = 0x6F00


class UnexpectedStatus(OpenEoiError):
    """The card answered a command with a status word that the protocol does not allow there; `status` holds it."""

    def __init__(self, status: int, during: str) -> None:
        self.status = status
        self.during = during
        super().__init__(f"the card answered {status:04X} to {during}")


class CardMemoryFailure(UnexpectedStatus):
    """The card could not write what it had to (6581); it is as before. A virtual card's memory is a file: is the disk full?"""


def expect_ok(response: ResponseApdu, during: str = "the command") -> bytes:
    """The response's data field if the status word is 9000; raises UnexpectedStatus otherwise."""
    if response.status == MEMORY_FAILURE:
        raise CardMemoryFailure(response.status, during)
    if response.status != SUCCESS:
        raise UnexpectedStatus(response.status, during)
    return response.data


def tries_left(status: int) -> int | None:
    """How many tries a 63Cx status word reports (6983 reports none left); None for any other status word."""
    if status == AUTHENTICATION_METHOD_BLOCKED:
        return 0
    return status & 0x0F if status & 0xFFF0 == COUNTER else None
