"""The one exception that every parser in `encoding` raises, and the root of what encoders refuse."""

from openeoi.errors import OpenEoiError


class DecodingError(OpenEoiError):
    """The bytes (or characters) are not what the format says.

    `reason` is a short English phrase, `offset` the position (in bytes, or characters for text formats) where the parser
    stopped, counted from the start of what the caller passed in; None where no single position is at fault.
    """

    def __init__(self, reason: str, offset: int | None = None) -> None:
        self.reason = reason
        self.offset = offset
        super().__init__(reason if offset is None else f"{reason} (at offset {offset})")


class EncodingError(OpenEoiError):
    """A value cannot be written in this format; `field` names it by the standard's term."""

    def __init__(self, field: str, reason: str) -> None:
        self.field = field
        self.reason = reason
        super().__init__(f"{field}: {reason}")
