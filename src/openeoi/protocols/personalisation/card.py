"""The card's side: which command of personalisation is meant, and in which state it is allowed.

| life cycle | allowed to the office |
|---|---|
| blank | everything; leaves it with "personalised" once the CAN, the PUK and the initial password are there |
| personalised | hand over, terminate |
| handed over, active | new certificates, terminate |
| blocked | terminate |
| terminated | nothing |

Outside a channel opened with the office key every command here answers 6982.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Protocol

from openeoi.encoding.errors import DecodingError
from openeoi.iso7816 import status
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.protocols.personalisation import key_templates, shared
from openeoi.protocols.personalisation.certificate_update import ApplicationFiles, decode_certificate_update
from openeoi.protocols.personalisation.key_templates import KeyTemplate
from openeoi.protocols.personalisation.shared import FileControl, LifeCycle, SecretRole

NEXT_STATES: Final[Mapping[LifeCycle, frozenset[LifeCycle]]] = {
    LifeCycle.BLANK: frozenset({LifeCycle.PERSONALISED}),
    LifeCycle.PERSONALISED: frozenset({LifeCycle.HANDED_OVER}),
}
WITH_HOLDER: Final = frozenset({LifeCycle.HANDED_OVER, LifeCycle.ACTIVE})


class PersonalisationTarget(Protocol):
    """What the operating system does for the office. Every method is done when it returns, or has changed nothing.

    Methods return a status word: 9000, or the reason for which the card refuses. `generate_key` returns the data object of the
    public key.
    """

    @property
    def life_cycle(self) -> LifeCycle: ...
    def create_file(self, control: FileControl) -> int: ...
    def delete_file(self, file_id: int) -> int: ...
    def update_file(self, offset: int, content: bytes) -> int: ...
    def generate_key(self, template: KeyTemplate) -> bytes: ...
    def put_secret(self, role: SecretRole, value: bytes) -> int: ...
    def replace_files(self, files: ApplicationFiles) -> int: ...
    def enter(self, state: LifeCycle) -> int: ...


def is_personalisation(command: CommandApdu) -> bool:
    return command.ins in _HANDLERS


def handle(command: CommandApdu, target: PersonalisationTarget, office: bool) -> ResponseApdu:
    """Answers one command. `office` tells whether it came under secure messaging opened with the office key."""
    if not office:
        return ResponseApdu(status.SECURITY_STATUS_NOT_SATISFIED)
    if target.life_cycle is not LifeCycle.BLANK and command.ins not in (shared.PUT_DATA, shared.TERMINATE_CARD_USAGE):
        return ResponseApdu(status.CONDITIONS_NOT_SATISFIED)
    try:
        return _HANDLERS[command.ins](command, target)
    except DecodingError:
        return ResponseApdu(status.INCORRECT_DATA)


def _create(command: CommandApdu, target: PersonalisationTarget) -> ResponseApdu:
    if (command.p1, command.p2) != (0, 0):
        return ResponseApdu(status.INCORRECT_P1_P2)
    return ResponseApdu(target.create_file(FileControl.decode(command.data)))


def _delete(command: CommandApdu, target: PersonalisationTarget) -> ResponseApdu:
    if (command.p1, command.p2) != (2, 0):
        return ResponseApdu(status.INCORRECT_P1_P2)
    if len(command.data) != 2:
        return ResponseApdu(status.WRONG_LENGTH)
    return ResponseApdu(target.delete_file(int.from_bytes(command.data, "big")))


def _update(command: CommandApdu, target: PersonalisationTarget) -> ResponseApdu:
    if command.p1 & 0x80:
        return ResponseApdu(status.INCORRECT_P1_P2)
    if not command.data:
        return ResponseApdu(status.WRONG_LENGTH)
    return ResponseApdu(target.update_file(command.p1 << 8 | command.p2, command.data))


def _generate(command: CommandApdu, target: PersonalisationTarget) -> ResponseApdu:
    if (command.p1, command.p2) != (0x80, 0):
        return ResponseApdu(status.INCORRECT_P1_P2)
    if command.expected is None:
        return ResponseApdu(status.WRONG_LENGTH)
    return ResponseApdu(status.SUCCESS, target.generate_key(key_templates.decode_key_template(command.data)))


def _put(command: CommandApdu, target: PersonalisationTarget) -> ResponseApdu:
    number = command.p1 << 8 | command.p2
    if number == shared.LIFE_CYCLE_OBJECT:
        return ResponseApdu(_enter(command.data, target))
    if number == shared.CERTIFICATE_UPDATE_OBJECT:
        if target.life_cycle not in WITH_HOLDER:
            return ResponseApdu(status.CONDITIONS_NOT_SATISFIED)
        return ResponseApdu(target.replace_files(decode_certificate_update(command.data)))
    for role, secret in shared.SECRET_OBJECTS.items():
        if number == secret:
            blank = target.life_cycle is LifeCycle.BLANK
            return ResponseApdu(target.put_secret(role, command.data) if blank else status.CONDITIONS_NOT_SATISFIED)
    return ResponseApdu(status.REFERENCED_DATA_NOT_FOUND)


def _enter(data: bytes, target: PersonalisationTarget) -> int:
    wanted = next((state for state in LifeCycle if data == bytes((state,))), None)
    if wanted is None:
        return status.INCORRECT_DATA
    if wanted not in NEXT_STATES.get(target.life_cycle, frozenset()):
        return status.CONDITIONS_NOT_SATISFIED
    return target.enter(wanted)


def _terminate(command: CommandApdu, target: PersonalisationTarget) -> ResponseApdu:
    if (command.p1, command.p2) != (0, 0):
        return ResponseApdu(status.INCORRECT_P1_P2)
    return ResponseApdu(target.enter(LifeCycle.TERMINATED))


_HANDLERS: Final[Mapping[int, Callable[[CommandApdu, PersonalisationTarget], ResponseApdu]]] = {
    shared.CREATE_FILE: _create,
    shared.DELETE_FILE: _delete,
    shared.UPDATE_BINARY: _update,
    shared.GENERATE_KEY_PAIR: _generate,
    shared.PUT_DATA: _put,
    shared.TERMINATE_CARD_USAGE: _terminate,
}
