"""How chip authentication ends when it does not show a genuine chip."""

from openeoi.errors import OpenEoiError


class ChipAuthenticationError(OpenEoiError):
    """The chip did not prove that it is the one that was issued."""


class ChipNotGenuine(ChipAuthenticationError):
    """The chip does not use the keys that only the owner of the private key has: it is a copy, or somebody stands between.

    No channel is left: the card must be unlocked again from the start.
    """


class ChipAuthenticationRefused(ChipAuthenticationError):
    """The chip answered `status` to `step`; the old channel still stands."""

    def __init__(self, step: str, status_word: int) -> None:
        self.step = step
        self.status = status_word
        super().__init__(f"the chip answered {status_word:04X} to {step}")


class ChipAuthenticationNotOffered(ChipAuthenticationError):
    """EF.DG14 holds no public key for chip authentication."""


class NotDecidable(ChipAuthenticationError):
    """What EF.DG14 offers is malformed, contradictory or not implemented here; the text names it."""
