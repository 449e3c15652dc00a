"""The PKCS#15 applications of a national identity card: directories, certificates, signatures; and its PINs where one is given.

A PIN is only sent where the tester gives it, and only after the chip was asked how many tries are left: the last one is never
used. No PUK is ever sent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from openeoi.encoding.errors import DecodingError
from openeoi.encoding.lds import files
from openeoi.encoding.pkcs15.directory import decode_directory
from openeoi.encoding.pkcs15.files import AID_PINLESS, AID_SIGN_AND_LOGIN
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.iso7816 import status
from openeoi.iso7816.errors import SecureMessagingError
from openeoi.iso7816.secure_messaging import SecureChannel, through
from openeoi.iso7816.status import UnexpectedStatus
from openeoi.iso7816.steps import CardSteps
from openeoi.protocols.pin import terminal as pin_commands
from openeoi.protocols.pin.errors import PinError, PinNotSet, WrongPin
from openeoi.terminal.conformance.case import CaseEnded, CaseFailed, CaseNotApplicable, CaseNotRun, Implementation, Subject
from openeoi.terminal.conformance.steps import open_channel
from openeoi.terminal.credentials import Credential, list_credentials, sign_with
from openeoi.terminal.errors import TerminalError

DIGEST: Final = bytes(range(48))
TRIES_NEEDED: Final = 2
APPLICATIONS: Final = {CredentialRole.LOW: AID_PINLESS, CredentialRole.HIGH: AID_SIGN_AND_LOGIN}
NO_PIN: Final = "the case needs the PIN of the log-in key; give it with --pin"

Outcome = TypeVar("Outcome")


def credentials_are_listed(subject: Subject) -> CardSteps[None]:
    channel = yield from open_channel(subject)
    if not (yield from _judged(channel, list_credentials(), "reading the directories")):
        raise CaseNotApplicable("the card has an EF.DIR and no credentials of the identity card")


def key_without_pin_signs(subject: Subject) -> CardSteps[None]:
    channel = yield from open_channel(subject)
    credential = yield from _credential(subject, channel, CredentialRole.LOW)
    try:
        yield from through(channel, sign_with(credential, DIGEST))
    except UnexpectedStatus as error:
        if error.status == status.CONDITIONS_NOT_SATISFIED:
            raise CaseNotApplicable("the chip does not sign in its present state: it was not handed over yet (6985)") from error
        raise CaseFailed(f"signing: {error}") from error
    except (DecodingError, TerminalError, SecureMessagingError) as error:
        raise CaseFailed(f"signing: {error}") from error


def key_with_pin_signs(subject: Subject) -> CardSteps[None]:
    pin = _pin(subject)
    channel = yield from open_channel(subject)
    credential = yield from _credential(subject, channel, CredentialRole.HIGH)
    yield from _require_tries(channel, credential)
    yield from _judged(channel, sign_with(credential, DIGEST, pin), "signing with the right PIN")


def tries_are_told(subject: Subject) -> CardSteps[None]:
    _pin(subject)
    channel = yield from open_channel(subject)
    credential = yield from _credential(subject, channel, CredentialRole.HIGH)
    yield from _tries(channel, credential)


def wrong_pin_costs_a_try(subject: Subject) -> CardSteps[None]:
    """The right PIN, to be sure of it; a wrong one once; then the right one again, which brings the try back."""
    pin = _pin(subject)
    channel = yield from open_channel(subject)
    credential = yield from _credential(subject, channel, CredentialRole.HIGH)
    reference = credential.pin_reference or 0
    yield from _require_tries(channel, credential)
    yield from _judged(channel, pin_commands.verify(reference, pin.encode()), "the right PIN")
    # In a new channel the PIN is not verified any more, so that the chip tells the tries.
    channel = yield from open_channel(subject)
    before = yield from _require_tries(channel, credential)
    wrong = pin[:-1] + str((int(pin[-1]) + 1) % 10)
    try:
        yield from through(channel, pin_commands.verify(reference, wrong.encode()))
    except WrongPin as refusal:
        if refusal.attempts_remaining != before - 1:
            raise CaseFailed(f"after a wrong PIN {refusal.attempts_remaining} tries are left, before it {before}") from refusal
    except (PinError, UnexpectedStatus, SecureMessagingError) as error:
        raise CaseFailed(f"a wrong PIN: {error}") from error
    else:
        raise CaseFailed("a wrong PIN was accepted")
    yield from _judged(channel, pin_commands.verify(reference, pin.encode()), "the right PIN after a wrong one")


def _credential(subject: Subject, channel: SecureChannel, role: CredentialRole) -> CardSteps[Credential]:
    listed = {record.identifier for record in decode_directory(subject.content(files.DIRECTORY)).values}
    if APPLICATIONS[role] not in listed:
        raise CaseNotApplicable(f"EF.DIR does not list the application with the credential of the role {role}")
    found: tuple[Credential, ...] = yield from _judged(channel, list_credentials(), "reading the directories")
    for one in found:
        if one.role is role:
            return one
    raise CaseFailed(f"EF.DIR lists the application with the credential of the role {role}, which is not there")


def _tries(channel: SecureChannel, credential: Credential) -> CardSteps[int]:
    if credential.pin_reference is None:
        raise CaseFailed("the log-in key is guarded by no PIN")
    left: int | None = yield from _judged(channel, pin_commands.tries_left(credential.pin_reference), "asking for the tries left")
    if left is None:
        raise CaseFailed("the card does not say how many tries are left")
    return left


def _require_tries(channel: SecureChannel, credential: Credential) -> CardSteps[int]:
    """Nothing here uses up the last try: one that the tester mistyped may."""
    left = yield from _tries(channel, credential)
    if not left:
        raise CaseFailed("the chip says that the PIN is blocked")
    if left < TRIES_NEEDED:
        raise CaseNotRun(f"only {left} try of the PIN is left")
    return left


def _judged(channel: SecureChannel, steps: CardSteps[Outcome], what: str) -> CardSteps[Outcome]:
    try:
        return (yield from through(channel, steps))
    except PinNotSet as error:
        raise CaseNotApplicable("the PIN of the log-in key is not set") from error
    except (DecodingError, TerminalError, UnexpectedStatus, SecureMessagingError, PinError) as error:
        raise CaseFailed(f"{what}: {error}") from error


def _pin(subject: Subject) -> str:
    if not subject.pin:
        raise CaseNotRun(NO_PIN)
    if not subject.pin.isdecimal():
        raise CaseEnded("the PIN is not of digits")
    return subject.pin


_STEPS: tuple[tuple[Callable[[Subject], CardSteps[None]], bool], ...] = (
    (tries_are_told, False),
    (key_with_pin_signs, False),
    (wrong_pin_costs_a_try, True),
)

CASES = {
    "OEOI-CREDENTIALS-1": Implementation(credentials_are_listed),
    "OEOI-CREDENTIALS-2": Implementation(key_without_pin_signs),
    **{f"OEOI-PIN-{number}": Implementation(steps, provokes=wrong) for number, (steps, wrong) in enumerate(_STEPS, 1)},
}
