"""Chip authentication as the chip runs it. The operating system lets these commands through under secure messaging only.

| state | MSE:Set KAT (triple DES) | MSE:Set AT | GENERAL AUTHENTICATE with 80 |
|---|---|---|---|
| idle | agreed | selected | - |
| selected | agreed | selected | agreed |
| agreed | agreed | selected | - |

A dash answers 6985. What is refused leads to idle. The answer to the command that agrees still goes through the old channel; the
new one, which `take_agreed` gives out once, holds for all commands after it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from openeoi.crypto.byte_group import ByteGroup
from openeoi.crypto.ciphers import Cipher
from openeoi.crypto.errors import CryptographicError
from openeoi.encoding import tlv
from openeoi.encoding.errors import DecodingError
from openeoi.errors import OpenEoiError
from openeoi.iso7816 import status
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.iso7816.secure_messaging import CardSecureChannel
from openeoi.protocols.chip_authentication import shared
from openeoi.protocols.chip_authentication.shared import ChipAuthenticationProtocol


@dataclass(frozen=True, slots=True)
class ChipKey:
    """A static key pair of the chip and the ciphers that it is used with; `key_id` where EF.DG14 numbers its keys."""

    group: ByteGroup
    private: int = field(repr=False)
    ciphers: frozenset[Cipher]
    key_id: int | None = None


KeysLookup = Callable[[], Sequence[ChipKey]]


class State(Enum):
    IDLE = auto()
    SELECTED = auto()
    AGREED = auto()


@dataclass(frozen=True, slots=True)
class AgreedChannel:
    """The new channel, and the terminal's ephemeral key, compressed, which terminal authentication is bound to."""

    channel: CardSecureChannel
    compressed_key: bytes


class _Refused(OpenEoiError):
    def __init__(self, status_word: int, reason: str) -> None:
        self.status = status_word
        super().__init__(reason)


class ChipAuthenticationCardSide:
    """One chip's authentication. The operating system collects `take_agreed()` after each command."""

    def __init__(self, keys: KeysLookup) -> None:
        self._keys = keys
        self.reset()

    @property
    def state(self) -> State:
        return self._state

    def reset(self) -> None:
        """Back to idle; a channel that nobody took is gone."""
        self._state = State.IDLE
        self._selected: tuple[ChipKey, Cipher] | None = None
        self._agreed: AgreedChannel | None = None

    def take_agreed(self) -> AgreedChannel | None:
        """The new channel, once."""
        agreed, self._agreed = self._agreed, None
        return agreed

    @staticmethod
    def handles(command: CommandApdu) -> bool:
        if command.ins == shared.MANAGE_SECURITY_ENVIRONMENT:
            return (command.p1, command.p2) in (shared.SET_KEY_AGREEMENT_TEMPLATE, shared.SET_AUTHENTICATION_TEMPLATE)
        return command.ins == shared.GENERAL_AUTHENTICATE

    def process(self, command: CommandApdu) -> ResponseApdu:
        """Answers any command; nothing but a status word comes out of a bad one."""
        selected = self._selected
        self.reset()
        try:
            if command.cla != 0:
                raise _Refused(status.CLASS_NOT_SUPPORTED, "chip authentication is not chained")
            if command.ins == shared.GENERAL_AUTHENTICATE:
                return self._general_authenticate(command, selected)
            if (command.p1, command.p2) == shared.SET_KEY_AGREEMENT_TEMPLATE:
                return self._set_key_agreement_template(command)
            return self._set_authentication_template(command)
        except _Refused as refusal:
            return ResponseApdu(refusal.status)
        except (DecodingError, CryptographicError):
            return ResponseApdu(status.INCORRECT_DATA)

    def _set_key_agreement_template(self, command: CommandApdu) -> ResponseApdu:
        objects = _objects(command.data, (shared.EPHEMERAL_PUBLIC_KEY, shared.PRIVATE_KEY_REFERENCE))
        public_key = tlv.find(objects, shared.EPHEMERAL_PUBLIC_KEY)
        key = self._key(objects, lambda key: Cipher.TRIPLE_DES in key.ciphers)
        return self._agree(key, Cipher.TRIPLE_DES, public_key, b"")

    def _set_authentication_template(self, command: CommandApdu) -> ResponseApdu:
        objects = _objects(command.data, (shared.CRYPTOGRAPHIC_MECHANISM, shared.PRIVATE_KEY_REFERENCE))
        wanted = tlv.find(objects, shared.CRYPTOGRAPHIC_MECHANISM)
        ciphers: list[Cipher] = []

        def fits(key: ChipKey) -> bool:
            own = [cipher for cipher in key.ciphers if _identifier(key, cipher) == wanted]
            ciphers.extend(own)
            return bool(own)

        key = self._key(objects, fits)
        self._selected = (key, ciphers[0])
        self._state = State.SELECTED
        return ResponseApdu(status.SUCCESS)

    def _general_authenticate(self, command: CommandApdu, selected: tuple[ChipKey, Cipher] | None) -> ResponseApdu:
        if (command.p1, command.p2) != (0, 0):
            raise _Refused(status.INCORRECT_P1_P2, "GENERAL AUTHENTICATE has P1 and P2 zero")
        if selected is None:
            raise _Refused(status.CONDITIONS_NOT_SATISFIED, "no protocol is selected")
        inner = tlv.decode_expected(command.data, shared.DYNAMIC_AUTHENTICATION_DATA)
        public_key = tlv.decode_expected(inner, shared.DYNAMIC_EPHEMERAL_PUBLIC_KEY)
        return self._agree(*selected, public_key, tlv.encode(shared.DYNAMIC_AUTHENTICATION_DATA, b""))

    def _agree(self, key: ChipKey, cipher: Cipher, public_key: bytes, answer: bytes) -> ResponseApdu:
        keys = shared.session_keys(key.group, key.private, public_key, cipher)
        self._agreed = AgreedChannel(CardSecureChannel(keys), shared.compressed_key(key.group.agreement, public_key))
        self._state = State.AGREED
        return ResponseApdu(status.SUCCESS, answer)

    def _key(self, objects: tuple[tlv.Tlv, ...], fits: Callable[[ChipKey], bool]) -> ChipKey:
        """The one key that the command means: by its number, or the only one that fits."""
        reference = tlv.find_optional(objects, shared.PRIVATE_KEY_REFERENCE)
        number = None if reference is None else int.from_bytes(reference, "big")
        keys = [key for key in self._keys() if (number is None or key.key_id == number) and fits(key)]
        if not keys:
            raise _Refused(status.REFERENCED_DATA_NOT_FOUND, "the chip has no such key")
        if len(keys) > 1:
            raise _Refused(status.INCORRECT_DATA, "the command must say which key it means")
        return keys[0]


def _identifier(key: ChipKey, cipher: Cipher) -> bytes:
    identifier = shared.protocol_identifier(key.group.agreement, cipher)
    return ChipAuthenticationProtocol.of(identifier).encoded_identifier


def _objects(data: bytes, known: tuple[int, ...]) -> tuple[tlv.Tlv, ...]:
    objects = tlv.decode_all(data)
    if any(one.tag not in known for one in objects):
        raise _Refused(status.INCORRECT_DATA, "a data object that has no meaning here")
    return objects
