"""Three letters of the machine readable zone to the two letters of certificates (ICAO 9303-3, 5; ISO 3166-1).

TR-03135-1 wants the country of the chip's data compared with that of the document signer. States that issue identity cards for
travel around here, and the specials of the zone; others stay undetermined.
"""

from __future__ import annotations

from typing import Final

TWO_LETTERS: Final = {
    "ALB": "AL",
    "AND": "AD",
    "AUT": "AT",
    "BEL": "BE",
    "BGR": "BG",
    "BIH": "BA",
    "CHE": "CH",
    "CYP": "CY",
    "CZE": "CZ",
    "D": "DE",
    "DNK": "DK",
    "ESP": "ES",
    "EST": "EE",
    "EUE": "EU",
    "FIN": "FI",
    "FRA": "FR",
    "GBR": "GB",
    "GEO": "GE",
    "GRC": "GR",
    "HRV": "HR",
    "HUN": "HU",
    "IRL": "IE",
    "ISL": "IS",
    "ITA": "IT",
    "LIE": "LI",
    "LTU": "LT",
    "LUX": "LU",
    "LVA": "LV",
    "MCO": "MC",
    "MDA": "MD",
    "MKD": "MK",
    "MLT": "MT",
    "MNE": "ME",
    "NLD": "NL",
    "NOR": "NO",
    "POL": "PL",
    "PRT": "PT",
    "RKS": "KS",
    "ROU": "RO",
    "SMR": "SM",
    "SRB": "RS",
    "SVK": "SK",
    "SVN": "SI",
    "SWE": "SE",
    "TUR": "TR",
    "UKR": "UA",
    "UNO": "UN",
    "UTO": "UT",
    "VAT": "VA",
}
