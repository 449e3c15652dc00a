"""Secure messaging (ICAO 9303-11, 9.8; ISO/IEC 7816-4:2020, 10): both sides, AES-128/192/256 and triple DES.

Rules, the same for both sides:

- The send sequence counter goes up by one before every command and before every response. It starts at zero (AES; for triple DES
  the caller gives it) and never wraps in a session.
- Encrypt, then authenticate: the cryptogram in DO 87 (after the padding indicator 01; bare in DO 85 for odd instruction bytes),
  Le in DO 97, the status word in DO 99, the authentication code over counter, padded header and objects in DO 8E.
- A response always carries DO 99 and DO 8E, errors included. Whatever fails ends the session for good, on either side.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache

from openeoi.crypto.ciphers import Cipher, KeyedCipher
from openeoi.crypto.errors import CryptographicError, InvalidKey
from openeoi.crypto.mac import MAC_SIZE, KeyedMac
from openeoi.crypto.padding import pad, unpad
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.tlv import encode, spans
from openeoi.iso7816 import status
from openeoi.iso7816.apdu import EXTENDED_EXPECTED_MAXIMUM, SHORT_EXPECTED_MAXIMUM, CommandApdu, ResponseApdu
from openeoi.iso7816.errors import (
    ProtectedCommandRefused,
    ProtectedResponseInvalid,
    SecureMessagingEnded,
    SecureMessagingError,
    SecureMessagingLost,
)
from openeoi.iso7816.steps import CardSteps, Outcome

SECURE_MESSAGING_WITH_HEADER = 0x0C
"""Class byte bits: secure messaging, the command header is authenticated (ISO/IEC 7816-4, 5.4.1)."""

CRYPTOGRAM_PLAIN_BER = 0x85
CRYPTOGRAM_WITH_INDICATOR = 0x87
EXPECTED_LENGTH = 0x97
STATUS = 0x99
AUTHENTICATION_CODE = 0x8E

IN_COMMANDS = (CRYPTOGRAM_PLAIN_BER, CRYPTOGRAM_WITH_INDICATOR, EXPECTED_LENGTH, AUTHENTICATION_CODE)
IN_RESPONSES = (CRYPTOGRAM_PLAIN_BER, CRYPTOGRAM_WITH_INDICATOR, STATUS, AUTHENTICATION_CODE)
"""The data objects that may stand there, in their order."""

PADDING_INDICATOR = b"\x01"
SHORT_RESPONSE_MAXIMUM = 256
EXTENDED_RESPONSE_MAXIMUM = 65536


@dataclass(frozen=True, slots=True)
class SessionKeys:
    """What a key agreement ends in. `send_sequence_counter` is its start value: 0 but for basic access control."""

    cipher: Cipher
    encryption_key: bytes = field(repr=False)
    mac_key: bytes = field(repr=False)
    send_sequence_counter: int = 0

    def __post_init__(self) -> None:
        self.cipher.check_key(self.encryption_key)
        self.cipher.check_key(self.mac_key)
        if not 0 <= self.send_sequence_counter < 1 << (8 * self.cipher.block_size):
            raise InvalidKey("the send sequence counter has the length of one block")


class _Session:
    """Keys, counter and the operations that terminal and card share."""

    def __init__(self, keys: SessionKeys) -> None:
        self._keys = keys
        self._cipher = keys.cipher
        self._encryption = KeyedCipher(keys.cipher, keys.encryption_key)
        self._mac = KeyedMac(keys.cipher, keys.mac_key)
        self._counter = keys.send_sequence_counter
        self._ended = False

    @property
    def keys(self) -> SessionKeys:
        """What the session was made with; the counter in it is the start value."""
        return self._keys

    @property
    def ended(self) -> bool:
        return self._ended

    def end(self) -> None:
        """Ends the session, as a reset or a command in clear does."""
        self._ended = True

    def plain_capacity(self, response_maximum: int = SHORT_RESPONSE_MAXIMUM) -> int:
        """How many plain bytes fit a response whose protected form, without status word, has `response_maximum` bytes.

        223 for AES and 256: a longer wrapped response does not fit a short APDU, and readers such as OpenSC break on it.
        """
        return _plain_capacity(self._cipher.block_size, response_maximum)

    def _step(self) -> None:
        if self._ended:
            raise SecureMessagingEnded("this secure messaging session has ended")
        self._counter += 1
        if self._counter >= 1 << (8 * self._cipher.block_size):
            self._ended = True
            raise SecureMessagingEnded("the send sequence counter is used up")

    @property
    def _counter_block(self) -> bytes:
        return self._counter.to_bytes(self._cipher.block_size, "big")

    @property
    def _initial_vector(self) -> bytes:
        # 9.8.6.1: zero for triple DES; the encrypted counter for AES.
        if self._cipher is Cipher.TRIPLE_DES:
            return bytes(self._cipher.block_size)
        return self._encryption.encrypt_block(self._counter_block)

    def _encrypt(self, data: bytes) -> bytes:
        return self._encryption.encrypt(self._initial_vector, pad(data, self._cipher.block_size))

    def _decrypt(self, cryptogram: bytes) -> bytes:
        if not cryptogram:
            raise DecodingError("an empty cryptogram")
        return unpad(self._encryption.decrypt(self._initial_vector, cryptogram), self._cipher.block_size)

    def _cryptogram_object(self, ins: int, data: bytes) -> bytes:
        if not data:
            return b""
        if ins & 1:
            return encode(CRYPTOGRAM_PLAIN_BER, self._encrypt(data))
        return encode(CRYPTOGRAM_WITH_INDICATOR, PADDING_INDICATOR + self._encrypt(data))

    def _open_cryptogram(self, ins: int, objects: dict[int, bytes]) -> bytes:
        tag, other = CRYPTOGRAM_WITH_INDICATOR, CRYPTOGRAM_PLAIN_BER
        if ins & 1:
            tag, other = other, tag
        if other in objects:
            raise DecodingError(f"data object {other:02X} does not belong to instruction {ins:02X}")
        value = objects.get(tag)
        if value is None:
            return b""
        if ins & 1:
            return self._decrypt(value)
        if value[:1] != PADDING_INDICATOR:
            raise DecodingError("the padding indicator is not 01")
        return self._decrypt(value[1:])

    def _mac_input(self, header: bytes, objects: bytes) -> bytes:
        # Everything is padded to block boundaries but the last part: both MACs pad that by themselves, CMAC with its own rule,
        # so for CMAC the padding of ICAO 9303-11, 9.8.6.2 is part of the data.
        block = self._cipher.block_size
        if self._cipher is Cipher.TRIPLE_DES:
            return self._counter_block + (pad(header, block) if header and objects else header) + objects
        return self._counter_block + (pad(header, block) if header else b"") + (pad(objects, block) if objects else b"")

    def _authenticate(self, header: bytes, objects: bytes) -> bytes:
        return self._mac.code(self._mac_input(header, objects))

    def _verify(self, header: bytes, objects: bytes, code: bytes) -> None:
        self._mac.verify(self._mac_input(header, objects), code)


class SecureChannel(_Session):
    """The terminal's side. `protect` and `open` alternate; `last_plain_response` is what `open` returned last, for traces."""

    def __init__(self, keys: SessionKeys) -> None:
        super().__init__(keys)
        self._instruction = 0
        self.last_plain_response: ResponseApdu | None = None

    def protect(self, command: CommandApdu) -> ProtectedCommand:
        """The command as it goes to the card. Raises SecureMessagingEnded."""
        self._step()
        self._instruction = command.ins
        header = bytes((command.cla | SECURE_MESSAGING_WITH_HEADER, command.ins, command.p1, command.p2))
        objects = self._cryptogram_object(command.ins, command.data) + _expected_object(command)
        body = objects + encode(AUTHENTICATION_CODE, self._authenticate(header, objects))
        extended = command.is_extended or len(body) > SHORT_RESPONSE_MAXIMUM - 1
        expected = EXTENDED_EXPECTED_MAXIMUM if extended else SHORT_EXPECTED_MAXIMUM
        return ProtectedCommand(
            header[0], command.ins, command.p1, command.p2, body, expected, extended, exchange=PlainExchange(command)
        )

    def protected_again(self, command: ProtectedCommand, objects: bytes) -> ProtectedCommand:
        """`command`, which was protected last, with these data objects instead of its own and a code that fits them.

        For testers: shows how a chip takes objects that are malformed and authentic.
        """
        return replace(command, data=objects + encode(AUTHENTICATION_CODE, self._authenticate(command.header, objects)))

    def open(self, response: ResponseApdu) -> ResponseApdu:
        """The response in clear. Raises SecureMessagingLost (the card answered in clear), ProtectedResponseInvalid."""
        self._step()
        try:
            plain = self._open(response)
        except (DecodingError, CryptographicError) as error:
            self.end()
            raise ProtectedResponseInvalid(f"a protected response is not acceptable: {error}") from error
        except SecureMessagingError:
            self.end()
            raise
        self.last_plain_response = plain
        return plain

    def _open(self, response: ResponseApdu) -> ResponseApdu:
        if not response.data:
            raise SecureMessagingLost(response.status)
        authenticated, objects = _split_objects(response.data, IN_RESPONSES)
        self._verify(b"", authenticated, objects[AUTHENTICATION_CODE])
        status_bytes = objects.get(STATUS)
        if status_bytes is None or len(status_bytes) != 2:
            raise DecodingError("data object 99 with two status bytes is missing")
        if int.from_bytes(status_bytes, "big") != response.status:
            raise DecodingError("the status word outside differs from the authenticated one")
        return ResponseApdu(response.status, self._open_cryptogram(self._instruction, objects))


class CardSecureChannel(_Session):
    """The card's side: `open` a protected command, `protect` the response to it."""

    def __init__(self, keys: SessionKeys) -> None:
        super().__init__(keys)
        self._instruction = 0

    def open(self, command: CommandApdu) -> CommandApdu:
        """The command in clear. Raises ProtectedCommandRefused with the status word 6987 or 6988 to answer in clear."""
        self._step()
        self._instruction = command.ins
        try:
            return self._open(command)
        except (DecodingError, CryptographicError) as error:
            self.end()
            raise ProtectedCommandRefused(status.SECURE_MESSAGING_OBJECTS_INCORRECT, str(error)) from error
        except ProtectedCommandRefused:
            self.end()
            raise

    def protect(self, response: ResponseApdu) -> ResponseApdu:
        """The response as it goes to the terminal; the status word stands inside and outside."""
        self._step()
        objects = self._cryptogram_object(self._instruction, response.data) + encode(STATUS, response.status.to_bytes(2, "big"))
        code = encode(AUTHENTICATION_CODE, self._authenticate(b"", objects))
        return ResponseApdu(response.status, objects + code)

    def _open(self, command: CommandApdu) -> CommandApdu:
        if not is_protected(command):
            raise ProtectedCommandRefused(status.SECURE_MESSAGING_OBJECTS_MISSING, "the class byte announces no secure messaging")
        if not command.data:
            raise ProtectedCommandRefused(status.SECURE_MESSAGING_OBJECTS_MISSING, "the command has no data objects")
        authenticated, objects = _split_objects(command.data, IN_COMMANDS)
        self._verify(command.header, authenticated, objects[AUTHENTICATION_CODE])
        expected = _expected_length(objects.get(EXPECTED_LENGTH))
        cla = command.cla & ~SECURE_MESSAGING_WITH_HEADER
        data = self._open_cryptogram(command.ins, objects)
        return CommandApdu(cla, command.ins, command.p1, command.p2, data, expected, extended=command.extended)


def is_protected(command: CommandApdu) -> bool:
    """Whether the class byte (interindustry, first kind) announces secure messaging with an authenticated header."""
    return command.cla & 0xE0 == 0 and command.cla & SECURE_MESSAGING_WITH_HEADER == SECURE_MESSAGING_WITH_HEADER


@dataclass(slots=True)
class PlainExchange:
    """What a protected exchange said in clear; `response` is there once the terminal has opened it."""

    command: CommandApdu
    response: ResponseApdu | None = None


@dataclass(frozen=True, slots=True)
class ProtectedCommand(CommandApdu):
    """A command as it goes over the wire that remembers, for traces, what it says in clear."""

    exchange: PlainExchange | None = field(default=None, compare=False, repr=False)

    @property
    def plain(self) -> CommandApdu:
        return self.exchange.command if self.exchange is not None else self

    @property
    def plain_response(self) -> ResponseApdu | None:
        return self.exchange.response if self.exchange is not None else None

    def __repr__(self) -> str:
        return f"ProtectedCommand({self.header.hex()}, {len(self.data)} bytes, in clear {self.plain!r})"


def through(channel: SecureChannel, steps: CardSteps[Outcome]) -> CardSteps[Outcome]:
    """Runs any card steps inside the channel: every command they yield is protected, every response opened."""
    try:
        command = next(steps)
        while True:
            protected = channel.protect(command)
            response = channel.open((yield protected))
            if protected.exchange is not None:
                protected.exchange.response = response
            command = steps.send(response)
    except StopIteration as finished:
        outcome: Outcome = finished.value
        return outcome
    finally:
        steps.close()


@lru_cache(maxsize=64)
def _plain_capacity(block: int, response_maximum: int) -> int:
    overhead = len(encode(STATUS, bytes(2))) + len(encode(AUTHENTICATION_CODE, bytes(MAC_SIZE)))
    available = response_maximum - overhead
    blocks = available // block
    while blocks and len(encode(CRYPTOGRAM_WITH_INDICATOR, bytes(1 + blocks * block))) > available:
        blocks -= 1
    return max(blocks * block - 1, 0)


def _expected_object(command: CommandApdu) -> bytes:
    if command.expected is None:
        return b""
    if command.is_extended:
        return encode(EXPECTED_LENGTH, (command.expected & 0xFFFF).to_bytes(2, "big"))
    return encode(EXPECTED_LENGTH, bytes((command.expected & 0xFF,)))


def _expected_length(value: bytes | None) -> int | None:
    if value is None:
        return None
    if len(value) not in (1, 2):
        raise DecodingError("data object 97 has one or two bytes")
    maximum = SHORT_EXPECTED_MAXIMUM if len(value) == 1 else EXTENDED_EXPECTED_MAXIMUM
    return int.from_bytes(value, "big") or maximum


def _split_objects(raw: bytes, allowed: tuple[int, ...]) -> tuple[bytes, dict[int, bytes]]:
    """The authenticated bytes (all before DO 8E) and the objects by tag, which stand in the order of `allowed`, 8E last."""
    objects: dict[int, bytes] = {}
    reached, before = -1, 0
    for tag, start, content, end in spans(raw):
        if tag not in allowed:
            raise DecodingError(f"data object {tag:02X} has no place in secure messaging")
        position = allowed.index(tag)
        if position <= reached:
            raise DecodingError("data objects are repeated or out of order")
        objects[tag] = raw[content:end]
        reached, before = position, start
    code = objects.get(AUTHENTICATION_CODE)
    if code is None:
        raise DecodingError("data object 8E is missing")
    if len(code) != MAC_SIZE:
        raise DecodingError(f"data object 8E has {MAC_SIZE} bytes, not {len(code)}")
    return raw[:before], objects
