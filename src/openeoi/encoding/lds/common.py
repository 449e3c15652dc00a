"""EF.COM: which data groups are on the chip (ICAO 9303-10, 4.6.1). It is not signed: EF.SOD decides what must be there."""

from __future__ import annotations

import re
from dataclasses import dataclass

from openeoi.encoding import tlv
from openeoi.encoding.errors import DecodingError, EncodingError
from openeoi.encoding.lds import files

VERSION_TAG = 0x5F01
UNICODE_TAG = 0x5F36
TAG_LIST = 0x5C

_VERSION = re.compile(r"[0-9]{4}")
_UNICODE = re.compile(r"[0-9]{6}")


@dataclass(frozen=True, slots=True)
class Com:
    """`lds_version` four digits ("0107"), `unicode_version` six digits ("040000"), `data_groups` numbers in file order."""

    data_groups: tuple[int, ...]
    lds_version: str = "0107"
    unicode_version: str = "040000"

    def __post_init__(self) -> None:
        if not _VERSION.fullmatch(self.lds_version):
            raise EncodingError("LDS version", "not four digits")
        if not _UNICODE.fullmatch(self.unicode_version):
            raise EncodingError("Unicode version", "not six digits")
        if len(set(self.data_groups)) != len(self.data_groups) or not set(self.data_groups) <= set(files.DATA_GROUPS):
            raise EncodingError("tag list", "data groups are numbers 1 to 16, each once")

    def encode(self) -> bytes:
        tags = bytes(files.data_group(number).tag or 0 for number in self.data_groups)
        content = (
            tlv.encode(VERSION_TAG, self.lds_version.encode("ascii"))
            + tlv.encode(UNICODE_TAG, self.unicode_version.encode("ascii"))
            + tlv.encode(TAG_LIST, tags)
        )
        return tlv.encode(0x60, content)

    @classmethod
    def decode(cls, raw: bytes) -> Com:
        """The three data objects in the standard's order and nothing else. Raises DecodingError."""
        objects = tlv.decode_all(tlv.decode_expected(raw, 0x60))
        if [one.tag for one in objects] != [VERSION_TAG, UNICODE_TAG, TAG_LIST]:
            raise DecodingError("EF.COM does not hold version, Unicode version and tag list in this order")
        version, unicode_version, tags = (one.value for one in objects)
        numbers = tuple(files.data_group_number(tag) for tag in tags)
        try:
            return cls(numbers, version.decode("ascii"), unicode_version.decode("ascii"))
        except (EncodingError, UnicodeDecodeError) as error:
            raise DecodingError(f"EF.COM: {error}") from error
