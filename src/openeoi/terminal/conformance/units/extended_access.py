"""Unit ISO7816_H: what a chip with extended access control keeps closed, and EF.CVCA; LDS_E and LDS_F: what announces it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from openeoi.encoding import der, tlv
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.lds import files
from openeoi.encoding.lds.data_group_14 import DataGroup14
from openeoi.encoding.lds.files import ElementaryFile
from openeoi.encoding.lds.security_infos import TERMINAL_AUTHENTICATION, TerminalAuthenticationInfo, of_kind
from openeoi.errors import OpenEoiError
from openeoi.iso7816 import status
from openeoi.iso7816.apdu import CommandApdu
from openeoi.iso7816.secure_messaging import SecureChannel
from openeoi.iso7816.steps import CardSteps
from openeoi.protocols.chip_authentication import terminal as chip_authentication
from openeoi.terminal.conformance.case import CaseEnded, CaseFailed, CaseNotApplicable, Implementation, Subject
from openeoi.terminal.conformance.steps import (
    inside,
    open_chip,
    read_by_short_identifier,
    read_odd,
    read_selected,
    require_refused,
    require_success,
    select_file,
)
from openeoi.terminal.conformance.trust_point import (
    NAME,
    SIZE,
    TrustPointFile,
    authority_references,
    file_identifiers,
    trust_point_file,
)
from openeoi.terminal.conformance.units.access import SELECT_APPLICATION

HEADER_OF_OBJECT_53 = 2


def _open_and_authenticate_chip(subject: Subject) -> CardSteps[SecureChannel]:
    """The precondition of the cases about DG3 and DG4: opened, and chip authentication done."""
    channel = yield from open_chip(subject)
    try:
        offer = chip_authentication.offers(_data_group_14(subject).security_infos)[0]
        result = yield from chip_authentication.authenticate(channel, offer, subject.random)
    except OpenEoiError as error:
        raise CaseEnded(f"chip authentication did not succeed: {error}") from error
    return result.channel


def _data_group_14(subject: Subject) -> DataGroup14:
    return DataGroup14.decode(subject.content(files.data_group(14)))


def select_refused(number: int, subject: Subject) -> CardSteps[None]:
    file = files.data_group(number)
    channel = yield from _open_and_authenticate_chip(subject)
    what = f"SELECT of {file.name}"
    response = yield from inside(channel, select_file(file), what)
    if response.status != status.SUCCESS:
        require_refused(response, what)
        return
    what = f"READ BINARY of the selected {file.name}"
    require_refused((yield from inside(channel, read_selected(1), what)), what)


def read_refused(number: int, command: Callable[[ElementaryFile], CommandApdu], subject: Subject) -> CardSteps[None]:
    file = files.data_group(number)
    channel = yield from _open_and_authenticate_chip(subject)
    what = f"READ BINARY of {file.name}"
    require_refused((yield from inside(channel, command(file), what)), what)


def _short_odd(file: ElementaryFile) -> CommandApdu:
    return read_odd(file.short_id, 7)


def _long_odd(file: ElementaryFile) -> CommandApdu:
    return read_odd(file.file_id, 7)


def _short_even(file: ElementaryFile) -> CommandApdu:
    return read_by_short_identifier(file, 1)


def trust_point_not_selected_in_clear(subject: Subject) -> CardSteps[None]:
    file = _trust_point(subject).file
    yield SELECT_APPLICATION
    response = yield select_file(file)
    if response.status == status.SUCCESS:
        require_refused((yield read_selected(1)), f"READ BINARY of the selected {NAME} in clear")
    else:
        require_refused(response, f"SELECT of {NAME} in clear")


def trust_point_not_read_in_clear(
    command: Callable[[ElementaryFile], CommandApdu], by_short_identifier: bool, subject: Subject
) -> CardSteps[None]:
    file = _trust_point(subject, by_short_identifier).file
    yield SELECT_APPLICATION
    require_refused((yield command(file)), f"READ BINARY of {NAME} in clear")


def trust_point_selected(subject: Subject) -> CardSteps[None]:
    file = _trust_point(subject).file
    channel = yield from open_chip(subject)
    require_success((yield from inside(channel, select_file(file), f"SELECT of {NAME}")), f"SELECT of {NAME}")
    yield from _read_trust_point(channel, read_selected(SIZE))


def trust_point_by_short_identifier(subject: Subject) -> CardSteps[None]:
    file = _trust_point(subject, by_short_identifier=True).file
    channel = yield from open_chip(subject)
    yield from _read_trust_point(channel, read_by_short_identifier(file, SIZE))


def trust_point_by_odd_instruction(by_short_identifier: bool, subject: Subject) -> CardSteps[None]:
    file = _trust_point(subject, by_short_identifier).file
    channel = yield from open_chip(subject)
    command = read_odd(file.short_id if by_short_identifier else file.file_id, SIZE + HEADER_OF_OBJECT_53)
    what = f"the odd READ BINARY of {NAME}"
    answer = require_success((yield from inside(channel, command, what)), what)
    try:
        content = tlv.decode_expected(answer, 0x53)
    except DecodingError as error:
        raise CaseFailed(f"the answer to {what} is no data object 53: {error}") from error
    _require_size(content)


def _read_trust_point(channel: SecureChannel, command: CommandApdu) -> CardSteps[None]:
    what = f"READ BINARY of {NAME}"
    _require_size(require_success((yield from inside(channel, command, what)), what))


def _require_size(content: bytes) -> None:
    if len(content) != SIZE:
        raise CaseFailed(f"{NAME} gives {len(content)} bytes at once, it has {SIZE}")


def _trust_point(subject: Subject, by_short_identifier: bool = False) -> TrustPointFile:
    place = trust_point_file(_data_group_14(subject).security_infos)
    if by_short_identifier and not place.has_short_identifier:
        raise CaseNotApplicable(f"the chip names no short identifier of {NAME}")
    return place


def announced_generically(subject: Subject) -> None:
    infos = _data_group_14(subject).security_infos
    named = of_kind(infos, TerminalAuthenticationInfo)
    if named and all(info.version != 1 for info in named):
        raise CaseFailed("no TerminalAuthenticationInfo has version 1")
    specific = [info.protocol for info in infos if info.protocol.startswith(f"{TERMINAL_AUTHENTICATION}.")]
    if specific:
        raise CaseFailed(f"the specific identifier {specific[0]} stands where only id-TA may")


def announced_in_its_syntax(subject: Subject) -> None:
    for info in of_kind(_data_group_14(subject).security_infos, TerminalAuthenticationInfo):
        if info.version == 1 and info.efcvca is not None:
            try:
                if tlv.decode(info.efcvca).tag != der.SEQUENCE:
                    raise CaseFailed("FileID is no SEQUENCE")
                file_identifiers(info.efcvca)
            except DecodingError as error:
                raise CaseFailed(f"FileID: {error}") from error


def trust_point_content(subject: Subject) -> None:
    content = subject.content(_trust_point(subject).file)
    if len(content) != SIZE:
        raise CaseFailed(f"{NAME} has {len(content)} bytes, not {SIZE}")
    try:
        references = authority_references(content)
    except DecodingError as error:
        raise CaseFailed(f"{NAME}: {error}") from error
    if not 1 <= len(references) <= 2:
        raise CaseFailed(f"{NAME} holds {len(references)} references, one or two belong there")
    if any(len(reference) > 16 for reference in references):
        raise CaseFailed("a reference has more than 16 bytes")


CASES = {
    "ISO7816_H_1": Implementation(partial(select_refused, 3)),
    "ISO7816_H_2": Implementation(partial(select_refused, 4)),
    "ISO7816_H_3": Implementation(partial(read_refused, 3, _short_even)),
    "ISO7816_H_4": Implementation(partial(read_refused, 4, _short_even)),
    "ISO7816_H_5": Implementation(partial(read_refused, 3, _short_odd)),
    "ISO7816_H_6": Implementation(partial(read_refused, 4, _short_odd)),
    "ISO7816_H_7": Implementation(trust_point_not_selected_in_clear),
    "ISO7816_H_8": Implementation(partial(trust_point_not_read_in_clear, _short_even, True)),
    "ISO7816_H_9": Implementation(partial(trust_point_not_read_in_clear, _short_odd, True)),
    "ISO7816_H_10": Implementation(partial(trust_point_not_read_in_clear, _long_odd, False)),
    "ISO7816_H_11": Implementation(partial(read_refused, 3, _long_odd)),
    "ISO7816_H_12": Implementation(partial(read_refused, 4, _long_odd)),
    "ISO7816_H_13": Implementation(trust_point_selected),
    "ISO7816_H_14": Implementation(trust_point_by_short_identifier),
    "ISO7816_H_15": Implementation(partial(trust_point_by_odd_instruction, True)),
    "ISO7816_H_16": Implementation(partial(trust_point_by_odd_instruction, False)),
    "LDS_E_2": Implementation(inspection=announced_generically, file=files.data_group(14)),
    "LDS_E_5": Implementation(inspection=announced_in_its_syntax, file=files.data_group(14)),
    "LDS_F_1": Implementation(inspection=trust_point_content, file=ElementaryFile(NAME, 0x011C, 0x1C, None)),
}
