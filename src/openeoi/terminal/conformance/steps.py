"""Steps that many cases share: opening the chip, one command in a session, a protocol with one message changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from openeoi.encoding import mrz
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.lds.files import ElementaryFile
from openeoi.encoding.mrz import mrz_information
from openeoi.errors import OpenEoiError
from openeoi.iso7816 import status
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.iso7816.errors import SecureMessagingError
from openeoi.iso7816.secure_messaging import SecureChannel, through
from openeoi.iso7816.steps import CardSteps
from openeoi.protocols.pace.terminal import agree, establish
from openeoi.terminal.conformance.case import CaseEnded, CaseFailed, CaseNotApplicable, CaseNotRun, Subject
from openeoi.terminal.document_channel import DocumentChannel, enter_document, open_with_basic_access
from openeoi.terminal.unlock import Unlocked

Outcome = TypeVar("Outcome")

SELECT = 0xA4
READ_BINARY = 0xB0
READ_BINARY_ODD = 0xB1
NO_ZONE = "the case needs the printed zone; give it with --mrz"
OFFSET_ZERO = bytes.fromhex("540100")


def open_document(subject: Subject) -> CardSteps[DocumentChannel]:
    """PACE, then the eMRTD application is selected inside the channel; basic access control where the chip has nothing else and
    its maker and the tester said so. Raises CaseEnded (inconclusive): other cases judge it."""
    if subject.pace is None and subject.by_zone:
        return (yield from open_with_the_zone(subject))
    if subject.pace is None:
        raise CaseEnded("the chip offers no PACE that is supported here")
    try:
        result = yield from agree(subject.password, subject.pace, subject.random, name_parameters=subject.named)
        return (yield from enter_document(Unlocked(SecureChannel(result.keys), b"", subject.pace, result)))
    except OpenEoiError as error:
        raise CaseEnded(f"the chip could not be opened: {error}") from error


def open_with_the_zone(subject: Subject) -> CardSteps[DocumentChannel]:
    """Basic access control, whether or not the chip has PACE. Raises CaseEnded."""
    information = zone_information(subject)
    try:
        return (yield from open_with_basic_access(information, subject.random, although_pace_is_offered=True))
    except OpenEoiError as error:
        raise CaseEnded(f"the chip could not be opened by basic access control: {error}") from error


def zone_information(subject: Subject) -> str:
    """The MRZ information of the printed zone."""
    if not subject.zone:
        raise CaseNotRun(NO_ZONE)
    try:
        return mrz_information(mrz.decode(subject.zone))
    except DecodingError as error:
        raise CaseNotApplicable(f"the printed zone is not readable: {error}") from error


def open_channel(subject: Subject) -> CardSteps[SecureChannel]:
    """PACE alone: no application is selected. Raises CaseEnded."""
    if subject.pace is None:
        raise CaseEnded("the chip offers no PACE that is supported here")
    try:
        return (yield from establish(subject.password, subject.pace, subject.random, name_parameters=subject.named))
    except OpenEoiError as error:
        raise CaseEnded(f"the chip could not be opened: {error}") from error


def open_chip(subject: Subject) -> CardSteps[SecureChannel]:
    """The channel alone, for cases that need no more."""
    return (yield from open_document(subject)).channel


def one(command: CommandApdu) -> CardSteps[ResponseApdu]:
    return (yield command)


def inside(channel: SecureChannel, command: CommandApdu, what: str) -> CardSteps[ResponseApdu]:
    """One command in the session. Raises CaseFailed where the answer does not come under secure messaging."""
    try:
        return (yield from through(channel, one(command)))
    except SecureMessagingError as error:
        raise CaseFailed(f"the answer to {what} is no valid protected response: {error}") from error


def select_file(file: ElementaryFile) -> CommandApdu:
    return CommandApdu(0, SELECT, 0x02, 0x0C, file.file_id.to_bytes(2, "big"))


def read_selected(count: int) -> CommandApdu:
    return CommandApdu(0, READ_BINARY, 0, 0, expected=count)


def read_by_short_identifier(file: ElementaryFile, count: int) -> CommandApdu:
    return CommandApdu(0, READ_BINARY, 0x80 | file.short_id, 0, expected=count)


def read_odd(reference: int, count: int) -> CommandApdu:
    """`reference`: a file identifier or a short one; `count` includes tag and length of data object 53."""
    return CommandApdu(0, READ_BINARY_ODD, reference >> 8, reference & 0xFF, OFFSET_ZERO, count)


def is_error(word: int) -> bool:
    """An execution or checking error (ISO/IEC 7816-4:2020, 5.6)."""
    return 0x6400 <= word <= 0x6FFF


def require_refused(response: ResponseApdu, what: str) -> None:
    """Raises CaseFailed unless the answer is an error without data."""
    if response.data:
        raise CaseFailed(f"{what} was answered with {len(response.data)} bytes of data")
    if not is_error(response.status):
        raise CaseFailed(f"{what} was answered with {response.status:04X}, an error was expected")


def require_success(response: ResponseApdu, what: str) -> bytes:
    if response.status not in (status.SUCCESS, status.END_OF_FILE):
        raise CaseFailed(f"{what} was answered with {response.status:04X}")
    return response.data


def require_alive(channel: SecureChannel, what: str, file: ElementaryFile) -> CardSteps[None]:
    """The session goes on: the first byte of a file can be read."""
    response = yield from inside(channel, read_by_short_identifier(file, 1), f"reading {file.name} after {what}")
    require_success(response, f"reading {file.name} after {what}")


def require_dead(channel: SecureChannel, what: str, file: ElementaryFile) -> CardSteps[None]:
    """The session is over: the next command, protected with the counter in step, gets no protected answer."""
    response = yield channel.protect(read_by_short_identifier(file, 1))
    if response.data or response.status == status.SUCCESS:
        raise CaseFailed(f"the session still goes on after {what}")


def altered(steps: CardSteps[Outcome], position: int, change: Callable[[CommandApdu], CommandApdu]) -> CardSteps[ResponseApdu]:
    """Drives `steps` up to their command number `position` (from 0), changes that one, and returns the chip's answer to it.

    Raises CaseEnded where the steps end or fail before.
    """
    try:
        command = next(steps)
        for _ in range(position):
            command = steps.send((yield command))
    except StopIteration as end:
        raise CaseEnded("the protocol ended before the message that the case changes") from end
    except OpenEoiError as error:
        raise CaseEnded(f"the protocol failed before the message that the case changes: {error}") from error
    answer = yield change(command)
    steps.close()
    return answer
