"""EF.DG15: the public key of active authentication (ICAO 9303-10, 4.7.15)."""

from __future__ import annotations

from dataclasses import dataclass

from asn1crypto import keys

from openeoi.encoding import tlv
from openeoi.encoding.asn1 import load


@dataclass(frozen=True, slots=True)
class DataGroup15:
    """`public_key`: DER of the SubjectPublicKeyInfo (RSA or EC)."""

    public_key: bytes

    def encode(self) -> bytes:
        return tlv.encode(0x6F, self.public_key)

    @classmethod
    def decode(cls, raw: bytes) -> DataGroup15:
        content = tlv.decode_expected(raw, 0x6F)
        load(keys.PublicKeyInfo, content, "the active authentication public key")
        return cls(content)
