"""EF.DG12: additional details of the document (ICAO 9303-10, 4.7.12)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from openeoi.encoding.lds.details import Field, Kind, Tolerance, decode_details, encode_details

_FIELDS = (
    Field(0x5F19, "issuing_authority", Kind.TEXT),
    Field(0x5F26, "date_of_issue", Kind.DATE),
    Field(0x5F1A, "other_persons", Kind.NAMES),
    Field(0x5F1B, "endorsements", Kind.TEXT),
    Field(0x5F1C, "tax_or_exit_requirements", Kind.TEXT),
    Field(0x5F1D, "image_of_front", Kind.BINARY),
    Field(0x5F1E, "image_of_rear", Kind.BINARY),
    Field(0x5F55, "personalised_at", Kind.TIME),
    Field(0x5F56, "personalisation_system", Kind.TEXT),
)


@dataclass(frozen=True, slots=True)
class DataGroup12:
    """Dates YYYYMMDD, `personalised_at` YYYYMMDDhhmmss. Empty means absent. `tolerances`: what was read over."""

    issuing_authority: str = ""
    date_of_issue: str = ""
    other_persons: tuple[str, ...] = ()
    endorsements: str = ""
    tax_or_exit_requirements: str = ""
    image_of_front: bytes = b""
    image_of_rear: bytes = b""
    personalised_at: str = ""
    personalisation_system: str = ""
    tolerances: tuple[Tolerance, ...] = ()

    def encode(self) -> bytes:
        return encode_details(0x6C, _FIELDS, {field.name: getattr(self, field.name) for field in _FIELDS})

    @classmethod
    def decode(cls, raw: bytes) -> DataGroup12:
        values, tolerances = decode_details(raw, 0x6C, _FIELDS)
        checked: dict[str, Any] = dict(values)
        return cls(**checked, tolerances=tolerances)
