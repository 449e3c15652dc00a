"""PACE (ICAO 9303-11, 4.4): what a chip offers, that it works, and what it must refuse.

Wrong passwords are tried with the CAN or the MRZ only, which never block; no case sends a PIN or a PUK.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from openeoi.crypto.diffie_hellman import STANDARDISED_GROUPS
from openeoi.crypto.elliptic_curves.curves import STANDARDISED_CURVES
from openeoi.crypto.group import KeyAgreement
from openeoi.encoding import tlv
from openeoi.encoding.lds import files
from openeoi.encoding.lds.card_access import CardAccess
from openeoi.encoding.lds.security_infos import PaceInfo
from openeoi.errors import OpenEoiError
from openeoi.iso7816 import status
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.iso7816.secure_messaging import SecureChannel, through
from openeoi.iso7816.steps import CardSteps
from openeoi.protocols.pace import shared
from openeoi.protocols.pace.errors import PaceNotSupported
from openeoi.protocols.pace.passwords import CARD_ACCESS_NUMBER, MACHINE_READABLE_ZONE, PacePassword
from openeoi.protocols.pace.shared import MappingKind, PaceProtocol
from openeoi.protocols.pace.terminal import establish
from openeoi.terminal.conformance.case import CaseEnded, CaseFailed, CaseNotApplicable, Implementation, Subject
from openeoi.terminal.conformance.steps import (
    altered,
    is_error,
    open_chip,
    read_by_short_identifier,
    require_alive,
    require_dead,
    require_refused,
)
from openeoi.terminal.conformance.units.access import SELECT_APPLICATION
from openeoi.terminal.read_document import select_document
from openeoi.terminal.unlock import is_supported

# The commands of PACE in their order.
SET_TEMPLATE, GET_NONCE, MAP, AGREE, PROVE = range(5)

UNKNOWN_ARC = bytes((0x63,))
UNKNOWN_PASSWORD = 0x7F
UNKNOWN_PARAMETERS = 0x1F
UNKNOWN_TAG = 0x8F
BLOCKING_FREE = (CARD_ACCESS_NUMBER, MACHINE_READABLE_ZONE)

Change = Callable[[CommandApdu], CommandApdu]


def offers_are_well_formed(subject: Subject) -> None:
    if subject.by_zone and subject.read(files.CARD_ACCESS).content is None:
        raise CaseNotApplicable("the chip has basic access control, as its maker says, and no EF.CardAccess")
    infos = CardAccess.decode(subject.content(files.CARD_ACCESS)).pace_infos
    if not infos:
        raise CaseFailed("EF.CardAccess offers no PACE")
    for info in infos:
        try:
            agreement = PaceProtocol.of(info.protocol).agreement
        except PaceNotSupported as error:
            raise CaseFailed(str(error)) from error
        known = STANDARDISED_GROUPS if agreement is KeyAgreement.DIFFIE_HELLMAN else STANDARDISED_CURVES
        if info.version != 2:
            raise CaseFailed(f"{info.protocol} is offered in version {info.version}")
        if info.parameter_id is not None and info.parameter_id not in known:
            raise CaseFailed(
                f"{info.protocol} is offered with the domain parameters {info.parameter_id}, which are not standardised"
            )
    if all(info.parameter_id is None for info in infos):
        raise CaseFailed("no offer names standardised domain parameters")


def every_offer_works(subject: Subject) -> CardSteps[None]:
    infos = CardAccess.decode(subject.content(files.CARD_ACCESS)).pace_infos
    for info in filter(is_supported, infos):
        ambiguous = sum(other.protocol == info.protocol for other in infos) > 1
        what = f"PACE {info.protocol} with the domain parameters {info.parameter_id}"
        try:
            channel = yield from establish(subject.password, info, subject.random, name_parameters=ambiguous)
            yield from through(channel, select_document())
        except OpenEoiError as error:
            raise CaseFailed(f"{what} did not lead into the application: {error}") from error


def runs_differ(subject: Subject) -> CardSteps[None]:
    first = yield from _contributions(subject)
    second = yield from _contributions(subject)
    names = ("encrypted nonce", "mapping key", "agreement key")
    integrated = _protocol(subject).mapping is MappingKind.INTEGRATED
    for name, before, after in zip(names, first, second, strict=True):
        if before == after and not (integrated and name == "mapping key"):
            raise CaseFailed(f"two runs of PACE have the same {name}")


def _contributions(subject: Subject) -> CardSteps[tuple[bytes, ...]]:
    """What the chip sent in the three steps before the tokens."""
    steps = _pace(subject)
    found: list[bytes] = []
    try:
        command = next(steps)
        while True:
            response = yield command
            found.append(response.data)
            command = steps.send(response)
    except StopIteration:
        return tuple(found[GET_NONCE:PROVE])
    except OpenEoiError as error:
        raise CaseEnded(f"PACE failed: {error}") from error


def wrong_token_is_refused(change: Callable[[bytes], bytes], subject: Subject) -> CardSteps[None]:
    response = yield from altered(_pace(subject), PROVE, _with_value(shared.TERMINAL_TOKEN, change))
    _require_not_authenticated(response, "a wrong token")
    yield from _require_closed()


def wrong_password_is_refused(subject: Subject) -> CardSteps[None]:
    if subject.password.reference not in BLOCKING_FREE:
        raise CaseEnded("only a CAN or an MRZ may be tried wrongly")
    wrong = replace(subject, password=_another(subject.password))
    response = yield from altered(_pace(wrong), PROVE, lambda command: command)
    _require_not_authenticated(response, "a wrong password")
    yield from _require_closed()
    channel = yield from open_chip(subject)
    yield from require_alive(channel, "a wrong password", files.COM)


def _another(password: PacePassword) -> PacePassword:
    """One that differs in its last character, and still is of its kind."""
    last = password.secret[-1]
    if password.reference == CARD_ACCESS_NUMBER:
        return replace(password, secret=password.secret[:-1] + str((last - 0x30 + 1) % 10).encode())
    return replace(password, secret=password.secret[:-1] + bytes((last ^ 1,)))


def foreign_key_is_refused(position: int, tag: int, subject: Subject) -> CardSteps[None]:
    protocol = _protocol(subject)
    if position == MAP and protocol.mapping is MappingKind.INTEGRATED:
        raise CaseNotApplicable("integrated mapping exchanges no key")
    outside = _off_the_curve if protocol.agreement is KeyAgreement.ELLIPTIC_CURVE else _larger_than_the_prime
    response = yield from altered(_pace(subject), position, _with_value(tag, outside))
    require_refused(response, "a key that is not in the group")
    yield from _require_closed()


def _off_the_curve(key: bytes) -> bytes:
    return key[:-1] + bytes((key[-1] ^ 1,))


def _larger_than_the_prime(key: bytes) -> bytes:
    return b"\xff" * len(key)


def empty_key_is_refused(subject: Subject) -> CardSteps[None]:
    for position, tag in ((MAP, shared.TERMINAL_MAPPING_DATA), (AGREE, shared.TERMINAL_PUBLIC_KEY)):
        response = yield from altered(_pace(subject), position, _with_value(tag, lambda key: b""))
        require_refused(response, f"an empty data object {tag:02X}")


def early_step_is_refused(subject: Subject) -> CardSteps[None]:
    if _protocol(subject).mapping is MappingKind.INTEGRATED:
        raise CaseNotApplicable("the case needs a key before the mapping, which integrated mapping does not have")
    response = yield from altered(_pace(subject), MAP, _with_tag(shared.TERMINAL_PUBLIC_KEY))
    require_refused(response, "the agreement key in place of the mapping key")
    yield from _require_closed()


def nothing_selected_is_refused(subject: Subject) -> CardSteps[None]:
    response = yield CommandApdu(0x10, shared.GENERAL_AUTHENTICATE, 0, 0, bytes.fromhex("7C00"), 256)
    require_refused(response, "GENERAL AUTHENTICATE without MSE:Set AT")


def unknown_choice_is_refused(tag: int, value: Callable[[bytes], bytes], what: str, subject: Subject) -> CardSteps[None]:
    """Most chips refuse in MSE:Set AT, some only in the command after it; both are good."""

    def change(command: CommandApdu) -> CommandApdu:
        objects = {one.tag: one.value for one in tlv.decode_all(command.data)}
        objects[tag] = value(objects.get(tag, b""))
        return replace(command, data=b"".join(tlv.encode(key, content) for key, content in sorted(objects.items())))

    response = yield from altered(_pace(subject), SET_TEMPLATE, change)
    if not is_error(response.status):
        response = yield CommandApdu(0x10, shared.GENERAL_AUTHENTICATE, 0, 0, bytes.fromhex("7C00"), 256)
    require_refused(response, what)


def wrong_tag_is_refused(subject: Subject) -> CardSteps[None]:
    response = yield from altered(_pace(subject), MAP, _with_tag(UNKNOWN_TAG))
    require_refused(response, f"mapping data under the tag {UNKNOWN_TAG:02X}")


def broken_run_leaves_nothing(subject: Subject) -> CardSteps[None]:
    for position in (SET_TEMPLATE, GET_NONCE, MAP, AGREE):
        yield from altered(_pace(subject), position, lambda command: command)
        try:
            yield from _pace(subject)
        except OpenEoiError as error:
            raise CaseFailed(f"after a run that ended behind step {position} the next one failed: {error}") from error


def new_run_ends_the_old_session(subject: Subject) -> CardSteps[None]:
    old = yield from open_chip(subject)
    new = yield from open_chip(subject)
    yield from require_alive(new, "a second PACE", files.COM)
    yield from require_dead(old, "a second PACE", files.COM)


def _protocol(subject: Subject) -> PaceProtocol:
    return PaceProtocol.of(_offer(subject).protocol)


def _offer(subject: Subject) -> PaceInfo:
    if subject.pace is None:
        raise CaseEnded("the chip offers no PACE that is supported here")
    return subject.pace


def _pace(subject: Subject) -> CardSteps[SecureChannel]:
    return establish(subject.password, _offer(subject), subject.random, name_parameters=subject.named)


def _with_value(tag: int, change: Callable[[bytes], bytes]) -> Change:
    def changed(command: CommandApdu) -> CommandApdu:
        value = tlv.find(tlv.decode_all(tlv.decode_expected(command.data, shared.DYNAMIC_AUTHENTICATION_DATA)), tag)
        return _carrying(command, tlv.encode(tag, change(value)))

    return changed


def _with_tag(tag: int) -> Change:
    def changed(command: CommandApdu) -> CommandApdu:
        inside = tlv.decode(tlv.decode_expected(command.data, shared.DYNAMIC_AUTHENTICATION_DATA))
        return _carrying(command, tlv.encode(tag, inside.value))

    return changed


def _carrying(command: CommandApdu, data: bytes) -> CommandApdu:
    return replace(command, data=tlv.encode(shared.DYNAMIC_AUTHENTICATION_DATA, data))


def _require_not_authenticated(response: ResponseApdu, what: str) -> None:
    if response.data:
        raise CaseFailed(f"{what} was answered with {len(response.data)} bytes of data")
    if response.status >> 8 != 0x63 and not is_error(response.status):
        raise CaseFailed(f"{what} was answered with {response.status:04X}, 6300 or an error was expected")


def _require_closed() -> CardSteps[None]:
    yield SELECT_APPLICATION
    response = yield read_by_short_identifier(files.COM, 1)
    if response.data or response.status == status.SUCCESS:
        raise CaseFailed("EF.COM can be read though PACE failed")


def _flipped(token: bytes) -> bytes:
    return token[:-1] + bytes((token[-1] ^ 1,))


_CHOICES = {
    12: (shared.CRYPTOGRAPHIC_MECHANISM, lambda old: old[:-1] + UNKNOWN_ARC, "a protocol that is not offered"),
    13: (shared.PASSWORD_REFERENCE, lambda old: bytes((UNKNOWN_PASSWORD,)), "a password that does not exist"),
    14: (shared.DOMAIN_PARAMETERS_REFERENCE, lambda old: bytes((UNKNOWN_PARAMETERS,)), "domain parameters that are not offered"),
}

CASES = {
    "OEOI-PACE-1": Implementation(inspection=offers_are_well_formed, file=files.CARD_ACCESS),
    "OEOI-PACE-2": Implementation(every_offer_works),
    "OEOI-PACE-3": Implementation(runs_differ),
    "OEOI-PACE-4": Implementation(partial(wrong_token_is_refused, _flipped), provokes=True),
    "OEOI-PACE-5": Implementation(wrong_password_is_refused, provokes=True),
    "OEOI-PACE-6": Implementation(partial(foreign_key_is_refused, MAP, shared.TERMINAL_MAPPING_DATA), provokes=True),
    "OEOI-PACE-7": Implementation(partial(foreign_key_is_refused, AGREE, shared.TERMINAL_PUBLIC_KEY), provokes=True),
    "OEOI-PACE-8": Implementation(partial(wrong_token_is_refused, lambda token: token[:4]), provokes=True),
    "OEOI-PACE-9": Implementation(empty_key_is_refused, provokes=True),
    "OEOI-PACE-10": Implementation(early_step_is_refused, provokes=True),
    "OEOI-PACE-11": Implementation(nothing_selected_is_refused),
    **{
        f"OEOI-PACE-{number}": Implementation(partial(unknown_choice_is_refused, tag, value, what), provokes=True)
        for number, (tag, value, what) in _CHOICES.items()
    },
    "OEOI-PACE-15": Implementation(wrong_tag_is_refused, provokes=True),
    "OEOI-PACE-16": Implementation(broken_run_leaves_nothing, provokes=True),
    "OEOI-PACE-17": Implementation(new_run_ends_the_old_session),
}
