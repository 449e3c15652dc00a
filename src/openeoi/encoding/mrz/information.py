"""The MRZ information from which BAC and PACE derive their password (ICAO 9303-11, 4.3.2 and 4.4.4.1, worked example D.2)."""

from __future__ import annotations

from openeoi.encoding.mrz.characters import FILLER, check_digit
from openeoi.encoding.mrz.zone import TravelDocument

NUMBER_WIDTH = 9


def mrz_information(document: TravelDocument) -> str:
    """Document number, date of birth and date of expiry, each with its check digit. A number below nine characters is filled up,
    a long one stands whole."""
    number = document.document_number.ljust(NUMBER_WIDTH, FILLER)
    return "".join(field + check_digit(field) for field in (number, document.date_of_birth, document.date_of_expiry))
