"""The card seen from outside: bytes of a command in, bytes of a response out; power, reset and ATR.

The path of a command: class byte, secure messaging, chaining, the document's protocols, PACE or handler. What upstream programs
rely on:

- A command in clear that arrives while a secure messaging session is open ends the session and is served.
- No Le, no data in the answer.
- Under secure messaging a short command is answered with at most 223 plain bytes.
- The four steps of PACE carry the chaining bit and are each answered at once; all other chained commands are collected.
- After a wrong order or wrong bytes there is a status word, never anything else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from openeoi.card import data_objects, files, pins, signing
from openeoi.card import state as card_state
from openeoi.card.document_access import DocumentAccess
from openeoi.card.errors import CommandRefused
from openeoi.card.memory import CardMemory
from openeoi.card.office import Office
from openeoi.card.operating_system import OperatingSystem, Request, Session
from openeoi.card.parameters import ATR_CONTACT, ATR_CONTACTLESS, ATR_INFORMATION, ATR_INFORMATION_CONTENT, ATR_INFORMATION_SHORT
from openeoi.card.state import StoredFile
from openeoi.crypto.key_derivation import machine_readable_zone_secret
from openeoi.crypto.randomness import RandomSource
from openeoi.encoding.errors import DecodingError, EncodingError
from openeoi.encoding.lds import files as lds
from openeoi.encoding.lds.card_access import CardAccess
from openeoi.encoding.lds.security_infos import PaceInfo
from openeoi.iso7816 import status
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.iso7816.errors import SecureMessagingError
from openeoi.iso7816.secure_messaging import EXTENDED_RESPONSE_MAXIMUM, CardSecureChannel, is_protected
from openeoi.profiles.card import CardParameters
from openeoi.protocols.pace.card import PaceCardSide
from openeoi.protocols.personalisation import card as personalisation
from openeoi.protocols.personalisation.access import Always, Password
from openeoi.protocols.personalisation.applications import Application
from openeoi.protocols.personalisation.shared import OFFICE_KEY_SIZE, LifeCycle
from openeoi.protocols.pin.card import PinCardSide

CHAINING: Final = 0x10
CHANNEL_BITS: Final = 0x03
SECURE_MESSAGING_BITS: Final = 0x0C
PROPRIETARY_OR_RESERVED: Final = 0xE0
GENERAL_AUTHENTICATE: Final = 0x86
MANAGE_SECURITY_ENVIRONMENT: Final = 0x22
SERIAL_NUMBER_SIZE: Final = 10
CHAINED_DATA_MAXIMUM: Final = 1 << 15

Handler = Callable[[OperatingSystem, Request], ResponseApdu]

_HANDLERS: Final[Mapping[int, Handler]] = {
    0x22: signing.set_signature_template,
    0x2A: signing.compute_signature,
    0x84: data_objects.get_challenge,
    0xA4: files.select,
    0xB0: files.read_binary,
    0xB1: files.read_binary_with_offset_object,
    0xCA: data_objects.get_data,
}


class VirtualCard:
    """One card. Not for several threads at a time: a reader has one card and asks it one thing after another."""

    def __init__(self, memory: CardMemory, random: RandomSource) -> None:
        """The card in `memory`, under power on the contact interface. Raises DamagedCardFile, and what `memory.load` raises."""
        self._system = OperatingSystem(memory, random)
        self._options = self._system.state.options  # fixed when the chip was made
        self._office = Office(self._system)
        self._pace = self._make_pace()
        self._document = DocumentAccess(self._system)

    @classmethod
    def blank(
        cls,
        memory: CardMemory,
        random: RandomSource,
        parameters: CardParameters,
        office_key: bytes,
        serial_number: bytes | None = None,
    ) -> VirtualCard:
        """Makes a blank chip in `memory` (what was there is lost) that only who has the 32-byte `office_key` can personalise."""
        if len(office_key) != OFFICE_KEY_SIZE:
            raise EncodingError("office key", f"it has {OFFICE_KEY_SIZE} bytes")
        state = card_state.blank_state(parameters, office_key, serial_number or random(SERIAL_NUMBER_SIZE))
        access = CardAccess((PaceInfo(parameters.pace_oid, parameters.pace_parameter_id),))
        information = ATR_INFORMATION_SHORT if parameters.options.short_length_only else ATR_INFORMATION_CONTENT
        for file_id, content in ((lds.CARD_ACCESS.file_id, access.encode()), (ATR_INFORMATION, information)):
            state = state.with_file((Application.MASTER_FILE, file_id), StoredFile(Always(), content))
        memory.save(card_state.encode(state))
        return cls(memory, random)

    @property
    def serial_number(self) -> bytes:
        return self._system.load().serial_number

    @property
    def life_cycle(self) -> LifeCycle:
        return self._system.load().life_cycle

    @property
    def answer_delay(self) -> float:
        """Seconds by which a tester wants every answer late; who puts the card into a reader sees to it."""
        return self._options.answer_delay / 1000

    def atr(self, contactless: bool) -> bytes:
        options = self._options
        return (options.contactless_atr or ATR_CONTACTLESS) if contactless else (options.contact_atr or ATR_CONTACT)

    def power_on(self, contactless: bool) -> None:
        """Power, on this interface; everything volatile starts anew, and the state is read from the memory again."""
        self._system.forget()
        self._system.session = Session(contactless)
        self._pace.reset()
        self._document.channel_ended()

    def reset(self) -> None:
        """A reset by the reader: as power on, on the same interface."""
        self.power_on(self._system.session.contactless)

    def process(self, command: bytes) -> bytes:
        """Answers any bytes with a response APDU."""
        try:
            decoded = CommandApdu.decode(command)
        except DecodingError:
            self._end_secure_messaging()
            return ResponseApdu(status.WRONG_LENGTH).encode()
        if decoded.is_extended and self._options.short_length_only:
            self._end_secure_messaging()
            return ResponseApdu(status.WRONG_LENGTH).encode()
        return self._answer(decoded).encode()

    def _answer(self, command: CommandApdu) -> ResponseApdu:
        if command.cla & PROPRIETARY_OR_RESERVED or command.cla & SECURE_MESSAGING_BITS not in (0, SECURE_MESSAGING_BITS):
            self._end_secure_messaging()
            return ResponseApdu(status.CLASS_NOT_SUPPORTED)
        if command.cla & CHANNEL_BITS:
            self._end_secure_messaging()
            return ResponseApdu(status.LOGICAL_CHANNEL_NOT_SUPPORTED)
        if is_protected(command):
            return self._answer_protected(command)
        self._end_secure_messaging()
        limit = 0 if command.expected is None else command.expected
        response = self._serve(Request(command, None, limit))
        self._document.take_channel()
        return response

    def _answer_protected(self, command: CommandApdu) -> ResponseApdu:
        session = self._system.session
        channel = session.channel
        if channel is None:
            return ResponseApdu(status.SECURE_MESSAGING_OBJECTS_INCORRECT)
        try:
            plain = channel.open(command)
            limit = min(plain.expected or 0, _capacity(channel, command))
            response = channel.protect(self._serve(Request(plain, session.password, limit)))
            self._document.take_channel()
            return response
        except SecureMessagingError as error:
            self._end_secure_messaging()
            return ResponseApdu(getattr(error, "status", status.SECURE_MESSAGING_OBJECTS_INCORRECT))

    def _end_secure_messaging(self) -> None:
        if self._system.session.channel is not None:
            self._system.session.end_secure_messaging()
            self._document.channel_ended()

    def _serve(self, request: Request) -> ResponseApdu:
        try:
            if self._system.state.life_cycle is LifeCycle.TERMINATED:
                raise CommandRefused(status.CONDITIONS_NOT_SATISFIED)
            whole = self._collect(request.command)
            if whole is None:
                return ResponseApdu(status.SUCCESS)
            response = self._dispatch(request if whole is request.command else replace(request, command=whole))
        except CommandRefused as refusal:
            return ResponseApdu(refusal.status)
        if len(response.data) <= request.limit:
            return response
        return ResponseApdu(response.status, response.data[: request.limit])

    def _collect(self, command: CommandApdu) -> CommandApdu | None:
        """The whole command once its chain is complete; None while it is not."""
        if command.ins == GENERAL_AUTHENTICATE:
            self._system.session.chain.clear()
            return command
        chain = self._system.session.chain
        if chain and chain[0].header[1:] != command.header[1:]:
            chain.clear()
            raise CommandRefused(status.LAST_COMMAND_OF_CHAIN_EXPECTED)
        if not command.cla & CHAINING and not chain:
            return command
        chain.append(command)
        data = b"".join(part.data for part in chain)
        if len(data) > CHAINED_DATA_MAXIMUM or len(chain) > CHAINED_DATA_MAXIMUM:
            chain.clear()
            raise CommandRefused(status.WRONG_LENGTH)
        if command.cla & CHAINING:
            return None
        chain.clear()
        return replace(command, data=data)

    def _dispatch(self, request: Request) -> ResponseApdu:
        command = request.command
        answer = self._document.process(request)
        if answer is not None:
            return answer
        if PaceCardSide.handles(command):
            return self._run_pace(request)
        if personalisation.is_personalisation(command):
            return personalisation.handle(command, self._office, request.password is Password.OFFICE)
        if PinCardSide.handles(command):
            return pins.process(self._system, request)
        handler = _HANDLERS.get(command.ins)
        if handler is None:
            raise CommandRefused(status.INSTRUCTION_NOT_SUPPORTED)
        return handler(self._system, request)

    def _run_pace(self, request: Request) -> ResponseApdu:
        """PACE is run in clear; the channel it leaves holds for the commands after it."""
        if request.password is not None:
            raise CommandRefused(status.CONDITIONS_NOT_SATISFIED)
        if request.command.ins == MANAGE_SECURITY_ENVIRONMENT:
            self._pace = self._make_pace()
        response = self._pace.process(request.command)
        established = self._pace.take_established()
        if established is not None:
            self._document.pace_established(established)
            self._system.session.channel = established.channel
            self._system.session.password = Password(established.password_reference)
        return response

    def _make_pace(self) -> PaceCardSide:
        """The card's own PACE on a blank card, with the document's further offers on any other."""
        state = self._system.state
        further = () if state.life_cycle is LifeCycle.BLANK else state.document.pace_infos
        keys = {key.parameter_id: key.private for key in state.document.static_keys}
        return PaceCardSide((self._system.pace_info, *further), self._password, self._system.random, keys.get)

    def _password(self, reference: int) -> bytes | None:
        """The secret behind a password identifier in the present state, by the table of `life_cycle`."""
        state = self._system.state
        if reference == Password.OFFICE:
            return state.office_key or None
        if state.life_cycle is LifeCycle.BLANK:
            return None
        if reference == Password.CAN:
            return state.can or None
        if reference == Password.MRZ and state.mrz_information:
            return machine_readable_zone_secret(state.mrz_information.decode("ascii"))
        return None


def _capacity(channel: CardSecureChannel, command: CommandApdu) -> int:
    return channel.plain_capacity(EXTENDED_RESPONSE_MAXIMUM) if command.is_extended else channel.plain_capacity()
