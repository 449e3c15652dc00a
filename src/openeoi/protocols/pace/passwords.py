"""The passwords of PACE (ICAO 9303-11, 4.4.4.1; TR-03110-3, B.11.1) and what enters the key derivation (9303-11, 9.7.3)."""

from __future__ import annotations

from dataclasses import dataclass, field

from openeoi.crypto.key_derivation import machine_readable_zone_secret
from openeoi.encoding.errors import EncodingError

MACHINE_READABLE_ZONE = 1
CARD_ACCESS_NUMBER = 2
PERSONAL_IDENTIFICATION_NUMBER = 3
UNBLOCKING_KEY = 4


@dataclass(frozen=True, slots=True)
class PacePassword:
    """`reference`: the number in DO 83; `secret`: f(pi), which never appears in a repr."""

    reference: int
    secret: bytes = field(repr=False)

    @classmethod
    def from_can(cls, number: str) -> PacePassword:
        """The card access number as printed, digits only."""
        return cls(CARD_ACCESS_NUMBER, _digits("CAN", number))

    @classmethod
    def from_mrz(cls, mrz_information: str) -> PacePassword:
        """`mrz_information`: document number, birth and expiry date, each with check digit (`encoding.mrz.mrz_information`)."""
        if not mrz_information.isascii() or not mrz_information:
            raise EncodingError("MRZ information", "only the characters of the MRZ are allowed")
        return cls(MACHINE_READABLE_ZONE, machine_readable_zone_secret(mrz_information))

    @classmethod
    def from_pin(cls, pin: str) -> PacePassword:
        return cls(PERSONAL_IDENTIFICATION_NUMBER, _digits("PIN", pin))

    @classmethod
    def from_puk(cls, puk: str) -> PacePassword:
        return cls(UNBLOCKING_KEY, _digits("PUK", puk))


def _digits(name: str, text: str) -> bytes:
    if not (text.isascii() and text.isdigit()):
        raise EncodingError(name, "only digits are allowed")
    return text.encode("ascii")
