"""Reading fixed-size big-endian fields of binary records in order, with the offset at hand for errors."""

from __future__ import annotations

from openeoi.encoding.errors import DecodingError


class FieldReader:
    """Walks over `raw`; each method takes the next field. Raises DecodingError where the record ends too early."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self.offset = 0

    @property
    def remaining(self) -> int:
        return len(self._raw) - self.offset

    def take(self, size: int, what: str) -> bytes:
        if size < 0 or self.remaining < size:
            raise DecodingError(f"{what} is cut off: {size} bytes, {self.remaining} are left", self.offset)
        field = self._raw[self.offset : self.offset + size]
        self.offset += size
        return field

    def number(self, size: int, what: str) -> int:
        return int.from_bytes(self.take(size, what), "big")

    def expect(self, content: bytes, what: str) -> None:
        start = self.offset
        if self.take(len(content), what) != content:
            raise DecodingError(f"{what} is not {content.hex()}", start)

    def end(self, what: str) -> None:
        if self.remaining:
            raise DecodingError(f"{self.remaining} bytes follow {what}", self.offset)
