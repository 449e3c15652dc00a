"""SELECT, READ BINARY, and the office's commands on files (ISO/IEC 7816-4:2020, 11.2 and 11.3)."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Final

from openeoi.card.applications import RULES
from openeoi.card.errors import CommandRefused
from openeoi.card.operating_system import OperatingSystem, Request
from openeoi.card.state import StoredFile
from openeoi.encoding import tlv
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.lds import files as lds
from openeoi.iso7816 import status
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.protocols.personalisation.access import default_read_condition
from openeoi.protocols.personalisation.applications import APPLICATION_IDENTIFIERS, Application
from openeoi.protocols.personalisation.certificate_update import ApplicationFiles
from openeoi.protocols.personalisation.shared import OFFSET_MAXIMUM, FileControl

BY_FILE_ID: Final = 0x00
BY_FILE_ID_BELOW: Final = 0x02
BY_NAME: Final = 0x04
BY_PATH_FROM_MASTER_FILE: Final = 0x08
BY_PATH_FROM_CURRENT: Final = 0x09

# P2: which template the answer holds; 0C asks for none.
TEMPLATES: Final = {0x00: 0x6F, 0x04: 0x62, 0x0C: None}

MEMORY_SIZE: Final = 1 << 20
OFFSET_OBJECT: Final = 0x54
DISCRETIONARY_DATA: Final = 0x53
SMALLEST_OBJECT: Final = 3


def select(system: OperatingSystem, request: Request) -> ResponseApdu:
    command = request.command
    if command.p2 not in TEMPLATES:
        raise CommandRefused(status.INCORRECT_P1_P2)
    if command.p1 == BY_NAME:
        _select_application(system, command.data)
    elif command.p1 in (BY_FILE_ID, BY_FILE_ID_BELOW):
        _select_file_id(system, request, command)
    elif command.p1 in (BY_PATH_FROM_MASTER_FILE, BY_PATH_FROM_CURRENT):
        _select_path(system, request, command)
    else:
        raise CommandRefused(status.INCORRECT_P1_P2)
    template = TEMPLATES[command.p2]
    information = b"" if template is None else tlv.encode(template, _control_information(system))
    return ResponseApdu(status.SUCCESS, information[: request.limit])


def _select_application(system: OperatingSystem, name: bytes) -> None:
    for application, identifier in APPLICATION_IDENTIFIERS.items():
        if name == identifier:
            system.session.select(application)
            return
    raise CommandRefused(status.FILE_NOT_FOUND)


def _select_file_id(system: OperatingSystem, request: Request, command: CommandApdu) -> None:
    if command.p1 == BY_FILE_ID and not command.data:
        system.session.select(Application.MASTER_FILE)
        return
    if len(command.data) != 2:
        raise CommandRefused(status.WRONG_LENGTH)
    file_id = int.from_bytes(command.data, "big")
    if command.p1 == BY_FILE_ID and file_id == lds.MASTER_FILE:
        system.session.select(Application.MASTER_FILE)
        return
    _select_elementary_file(system, request, system.session.application, file_id)


def _select_path(system: OperatingSystem, request: Request, command: CommandApdu) -> None:
    from_master_file = command.p1 == BY_PATH_FROM_MASTER_FILE
    path = command.data
    if from_master_file and path[:2] == lds.MASTER_FILE.to_bytes(2, "big"):
        path = path[2:]
    if len(path) % 2 or (not path and not from_master_file):
        raise CommandRefused(status.WRONG_LENGTH)
    application = Application.MASTER_FILE if from_master_file else system.session.application
    if not path:
        system.session.select(application)
        return
    if len(path) != 2:  # applications have names, not file identifiers: a longer path leads nowhere
        raise CommandRefused(status.FILE_NOT_FOUND)
    _select_elementary_file(system, request, application, int.from_bytes(path, "big"))


def _select_elementary_file(system: OperatingSystem, request: Request, application: Application, file_id: int) -> None:
    if file_id in {pin.rules.reference for pin in system.state.pins.values()}:
        return  # paths of PIN objects can be selected and change nothing: some drivers do that before VERIFY
    system.require(RULES[application].look_inside, request)
    if system.file(application, file_id) is None:
        raise CommandRefused(status.FILE_NOT_FOUND)
    if application is not system.session.application:
        system.session.select(application)
    system.session.file_id = file_id


def _control_information(system: OperatingSystem) -> bytes:
    session = system.session
    if session.file_id is not None:
        size = len(_current(system).content)
        objects = (tlv.encode(0x80, size.to_bytes(2, "big")), tlv.encode(0x82, b"\x01"))
        return b"".join(objects) + tlv.encode(0x83, session.file_id.to_bytes(2, "big"))
    if session.application is Application.MASTER_FILE:
        return tlv.encode(0x83, lds.MASTER_FILE.to_bytes(2, "big"))
    return tlv.encode(0x84, APPLICATION_IDENTIFIERS[session.application])


def read_binary(system: OperatingSystem, request: Request) -> ResponseApdu:
    """B0: the offset in P1-P2, or a short file identifier in P1 and the offset in P2. Reads up to the end answer 9000."""
    command = request.command
    if command.data or command.expected is None:
        raise CommandRefused(status.WRONG_LENGTH)
    if not command.p1 & 0x80:
        return _read(system, request, command.p1 << 8 | command.p2, request.limit)
    if command.p1 & 0x60:
        raise CommandRefused(status.INCORRECT_P1_P2)
    _select_short_identifier(system, request, command.p1 & 0x1F)
    return _read(system, request, command.p2, request.limit)


def read_binary_with_offset_object(system: OperatingSystem, request: Request) -> ResponseApdu:
    """B1: P1-P2 name the file (0000: the current one), DO 54 the offset; the answer is one DO 53."""
    command = request.command
    if command.expected is None or request.limit < SMALLEST_OBJECT:
        raise CommandRefused(status.WRONG_LENGTH)
    try:
        offset = int.from_bytes(tlv.decode_expected(command.data, OFFSET_OBJECT), "big")
    except DecodingError as error:
        raise CommandRefused(status.INCORRECT_DATA) from error
    file_id = command.p1 << 8 | command.p2
    if 0 < file_id < 0x1F:
        _select_short_identifier(system, request, file_id)
    elif file_id:
        _select_elementary_file(system, request, system.session.application, file_id)
    header = len(tlv.encode(DISCRETIONARY_DATA, bytes(request.limit))) - request.limit
    answer = _read(system, request, offset, request.limit - header)
    return ResponseApdu(answer.status, tlv.encode(DISCRETIONARY_DATA, answer.data))


def _select_short_identifier(system: OperatingSystem, request: Request, short: int) -> None:
    file_id = system.rules.short_identifiers.get(short)
    if file_id is None:
        raise CommandRefused(status.FILE_NOT_FOUND)
    _select_elementary_file(system, request, system.session.application, file_id)


def _read(system: OperatingSystem, request: Request, offset: int, limit: int) -> ResponseApdu:
    file = _current(system)
    system.require(file.read, request)
    if offset >= len(file.content):
        raise CommandRefused(status.WRONG_OFFSET)
    return ResponseApdu(status.SUCCESS, file.content[offset : offset + max(limit, 0)])


def _current(system: OperatingSystem) -> StoredFile:
    session = system.session
    file = None if session.file_id is None else system.file(session.application, session.file_id)
    if file is None:
        raise CommandRefused(status.COMMAND_NOT_ALLOWED)
    return file


def create(system: OperatingSystem, control: FileControl) -> int:
    key = (system.session.application, control.file_id)
    reserved = {0, lds.MASTER_FILE, 0x3FFF, 0xFFFF} | {pin.rules.reference for pin in system.state.pins.values()}
    if control.file_id in reserved or not 0 < control.size <= OFFSET_MAXIMUM + 1:
        return status.INCORRECT_DATA
    if key in system.state.files:
        return status.FILE_EXISTS
    if sum(len(file.content) for file in system.state.files.values()) + control.size > MEMORY_SIZE:
        return status.NOT_ENOUGH_MEMORY
    system.commit(system.state.with_file(key, StoredFile(control.read, bytes(control.size))))
    system.session.file_id = control.file_id
    return status.SUCCESS


def delete(system: OperatingSystem, file_id: int) -> int:
    key = (system.session.application, file_id)
    if key not in system.state.files:
        return status.FILE_NOT_FOUND
    system.commit(system.state.without_file(key))
    system.session.file_id = None
    return status.SUCCESS


def update(system: OperatingSystem, offset: int, content: bytes) -> int:
    if system.session.file_id is None:
        return status.COMMAND_NOT_ALLOWED
    key = (system.session.application, system.session.file_id)
    if key not in system.state.files:
        return status.FILE_NOT_FOUND
    file = system.state.files[key]
    if offset + len(content) > len(file.content):
        return status.WRONG_OFFSET
    changed = file.content[:offset] + content + file.content[offset + len(content) :]
    system.commit(system.state.with_file(key, replace(file, content=changed)))
    return status.SUCCESS


def replace_applications(system: OperatingSystem, replacement: ApplicationFiles) -> int:
    """The files of whole applications, in one write; they are read as files of these applications always are. An application that
    is not on the card does not come onto it."""
    if not {application for application, _ in system.state.files} >= set(replacement):
        return status.FILE_NOT_FOUND
    others = {key: file for key, file in system.state.files.items() if key[0] not in replacement}
    new = {
        (application, file_id): StoredFile(default_read_condition(application, file_id), content)
        for application, contents in replacement.items()
        for file_id, content in contents.items()
    }
    if sum(len(file.content) for file in (others | new).values()) > MEMORY_SIZE:
        return status.NOT_ENOUGH_MEMORY
    system.commit(replace(system.state, files=MappingProxyType(others | new)))
    system.session.file_id = None
    return status.SUCCESS
