"""Mapping the nonce to a generator that only holders of the password know (ICAO 9303-11, 4.4.3.3).

Both sides of a mapping have one shape: some bytes go to the other side (DO 81 or 82), and from the nonce and the other side's
bytes comes the generator. Generic mapping is symmetric; integrated mapping differs in who sends what; chip authentication mapping
is generic mapping whose scalar and public keys are needed again at the end.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from openeoi.crypto.ciphers import Cipher
from openeoi.crypto.errors import CryptographicError
from openeoi.crypto.group import Element, Group, ephemeral_key
from openeoi.crypto.integrated_mapping import pseudo_random, terminal_nonce_size
from openeoi.crypto.randomness import RandomSource

_Mapped = TypeVar("_Mapped", covariant=True)


class MappingDataUnexpected(CryptographicError):
    """The card sent mapping data where integrated mapping has none."""


class MappingDataReflected(CryptographicError):
    """Both mapping keys are the same: a reflected message."""


class Mapping(Protocol[_Mapped]):
    """`own_data` is sent before `generator` is asked for."""

    @property
    def own_data(self) -> bytes: ...

    def generator(self, nonce: bytes, other_data: bytes) -> _Mapped: ...


class GenericMapping(Generic[Element]):
    """G' = s*G + H, where H is the result of an anonymous Diffie-Hellman key agreement (4.4.3.3.1).

    `private` is this side's scalar.
    """

    def __init__(self, group: Group[Element], random: RandomSource) -> None:
        self._group = group
        self.private, self._public = ephemeral_key(group, group.generator, random)

    @property
    def own_data(self) -> bytes:
        return self._group.encode(self._public)

    def generator(self, nonce: bytes, other_data: bytes) -> Element:
        """Raises InvalidGroupElement for a bad public key, IdentityElement where H or G' would be the identity,
        MappingDataReflected."""
        if other_data == self.own_data:
            raise MappingDataReflected("the other side sent this side's mapping key back")
        shared = self._group.multiply(self.private, self._group.decode(other_data))
        masked = self._group.multiply(int.from_bytes(nonce, "big"), self._group.generator)
        return self._group.add(masked, shared)


class IntegratedMapping(Generic[_Mapped]):
    """The terminal sends a second nonce t, the card nothing; the generator is the image of both nonces (4.4.3.3.2).

    `encode` leads from a field element into the group, `prime` is the field's. Without `random` this is the card's side.
    """

    def __init__(self, encode: Callable[[int], _Mapped], prime: int, cipher: Cipher, random: RandomSource | None) -> None:
        self._encode = encode
        self._prime = prime
        self._cipher = cipher
        self.own_data = b"" if random is None else random(terminal_nonce_size(cipher))

    def generator(self, nonce: bytes, other_data: bytes) -> _Mapped:
        """Raises NonceLengthWrong, MappingDataUnexpected, IdentityElement."""
        if self.own_data and other_data:
            raise MappingDataUnexpected("the card sent mapping data, which integrated mapping has none of")
        return self._encode(pseudo_random(self._cipher, nonce, self.own_data or other_data, self._prime))
