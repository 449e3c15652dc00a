"""References of public keys (TR-03110-3, A.6.1): who holds a key, and which of its keys it is; and EF.CVCA, which lists two."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from openeoi.encoding import tlv
from openeoi.encoding.errors import DecodingError, EncodingError

AUTHORITY_REFERENCE: Final = 0x42
EF_CVCA: Final = 0x011C
EF_CVCA_SHORT: Final = 0x1C
EF_CVCA_SIZE: Final = 36
MNEMONIC_MAXIMUM: Final = 9

# ISO 3166-1 country, mnemonic in ISO/IEC 8859-1 without control characters, five letters or digits.
_FORM: Final = re.compile(r"([A-Z]{2})([\x20-\x7e\xa0-\xff]{1,9})([0-9A-Z]{5})")


@dataclass(frozen=True, slots=True, order=True)
class KeyReference:
    """`country` two letters, `mnemonic` one to nine characters, `sequence` five letters or digits: "SI", "EXAMPLECV", "00001"."""

    country: str
    mnemonic: str
    sequence: str

    def __post_init__(self) -> None:
        if not _FORM.fullmatch(str(self)) or len(self.country) != 2 or not 1 <= len(self.mnemonic) <= MNEMONIC_MAXIMUM:
            raise EncodingError("key reference", "a country, one to nine characters, and five letters or digits")

    def __str__(self) -> str:
        return self.country + self.mnemonic + self.sequence

    def encode(self) -> bytes:
        """8 to 16 bytes."""
        return str(self).encode("iso-8859-1")

    @classmethod
    def decode(cls, raw: bytes) -> KeyReference:
        found = _FORM.fullmatch(raw.decode("iso-8859-1"))
        if found is None:
            raise DecodingError("a key reference is a country, one to nine characters, and five letters or digits")
        return cls(*found.groups())


def encode_authority_references(references: Sequence[KeyReference]) -> bytes:
    """EF.CVCA: one or two references, the current one first, filled up with zeros to 36 bytes (TR-03110-3, A.2.3)."""
    if not 1 <= len(references) <= 2:
        raise EncodingError("EF.CVCA", "it holds one or two references")
    return b"".join(tlv.encode(AUTHORITY_REFERENCE, one.encode()) for one in references).ljust(EF_CVCA_SIZE, b"\x00")


def decode_authority_references(raw: bytes) -> tuple[KeyReference, ...]:
    """Strict inverse. Raises DecodingError."""
    if len(raw) != EF_CVCA_SIZE:
        raise DecodingError(f"EF.CVCA has {EF_CVCA_SIZE} bytes, not {len(raw)}")
    references: list[KeyReference] = []
    offset = 0
    while offset < len(raw) and raw[offset]:
        item, offset = tlv.decode_prefix(raw, offset)
        if item.tag != AUTHORITY_REFERENCE:
            raise DecodingError(f"tag {item.tag:02X} stands where a reference belongs", offset)
        references.append(KeyReference.decode(item.value))
    if not 1 <= len(references) <= 2 or any(raw[offset:]):
        raise DecodingError("EF.CVCA holds one or two references and then zeros", offset)
    return tuple(references)
