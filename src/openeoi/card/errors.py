"""What goes wrong with a card outside of its commands, and how a command's handler refuses."""

from openeoi.errors import OpenEoiError


class DamagedCardFile(OpenEoiError):
    """The content of a memory is not a card that this version can run. Nothing was changed; `reason` says what is wrong."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"the card's file is damaged: {reason}")


class CommandRefused(OpenEoiError):
    """A handler ends its command with this status word. Only the operating system sees it."""

    def __init__(self, status_word: int) -> None:
        self.status = status_word
        super().__init__(f"{status_word:04X}")
