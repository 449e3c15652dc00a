"""What the maker of the chip fixes before any personalisation: the secrets' rules, version and answers to reset."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType
from typing import Final

from openeoi.profiles.card import CardParameters, PinParameters


class PinRole(IntEnum):
    """The four secrets that VERIFY knows. The numbers are those in the card's file."""

    NORM_PIN = 1
    PUK = 2
    INITIAL_PASSWORD = 3
    SIG_PIN = 4


@dataclass(frozen=True, slots=True)
class PinRules:
    """`reference` is P2 of the PIN commands, lengths in characters, `tries` (1 to 15) wrong entries in a row block it."""

    reference: int
    minimum_length: int
    maximum_length: int
    tries: int
    digits_only: bool = True

    def accepts(self, value: bytes) -> bool:
        """Whether `value` could be this secret."""
        fits = self.minimum_length <= len(value) <= self.maximum_length
        return fits and (not self.digits_only or value.isdigit())


def pin_rules(parameters: CardParameters) -> Mapping[PinRole, PinRules]:
    """The secrets of a country's card."""
    return MappingProxyType(
        {
            PinRole.NORM_PIN: _rules(parameters.norm_pin),
            PinRole.PUK: _rules(parameters.puk),
            PinRole.INITIAL_PASSWORD: _rules(parameters.initial_password),
            PinRole.SIG_PIN: _rules(parameters.sig_pin),
        }
    )


def _rules(pin: PinParameters) -> PinRules:
    return PinRules(pin.reference, pin.minimum_length, pin.maximum_length, pin.tries, pin.digits_only)


# Generic ATRs of the chip family (NXP P71, JCOP 4), by which upstream's driver knows the card.
ATR_CONTACT: Final = bytes.fromhex("3BD518FF8191FE1FC38073C821100A")
ATR_CONTACTLESS: Final = bytes.fromhex("3B85800180" + "73C82110" + "0E")

# GET DATA 0116: upstream logs it. The real card's value is not known: OUR CHOICE.
VERSION: Final = bytes.fromhex("010001000000")

# EF.ATR/INFO (ISO/IEC 7816-4:2020, 12.2.2): DO 47, card capabilities (12.1.1.9): selection by name, file identifier and short
# identifier, data units of one byte, chaining and extended length; DO 7F66: commands and responses have up to 32768 bytes.
# OUR CHOICE.
ATR_INFORMATION: Final = 0x2F01
ATR_INFORMATION_CONTENT: Final = bytes.fromhex("4703" + "9401C0" + "7F660A" + "0203008000" * 2)
# The same of a tester's chip that takes short length only: no bit for extended length, no DO 7F66.
ATR_INFORMATION_SHORT: Final = bytes.fromhex("4703" + "940180")
