"""The secrets of one card: drawn before they reach the chip, kept sealed, printed into an envelope once.

The card access number is printed on the card, so it is no secret of the envelope; it is sealed with them until the card is made.
"""

import json
from dataclasses import dataclass, field

from openeoi.crypto.randomness import RandomSource
from openeoi.profiles.profile import CountryProfile


@dataclass(frozen=True, slots=True)
class CardSecrets:
    """Digits. What the office no longer keeps is None: after the envelope is printed, only the PUK remains."""

    puk: str = field(repr=False)
    initial_password: str | None = field(repr=False)
    access_number: str | None = field(repr=False)

    def encode(self) -> bytes:
        return json.dumps([self.puk, self.initial_password, self.access_number]).encode()

    @classmethod
    def decode(cls, raw: bytes) -> "CardSecrets":
        return cls(*json.loads(raw))


def draw(profile: CountryProfile, random: RandomSource) -> CardSecrets:
    """Fresh secrets with the profile's lengths."""
    card = profile.card
    return CardSecrets(
        puk=digits(card.puk.maximum_length, random),
        initial_password=digits(card.initial_password.maximum_length, random),
        access_number=digits(card.access_number_length, random),
    )


def digits(count: int, random: RandomSource) -> str:
    """`count` uniform decimal digits: bytes from 250 on are dropped, so that none is preferred."""
    found = ""
    while len(found) < count:
        found += "".join(str(byte % 10) for byte in random(count) if byte < 250)
    return found[:count]
