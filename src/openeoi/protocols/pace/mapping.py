"""Mapping the nonce to a generator that only holders of the password know (ICAO 9303-11, 4.4.3.3).

Both sides of a mapping have one shape: some bytes go to the other side (DO 81 or 82), and from the nonce and the other side's
bytes comes the generator. Generic mapping is symmetric; integrated mapping differs in who sends what; chip authentication mapping
is generic mapping whose card keeps its scalar.
"""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar

from openeoi.crypto.group import Element, Group, ephemeral_key
from openeoi.crypto.randomness import RandomSource

_Mapped = TypeVar("_Mapped", covariant=True)


class Mapping(Protocol[_Mapped]):
    """`own_data` is sent before `generator` is asked for."""

    @property
    def own_data(self) -> bytes: ...

    def generator(self, nonce: bytes, other_data: bytes) -> _Mapped: ...


class GenericMapping(Generic[Element]):
    """G' = s*G + H, where H is the result of an anonymous Diffie-Hellman key agreement (4.4.3.3.1)."""

    def __init__(self, group: Group[Element], random: RandomSource) -> None:
        self._group = group
        self._private, self._public = ephemeral_key(group, group.generator, random)

    @property
    def own_data(self) -> bytes:
        return self._group.encode(self._public)

    def generator(self, nonce: bytes, other_data: bytes) -> Element:
        """Raises InvalidGroupElement for a bad public key, IdentityElement where H or G' would be the identity."""
        shared = self._group.multiply(self._private, self._group.decode(other_data))
        masked = self._group.multiply(int.from_bytes(nonce, "big"), self._group.generator)
        return self._group.add(masked, shared)
