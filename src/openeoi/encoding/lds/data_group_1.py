"""EF.DG1: the machine readable zone as printed (ICAO 9303-10, 4.7.1), without line breaks on the chip."""

from __future__ import annotations

import re
from dataclasses import dataclass

from openeoi.encoding import tlv
from openeoi.encoding.errors import DecodingError, EncodingError

MRZ_TAG = 0x5F1F

# Size of the zone on the chip -> characters a line: TD1 3 x 30, TD2 2 x 36, TD3 2 x 44 (ICAO 9303-4, -5, -6).
LINE_LENGTH_BY_SIZE = {90: 30, 72: 36, 88: 44}
_CHARACTERS = re.compile(r"[A-Z0-9<]+")


@dataclass(frozen=True, slots=True)
class DataGroup1:
    """`mrz`: the lines joined by line feeds, the form that `encoding.mrz` reads and writes. Field contents are checked there."""

    mrz: str

    def __post_init__(self) -> None:
        lines = self.mrz.split("\n")
        characters = "".join(lines)
        length = LINE_LENGTH_BY_SIZE.get(len(characters))
        if length is None or any(len(line) != length for line in lines):
            raise EncodingError("MRZ", "not 3 x 30, 2 x 36 or 2 x 44 characters")
        if not _CHARACTERS.fullmatch(characters):
            raise EncodingError("MRZ", "a character other than A to Z, 0 to 9 and <")

    def encode(self) -> bytes:
        return tlv.encode(0x61, tlv.encode(MRZ_TAG, self.mrz.replace("\n", "").encode("ascii")))

    @classmethod
    def decode(cls, raw: bytes) -> DataGroup1:
        zone = tlv.decode_expected(tlv.decode_expected(raw, 0x61), MRZ_TAG)
        length = LINE_LENGTH_BY_SIZE.get(len(zone))
        if length is None:
            raise DecodingError(f"{len(zone)} characters are no TD1, TD2 or TD3 zone", 4)
        try:
            text = zone.decode("ascii")
            return cls("\n".join(text[start : start + length] for start in range(0, len(text), length)))
        except (EncodingError, UnicodeDecodeError) as error:
            raise DecodingError(f"EF.DG1: {error}") from error
