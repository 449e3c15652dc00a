"""The port that PACE, chip authentication and the mappings compute in: a group of prime order, written additively.

Elliptic curves (`elliptic_curves`) and multiplicative groups (`diffie_hellman`) fill it, so that protocols are written once.
"""

from __future__ import annotations

from enum import Enum
from typing import Protocol, TypeVar

from openeoi.crypto.randomness import RandomSource, scalar_below

Element = TypeVar("Element")


class KeyAgreement(Enum):
    """Which kind of group; the value is the tag of the public key in a public key data object (TR-03110-3, D.3)."""

    DIFFIE_HELLMAN = 0x84
    ELLIPTIC_CURVE = 0x86


class Group(Protocol[Element]):
    """A group of prime order `order`. No method ever returns the identity element: IdentityElement is raised instead.

    `encode` gives the public key as protocols send it, `decode` its strict inverse: InvalidGroupElement for anything that is not
    an element of the prime-order subgroup. `shared_secret` is the Diffie-Hellman result as key derivation wants it: the x
    coordinate (ECKA) or the element itself, always with all leading zero bytes (TR-03111, 4.3; ICAO 9303-11, 9.6).
    """

    @property
    def order(self) -> int: ...

    @property
    def generator(self) -> Element: ...

    @property
    def agreement(self) -> KeyAgreement: ...

    def multiply(self, scalar: int, element: Element) -> Element: ...

    def add(self, first: Element, second: Element) -> Element: ...

    def encode(self, element: Element) -> bytes: ...

    def decode(self, raw: bytes) -> Element: ...

    def shared_secret(self, element: Element) -> bytes: ...


def ephemeral_key(group: Group[Element], generator: Element, random: RandomSource) -> tuple[int, Element]:
    """A fresh private scalar in 1 .. order-1 and its public element over `generator`."""
    private = scalar_below(group.order, random)
    return private, group.multiply(private, generator)
