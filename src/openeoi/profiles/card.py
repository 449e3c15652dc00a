"""What a country lays down for the chip: PINs and their objects, the card access number, PACE, the numbers of cards, the
protocols of the travel document; and in what a tester's chip may differ (`profiles.tester_options`).
"""

from __future__ import annotations

from dataclasses import dataclass

from openeoi.crypto.ciphers import Cipher
from openeoi.encoding.errors import EncodingError
from openeoi.encoding.lds.security_infos import PaceInfo
from openeoi.encoding.signature_algorithms import DigestAlgorithm


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
class ChipAuthenticationParameters:
    """One key of chip authentication: standardised domain parameters by number (ICAO 9303-11, 9.5.1), and its ciphers."""

    parameter_id: int
    ciphers: frozenset[Cipher]


@dataclass(frozen=True, slots=True)
class ActiveAuthenticationParameters:
    """The key of active authentication: on a curve by the number of its domain parameters, or RSA with so many bits."""

    digest: DigestAlgorithm
    parameter_id: int | None = None
    rsa_bits: int | None = None

    def __post_init__(self) -> None:
        if (self.parameter_id is None) == (self.rsa_bits is None):
            raise EncodingError("active authentication", "its key is either on a curve or RSA")


@dataclass(frozen=True, slots=True)
class TravelDocumentParameters:
    """What the travel document application has beyond PACE with the card's own parameters. `pace_infos`: further offers.

    With `terminal_authentication` the state's verifying authority is the chip's trust point, and fingerprints are on it where the
    holder's age says so. Keys are made on the chip."""

    pace_infos: tuple[PaceInfo, ...] = ()
    chip_authentication: tuple[ChipAuthenticationParameters, ...] = ()
    active_authentication: ActiveAuthenticationParameters | None = None
    terminal_authentication: bool = False
    basic_access: bool = False


@dataclass(frozen=True, slots=True)
class ChipOptions:
    """How a tester's chip differs from one as it is issued. Answers to reset: empty for those of the chip family; `answer_delay`
    in milliseconds; `short_length_only`: commands in extended length are refused; `imports_keys`: private keys of the travel
    document may be written from outside, for test vectors and the laboratory."""

    contact_atr: bytes = b""
    contactless_atr: bytes = b""
    answer_delay: int = 0
    short_length_only: bool = False
    imports_keys: bool = False


@dataclass(frozen=True, slots=True)
class CardParameters:
    """`pace_oid` and `pace_parameter_id` (ICAO 9303-11, 9.5.1) go into EF.CardAccess; the card access number has
    `access_number_length` digits. `puk` unblocks both PINs. `object_gap`: zero bytes behind each object of the PKCS#15 directory
    files."""

    pace_oid: str
    pace_parameter_id: int
    access_number_length: int
    norm_pin: PinParameters
    sig_pin: PinParameters
    puk: PinParameters
    initial_password: PinParameters
    document_numbers: DocumentNumberFormat
    object_gap: int = 0
    document: TravelDocumentParameters = TravelDocumentParameters()
    options: ChipOptions = ChipOptions()
