"""What ends a secure messaging session, on the terminal's side and on the card's."""

from openeoi.errors import OpenEoiError


class SecureMessagingError(OpenEoiError):
    """The protected channel is over. What the caller does next: unlock the card again from the start."""


class SecureMessagingLost(SecureMessagingError):
    """The card answered in clear: it has ended the session. `status` is its status word."""

    def __init__(self, status_word: int) -> None:
        self.status = status_word
        super().__init__(f"the card left secure messaging and answered {status_word:04X}")


class ProtectedResponseInvalid(SecureMessagingError):
    """A response is malformed or not authentic: somebody stands between terminal and card, or one of them has an error."""


class SecureMessagingEnded(SecureMessagingError):
    """This session ended earlier; nothing more can be sent or answered in it."""


class ProtectedCommandRefused(SecureMessagingError):
    """Card side: a protected command is not acceptable; `status` is the status word to answer in clear, the session is over."""

    def __init__(self, status_word: int, reason: str) -> None:
        self.status = status_word
        super().__init__(reason)
