"""Where a chip keeps the references of its trust points: EF.CVCA (TR-03110-1, A.1 and TR-03110-3, A.1.1.3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from openeoi.encoding import der, tlv
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.lds.files import ElementaryFile
from openeoi.encoding.lds.security_infos import SecurityInfo, TerminalAuthenticationInfo, of_kind

NAME = "EF.CVCA"
DEFAULT_FILE = 0x011C
DEFAULT_SHORT = 0x1C
SIZE = 36


@dataclass(frozen=True, slots=True)
class TrustPointFile:
    """`file` with identifier 011C and short identifier 1C unless EF.DG14 names others; a short one may be missing then."""

    file: ElementaryFile
    has_short_identifier: bool = True


def trust_point_file(infos: Iterable[SecurityInfo]) -> TrustPointFile:
    """The place that the first readable TerminalAuthenticationInfo names; the default one where none does."""
    for info in of_kind(infos, TerminalAuthenticationInfo):
        if info.efcvca is None:
            continue
        try:
            parts = file_identifiers(info.efcvca)
        except DecodingError:
            continue  # LDS_E_5 says so
        short = parts[1][0] if len(parts) == 2 else 0
        return TrustPointFile(ElementaryFile(NAME, int.from_bytes(parts[0], "big"), short, None), len(parts) == 2)
    return TrustPointFile(ElementaryFile(NAME, DEFAULT_FILE, DEFAULT_SHORT, None))


def file_identifiers(raw: bytes) -> tuple[bytes, ...]:
    """The octet strings of FileID: two bytes, and perhaps one byte for the short identifier. Raises DecodingError."""
    members = der.decode_sequence(raw)
    values = tuple(der.decode_octet_string(one) for one in members)
    if [len(value) for value in values] not in ([2], [2, 1]):
        raise DecodingError("FileID is two bytes, and perhaps one byte more for the short identifier")
    return values


def authority_references(content: bytes) -> tuple[bytes, ...]:
    """The one or two references in EF.CVCA. Raises DecodingError."""
    references: list[bytes] = []
    offset = 0
    while offset < len(content) and content[offset]:
        one, offset = tlv.decode_prefix(content, offset)
        if one.tag != 0x42:
            raise DecodingError(f"tag {one.tag:02X} stands where 42 belongs", offset)
        references.append(one.value)
    if any(content[offset:]):
        raise DecodingError("something other than zeros follows the references", offset)
    return tuple(references)
