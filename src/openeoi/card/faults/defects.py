"""What a faulty card may do wrong when it answers: on the wire, to a command in clear, or in its secure messaging."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from openeoi.encoding import tlv
from openeoi.encoding.errors import DecodingError
from openeoi.iso7816 import status
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.iso7816.secure_messaging import AUTHENTICATION_CODE, CardSecureChannel, SessionKeys
from openeoi.protocols.terminal_authentication.card import TerminalAuthenticationCardSide

READ_BINARY: Final = (0xB0, 0xB1)
GENERAL_AUTHENTICATE: Final = 0x86
DYNAMIC_AUTHENTICATION_DATA: Final = 0x7C

Answer = Callable[[bytes], bytes]


class Defect:
    """A card without any defect: each method passes on what the sound card says. Faults override one of them.

    One object lives from power on to power off and may remember what it said.
    """

    def on_the_wire(self, command: bytes, answer: Answer) -> bytes:
        """The response to `command` as it leaves the card; `answer` asks the sound card."""
        return answer(command)

    def in_clear(self, command: CommandApdu, answer: Callable[[], ResponseApdu]) -> ResponseApdu:
        """The response before secure messaging protects it, `command` after secure messaging was taken off."""
        return answer()

    def channel(self, channel: CardSecureChannel) -> CardSecureChannel:
        """The card's side of secure messaging, once it is established."""
        return channel

    def terminal_side(self) -> type[TerminalAuthenticationCardSide]:
        """The card's side of terminal authentication."""
        return TerminalAuthenticationCardSide


class WireDefect(Defect):
    """`change` gets the command and the sound response, both as bytes, and gives the response that leaves the card."""

    def __init__(self, change: Callable[[bytes, bytes], bytes]) -> None:
        self._change = change

    def on_the_wire(self, command: bytes, answer: Answer) -> bytes:
        return self._change(command, answer(command))


class ClearDefect(Defect):
    """`change` gets command and sound response in clear, and gives the response that is then protected as it should be."""

    def __init__(self, change: Callable[[CommandApdu, ResponseApdu], ResponseApdu]) -> None:
        self._change = change

    def in_clear(self, command: CommandApdu, answer: Callable[[], ResponseApdu]) -> ResponseApdu:
        return self._change(command, answer())


@dataclass(frozen=True, slots=True)
class PaceStep:
    """One step of PACE as it passes: what the terminal sent and what the sound card answers (values of the data objects)."""

    tag: int
    sent: bytes
    answered: bytes

    def answer(self, value: bytes, tag: int = 0) -> bytes:
        """A response with this value in the step's data object, or in another one."""
        return template(tlv.encode(tag or self.tag, value))


def template(content: bytes) -> bytes:
    """A successful response of GENERAL AUTHENTICATE."""
    return ResponseApdu(status.SUCCESS, tlv.encode(DYNAMIC_AUTHENTICATION_DATA, content)).encode()


class PaceDefect(Defect):
    """Falsifies the answer of one step of PACE: the one with the data object `tag` (80, 82, 84, 86)."""

    def __init__(self, tag: int, change: Callable[[PaceStep], bytes]) -> None:
        self._tag = tag
        self._change = change

    def on_the_wire(self, command: bytes, answer: Answer) -> bytes:
        response = answer(command)
        if command[1:2] != bytes((GENERAL_AUTHENTICATE,)) or response[-2:] != b"\x90\x00":
            return response
        try:
            answered = _only_object(response[:-2])
            sent = tlv.decode_expected(CommandApdu.decode(command).data, DYNAMIC_AUTHENTICATION_DATA)
        except DecodingError:
            return response
        if answered.tag != self._tag:
            return response
        return self._change(PaceStep(answered.tag, tlv.decode(sent).value if sent else b"", answered.value))


class ChannelDefect(Defect):
    """Falsifies how answers to READ BINARY are protected, and only those."""

    def __init__(self, protect: Callable[[FaultyChannel, ResponseApdu], ResponseApdu]) -> None:
        self._protect = protect

    def channel(self, channel: CardSecureChannel) -> CardSecureChannel:
        return FaultyChannel(channel.keys, self._protect)


class FaultyChannel(CardSecureChannel):
    """A card's side of secure messaging with the right keys that protects answers to READ BINARY in a way of its own."""

    def __init__(self, keys: SessionKeys, protect: Callable[[FaultyChannel, ResponseApdu], ResponseApdu]) -> None:
        super().__init__(keys)
        self._falsify = protect
        self.first: ResponseApdu | None = None

    def protect(self, response: ResponseApdu) -> ResponseApdu:
        if self._instruction not in READ_BINARY:
            return super().protect(response)
        return self._falsify(self, response)

    def soundly(self, response: ResponseApdu) -> ResponseApdu:
        """As it should be; the counter goes up."""
        return super().protect(response)

    def step(self) -> None:
        """The counter goes up by one, as before every response."""
        self._step()

    def step_back(self) -> None:
        """The counter goes down by one, as it never should."""
        self._counter -= 1

    def cryptogram(self, data: bytes) -> bytes:
        """DO 87 around padded and encrypted `data`, at the present counter."""
        return self._cryptogram_object(READ_BINARY[0], data)

    def encrypt_blocks(self, blocks: bytes) -> bytes:
        """Whole blocks encrypted without padding."""
        return self._cipher.encrypt(self._keys.encryption_key, self._initial_vector, blocks)

    @property
    def block_size(self) -> int:
        return self._cipher.block_size

    def sealed(self, status_word: int, objects: bytes) -> ResponseApdu:
        """These data objects with a right authentication code."""
        code = tlv.encode(AUTHENTICATION_CODE, self._authenticate(b"", objects))
        return ResponseApdu(status_word, objects + code)


def _only_object(response: bytes) -> tlv.Tlv:
    """The first data object in the template (the card's last answer may have more)."""
    objects = tlv.decode_all(tlv.decode_expected(response, DYNAMIC_AUTHENTICATION_DATA))
    if not objects:
        raise DecodingError("the template is empty")
    return objects[0]
