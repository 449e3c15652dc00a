"""Secure messaging (ICAO 9303-11, 9.8): everything that is not exactly right ends the session, everything that is goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from openeoi.encoding import tlv
from openeoi.encoding.lds import files
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.iso7816.errors import SecureMessagingError
from openeoi.iso7816.secure_messaging import (
    AUTHENTICATION_CODE,
    CRYPTOGRAM_WITH_INDICATOR,
    EXPECTED_LENGTH,
    ProtectedCommand,
)
from openeoi.iso7816.steps import CardSteps
from openeoi.terminal.conformance.case import CaseEnded, CaseFailed, Implementation, Subject
from openeoi.terminal.conformance.steps import (
    inside,
    is_error,
    open_chip,
    read_by_short_identifier,
    read_selected,
    require_alive,
    require_dead,
    require_success,
    select_file,
)
from openeoi.terminal.conformance.units.access import SELECT_APPLICATION, UNKNOWN_FILE

READ = read_by_short_identifier(files.COM, 1)
SELECT_COM = select_file(files.COM)
CODE_SIZE = 8
LONG_RUN = 64

Change = Callable[[ProtectedCommand], ProtectedCommand]


def broken_command(command: CommandApdu, change: Change, what: str, subject: Subject) -> CardSteps[None]:
    """A command that was changed after it was protected: refused, and the session is over."""
    channel = yield from open_chip(subject)
    yield from require_alive(channel, "opening", files.COM)
    require_broken_off((yield change(channel.protect(command))), what)
    yield from require_dead(channel, what, files.COM)


def require_broken_off(response: ResponseApdu, what: str) -> None:
    if response.data or not is_error(response.status):
        raise CaseFailed(
            f"{what} was answered with {response.status:04X} and {len(response.data)} bytes, an error in clear was due"
        )


def repeated_command(subject: Subject) -> CardSteps[None]:
    channel = yield from open_chip(subject)
    protected = channel.protect(READ)
    try:
        require_success(channel.open((yield protected)), "READ BINARY of EF.COM")
    except SecureMessagingError as error:
        raise CaseEnded(f"the first command failed: {error}") from error
    require_broken_off((yield protected), "a repeated command")
    yield from require_dead(channel, "a repeated command", files.COM)


def left_out_counter(subject: Subject) -> CardSteps[None]:
    channel = yield from open_chip(subject)
    channel.protect(READ)
    require_broken_off((yield channel.protect(READ)), "a command with the next counter but one")
    yield from require_dead(channel, "a left-out counter", files.COM)


def clear_command_ends_the_session(subject: Subject) -> CardSteps[None]:
    channel = yield from open_chip(subject)
    yield SELECT_APPLICATION
    response = yield READ
    if response.data:
        raise CaseFailed("READ BINARY of EF.COM in clear was answered with data, though the session was opened by PACE")
    yield from require_dead(channel, "a command in clear", files.COM)


def class_without_protection(subject: Subject) -> CardSteps[None]:
    channel = yield from open_chip(subject)
    protected = channel.protect(READ)
    response = yield replace(protected, cla=0x00)
    require_broken_off(response, "protected data under the class byte 00")
    yield from require_dead(channel, "a class byte without secure messaging", files.COM)


def authentic_but_malformed(objects: Callable[[ProtectedCommand], bytes], what: str, subject: Subject) -> CardSteps[None]:
    """The code fits, the objects do not. A chip may end the session, or refuse under secure messaging."""
    channel = yield from open_chip(subject)
    protected = channel.protect(SELECT_COM)
    response = yield channel.protected_again(protected, objects(protected))
    if not response.data:
        require_broken_off(response, what)
        return
    try:
        response = channel.open(response)
    except SecureMessagingError as error:
        raise CaseFailed(f"the answer to {what} is no valid protected response: {error}") from error
    if response.data or not is_error(response.status):
        raise CaseFailed(f"{what} was answered with {response.status:04X}")


def error_keeps_the_session(subject: Subject) -> CardSteps[None]:
    channel = yield from open_chip(subject)
    for count in range(3):
        what = "READ BINARY of a file that is not there"
        response = yield from inside(channel, read_by_short_identifier(UNKNOWN_FILE, count + 1), what)
        if not is_error(response.status):
            raise CaseFailed(f"{what} was answered with {response.status:04X}")
    yield from require_alive(channel, "three errors", files.COM)


def counters_stay_in_step(subject: Subject) -> CardSteps[None]:
    channel = yield from open_chip(subject)
    for _ in range(LONG_RUN):
        yield from require_alive(channel, "many commands", files.COM)


def no_data_without_expected_length(subject: Subject) -> CardSteps[None]:
    channel = yield from open_chip(subject)
    require_success((yield from inside(channel, SELECT_COM, "SELECT of EF.COM")), "SELECT of EF.COM")
    command = replace(read_selected(1), expected=None)
    response = yield from inside(channel, command, "READ BINARY without Le")
    if response.data:
        raise CaseFailed(f"READ BINARY without Le was answered with {len(response.data)} bytes")
    yield from require_alive(channel, "READ BINARY without Le", files.COM)


def _objects(command: ProtectedCommand) -> tuple[tlv.Tlv, ...]:
    return tlv.decode_all(command.data)


def _with_code(change: Callable[[bytes], bytes]) -> Change:
    def changed(command: ProtectedCommand) -> ProtectedCommand:
        *others, code = _objects(command)
        return replace(command, data=tlv.encode_all(others) + tlv.encode(AUTHENTICATION_CODE, change(code.value)))

    return changed


def _without_code(command: ProtectedCommand) -> ProtectedCommand:
    return replace(command, data=tlv.encode_all(_objects(command)[:-1]))


def _with_object(tag: int, change: Callable[[bytes], bytes]) -> Change:
    def changed(command: ProtectedCommand) -> ProtectedCommand:
        return replace(command, data=_replaced(_objects(command), tag, change))

    return changed


def _replaced(objects: tuple[tlv.Tlv, ...], tag: int, change: Callable[[bytes], bytes]) -> bytes:
    return b"".join(tlv.encode(one.tag, change(one.value) if one.tag == tag else one.value) for one in objects)


def _malformed(change: Callable[[bytes], bytes]) -> Callable[[ProtectedCommand], bytes]:
    """The objects before the code, with another cryptogram object."""
    return lambda command: _replaced(_objects(command)[:-1], CRYPTOGRAM_WITH_INDICATOR, change)


def _flip(value: bytes) -> bytes:
    return value[:-1] + bytes((value[-1] ^ 1,))


def _other_offset(command: ProtectedCommand) -> ProtectedCommand:
    return replace(command, p2=command.p2 ^ 1)


_BROKEN: dict[int, tuple[CommandApdu, Change, str]] = {
    1: (READ, _with_code(_flip), "a wrong authentication code"),
    2: (READ, _without_code, "a missing authentication code"),
    3: (READ, _with_code(lambda code: code[: CODE_SIZE // 2]), "a shortened authentication code"),
    6: (READ, _other_offset, "a changed header"),
    7: (SELECT_COM, _with_object(CRYPTOGRAM_WITH_INDICATOR, _flip), "a changed cryptogram"),
    8: (READ, _with_object(EXPECTED_LENGTH, lambda value: bytes((value[0] + 1,))), "a changed Le"),
}

CASES = {
    **{f"OEOI-SM-{number}": Implementation(partial(broken_command, *how)) for number, how in _BROKEN.items()},
    "OEOI-SM-4": Implementation(repeated_command),
    "OEOI-SM-5": Implementation(left_out_counter),
    "OEOI-SM-9": Implementation(clear_command_ends_the_session),
    "OEOI-SM-10": Implementation(class_without_protection),
    "OEOI-SM-11": Implementation(
        partial(authentic_but_malformed, _malformed(lambda value: value[:-1]), "a cryptogram of no whole number of blocks")
    ),
    "OEOI-SM-12": Implementation(
        partial(authentic_but_malformed, _malformed(lambda value: b"\x02" + value[1:]), "a wrong padding indicator")
    ),
    "OEOI-SM-13": Implementation(error_keeps_the_session),
    "OEOI-SM-14": Implementation(counters_stay_in_step),
    "OEOI-SM-15": Implementation(no_data_without_expected_length),
}
