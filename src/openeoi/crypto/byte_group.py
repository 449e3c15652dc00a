"""A group seen through its encodings only, for protocols that meet a group at run time and never look inside its elements."""

from __future__ import annotations

from typing import Generic, Protocol

from openeoi.crypto.group import Element, Group, KeyAgreement, ephemeral_key
from openeoi.crypto.randomness import RandomSource


class ByteGroup(Protocol):
    """Public keys are bytes as protocols send them. Every method refuses what is no element of the group (CryptographicError)."""

    @property
    def agreement(self) -> KeyAgreement: ...

    @property
    def order(self) -> int: ...

    def check(self, public_key: bytes) -> None: ...

    def ephemeral(self, random: RandomSource) -> tuple[int, bytes]:
        """A fresh private scalar and its public key."""
        ...

    def public_key(self, private: int) -> bytes: ...

    def multiply(self, private: int, public_key: bytes) -> bytes: ...

    def shared_secret(self, private: int, public_key: bytes) -> bytes:
        """What key derivation wants: the x coordinate, or the element, with leading zeros."""
        ...


class EncodedGroup(Generic[Element]):
    """Fills `ByteGroup` over any group."""

    def __init__(self, group: Group[Element]) -> None:
        self._group = group

    @property
    def agreement(self) -> KeyAgreement:
        return self._group.agreement

    @property
    def order(self) -> int:
        return self._group.order

    def check(self, public_key: bytes) -> None:
        self._group.decode(public_key)

    def ephemeral(self, random: RandomSource) -> tuple[int, bytes]:
        private, public = ephemeral_key(self._group, self._group.generator, random)
        return private, self._group.encode(public)

    def public_key(self, private: int) -> bytes:
        return self._group.encode(self._group.multiply(private, self._group.generator))

    def multiply(self, private: int, public_key: bytes) -> bytes:
        return self._group.encode(self._group.multiply(private, self._group.decode(public_key)))

    def shared_secret(self, private: int, public_key: bytes) -> bytes:
        return self._group.shared_secret(self._group.multiply(private, self._group.decode(public_key)))
