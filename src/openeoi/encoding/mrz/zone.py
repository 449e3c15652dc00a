"""A zone of either kind, told apart by its number of characters."""

from __future__ import annotations

from openeoi.encoding.errors import DecodingError
from openeoi.encoding.mrz.travel_document_1 import TravelDocument1
from openeoi.encoding.mrz.travel_document_3 import TravelDocument3

TravelDocument = TravelDocument1 | TravelDocument3


def decode(text: str) -> TravelDocument:
    """Strict reading of a TD1 or TD3 zone: lines joined by "\\n", or without separator as data group 1 holds them."""
    size = len(text) - text.count("\n")
    if size == TravelDocument1.LINES * TravelDocument1.WIDTH:
        return TravelDocument1.decode(text)
    if size == TravelDocument3.LINES * TravelDocument3.WIDTH:
        return TravelDocument3.decode(text)
    raise DecodingError(f"{size} characters, a zone has 90 (TD1) or 88 (TD3)", 0)
