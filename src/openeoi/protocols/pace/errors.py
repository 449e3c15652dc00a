"""How PACE ends on the terminal's side when it does not end in a channel."""

from openeoi.errors import OpenEoiError


class PaceError(OpenEoiError):
    """No channel was established; the card is as before."""


class WrongPassword(PaceError):
    """The card refused the terminal's token: the password is not the card's.

    `attempts_remaining` where the card counts tries for this password and says so; None for MRZ and CAN, which never block.
    """

    def __init__(self, attempts_remaining: int | None = None) -> None:
        self.attempts_remaining = attempts_remaining
        tries = "" if attempts_remaining is None else f", {attempts_remaining} tries are left"
        super().__init__(f"the card did not accept the password{tries}")


class PasswordBlocked(PaceError):
    """The card does not let this password be tried (any more)."""


class PasswordUnknown(PaceError):
    """The card has no password of this kind."""


class PaceNotSupported(PaceError):
    """What the card offers is not implemented here; the message names it."""


class PaceFailed(PaceError):
    """The card answered something that PACE forbids, or its own token is wrong: it is faulty or not the genuine peer."""

    def __init__(self, step: str, reason: str) -> None:
        self.step = step
        self.reason = reason
        super().__init__(f"PACE, {step}: {reason}")


class ChipKeyMissing(PaceError):
    """EF.CardSecurity holds no key to judge the chip by: chip authentication mapping is not decidable. The channel is good."""


class ChipNotGenuine(PaceError):
    """The chip does not have the private key of the document: it is a copy, or somebody stands between."""
