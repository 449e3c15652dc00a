"""EF.DG11: additional personal details (ICAO 9303-10, 4.7.11)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from openeoi.encoding.lds.details import Field, Kind, Tolerance, decode_details, encode_details

_FIELDS = (
    Field(0x5F0E, "name_of_holder", Kind.TEXT),
    Field(0x5F0F, "other_names", Kind.NAMES),
    Field(0x5F10, "personal_number", Kind.TEXT),
    Field(0x5F2B, "full_date_of_birth", Kind.DATE),
    Field(0x5F11, "place_of_birth", Kind.PARTS),
    Field(0x5F42, "permanent_address", Kind.PARTS),
    Field(0x5F12, "telephone", Kind.TEXT),
    Field(0x5F13, "profession", Kind.TEXT),
    Field(0x5F14, "title", Kind.TEXT),
    Field(0x5F15, "personal_summary", Kind.TEXT),
    Field(0x5F16, "proof_of_citizenship", Kind.BINARY),
    Field(0x5F17, "other_document_numbers", Kind.PARTS),
    Field(0x5F18, "custody_information", Kind.TEXT),
)


@dataclass(frozen=True, slots=True)
class DataGroup11:
    """Names as in the zone but in full and in national characters: "VZOREC<<JANA"; dates YYYYMMDD; parts of places and addresses
    in order. Empty means absent. `tolerances`: what was read over, empty for what we write."""

    name_of_holder: str = ""
    other_names: tuple[str, ...] = ()
    personal_number: str = ""
    full_date_of_birth: str = ""
    place_of_birth: tuple[str, ...] = ()
    permanent_address: tuple[str, ...] = ()
    telephone: str = ""
    profession: str = ""
    title: str = ""
    personal_summary: str = ""
    proof_of_citizenship: bytes = b""
    other_document_numbers: tuple[str, ...] = ()
    custody_information: str = ""
    tolerances: tuple[Tolerance, ...] = ()

    def encode(self) -> bytes:
        return encode_details(0x6B, _FIELDS, {field.name: getattr(self, field.name) for field in _FIELDS})

    @classmethod
    def decode(cls, raw: bytes) -> DataGroup11:
        values, tolerances = decode_details(raw, 0x6B, _FIELDS)
        checked: dict[str, Any] = dict(values)
        return cls(**checked, tolerances=tolerances)
