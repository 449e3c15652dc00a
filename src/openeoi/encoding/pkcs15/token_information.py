"""EF.TokenInfo (PKCS #15 v1.1, 6.9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from openeoi.encoding import tlv
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.pkcs15.objects import (
    BIT_STRING,
    GENERALIZED_TIME,
    INTEGER,
    OCTET_STRING,
    SEQUENCE,
    UTF8_STRING,
    Fields,
    decode_flags,
    decode_number,
    decode_text,
    encode_flags,
    encode_number,
    encode_text,
    sequence,
)

READ_ONLY: Final = 0
LOGIN_REQUIRED: Final = 1
RANDOM_NUMBERS: Final = 2

LABEL_TAG: Final = 0x80
LAST_UPDATE_TAG: Final = 0xA5
TIME_FORMAT: Final = "%Y%m%d%H%M%SZ"


@dataclass(frozen=True, slots=True)
class TokenInformation:
    """`serial_number` (10 bytes on this card), `flags` as bit numbers of TokenFlags, `last_update` in UTC to the second."""

    serial_number: bytes
    manufacturer: str
    label: str
    flags: frozenset[int]
    last_update: datetime

    def encode(self) -> bytes:
        time = self.last_update.astimezone(UTC).strftime(TIME_FORMAT)
        return sequence(
            encode_number(1),
            tlv.encode(OCTET_STRING, self.serial_number),
            encode_text(self.manufacturer),
            encode_text(self.label, LABEL_TAG),
            encode_flags(self.flags),
            tlv.encode(LAST_UPDATE_TAG, tlv.encode(GENERALIZED_TIME, time.encode("ascii"))),
        )

    @classmethod
    def decode(cls, raw: bytes) -> TokenInformation:
        fields = Fields.of(tlv.decode(raw), SEQUENCE, "EF.TokenInfo")
        version = decode_number(fields.take(INTEGER))
        if version != 1:
            raise DecodingError(f"EF.TokenInfo: version {version}, not 1")
        serial = fields.take(OCTET_STRING)
        manufacturer = decode_text(fields.take(UTF8_STRING))
        label = decode_text(fields.take(LABEL_TAG))
        flags = decode_flags(fields.take(BIT_STRING))
        update = fields.inside(LAST_UPDATE_TAG)
        time = _decode_time(update.take(GENERALIZED_TIME))
        update.end()
        fields.end()
        return cls(serial, manufacturer, label, flags, time)


def _decode_time(value: bytes) -> datetime:
    text = decode_text(value)
    try:
        time = datetime.strptime(text, TIME_FORMAT).replace(tzinfo=UTC)
    except ValueError as error:
        raise DecodingError("EF.TokenInfo: lastUpdate is no time of the form YYYYMMDDhhmmssZ") from error
    if time.strftime(TIME_FORMAT) != text:
        raise DecodingError("EF.TokenInfo: lastUpdate is no time of the form YYYYMMDDhhmmssZ")
    return time
