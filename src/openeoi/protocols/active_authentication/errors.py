"""How active authentication ends when it does not show a genuine chip."""

from openeoi.errors import OpenEoiError


class ActiveAuthenticationError(OpenEoiError):
    """The chip did not prove that it is the one that was issued."""


class ChipNotGenuine(ActiveAuthenticationError):
    """The signature is not one over the challenge by the key in EF.DG15: the chip is a copy, or somebody stands between."""


class ActiveAuthenticationRefused(ActiveAuthenticationError):
    """The chip did not sign at all and answered `status`: it has no active authentication, or not in its present state."""

    def __init__(self, status_word: int) -> None:
        self.status = status_word
        super().__init__(f"the chip answered {status_word:04X} to the challenge")


class NotDecidable(ActiveAuthenticationError):
    """The signature cannot be judged here: the key is malformed or of an unsupported kind, or EF.DG14 does not name the hash."""
