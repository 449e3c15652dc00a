"""What keeps an inspection from taking place. What an inspection finds is never an error: it is a check's outcome."""

from openeoi.errors import OpenEoiError


class BorderError(OpenEoiError):
    """An inspection could not be made; nothing was logged about a document."""


class AccessNotReadable(BorderError):
    """What was typed is neither a card access number nor a machine readable zone: type it again. `reason` says what is wrong."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class NoDocument(BorderError):
    """No document lies in the reader, or the reader is in use: place the document and begin again."""


class StatusUnavailable(BorderError):
    """The issuing state does not answer about its documents now. The inspection goes on without it."""


class NotCopied(BorderError):
    """The document could not be read with what was typed, so no training copy was made."""
