"""All orders of up to four commands, over every protocol's alphabet at once: without the secret nobody gets anywhere.

Four strangers: one in clear on the contacts, one in clear on the antenna, one inside the holder's channel who does not know a
PIN, one inside the document's channel who has a terminal's certificates and not its key. The channel's keys are put into the card
instead of being agreed on, so that each word begins at once.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product

import pytest

from card.sample_card import sample_card
from card.test_document_protocols import FILES, PROTOCOLS
from openeoi.card.memory import VolatileMemory
from openeoi.card.operating_system import Session
from openeoi.card.state import CardState
from openeoi.card.virtual_card import VirtualCard
from openeoi.crypto.ciphers import Cipher
from openeoi.crypto.domain_parameters import elliptic_curve_group
from openeoi.encoding import tlv
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.iso7816.secure_messaging import CardSecureChannel, SecureChannel, SessionKeys
from openeoi.protocols.personalisation.access import Password
from openeoi.protocols.personalisation.shared import LifeCycle
from protocols.terminal_authentication.certificates import ROOT, TERMINAL_CERTIFICATE, VERIFIER_CERTIFICATE

LENGTH = 4
KEYS = SessionKeys(Cipher.AES_256, bytes(range(32)), bytes(range(1, 33)))
GROUP = elliptic_curve_group(13)
POINT = GROUP.encode(GROUP.multiply(7, GROUP.generator))


def command(text: str, data: bytes = b"", expected: int | None = None) -> CommandApdu:
    return CommandApdu(*bytes.fromhex(text), data, expected)


def general_authenticate(content: bytes, last: bool = False) -> CommandApdu:
    return CommandApdu(0 if last else 0x10, 0x86, 0, 0, tlv.encode(0x7C, content), 256)


def reference(certificate: object) -> bytes:
    return tlv.encode(0x83, certificate.body.holder.encode())  # type: ignore[attr-defined]  # any certificate


SELECT_DOCUMENT = command("00A4040C", bytes.fromhex("A0000002471001"))
SELECT_SIGNING = command("00A4040C", bytes.fromhex("E828BD080F014E585030"))
PACE = [
    command("0022C1A4", bytes.fromhex("800A04007F00070202040204830102")),
    general_authenticate(b""),
    general_authenticate(tlv.encode(0x81, POINT)),
    general_authenticate(tlv.encode(0x83, POINT)),
    general_authenticate(tlv.encode(0x85, bytes(8)), last=True),
]
BASIC_ACCESS = [command("00840000", expected=8), command("00820000", bytes(40), 40)]
CHIP = [
    command("002241A6", tlv.encode(0x91, POINT) + bytes.fromhex("840101")),
    command("002241A4", bytes.fromhex("800A04007F00070202030204840101")),
    general_authenticate(tlv.encode(0x80, POINT), last=True),
]
TERMINAL = [
    command("002281B6", reference(ROOT)),
    command("002A00BE", VERIFIER_CERTIFICATE.content()),
    command("002281B6", reference(VERIFIER_CERTIFICATE)),
    command("002A00BE", TERMINAL_CERTIFICATE.content()),
    command("002281A4", reference(TERMINAL_CERTIFICATE)),
    command("00820000", bytes(64)),
]
PINS = [
    command("00200005", b"000000"),
    command("00200085", b"000000"),
    command("00240105", b"999999"),
    command("002C0005", b"0000000000" + b"999999"),
]
SIGNING = [command("002281B6", bytes.fromhex("910222A1")), command("002A9E9A", bytes(48), 96)]
OFFICE = [
    command("00478000", bytes.fromhex("B603840102")),
    command("00DA0120", b"654321"),
    command("00DA0117", b"\x05"),
    command("00E00000", bytes.fromhex("620E800200048201018302010286028000")),
    command("00D60000", b"\xde\xad"),
]


@dataclass(frozen=True)
class Stranger:
    """Who asks: on which interface, inside whose channel (None: in clear), with which words."""

    contactless: bool
    password: Password | None
    alphabet: tuple[CommandApdu, ...]


IN_CLEAR = (SELECT_DOCUMENT, *PACE, *BASIC_ACCESS, PINS[0])
STRANGERS = {
    "contacts": Stranger(False, None, (*IN_CLEAR, SELECT_SIGNING, *SIGNING, *OFFICE[:2])),
    "antenna": Stranger(True, None, (*IN_CLEAR, PINS[1], CHIP[0], *TERMINAL[:2], OFFICE[2])),
    "holder's channel": Stranger(True, Password.CAN, (SELECT_SIGNING, *PINS, *SIGNING, *OFFICE)),
    "document's channel": Stranger(
        True, Password.MRZ, (SELECT_DOCUMENT, BASIC_ACCESS[0], *CHIP[1:], *TERMINAL, PINS[0], OFFICE[0])
    ),
}


@cache
def stored() -> bytes:
    return sample_card(LifeCycle.ACTIVE, document=PROTOCOLS, document_files=FILES).memory.load()


@dataclass
class Bench:
    """One card that is put back to where it was before each word, without being read anew."""

    stranger: Stranger
    card: VirtualCard
    memory: VolatileMemory
    state: CardState
    channel: SecureChannel | None = None

    def begin(self) -> None:
        system = self.card._system
        self.memory.save(stored())
        system._state, system._content, system._is_current = self.state, stored(), True
        system.session = Session(self.stranger.contactless)
        self.card._pace.reset()
        self.card._document.channel_ended()
        self.channel = None
        if self.stranger.password is not None:
            system.session.channel, self.channel = CardSecureChannel(KEYS), SecureChannel(KEYS)
            system.session.password = self.stranger.password

    def send(self, letter: CommandApdu) -> ResponseApdu:
        if self.channel is None:
            return ResponseApdu.decode(self.card.process(letter.encode()))
        return self.channel.open(ResponseApdu.decode(self.card.process(self.channel.protect(letter).encode())))


def words(alphabet: tuple[CommandApdu, ...]) -> Iterator[tuple[CommandApdu, ...]]:
    """A shorter word is the beginning of a longer one, and everything is asked after every letter."""
    return product(alphabet, repeat=LENGTH)


@pytest.mark.slow
@pytest.mark.parametrize("who", STRANGERS)
def test_no_order_of_four_commands_authenticates_a_stranger(who: str) -> None:
    memory = VolatileMemory(stored())
    card = VirtualCard(memory, secrets.token_bytes)
    bench = Bench(STRANGERS[who], card, memory, card._system.state)
    given = bench.stranger.password
    for word in words(bench.stranger.alphabet):
        bench.begin()
        for letter in word:
            response = bench.send(letter)
            assert response.status >> 12 in (6, 9), (who, word)
            session = card._system.session
            assert session.password is given
            assert (session.channel is None) == (given is None)
            assert not session.verified
            assert not session.data_groups
            assert not (letter in SIGNING and response.data), (who, word)
            if session.channel is not None and bench.channel is not None and session.channel.keys is not KEYS:
                break  # chip authentication moved on to keys that the stranger does not have
        check_nothing_was_written(bench.state, card._system.state)


def check_nothing_was_written(before: CardState, after: CardState) -> None:
    """Tries may have been used; the date that terminal authentication moves forward is no secret of anybody."""
    if after is before:
        return
    assert (after.life_cycle, after.keys, after.files, after.can, after.office_key, after.mrz_information) == (
        before.life_cycle,
        before.keys,
        before.files,
        before.can,
        before.office_key,
        before.mrz_information,
    )
    for role, pin in after.pins.items():
        assert pin.value == before.pins[role].value
        assert pin.tries_left <= before.pins[role].tries_left
    assert after.document.trust is not None
    assert before.document.trust is not None
    assert after.document.trust.points == before.document.trust.points


def test_the_same_words_lead_on_with_the_secret() -> None:
    """Otherwise the test above would prove nothing: the PIN opens the key, chip authentication moves the channel on."""
    memory = VolatileMemory(stored())
    card = VirtualCard(memory, secrets.token_bytes)
    bench = Bench(STRANGERS["holder's channel"], card, memory, card._system.state)
    bench.begin()
    for letter in (SELECT_SIGNING, command("00200005", b"111111"), SIGNING[0]):
        assert bench.send(letter).status == 0x9000
    assert len(bench.send(SIGNING[1]).data) == 96
    bench = Bench(STRANGERS["document's channel"], card, memory, bench.state)
    bench.begin()
    assert [bench.send(letter).status for letter in (SELECT_DOCUMENT, *CHIP[1:])] == [0x9000] * 3
    assert card._system.session.channel is not None
    assert card._system.session.channel.keys is not KEYS
