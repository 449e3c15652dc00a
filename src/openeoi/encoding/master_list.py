"""The content of a master list (ICAO 9303-12, 8 and appendix F): the country signing certificates that a state vouches for.

    CscaMasterList ::= SEQUENCE { version INTEGER { v0(0) }, certList SET OF Certificate }

The signature around it is CMS SignedData (`encoding.cms`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from openeoi.encoding import der, tlv
from openeoi.encoding.errors import DecodingError, EncodingError

CONTENT_TYPE: Final = "2.23.136.1.1.2"
VERSION: Final = 0


@dataclass(frozen=True, slots=True)
class MasterList:
    """`certificates` are DER, at least one and none twice; encoding sorts them as a SET OF wants it."""

    certificates: tuple[bytes, ...]

    def __post_init__(self) -> None:
        if not self.certificates:
            raise EncodingError("certList", "a master list has at least one certificate")
        if len(set(self.certificates)) != len(self.certificates):
            raise EncodingError("certList", "a certificate stands twice")

    def encode(self) -> bytes:
        return der.encode_sequence(der.encode_integer(VERSION), der.encode_set_of(self.certificates))

    @classmethod
    def decode(cls, raw: bytes) -> MasterList:
        """The certificates in the order of the list; they are not read here. Raises DecodingError."""
        members = der.decode_sequence(raw)
        if len(members) != 2:
            raise DecodingError(f"a master list has a version and a list, here are {len(members)} members")
        version = der.decode_integer(members[0])
        if version != VERSION:
            raise DecodingError(f"master list version {version}, only 0 is known")
        # Lists in circulation are not all sorted as DER wants; nothing here depends on the order.
        if members[1].tag != der.SET:
            raise DecodingError(f"tag {members[1].tag:02X} stands where the SET of certificates belongs")
        elements = tlv.children(members[1])
        if any(one.tag != der.SEQUENCE for one in elements):
            raise DecodingError("something else than a certificate stands in the list")
        try:
            return cls(tuple(one.encode() for one in elements))
        except EncodingError as error:
            raise DecodingError(f"master list, {error}") from error
