"""PIN commands as the terminal sends them. All of them belong into secure messaging: run them by `secure_messaging.through`."""

from __future__ import annotations

from openeoi.iso7816 import status
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.iso7816.status import UnexpectedStatus
from openeoi.iso7816.steps import CardSteps
from openeoi.protocols.pin import shared
from openeoi.protocols.pin.errors import (
    PinBlocked,
    PinChangeRefused,
    PinLengthRefused,
    PinNotSet,
    PinUnknown,
    WrongPin,
)


def verify(reference: int, secret: bytes) -> CardSteps[None]:
    """Proves a PIN or PUK; `secret` is its text bytes, without padding. Raises WrongPin, PinBlocked, PinNotSet, ..."""
    response = yield CommandApdu(0x00, shared.VERIFY, 0x00, reference, secret)
    _check(reference, response, "VERIFY")


def tries_left(reference: int) -> CardSteps[int | None]:
    """How many tries are left (0: blocked), by a VERIFY without data, which uses none up.

    None where the PIN is already verified: the card then answers 9000 and does not say. Raises PinNotSet, PinUnknown.
    """
    response = yield CommandApdu(0x00, shared.VERIFY, 0x00, reference)
    if response.status == status.SUCCESS:
        return None
    left = status.tries_left(response.status)
    if left is not None:
        return left
    raise _error(reference, response, "VERIFY without data")


def change(reference: int, new: bytes) -> CardSteps[None]:
    """Sets a new value. The old PIN (or the PUK, or the initial password for a PIN never set) must have been verified before."""
    response = yield CommandApdu(0x00, shared.CHANGE_REFERENCE_DATA, shared.NEW_VALUE_ONLY, reference, new)
    _check(reference, response, "CHANGE REFERENCE DATA")


def unblock(reference: int, puk_reference: int, puk: bytes, new: bytes) -> CardSteps[None]:
    """Proves the PUK, resets the try counter and sets a new value. Errors name the reference of the PUK or of the PIN."""
    yield from verify(puk_reference, puk)
    response = yield CommandApdu(0x00, shared.RESET_RETRY_COUNTER, shared.COUNTER_ONLY, shared.SPECIFIC_REFERENCE | reference)
    _check(reference, response, "RESET RETRY COUNTER")
    yield from change(shared.SPECIFIC_REFERENCE | reference, new)


def _check(reference: int, response: ResponseApdu, during: str) -> None:
    if response.status != status.SUCCESS:
        raise _error(reference & ~shared.SPECIFIC_REFERENCE, response, during)


def _error(reference: int, response: ResponseApdu, during: str) -> Exception:
    left = status.tries_left(response.status)
    if left is not None:
        return WrongPin(reference, left) if left else PinBlocked(reference)
    match response.status:
        case status.REFERENCE_DATA_NOT_USABLE:
            return PinNotSet(reference)
        case status.REFERENCED_DATA_NOT_FOUND:
            return PinUnknown(reference)
        case status.WRONG_LENGTH | status.INCORRECT_DATA:
            return PinLengthRefused(reference)
        case status.SECURITY_STATUS_NOT_SATISFIED:
            return PinChangeRefused(reference)
        case _:
            return UnexpectedStatus(response.status, during)
