"""EF.CardAccess: the security infos that a terminal reads before PACE (ICAO 9303-11, 9.2.10). Not signed by itself."""

from __future__ import annotations

from dataclasses import dataclass

from openeoi.encoding.lds.security_infos import PaceInfo, SecurityInfo, decode_security_infos, encode_security_infos, of_kind


@dataclass(frozen=True, slots=True)
class CardAccess:
    security_infos: tuple[SecurityInfo, ...]

    @property
    def pace_infos(self) -> tuple[PaceInfo, ...]:
        return of_kind(self.security_infos, PaceInfo)

    def encode(self) -> bytes:
        return encode_security_infos(self.security_infos)

    @classmethod
    def decode(cls, raw: bytes) -> CardAccess:
        return cls(decode_security_infos(raw))
