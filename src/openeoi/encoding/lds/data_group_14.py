"""EF.DG14: the security infos that are covered by the document signer's signature (ICAO 9303-10, 4.7.14)."""

from __future__ import annotations

from dataclasses import dataclass

from openeoi.encoding import tlv
from openeoi.encoding.lds.security_infos import SecurityInfo, decode_security_infos, encode_security_infos


@dataclass(frozen=True, slots=True)
class DataGroup14:
    security_infos: tuple[SecurityInfo, ...]

    def encode(self) -> bytes:
        return tlv.encode(0x6E, encode_security_infos(self.security_infos))

    @classmethod
    def decode(cls, raw: bytes) -> DataGroup14:
        return cls(decode_security_infos(tlv.decode_expected(raw, 0x6E)))
