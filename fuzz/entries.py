"""Harnesses of the two entries where the other side is a stranger: the card's commands and the reader's responses.

An input is a list of APDUs (`mutation.blocks`); each of them counts as one input. The keys of a channel are known to the harness,
so that what stands behind secure messaging is reached as well as what stands before it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from random import Random

import mutation
import samples
from driver import Harness

from openeoi.card.faults.specimen import CAN, NORM_PIN, PUK
from openeoi.card.memory import VolatileMemory
from openeoi.card.virtual_card import VirtualCard
from openeoi.crypto.ciphers import Cipher
from openeoi.encoding import tlv
from openeoi.encoding.lds import files as lds
from openeoi.encoding.lds.data_group_15 import DataGroup15
from openeoi.encoding.lds.security_infos import PaceInfo
from openeoi.errors import OpenEoiError
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.iso7816.errors import SecureMessagingError
from openeoi.iso7816.secure_messaging import CardSecureChannel, SecureChannel, SessionKeys, through
from openeoi.iso7816.steps import CardSteps
from openeoi.protocols.active_authentication.terminal import authenticate as authenticate_actively
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.protocols.personalisation.access import Password
from openeoi.protocols.personalisation.applications import Application
from openeoi.protocols.pin import terminal as pin
from openeoi.protocols.terminal_authentication.shared import Binding
from openeoi.protocols.terminal_authentication.terminal import TerminalCredentials
from openeoi.protocols.terminal_authentication.terminal import authenticate as authenticate_terminal
from openeoi.terminal.detect import detect
from openeoi.terminal.document_channel import DocumentChannel, open_with_basic_access, open_with_pace
from openeoi.terminal.extended_access import read_authority_references
from openeoi.terminal.extended_length import read_announced_maximum
from openeoi.terminal.pin_care import pin_status
from openeoi.terminal.prove_chip import by_chip_authentication, read_card_security
from openeoi.terminal.read_document import read_document
from openeoi.transport import run
from openeoi.transport.errors import TransportError
from protocols.terminal_authentication.certificates import TERMINAL, TERMINAL_CERTIFICATE, VERIFIER_CERTIFICATE

KEYS = SessionKeys(Cipher.AES_256, bytes(range(32)), bytes(range(1, 33)))
ATR = bytes.fromhex("3BD518FF8191FE1FC38073C821100A")
CREDENTIALS = TerminalCredentials(TERMINAL_CERTIFICATE, (VERIFIER_CERTIFICATE,), TERMINAL.sign)
AUTHORITIES = (TERMINAL_CERTIFICATE.body.authority, VERIFIER_CERTIFICATE.body.authority)
EXCHANGES_MAXIMUM = 400

# One right command of each kind, on every interface and in every application; what is sent are changes of lists of them.
COMMANDS = tuple(
    bytes.fromhex(command)
    for command in (
        "00A4040C0AE828BD080F014E585030", "00A4040C0AE828BD080F014E585031", "00A4040C07A0000002471001", "00A40800022F0000",
        "00A4020C020101", "00A4000C023F00", "00B0810000", "00B00000000000FF", "00B0830009", "00B09C0024",
        "00B100000354010400",
        "00CA011606", "00CA011701", "0084000008", "0020000506313131313131", "0020000508", "0024010506313131313131",
        "002C0385", "002281B604910222A1", "002A9E9A30" + "5A" * 48 + "60", "0022C1A40F800A04007F00070202040204830102",
        "10860000027C0000", "10860000457C43814104" + "01" * 64 + "00", "10860000457C43834104" + "02" * 64 + "00",
        "008600000C7C0A8508" + "00" * 8 + "00", "0082000028" + "00" * 40 + "28", "0088000008" + "11" * 8 + "00",
        "002241A40F800A04007F00070202030204840101",
        "00E0000011620F80020010820101830201018602" + "8000", "00E40200020101", "00D6000004DEADBEEF", "10D6000004DEADBEEF",
        "0047800005B60384010200", "00DA012006363534333231", "00DA01170103", "00FE0000",
    )
) + tuple(
    command.encode()
    for command in (
        CommandApdu(0, 0x2A, 0, 0xBE, VERIFIER_CERTIFICATE.content()),
        CommandApdu(0, 0x2A, 0, 0xBE, TERMINAL_CERTIFICATE.content()),
        CommandApdu(0, 0x22, 0x81, 0xA4, tlv.encode(0x83, TERMINAL_CERTIFICATE.body.holder.encode())),
        CommandApdu(0, 0x82, 0, 0, bytes(64)),
    )
)  # fmt: skip


@dataclass
class Meter:
    """How many APDUs the last input was."""

    count: int = 1


METER = Meter()
CLEAR_CONTACT, CLEAR_CONTACTLESS, HOLDER, DOCUMENT_READER, OFFICE = range(5)
PASSWORDS = {HOLDER: Password.CAN, DOCUMENT_READER: Password.MRZ, OFFICE: Password.OFFICE}


@lru_cache(maxsize=1)
def the_card() -> tuple[VirtualCard, VolatileMemory]:
    memory = VolatileMemory(samples.card_content())
    return VirtualCard(memory, samples.Steady()), memory


def fresh_card(mode: int) -> tuple[VirtualCard, VolatileMemory, SecureChannel | None]:
    card, memory = the_card()
    if memory.load() is not samples.card_content():
        the_card.cache_clear()
        card, memory = the_card()
    card.power_on(mode != CLEAR_CONTACT)
    card._system.random = samples.Steady()
    if mode not in PASSWORDS:
        return card, memory, None
    card._system.session.channel = CardSecureChannel(KEYS)
    card._system.session.password = PASSWORDS[mode]
    return card, memory, SecureChannel(KEYS)


def card_commands(raw: bytes) -> object:
    """The first byte says in which state; then the list. A status word every time, never a secret. What was answered last."""
    mode = raw[0] % 5 if raw else 0
    card, memory, channel = fresh_card(mode)
    METER.count, last, answer = 1, b"", ResponseApdu(0x9000)
    for number, part in enumerate(mutation.blocks(raw[1:]), 1):
        METER.count, last = number, part[1:2]
        if channel is None:
            answer = ResponseApdu.decode(card.process(part))
        else:
            try:
                plain = CommandApdu.decode(part)
                answer = channel.open(ResponseApdu.decode(card.process(channel.protect(plain).encode())))
            except OpenEoiError:
                break
        assert answer.status >> 12 in (6, 9), f"{answer.status:04X}"
        assert fingerprints() not in answer.data
        assert NORM_PIN.encode() not in answer.data and PUK.encode() not in answer.data
        if channel is not None and card._system.session.channel is None:
            channel = None
    if memory.load() is not samples.card_content():
        VirtualCard(memory, samples.Steady())
    return mode, last, answer.status, len(answer.data) > 0, memory.load() is samples.card_content()


@lru_cache(maxsize=1)
def fingerprints() -> bytes:
    return samples.fingers()[:24]


def command_lists() -> list[bytes]:
    everything = mutation.joined(COMMANDS[:16])
    further = mutation.joined(COMMANDS[16:32])
    rest = mutation.joined(COMMANDS[32:])
    pace = mutation.joined(COMMANDS[20:25])
    return [bytes((mode,)) + part for mode in range(5) for part in (everything, further, rest, pace)]


def change_commands(random: Random, seed: mutation.Seed, pool: Sequence[mutation.Seed]) -> bytes:
    first = seed.raw[:1] if random.random() < 0.9 else bytes((int(random.random() * 12),))
    others = [mutation.Seed(random.choice(pool).raw[1:])]
    return first + mutation.commands(random, mutation.Seed(seed.raw[1:]), others)


# --- the reader ----------------------------------------------------------------------------------------------------


class Stranger:
    """A card that answers what the input says: a block that begins with an odd byte goes into the channel as it should."""

    def __init__(self, answers: list[bytes], protected: bool) -> None:
        self.answers = answers
        self.count = 0
        self.channel = CardSecureChannel(KEYS) if protected else None

    def exchange(self, command: bytes) -> bytes:
        self.count += 1
        if self.count > EXCHANGES_MAXIMUM or not self.answers:
            raise TransportError("the card was taken away")
        block = self.answers[min(self.count - 1, len(self.answers) - 1)]
        if self.channel is None or not block or not block[0] & 1:
            return block[1:]
        try:
            self.channel.open(CommandApdu.decode(command))
            return self.channel.protect(ResponseApdu.decode(block[1:])).encode()
        except (SecureMessagingError, OpenEoiError):
            return b"\x69\x88"


def document_channel() -> DocumentChannel:
    return DocumentChannel(SecureChannel(KEYS), b"chip", bytes(32))


def inside(steps: CardSteps[object]) -> CardSteps[object]:
    return through(SecureChannel(KEYS), steps)


PACE_IN_CARD_ACCESS = PaceInfo("0.4.0.127.0.7.2.2.4.2.4", 13)
MRZ = "IE12345675060101836010110"


def flows() -> tuple[Callable[[], CardSteps[object]], ...]:
    """What a reader does; the first three begin in clear."""
    infos = samples.security_infos()
    return (
        lambda: open_with_pace(PacePassword.from_can(CAN), samples.Steady()),
        lambda: detect(ATR),
        lambda: open_with_basic_access(MRZ, samples.Steady(), although_pace_is_offered=True),
        lambda: read_document(SecureChannel(KEYS)),
        lambda: read_card_security(SecureChannel(KEYS)),
        lambda: by_chip_authentication(document_channel(), infos, samples.Steady()),
        lambda: inside(authenticate_actively(DataGroup15(samples.active_key()), infos, samples.Steady())),
        lambda: inside(read_authority_references(infos)),
        lambda: inside(authenticate_terminal(CREDENTIALS, AUTHORITIES, Binding(b"chip", bytes(32)))),
        lambda: inside(pin_status()),
        lambda: inside(pin.verify(5, b"111111")),
        lambda: read_announced_maximum(),
    )  # fmt: skip


IN_CLEAR = {0, 1, 2, 11}


def reader_responses(raw: bytes) -> None:
    number = raw[0] % len(flows()) if raw else 0
    stranger = Stranger(mutation.blocks(raw[1:]), number not in IN_CLEAR)
    try:
        run(flows()[number](), stranger)
    finally:
        METER.count = max(stranger.count, 1)


class Recorder:
    """A right card whose answers are kept, in clear."""

    def __init__(self, card: VirtualCard, protected: bool) -> None:
        self.card = card
        self.kept: list[bytes] = []
        self.protected = protected
        self.twin = SecureChannel(KEYS)

    def exchange(self, command: bytes) -> bytes:
        answer = self.card.process(command)
        if self.protected:
            self.twin.protect(CommandApdu(0, CommandApdu.decode(command).ins, 0, 0))
            with_status = self.twin.open(ResponseApdu.decode(answer)).encode()
            self.kept.append(b"\x01" + with_status)
        else:
            self.kept.append(b"\x00" + answer)
        return answer


def response_lists() -> list[bytes]:
    """What a right card answers in each flow; where it ends the flow early, that is a seed as well."""
    found = []
    for number, flow in enumerate(flows()):
        card, _, _ = fresh_card(CLEAR_CONTACTLESS if number in IN_CLEAR else DOCUMENT_READER)
        if number not in IN_CLEAR:
            card._system.session.application = Application.TRAVEL_DOCUMENT
        recorder = Recorder(card, number not in IN_CLEAR)
        with suppress(OpenEoiError):
            run(flow(), recorder)
        found.append(bytes((number,)) + mutation.joined(recorder.kept[:16]))
    # A travel document of few bytes, read to its end.
    com = samples.document().com
    small = {lds.COM.short_id: com, lds.SOD.short_id: samples.security_object()}
    answers = [b"\x01\x90\x00", *(b"\x01" + content[:223] + b"\x90\x00" for content in small.values())]
    return [*found, bytes((3,)) + mutation.joined(answers)]


HARNESSES = (
    Harness("card-commands", command_lists, card_commands, change_commands, (), 10, lambda: METER.count, lambda value: value),
    Harness("reader-responses", response_lists, reader_responses, change_commands, (OpenEoiError,), 10, lambda: METER.count),
)
