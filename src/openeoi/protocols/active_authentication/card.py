"""Active authentication as the chip runs it: one command without a state, INTERNAL AUTHENTICATE with a challenge of eight bytes.

Whoever may read EF.DG15 may have challenges signed (ICAO 9303-11, 6.1.4); the operating system asks its access condition.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from openeoi.crypto import message_recovery, plain_ecdsa
from openeoi.crypto.elliptic_curves.group import EllipticCurveGroup
from openeoi.crypto.message_recovery import RsaPrivateKey
from openeoi.crypto.randomness import RandomSource
from openeoi.encoding.signature_algorithms import DigestAlgorithm
from openeoi.iso7816 import status
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.protocols.active_authentication import shared


@dataclass(frozen=True, slots=True)
class EllipticCurveKey:
    group: EllipticCurveGroup
    private: int = field(repr=False)


@dataclass(frozen=True, slots=True)
class ActiveAuthenticationKey:
    """The chip's private key and the hash function that it signs with."""

    key: RsaPrivateKey | EllipticCurveKey
    digest: DigestAlgorithm

    @property
    def signature_size(self) -> int:
        return self.key.size if isinstance(self.key, RsaPrivateKey) else plain_ecdsa.signature_size(self.key.group)


KeyLookup = Callable[[], ActiveAuthenticationKey | None]


class ActiveAuthenticationCardSide:
    """One chip's active authentication; `key` gives None where it has none."""

    def __init__(self, key: KeyLookup, random: RandomSource) -> None:
        self._key = key
        self._random = random

    @staticmethod
    def handles(command: CommandApdu) -> bool:
        return command.ins == shared.INTERNAL_AUTHENTICATE

    def process(self, command: CommandApdu, limit: int) -> ResponseApdu:
        """Answers any command; a signature that does not fit `limit` bytes is not cut but refused with 6700."""
        key = self._key()
        if key is None:
            return ResponseApdu(status.INSTRUCTION_NOT_SUPPORTED)
        if command.cla != 0:
            return ResponseApdu(status.CLASS_NOT_SUPPORTED)
        if (command.p1, command.p2) != (0, 0):
            return ResponseApdu(status.INCORRECT_P1_P2)
        if len(command.data) != shared.CHALLENGE_SIZE or limit < key.signature_size:
            return ResponseApdu(status.WRONG_LENGTH)
        return ResponseApdu(status.SUCCESS, self._sign(key, command.data))

    def _sign(self, key: ActiveAuthenticationKey, challenge: bytes) -> bytes:
        if isinstance(key.key, RsaPrivateKey):
            return message_recovery.sign(key.key, challenge, key.digest, self._random)
        return plain_ecdsa.sign(key.key.group, key.key.private, challenge, key.digest, self._random)
