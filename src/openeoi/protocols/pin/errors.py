"""How a PIN command ends when it does not succeed; each error says what the holder can do next."""

from openeoi.errors import OpenEoiError


class PinError(OpenEoiError):
    """`reference` is the number of the PIN or PUK on the card."""

    def __init__(self, reference: int, message: str) -> None:
        self.reference = reference
        super().__init__(message)


class WrongPin(PinError):
    """Try again: `attempts_remaining` (at least 1) tries are left."""

    def __init__(self, reference: int, attempts_remaining: int) -> None:
        self.attempts_remaining = attempts_remaining
        super().__init__(reference, f"wrong PIN, {attempts_remaining} tries are left")


class PinBlocked(PinError):
    """No tries are left: unblock with the PUK; a blocked PUK cannot be unblocked."""

    def __init__(self, reference: int) -> None:
        super().__init__(reference, "the PIN is blocked")


class PinNotSet(PinError):
    """The holder has not set this PIN yet (activation), or a one-use password is used up."""

    def __init__(self, reference: int) -> None:
        super().__init__(reference, "the PIN is not set")


class PinUnknown(PinError):
    """The card has no PIN with this reference."""

    def __init__(self, reference: int) -> None:
        super().__init__(reference, f"the card has no PIN with the reference {reference}")


class PinLengthRefused(PinError):
    """A PIN of this length, or with these characters, cannot be one on this card; no try was used."""

    def __init__(self, reference: int) -> None:
        super().__init__(reference, "the PIN is too short, too long, or has characters that the card does not allow")


class PinChangeRefused(PinError):
    """The card changes or unblocks this PIN only after the right secret was verified."""

    def __init__(self, reference: int) -> None:
        super().__init__(reference, "the card asks for the old PIN, the PUK or the initial password first")
