"""The machine readable zone of travel documents (ICAO 9303-3, 4; -4 and -5, 4.2): TD1 cards and TD3 passports.

`TravelDocument1` and `TravelDocument3` are written and read strictly; `decode_tolerant` reads what a camera made of a zone and
reports each repair.
"""

from openeoi.encoding.mrz.characters import FILLER, check_digit
from openeoi.encoding.mrz.information import mrz_information
from openeoi.encoding.mrz.names import may_be_truncated, truncate_names
from openeoi.encoding.mrz.recognition import Repair, RepairKind, decode_tolerant
from openeoi.encoding.mrz.travel_document_1 import TravelDocument1
from openeoi.encoding.mrz.travel_document_3 import TravelDocument3
from openeoi.encoding.mrz.zone import TravelDocument, decode

__all__ = [
    "FILLER",
    "Repair",
    "RepairKind",
    "TravelDocument",
    "TravelDocument1",
    "TravelDocument3",
    "check_digit",
    "decode",
    "decode_tolerant",
    "may_be_truncated",
    "mrz_information",
    "truncate_names",
]
