"""Files and their access conditions (ICAO 9303-10, 3.10 and 3.11; 9303-11, 4.1)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from openeoi.encoding import tlv
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.lds import files
from openeoi.encoding.lds.files import ElementaryFile
from openeoi.iso7816 import status
from openeoi.iso7816.apdu import CommandApdu
from openeoi.iso7816.secure_messaging import SecureChannel
from openeoi.iso7816.steps import CardSteps
from openeoi.terminal.conformance.case import CaseFailed, Implementation, Steps, Subject
from openeoi.terminal.conformance.steps import (
    OFFSET_ZERO,
    inside,
    is_error,
    open_chip,
    read_by_short_identifier,
    read_odd,
    read_selected,
    require_alive,
    require_refused,
    require_success,
    select_file,
)

SELECT_APPLICATION = CommandApdu(0x00, 0xA4, 0x04, 0x0C, files.EMRTD_APPLICATION)
UNKNOWN_APPLICATION = bytes.fromhex("A00000024710FF")
UNKNOWN_FILE = ElementaryFile("a file that is not there", 0x01FE, 0x1B, None)
EXTENDED_ACCESS = (3, 4)
SAMPLE = 24


def files_of(subject: Subject) -> Iterator[ElementaryFile]:
    """EF.COM, EF.SOD and the listed data groups."""
    yield from (files.COM, files.SOD)
    yield from (files.data_group(number) for number in subject.data_groups)


def open_files_of(subject: Subject) -> Iterator[ElementaryFile]:
    """Without those that need terminal authentication."""
    closed = {files.data_group(number) for number in EXTENDED_ACCESS}
    return (file for file in files_of(subject) if file not in closed)


def application_is_there(subject: Subject) -> CardSteps[None]:
    response = yield SELECT_APPLICATION
    # 6982: the chip wants PACE first; 6985 is seen as well where PACE is all that it has.
    allowed = (status.SUCCESS, status.SECURITY_STATUS_NOT_SATISFIED, status.CONDITIONS_NOT_SATISFIED)
    if response.status not in allowed or response.data:
        raise CaseFailed(f"SELECT of the eMRTD application was answered with {response.status:04X}")


def nothing_selected_in_clear(subject: Subject) -> CardSteps[None]:
    yield SELECT_APPLICATION
    for file in files_of(subject):
        response = yield select_file(file)
        if response.status == status.SUCCESS and not response.data:
            # A chip may let a closed file be selected; what counts is that it does not give it.
            require_refused((yield read_selected(1)), f"READ BINARY of {file.name} in clear")
        else:
            require_refused(response, f"SELECT of {file.name} in clear")


def nothing_read_in_clear(subject: Subject) -> CardSteps[None]:
    yield SELECT_APPLICATION
    for file in files_of(subject):
        require_refused((yield read_by_short_identifier(file, 1)), f"READ BINARY of {file.name} in clear")


def nothing_read_in_clear_by_odd_instruction(subject: Subject) -> CardSteps[None]:
    yield SELECT_APPLICATION
    for file in files_of(subject):
        for reference in (file.short_id, file.file_id):
            require_refused((yield read_odd(reference, 8)), f"the odd READ BINARY of {file.name} in clear")


def card_access_in_clear(subject: Subject) -> CardSteps[None]:
    file = files.CARD_ACCESS
    by_short = require_success((yield read_by_short_identifier(file, 256)), f"READ BINARY of {file.name}")
    require_success((yield select_file(file)), f"SELECT of {file.name}")
    by_identifier = require_success((yield read_selected(256)), f"READ BINARY of the selected {file.name}")
    if not by_short or by_short != by_identifier:
        raise CaseFailed(f"{file.name} differs by short and by file identifier")


def files_can_be_selected(subject: Subject) -> CardSteps[None]:
    channel = yield from open_chip(subject)
    for file in open_files_of(subject):
        require_success((yield from inside(channel, select_file(file), f"SELECT of {file.name}")), f"SELECT of {file.name}")
        what = f"READ BINARY of {file.name}"
        first = require_success((yield from inside(channel, read_selected(1), what)), what)
        if len(first) != 1 or first[0] != file.tag:
            raise CaseFailed(f"{file.name} starts with {first.hex().upper() or 'nothing'}, not with its tag {file.tag:02X}")


def identifiers_agree(subject: Subject) -> CardSteps[None]:
    channel = yield from open_chip(subject)
    for file in open_files_of(subject):
        by_short, by_identifier = yield from _both_ways(channel, file)
        if by_short != by_identifier:
            raise CaseFailed(f"{file.name} differs by short and by file identifier")


def _both_ways(channel: SecureChannel, file: ElementaryFile) -> CardSteps[tuple[bytes, bytes]]:
    what = f"READ BINARY of {file.name}"
    by_short = require_success((yield from inside(channel, read_by_short_identifier(file, SAMPLE), what)), what)
    require_success((yield from inside(channel, select_file(file), f"SELECT of {file.name}")), f"SELECT of {file.name}")
    by_identifier = require_success((yield from inside(channel, read_selected(SAMPLE), what)), what)
    return by_short, by_identifier


def odd_instruction_agrees(subject: Subject) -> CardSteps[None]:
    channel = yield from open_chip(subject)
    for file in open_files_of(subject):
        what = f"READ BINARY of {file.name}"
        even = require_success((yield from inside(channel, read_by_short_identifier(file, SAMPLE), what)), what)
        for reference in (file.short_id, file.file_id):
            what = f"the odd READ BINARY of {file.name}"
            odd = require_success((yield from inside(channel, read_odd(reference, SAMPLE + 2), what)), what)
            try:
                content = tlv.decode_expected(odd, 0x53)
            except DecodingError as error:
                raise CaseFailed(f"the answer to {what} is no data object 53: {error}") from error
            if not content or not (even.startswith(content) or content.startswith(even)):
                raise CaseFailed(f"{what} gives other bytes than the even one")


def unknown_file_is_refused(subject: Subject) -> CardSteps[None]:
    channel = yield from open_chip(subject)
    for command, what in (
        (select_file(UNKNOWN_FILE), "SELECT of a file that is not there"),
        (read_by_short_identifier(UNKNOWN_FILE, 1), "READ BINARY of a file that is not there"),
    ):
        require_refused((yield from inside(channel, command, what)), what)
        yield from require_alive(channel, what, files.COM)


def unknown_application_is_refused(subject: Subject) -> CardSteps[None]:
    channel = yield from open_chip(subject)
    what = "SELECT of an application that is not there"
    command = CommandApdu(0, 0xA4, 0x04, 0x0C, UNKNOWN_APPLICATION)
    require_refused((yield from inside(channel, command, what)), what)
    # Which application is current now is not laid down; the session is.
    again = "SELECT of the eMRTD application"
    require_success((yield from inside(channel, SELECT_APPLICATION, again)), again)
    yield from require_alive(channel, what, files.COM)


def nothing_beyond_the_end(subject: Subject) -> CardSteps[None]:
    size = len(subject.content(files.COM))
    channel = yield from open_chip(subject)
    require_success((yield from inside(channel, select_file(files.COM), "SELECT of EF.COM")), "SELECT of EF.COM")
    beyond = size + 512
    what = "READ BINARY beyond the end of EF.COM"
    response = yield from inside(channel, CommandApdu(0, 0xB0, beyond >> 8, beyond & 0xFF, expected=1), what)
    if response.data:
        raise CaseFailed(f"{what} was answered with {len(response.data)} bytes")
    if not is_error(response.status) and response.status != status.END_OF_FILE:
        raise CaseFailed(f"{what} was answered with {response.status:04X}")


def closed_group(number: int, subject: Subject) -> CardSteps[None]:
    """European documents keep fingerprints and irises behind terminal authentication; whoever has only the password gets none."""
    file = files.data_group(number)
    channel = yield from open_chip(subject)
    what = f"SELECT of {file.name}"
    response = yield from inside(channel, select_file(file), what)
    if is_error(response.status):
        require_refused(response, what)
    else:
        what = f"READ BINARY of the selected {file.name}"
        require_refused((yield from inside(channel, read_selected(1), what)), what)
    for command, what in (
        (read_by_short_identifier(file, 1), f"READ BINARY of {file.name}"),
        (CommandApdu(0, 0xB1, 0, file.short_id, OFFSET_ZERO, 8), f"the odd READ BINARY of {file.name} by short identifier"),
        (read_odd(file.file_id, 8), f"the odd READ BINARY of {file.name} by file identifier"),
    ):
        require_refused((yield from inside(channel, command, what)), what)


_STEPS: tuple[Steps, ...] = (
    application_is_there,
    nothing_selected_in_clear,
    nothing_read_in_clear,
    nothing_read_in_clear_by_odd_instruction,
    card_access_in_clear,
    files_can_be_selected,
    identifiers_agree,
    odd_instruction_agrees,
    unknown_file_is_refused,
    unknown_application_is_refused,
    nothing_beyond_the_end,
    partial(closed_group, 3),
    partial(closed_group, 4),
)

CASES = {f"OEOI-ACCESS-{number}": Implementation(steps) for number, steps in enumerate(_STEPS, 1)}
