"""PIN care for holders: status, activation, change, unblocking. Everything runs inside a channel opened with the CAN.

The errors of `protocols.pin` pass through; `next_step` says what the holder does after each.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from openeoi.iso7816.steps import CardSteps
from openeoi.profiles.card import CardParameters
from openeoi.protocols.pin import terminal as pin
from openeoi.protocols.pin.errors import (
    PinBlocked,
    PinChangeRefused,
    PinError,
    PinLengthRefused,
    PinNotSet,
    WrongPin,
)
from openeoi.terminal.errors import SecretMissing


class Secret(StrEnum):
    """The four secrets of the card."""

    NORM_PIN = "Norm PIN"
    SIG_PIN = "Sig PIN"
    PUK = "PUK"
    INITIAL_PASSWORD = "initial password"  # noqa: S105 - its name, not its value


@dataclass(frozen=True, slots=True)
class PinReferences:
    """P2 of the PIN commands for each secret; the numbers of our Slovenian card by default, None for a secret that a card does
    not have. `sig_puk`: what unblocks the Sig PIN where that is another secret than `puk`."""

    norm_pin: int | None = 5
    puk: int | None = 6
    initial_password: int | None = 7
    sig_pin: int | None = 8
    sig_puk: int | None = None

    @classmethod
    def of(cls, parameters: CardParameters) -> PinReferences:
        return cls(
            parameters.norm_pin.reference,
            parameters.puk.reference,
            parameters.initial_password.reference,
            parameters.sig_pin.reference,
        )

    def reference(self, secret: Secret) -> int:
        """Raises SecretMissing."""
        number = self._numbers[secret]
        if number is None:
            raise SecretMissing(secret.value)
        return number

    def puk_for(self, secret: Secret) -> int:
        """What unblocks this PIN. Raises SecretMissing."""
        if secret is Secret.SIG_PIN and self.sig_puk is not None:
            return self.sig_puk
        return self.reference(Secret.PUK)

    def secret(self, reference: int) -> Secret:
        """Raises ValueError for a number that is none of the card's."""
        for secret, number in self._numbers.items():
            if number == reference:
                return secret
        if reference == self.sig_puk:
            return Secret.PUK
        raise ValueError(f"the card has no secret with the reference {reference}")

    @property
    def _numbers(self) -> dict[Secret, int | None]:
        return {
            Secret.NORM_PIN: self.norm_pin,
            Secret.SIG_PIN: self.sig_pin,
            Secret.PUK: self.puk,
            Secret.INITIAL_PASSWORD: self.initial_password,
        }


DEFAULT_REFERENCES: Final = PinReferences()


class Condition(StrEnum):
    """How a secret is. NOT_SET: not set yet, not usable in the card's present state, or (initial password) spent."""

    NOT_SET = "not set"
    READY = "ready"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class SecretStatus:
    """`tries_left` is None where the card does not tell: not set, or verified in this channel."""

    condition: Condition
    tries_left: int | None = None


@dataclass(frozen=True, slots=True)
class PinStatus:
    norm_pin: SecretStatus
    sig_pin: SecretStatus
    puk: SecretStatus
    initial_password: SecretStatus

    @property
    def is_activated(self) -> bool:
        return self.norm_pin.condition is not Condition.NOT_SET

    @property
    def can_be_activated(self) -> bool:
        opening = (self.initial_password.condition, self.puk.condition)
        return not self.is_activated and Condition.READY in opening


class NextStep(StrEnum):
    """What the holder does after a PIN command failed."""

    TRY_AGAIN = "try again, more carefully"
    UNBLOCK = "unblock the PIN with the PUK"
    USE_PUK = "use the PUK instead of the initial password"
    ACTIVATE = "activate the card first"
    CORRECT_LENGTH = "enter the number of characters that this secret has"
    VERIFY_FIRST = "enter the present PIN, or the PUK, first"
    ASK_OFFICE = "ask the issuing office: this card cannot be unblocked any more"


def next_step(error: PinError, references: PinReferences = DEFAULT_REFERENCES) -> NextStep:
    """What helps after this error."""
    secret = references.secret(error.reference)
    match error:
        case WrongPin():
            return NextStep.TRY_AGAIN
        case PinLengthRefused():
            return NextStep.CORRECT_LENGTH
        case PinChangeRefused():
            return NextStep.VERIFY_FIRST
        case PinBlocked() if secret is Secret.INITIAL_PASSWORD:
            return NextStep.USE_PUK
        case PinBlocked():
            return NextStep.ASK_OFFICE if secret is Secret.PUK else NextStep.UNBLOCK
        case PinNotSet() if secret in (Secret.NORM_PIN, Secret.SIG_PIN):
            return NextStep.ACTIVATE
        case _:
            return NextStep.ASK_OFFICE


def pin_status(references: PinReferences = DEFAULT_REFERENCES) -> CardSteps[PinStatus]:
    """How all four secrets are, by VERIFY without data, which uses no try on a card that follows ISO/IEC 7816-4:2020, 11.5. Of a
    card that is not known to, ask the holder first."""
    norm = yield from _status(references.norm_pin)
    sig = yield from _status(references.sig_pin)
    puk = yield from _status(references.puk)
    initial = yield from _status(references.initial_password)
    return PinStatus(norm, sig, puk, initial)


def activate(
    initial_password: str, norm_pin: str, sig_pin: str | None, references: PinReferences = DEFAULT_REFERENCES
) -> CardSteps[None]:
    """Sets the PINs with the initial password, which is spent when the last PIN is set. `sig_pin` is None for a card without a
    qualified credential. An interrupted activation is begun anew."""
    yield from pin.verify(references.reference(Secret.INITIAL_PASSWORD), initial_password.encode())
    yield from pin.change(references.reference(Secret.NORM_PIN), norm_pin.encode())
    if sig_pin is not None:
        yield from pin.change(references.reference(Secret.SIG_PIN), sig_pin.encode())


def activate_with_puk(
    puk: str, norm_pin: str, sig_pin: str | None, references: PinReferences = DEFAULT_REFERENCES
) -> CardSteps[None]:
    """The same for a holder whose initial password is lost or blocked."""
    for secret, value in ((Secret.NORM_PIN, norm_pin), (Secret.SIG_PIN, sig_pin)):
        if value is not None:
            yield from pin.verify(references.puk_for(secret), puk.encode())
            yield from pin.change(references.reference(secret), value.encode())


def change_pin(secret: Secret, old: str, new: str, references: PinReferences = DEFAULT_REFERENCES) -> CardSteps[None]:
    """Changes Norm PIN or Sig PIN."""
    reference = references.reference(secret)
    yield from pin.verify(reference, old.encode())
    yield from pin.change(reference, new.encode())


def unblock_pin(secret: Secret, puk: str, new: str, references: PinReferences = DEFAULT_REFERENCES) -> CardSteps[None]:
    """Gives Norm PIN or Sig PIN a new value and all its tries, with the PUK."""
    yield from pin.unblock(references.reference(secret), references.puk_for(secret), puk.encode(), new.encode())


def _status(reference: int | None) -> CardSteps[SecretStatus]:
    if reference is None:
        return SecretStatus(Condition.NOT_SET)
    try:
        left = yield from pin.tries_left(reference)
    except PinNotSet:
        return SecretStatus(Condition.NOT_SET)
    return SecretStatus(Condition.BLOCKED if left == 0 else Condition.READY, left)
