"""Command and response APDUs (ISO/IEC 7816-4:2020, 5.2 and Annex C): the four cases, short and extended length."""

from __future__ import annotations

from dataclasses import dataclass

from openeoi.encoding.errors import DecodingError, EncodingError

SHORT_MAXIMUM = 255
SHORT_EXPECTED_MAXIMUM = 256
EXTENDED_MAXIMUM = 65535
EXTENDED_EXPECTED_MAXIMUM = 65536

# VERIFY, CHANGE REFERENCE DATA and RESET RETRY COUNTER carry PINs and PUKs, PUT DATA carries them at personalisation: their data
# field never reaches a repr or a log.
SECRET_INSTRUCTIONS = frozenset({0x20, 0x24, 0x2C, 0xDA})


@dataclass(frozen=True, slots=True)
class CommandApdu:
    """One command: four header bytes, `data` (0 to 65535 bytes), `expected` (Ne: 1 to 65536 bytes, None for no Le field).

    `extended` forces the extended length form; it is used without being asked where data or `expected` do not fit the short one.
    """

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = b""
    expected: int | None = None
    extended: bool = False

    def __post_init__(self) -> None:
        for name in ("cla", "ins", "p1", "p2"):
            if not 0 <= getattr(self, name) <= 0xFF:
                raise EncodingError(name.upper(), "a header byte lies between 00 and FF")
        if len(self.data) > EXTENDED_MAXIMUM:
            raise EncodingError("data field", f"{len(self.data)} bytes, at most {EXTENDED_MAXIMUM} fit")
        if self.expected is not None and not 1 <= self.expected <= EXTENDED_EXPECTED_MAXIMUM:
            raise EncodingError("Le", f"{self.expected} lies outside 1 to {EXTENDED_EXPECTED_MAXIMUM}")

    @property
    def header(self) -> bytes:
        return bytes((self.cla, self.ins, self.p1, self.p2))

    @property
    def is_extended(self) -> bool:
        return self.extended or len(self.data) > SHORT_MAXIMUM or (self.expected or 0) > SHORT_EXPECTED_MAXIMUM

    def encode(self) -> bytes:
        """The bytes as they go to the card."""
        if self.is_extended and (self.data or self.expected is not None):
            return self._encode_extended()
        lc = bytes((len(self.data),)) + self.data if self.data else b""
        le = b"" if self.expected is None else bytes((self.expected & 0xFF,))
        return self.header + lc + le

    def _encode_extended(self) -> bytes:
        lc = b"\x00" + len(self.data).to_bytes(2, "big") + self.data if self.data else b""
        le = b"" if self.expected is None else (self.expected & 0xFFFF).to_bytes(2, "big")
        return self.header + lc + (le if lc or not le else b"\x00" + le)

    @classmethod
    def decode(cls, raw: bytes) -> CommandApdu:
        """Strict inverse of `encode`; raises DecodingError for anything that is none of the seven forms of Annex C."""
        if len(raw) < 4:
            raise DecodingError("a command has at least four header bytes", len(raw))
        cla, ins, p1, p2 = raw[:4]
        body = raw[4:]
        if not body:
            return cls(cla, ins, p1, p2)
        if len(body) == 1:
            return cls(cla, ins, p1, p2, b"", body[0] or SHORT_EXPECTED_MAXIMUM)
        if body[0]:
            data, expected = _split(body, start=1, length=body[0], le_size=1)
            return cls(cla, ins, p1, p2, data, expected)
        if len(body) < 3:
            raise DecodingError("an extended length field has three bytes", 4 + len(body))
        length = int.from_bytes(body[1:3], "big")
        if len(body) == 3:
            return cls(cla, ins, p1, p2, b"", length or EXTENDED_EXPECTED_MAXIMUM, extended=True)
        if not length:
            raise DecodingError("an extended Lc of zero", 5)
        data, expected = _split(body, start=3, length=length, le_size=2)
        return cls(cla, ins, p1, p2, data, expected, extended=True)

    def __repr__(self) -> str:
        data = f"<{len(self.data)} secret bytes>" if self.ins in SECRET_INSTRUCTIONS and self.data else self.data.hex()
        expected = "" if self.expected is None else f" expects {self.expected}"
        return f"CommandApdu({self.header.hex()} {data}{expected})"


def _split(body: bytes, start: int, length: int, le_size: int) -> tuple[bytes, int | None]:
    data, rest = body[start : start + length], body[start + length :]
    if len(data) < length:
        raise DecodingError(f"Lc announces {length} bytes, {len(data)} follow", 4 + len(body))
    if not rest:
        return data, None
    if len(rest) != le_size:
        raise DecodingError(f"{len(rest)} bytes where an Le of {le_size} may stand", 4 + start + length)
    return data, int.from_bytes(rest, "big") or (SHORT_EXPECTED_MAXIMUM if le_size == 1 else EXTENDED_EXPECTED_MAXIMUM)


@dataclass(frozen=True, slots=True)
class ResponseApdu:
    """One response: `data` (0 to 65536 bytes) and the two status bytes as one number, 0x9000 for success."""

    status: int
    data: bytes = b""

    def encode(self) -> bytes:
        return self.data + self.status.to_bytes(2, "big")

    @classmethod
    def decode(cls, raw: bytes) -> ResponseApdu:
        if len(raw) < 2:
            raise DecodingError("a response ends with two status bytes", len(raw))
        return cls(int.from_bytes(raw[-2:], "big"), raw[:-2])

    def __repr__(self) -> str:
        return f"ResponseApdu({self.status:04X}, {len(self.data)} bytes)"
