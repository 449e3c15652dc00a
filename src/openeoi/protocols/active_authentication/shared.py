"""What terminal and chip of active authentication have in common: the command, and the plain ECDSA variants by identifier."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from openeoi.encoding.signature_algorithms import DigestAlgorithm

INTERNAL_AUTHENTICATE: Final = 0x88
CHALLENGE_SIZE: Final = 8

# TR-03111, 5.2.1.1. ICAO 9303-11, 6.1.2.2 and 9.2.8: SHA-1 and RIPEMD-160 are not for elliptic curves.
PLAIN_ECDSA: Final[Mapping[str, DigestAlgorithm]] = {
    "0.4.0.127.0.7.1.1.4.1.2": DigestAlgorithm.SHA224,
    "0.4.0.127.0.7.1.1.4.1.3": DigestAlgorithm.SHA256,
    "0.4.0.127.0.7.1.1.4.1.4": DigestAlgorithm.SHA384,
    "0.4.0.127.0.7.1.1.4.1.5": DigestAlgorithm.SHA512,
}


def identifier_of(digest: DigestAlgorithm) -> str:
    """The object identifier that ActiveAuthenticationInfo names; KeyError for SHA-1."""
    return {known: identifier for identifier, known in PLAIN_ECDSA.items()}[digest]
