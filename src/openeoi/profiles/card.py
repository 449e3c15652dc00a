"""What a country lays down for the chip: PINs and their objects, the card access number, PACE, the numbers of cards."""

from __future__ import annotations

from dataclasses import dataclass

from openeoi.encoding.errors import EncodingError


@dataclass(frozen=True, slots=True)
class PinParameters:
    """One secret of the card. Lengths in characters (digits, unless `digits_only` is False), `tries` before it is blocked,
    `reference` as in P2 of VERIFY, `path` the two bytes of its PKCS#15 path."""

    minimum_length: int
    maximum_length: int
    tries: int
    reference: int
    path: bytes
    digits_only: bool = True
    one_use: bool = False


@dataclass(frozen=True, slots=True)
class DocumentNumberFormat:
    """`prefix` and then `digits` decimal digits, together at most nine characters."""

    prefix: str
    digits: int

    def number(self, serial: int) -> str:
        """The `serial`-th number, from 0."""
        if not 0 <= serial < 10**self.digits:
            raise EncodingError("document number", f"{self.digits} digits are used up")
        return f"{self.prefix}{serial:0{self.digits}}"


@dataclass(frozen=True, slots=True)
class CardParameters:
    """`pace_oid` and `pace_parameter_id` (ICAO 9303-11, 9.5.1) go into EF.CardAccess; the card access number has
    `access_number_length` digits. `puk` unblocks both PINs."""

    pace_oid: str
    pace_parameter_id: int
    access_number_length: int
    norm_pin: PinParameters
    sig_pin: PinParameters
    puk: PinParameters
    initial_password: PinParameters
    document_numbers: DocumentNumberFormat
