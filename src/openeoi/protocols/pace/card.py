"""PACE as the card runs it: a table of what may follow what, because a terminal may send anything in any order.

| state | MSE:Set AT | nonce (7C empty) | 81 mapping | 83 public key | 85 token |
|---|---|---|---|---|---|
| idle | selected | - | - | - | - |
| selected | selected | nonce sent | - | - | - |
| nonce sent | selected | - | mapped | - | - |
| mapped | selected | - | - | agreed | - |
| agreed | selected | - | - | - | established, if the token is right |
| established | selected | - | - | - | - |

A dash answers 6985. Every answer other than 9000 leads to idle and forgets all values, so that each guess of a password costs a
whole run. The four GENERAL AUTHENTICATE commands form a command chain (class byte 10, the last 00), answered one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from openeoi.crypto.errors import CryptographicError
from openeoi.crypto.group import KeyAgreement
from openeoi.crypto.mac import MacMismatch
from openeoi.crypto.randomness import RandomSource
from openeoi.encoding import tlv
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.lds.security_infos import PaceInfo
from openeoi.errors import OpenEoiError
from openeoi.iso7816 import status
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.iso7816.secure_messaging import CardSecureChannel, SessionKeys
from openeoi.protocols.pace import shared
from openeoi.protocols.pace.exchange import ChipKeyLookup, PaceExchange, card_exchange
from openeoi.protocols.pace.shared import MappingKind, PaceProtocol

PasswordLookup = Callable[[int], bytes | None]
"""f(pi) of the password with this reference (`pace.passwords`), None where the card has none."""


class State(Enum):
    IDLE = auto()
    SELECTED = auto()
    NONCE_SENT = auto()
    MAPPED = auto()
    AGREED = auto()
    ESTABLISHED = auto()


# state, tag in the command's 7C (None: empty) -> next state and class byte
_STEPS: dict[tuple[State, int | None], tuple[State, int]] = {
    (State.SELECTED, None): (State.NONCE_SENT, 0x10),
    (State.NONCE_SENT, shared.TERMINAL_MAPPING_DATA): (State.MAPPED, 0x10),
    (State.MAPPED, shared.TERMINAL_PUBLIC_KEY): (State.AGREED, 0x10),
    (State.AGREED, shared.TERMINAL_TOKEN): (State.ESTABLISHED, 0x00),
}


@dataclass(frozen=True, slots=True)
class EstablishedChannel:
    """The outcome on the card: the channel for all commands after this one, by which password it was opened, and what terminal
    authentication binds to: both ephemeral public keys, and whether chip authentication mapping has proved the chip."""

    channel: CardSecureChannel
    password_reference: int
    agreement: KeyAgreement
    card_public_key: bytes
    terminal_public_key: bytes
    chip_is_proved: bool


class _Refused(OpenEoiError):
    def __init__(self, status_word: int, reason: str) -> None:
        self.status = status_word
        super().__init__(reason)


class PaceCardSide:
    """One card's PACE. The operating system hands it the commands it `handles` and collects `take_established()` after each."""

    def __init__(
        self,
        infos: Sequence[PaceInfo],
        password: PasswordLookup,
        random: RandomSource,
        chip_key: ChipKeyLookup = lambda parameter_id: None,
    ) -> None:
        """`chip_key` is needed where `infos` offer chip authentication mapping."""
        self._infos = tuple(infos)
        self._password = password
        self._random = random
        self._chip_key = chip_key
        self.reset()

    @property
    def state(self) -> State:
        return self._state

    def reset(self) -> None:
        """Back to idle; an established channel that nobody took is gone."""
        self._state = State.IDLE
        self._password_reference = 0
        self._secret = b""
        self._nonce = b""
        self._terminal_public_key = b""
        self._static_private: int | None = None
        self._exchange: PaceExchange | None = None
        self._keys: SessionKeys | None = None
        self._established: EstablishedChannel | None = None

    def take_established(self) -> EstablishedChannel | None:
        """The new channel, once, after the command that established it was answered."""
        established, self._established = self._established, None
        return established

    @staticmethod
    def handles(command: CommandApdu) -> bool:
        if command.ins == shared.MANAGE_SECURITY_ENVIRONMENT:
            return (command.p1, command.p2) == shared.SET_AUTHENTICATION_TEMPLATE
        return command.ins == shared.GENERAL_AUTHENTICATE

    def process(self, command: CommandApdu) -> ResponseApdu:
        """Answers any command; nothing but a status word comes out of a bad one."""
        try:
            if command.ins == shared.MANAGE_SECURITY_ENVIRONMENT:
                return self._select(command)
            return self._general_authenticate(command)
        except _Refused as refusal:
            answer = refusal.status
        except MacMismatch:
            answer = status.AUTHENTICATION_FAILED
        except (DecodingError, CryptographicError):
            answer = status.INCORRECT_DATA
        self.reset()
        return ResponseApdu(answer)

    def _select(self, command: CommandApdu) -> ResponseApdu:
        self.reset()
        if (command.p1, command.p2) != shared.SET_AUTHENTICATION_TEMPLATE:
            raise _Refused(status.INCORRECT_P1_P2, "no authentication template for PACE")
        if command.cla != 0:
            raise _Refused(status.CLASS_NOT_SUPPORTED, "MSE:Set AT is not chained")
        objects = tlv.decode_all(command.data)
        known = (shared.CRYPTOGRAPHIC_MECHANISM, shared.PASSWORD_REFERENCE, shared.DOMAIN_PARAMETERS_REFERENCE)
        if any(value.tag not in known for value in objects):
            raise _Refused(status.INCORRECT_DATA, "a data object that has no meaning here")
        info = self._offered(objects)
        reference = int.from_bytes(tlv.find(objects, shared.PASSWORD_REFERENCE), "big")
        secret = self._password(reference)
        if secret is None:
            raise _Refused(status.REFERENCED_DATA_NOT_FOUND, "no password has this reference")
        if PaceProtocol.of(info.protocol).mapping is MappingKind.CHIP_AUTHENTICATION:
            self._static_private = None if info.parameter_id is None else self._chip_key(info.parameter_id)
            if self._static_private is None:
                raise _Refused(status.REFERENCED_DATA_NOT_FOUND, "the chip has no static key for chip authentication mapping")
        self._exchange = card_exchange(info, self._random)
        self._secret, self._password_reference = secret, reference
        self._state = State.SELECTED
        return ResponseApdu(status.SUCCESS)

    def _offered(self, objects: tuple[tlv.Tlv, ...]) -> PaceInfo:
        identifier = tlv.find(objects, shared.CRYPTOGRAPHIC_MECHANISM)
        wanted = tlv.find_optional(objects, shared.DOMAIN_PARAMETERS_REFERENCE)
        matching = [info for info in self._infos if PaceProtocol.of(info.protocol).encoded_identifier == identifier]
        if wanted is not None:
            matching = [info for info in matching if info.parameter_id == int.from_bytes(wanted, "big")]
        if len(matching) != 1:
            raise _Refused(status.INCORRECT_DATA, f"{len(matching)} of the card's protocols are meant")
        return matching[0]

    def _general_authenticate(self, command: CommandApdu) -> ResponseApdu:
        if (command.p1, command.p2) != (0, 0):
            raise _Refused(status.INCORRECT_P1_P2, "GENERAL AUTHENTICATE has P1 and P2 zero")
        objects = tlv.decode_all(tlv.decode_expected(command.data, shared.DYNAMIC_AUTHENTICATION_DATA))
        if len(objects) > 1:
            raise _Refused(status.INCORRECT_DATA, "one step has one data object")
        tag, value = (objects[0].tag, objects[0].value) if objects else (None, b"")
        step = _STEPS.get((self._state, tag))
        if step is None or self._exchange is None:
            raise _Refused(status.CONDITIONS_NOT_SATISFIED, "this step does not follow the last one")
        next_state, class_byte = step
        if command.cla != class_byte:
            raise _Refused(status.LAST_COMMAND_OF_CHAIN_EXPECTED if class_byte == 0 else status.INCORRECT_DATA, "chaining bit")
        answer = self._answer(next_state, self._exchange, value)
        self._state = next_state
        return ResponseApdu(status.SUCCESS, tlv.encode(shared.DYNAMIC_AUTHENTICATION_DATA, answer))

    def _answer(self, step: State, exchange: PaceExchange, value: bytes) -> bytes:
        match step:
            case State.NONCE_SENT:
                self._nonce = self._random(exchange.protocol.nonce_size)
                return tlv.encode(shared.ENCRYPTED_NONCE, exchange.protocol.encrypt_nonce(self._secret, self._nonce))
            case State.MAPPED:
                exchange.map(self._nonce, value)
                return tlv.encode(shared.CARD_MAPPING_DATA, exchange.mapping_data())
            case State.AGREED:
                self._keys = exchange.agree(value)
                self._terminal_public_key = value
                return tlv.encode(shared.CARD_PUBLIC_KEY, exchange.public_key())
            case _:
                return self._authenticate(exchange, value)

    def _authenticate(self, exchange: PaceExchange, token: bytes) -> bytes:
        exchange.verify_token(token)
        if self._keys is None:
            raise _Refused(status.CONDITIONS_NOT_SATISFIED, "no keys were agreed")
        self._established = EstablishedChannel(
            CardSecureChannel(self._keys),
            self._password_reference,
            exchange.protocol.agreement,
            exchange.public_key(),
            self._terminal_public_key,
            self._static_private is not None,
        )
        token = tlv.encode(shared.CARD_TOKEN, exchange.own_token())
        if self._static_private is None:
            return token
        return token + tlv.encode(shared.ENCRYPTED_CHIP_AUTHENTICATION_DATA, exchange.encrypted_proof(self._static_private))
