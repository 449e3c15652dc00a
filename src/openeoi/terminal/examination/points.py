"""What an examination looks at, in the order in which it is reported, and how much each counts (BSI TR-03135-1, 5 and 6)."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import Final

from openeoi.terminal.checks import Weight


class Point(StrEnum):
    """Names of checks; they never change once they are in a log."""

    ACCESS = "access"
    FILES = "files"
    SIGNATURE = "signature"
    TRUST = "trust"
    VALIDITY = "validity"
    REVOCATION = "revocation"
    COMPLETENESS = "completeness"
    DATA = "data"
    COUNTRY = "country"
    CARD_ACCESS = "card_access"
    CHIP_MAPPING = "chip_mapping"
    CHIP_AUTHENTICATION = "chip_authentication"
    ACTIVE_AUTHENTICATION = "active_authentication"
    GENUINE_CHIP = "genuine_chip"
    TERMINAL = "terminal"
    FINGERPRINTS = "fingerprints"
    EXPIRY = "expiry"
    KNOWN_DEFECTS = "known_defects"


# Optional: counts unless the document or the reader does not have it. Whether this reader may see fingerprints says nothing about
# the document.
WEIGHTS: Final = MappingProxyType(
    {
        Point.ACCESS: Weight.MANDATORY,
        Point.FILES: Weight.MANDATORY,
        Point.SIGNATURE: Weight.MANDATORY,
        Point.TRUST: Weight.MANDATORY,
        Point.VALIDITY: Weight.MANDATORY,
        Point.REVOCATION: Weight.OPTIONAL,
        Point.COMPLETENESS: Weight.MANDATORY,
        Point.DATA: Weight.MANDATORY,
        Point.COUNTRY: Weight.MANDATORY,
        Point.CARD_ACCESS: Weight.OPTIONAL,
        Point.CHIP_MAPPING: Weight.OPTIONAL,
        Point.CHIP_AUTHENTICATION: Weight.OPTIONAL,
        Point.ACTIVE_AUTHENTICATION: Weight.OPTIONAL,
        Point.GENUINE_CHIP: Weight.OPTIONAL,
        Point.TERMINAL: Weight.EVALUATORY,
        Point.FINGERPRINTS: Weight.EVALUATORY,
        Point.EXPIRY: Weight.MANDATORY,
        Point.KNOWN_DEFECTS: Weight.EVALUATORY,
    }
)

# What nothing can be said about while the chip has not been read.
OF_CHIP: Final = (
    Point.FILES,
    Point.SIGNATURE,
    Point.TRUST,
    Point.VALIDITY,
    Point.COMPLETENESS,
    Point.DATA,
    Point.COUNTRY,
)

# Where the keys of chip and active authentication stand.
PROOF_FILES: Final = (14, 15)

# The three ways in which a chip shows that it is no copy.
PROOFS: Final = (Point.CHIP_MAPPING, Point.CHIP_AUTHENTICATION, Point.ACTIVE_AUTHENTICATION)
