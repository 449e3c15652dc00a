"""Basic access control as the card runs it; only for profiles that ask for it (documents from before PACE).

| state | GET CHALLENGE | EXTERNAL AUTHENTICATE |
|---|---|---|
| idle | challenged | - (6985) |
| challenged | challenged, with a new challenge | established, if the cryptogram is right; idle otherwise |
| established | challenged | - (6985) |

A challenge serves for one cryptogram, right or wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto

from openeoi.crypto.comparison import equal_in_constant_time
from openeoi.crypto.errors import CryptographicError
from openeoi.crypto.randomness import RandomSource
from openeoi.iso7816 import status
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.iso7816.secure_messaging import CardSecureChannel
from openeoi.protocols.basic_access import shared
from openeoi.protocols.basic_access.shared import AccessKeys

KeysLookup = Callable[[], AccessKeys | None]
"""The document's access keys at this moment, None while basic access control is not to be had."""


class State(Enum):
    IDLE = auto()
    CHALLENGED = auto()
    ESTABLISHED = auto()


class BasicAccessCardSide:
    """One card's basic access control. The operating system hands it the commands it `handles` that come in clear and collects
    `take_established()` after each."""

    def __init__(self, keys: KeysLookup, random: RandomSource) -> None:
        self._keys = keys
        self._random = random
        self.reset()

    @property
    def state(self) -> State:
        return self._state

    def reset(self) -> None:
        """Back to idle; a challenge given out and a channel that nobody took are gone."""
        self._state = State.IDLE
        self._challenge = b""
        self._established: CardSecureChannel | None = None

    def take_established(self) -> CardSecureChannel | None:
        """The new channel, once, after the command that established it was answered."""
        established, self._established = self._established, None
        return established

    @staticmethod
    def handles(command: CommandApdu) -> bool:
        return command.ins in (shared.GET_CHALLENGE, shared.EXTERNAL_AUTHENTICATE)

    def process(self, command: CommandApdu) -> ResponseApdu:
        """Answers any command; nothing but a status word comes out of a bad one."""
        challenge, challenged = self._challenge, self._state is State.CHALLENGED
        self.reset()
        keys = self._keys()
        if keys is None:
            return ResponseApdu(status.CONDITIONS_NOT_SATISFIED)
        if command.cla != 0:
            return ResponseApdu(status.CLASS_NOT_SUPPORTED)
        if (command.p1, command.p2) != (0, 0):
            return ResponseApdu(status.INCORRECT_P1_P2)
        if command.ins == shared.GET_CHALLENGE:
            return self._give_challenge(command)
        if not challenged:
            return ResponseApdu(status.CONDITIONS_NOT_SATISFIED)
        return self._authenticate(command, keys, challenge)

    def _give_challenge(self, command: CommandApdu) -> ResponseApdu:
        if command.data or command.expected is None or command.expected < shared.CHALLENGE_SIZE:
            return ResponseApdu(status.WRONG_LENGTH)
        self._challenge = self._random(shared.CHALLENGE_SIZE)
        self._state = State.CHALLENGED
        return ResponseApdu(status.SUCCESS, self._challenge)

    def _authenticate(self, command: CommandApdu, keys: AccessKeys, challenge: bytes) -> ResponseApdu:
        if len(command.data) != shared.CRYPTOGRAM_SIZE or (command.expected or 0) < shared.CRYPTOGRAM_SIZE:
            return ResponseApdu(status.WRONG_LENGTH)
        try:
            terminal_challenge, returned, terminal_material = shared.unseal(keys, command.data)
        except CryptographicError:
            return ResponseApdu(status.AUTHENTICATION_FAILED)
        if not equal_in_constant_time(returned, challenge):
            return ResponseApdu(status.AUTHENTICATION_FAILED)
        material = self._random(shared.KEYING_MATERIAL_SIZE)
        answer = shared.seal(keys, challenge + terminal_challenge + material)
        session = shared.session_keys(terminal_material, material, terminal_challenge, challenge)
        self._established = CardSecureChannel(session)
        self._state = State.ESTABLISHED
        return ResponseApdu(status.SUCCESS, answer)
