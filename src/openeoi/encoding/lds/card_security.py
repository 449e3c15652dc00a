"""EF.CardSecurity: security infos under a signature, read after PACE (ICAO 9303-11, 9.2.11; TR-03110-3, A.1.2.2)."""

from __future__ import annotations

from dataclasses import dataclass

from openeoi.encoding import cms
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.lds.security_infos import SecurityInfo, decode_security_infos, encode_security_infos

SECURITY_OBJECT = "0.4.0.127.0.7.3.2.1"


@dataclass(frozen=True, slots=True)
class CardSecurity:
    security_infos: tuple[SecurityInfo, ...]
    signed_data: cms.SignedData

    @classmethod
    def decode(cls, raw: bytes) -> CardSecurity:
        signed = cms.SignedData.decode(raw)
        if signed.content_type != SECURITY_OBJECT:
            raise DecodingError(f"EF.CardSecurity holds {signed.content_type} where security infos belong")
        if len(signed.signer_infos) != 1:
            raise DecodingError(f"EF.CardSecurity has {len(signed.signer_infos)} signers, one is required")
        return cls(decode_security_infos(signed.content), signed)


def build_card_security(security_infos: tuple[SecurityInfo, ...], signer: cms.Signer) -> bytes:
    """The file's content: SignedData over the security infos."""
    return cms.build_signed_data(SECURITY_OBJECT, encode_security_infos(security_infos), signer)
