"""Basic access control (ICAO 9303-11, 4.3), for chips whose maker says that they have it. The printed zone never blocks."""

from __future__ import annotations

from typing import Final

from openeoi.crypto.errors import CryptographicError
from openeoi.encoding.lds import files
from openeoi.errors import OpenEoiError
from openeoi.iso7816 import status
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.iso7816.steps import CardSteps
from openeoi.protocols.basic_access import shared
from openeoi.protocols.basic_access.shared import AccessKeys
from openeoi.terminal.conformance.case import CaseFailed, Implementation, Subject
from openeoi.terminal.conformance.steps import (
    is_error,
    read_by_short_identifier,
    require_alive,
    require_success,
    zone_information,
)
from openeoi.terminal.conformance.units.access import SELECT_APPLICATION
from openeoi.terminal.document_channel import open_with_basic_access

ANOTHER_ZONE: Final = "L898902C<369080619406236"
"""The MRZ information of the worked example in ICAO 9303-11, D.2: hardly the chip's."""

GET_CHALLENGE: Final = CommandApdu(0, shared.GET_CHALLENGE, 0, 0, expected=shared.CHALLENGE_SIZE)


def zone_opens_the_chip(subject: Subject) -> CardSteps[None]:
    information = zone_information(subject)
    try:
        opened = yield from open_with_basic_access(information, subject.random, although_pace_is_offered=True)
    except OpenEoiError as error:
        raise CaseFailed(f"basic access control did not succeed: {error}") from error
    yield from require_alive(opened.channel, "basic access control", files.COM)


def other_zone_is_refused(subject: Subject) -> CardSteps[None]:
    yield SELECT_APPLICATION
    challenge = yield from _challenge()
    response = yield _cryptogram(AccessKeys.from_mrz(ANOTHER_ZONE), challenge, subject)
    _require_refused(response, "a cryptogram of another zone")
    yield from _require_closed()


def challenges_differ(subject: Subject) -> CardSteps[None]:
    yield SELECT_APPLICATION
    first = yield from _challenge()
    second = yield from _challenge()
    if first == second:
        raise CaseFailed("two challenges are the same")


def challenge_serves_once(subject: Subject) -> CardSteps[None]:
    """A cryptogram over the last challenge but one."""
    keys = AccessKeys.from_mrz(zone_information(subject))
    yield SELECT_APPLICATION
    first = yield from _challenge()
    yield from _challenge()
    _require_refused((yield _cryptogram(keys, first, subject)), "a cryptogram over an older challenge")
    yield from _require_closed()


def challenge_is_needed(subject: Subject) -> CardSteps[None]:
    keys = AccessKeys.from_mrz(zone_information(subject))
    yield SELECT_APPLICATION
    _require_refused((yield _cryptogram(keys, bytes(shared.CHALLENGE_SIZE), subject)), "a cryptogram without a challenge")
    yield from _require_closed()


def answer_is_authentic(subject: Subject) -> CardSteps[None]:
    """40 bytes whose authentication code is right and which hold both challenges (D.3)."""
    keys = AccessKeys.from_mrz(zone_information(subject))
    yield SELECT_APPLICATION
    challenge = yield from _challenge()
    own, material = subject.random(shared.CHALLENGE_SIZE), subject.random(shared.KEYING_MATERIAL_SIZE)
    command = _authenticate(shared.seal(keys, own + challenge + material))
    answer = require_success((yield command), "MUTUAL AUTHENTICATE")
    try:
        first, second, _ = shared.unseal(keys, answer)
    except CryptographicError as error:
        raise CaseFailed(f"the chip's cryptogram: {error}") from error
    if (first, second) != (challenge, own):
        raise CaseFailed("the chip's cryptogram does not hold the two challenges")


def _challenge() -> CardSteps[bytes]:
    challenge = require_success((yield GET_CHALLENGE), "GET CHALLENGE")
    if len(challenge) != shared.CHALLENGE_SIZE:
        raise CaseFailed(f"the challenge has {len(challenge)} bytes")
    return challenge


def _cryptogram(keys: AccessKeys, challenge: bytes, subject: Subject) -> CommandApdu:
    own, material = subject.random(shared.CHALLENGE_SIZE), subject.random(shared.KEYING_MATERIAL_SIZE)
    return _authenticate(shared.seal(keys, own + challenge + material))


def _authenticate(cryptogram: bytes) -> CommandApdu:
    return CommandApdu(0, shared.EXTERNAL_AUTHENTICATE, 0, 0, cryptogram, shared.CRYPTOGRAM_SIZE)


def _require_refused(response: ResponseApdu, what: str) -> None:
    if response.data:
        raise CaseFailed(f"{what} was answered with {len(response.data)} bytes of data")
    if response.status >> 8 != 0x63 and not is_error(response.status):
        raise CaseFailed(f"{what} was answered with {response.status:04X}, an error was expected")


def _require_closed() -> CardSteps[None]:
    response = yield read_by_short_identifier(files.COM, 1)
    if response.data or response.status == status.SUCCESS:
        raise CaseFailed("EF.COM can be read though basic access control failed")


CASES = {
    "OEOI-BAC-1": Implementation(zone_opens_the_chip),
    "OEOI-BAC-2": Implementation(answer_is_authentic),
    "OEOI-BAC-3": Implementation(challenges_differ),
    "OEOI-BAC-4": Implementation(other_zone_is_refused, provokes=True),
    "OEOI-BAC-5": Implementation(challenge_serves_once, provokes=True),
    "OEOI-BAC-6": Implementation(challenge_is_needed, provokes=True),
}
