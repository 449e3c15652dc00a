"""What terminal and chip of terminal authentication have in common: commands, and what the terminal signs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from openeoi.crypto.group import KeyAgreement
from openeoi.encoding.errors import EncodingError
from openeoi.encoding.mrz.characters import check_digit
from openeoi.protocols.chip_authentication.shared import compressed_key

MANAGE_SECURITY_ENVIRONMENT: Final = 0x22
SET_DIGITAL_SIGNATURE_TEMPLATE: Final = (0x81, 0xB6)
SET_AUTHENTICATION_TEMPLATE: Final = (0x81, 0xA4)
PERFORM_SECURITY_OPERATION: Final = 0x2A
VERIFY_CERTIFICATE: Final = (0x00, 0xBE)
GET_CHALLENGE: Final = 0x84
EXTERNAL_AUTHENTICATE: Final = 0x82

PUBLIC_KEY_REFERENCE: Final = 0x83
CHALLENGE_SIZE: Final = 8
DOCUMENT_NUMBER_WIDTH: Final = 9


@dataclass(frozen=True, slots=True)
class Binding:
    """What ties the terminal's rights to this chip and this channel (TR-03110-1, 3.5).

    `chip`: ID_PICC; `terminal`: the compressed ephemeral key of chip authentication, or of PACE with chip authentication mapping.
    """

    chip: bytes
    terminal: bytes

    def to_be_signed(self, challenge: bytes) -> bytes:
        return self.chip + challenge + self.terminal


def chip_after_pace(agreement: KeyAgreement, card_public_key: bytes) -> bytes:
    """ID_PICC where PACE opened the channel: the chip's ephemeral public key, compressed (dynamic binding)."""
    return compressed_key(agreement, card_public_key)


def chip_after_basic_access(document_number: str) -> bytes:
    """ID_PICC where basic access control did: the number as in the zone, with its check digit."""
    if not document_number.isascii():
        raise EncodingError("document number", "only the characters of the MRZ are allowed")
    number = document_number.ljust(DOCUMENT_NUMBER_WIDTH, "<")
    return (number + check_digit(number)).encode("ascii")
