import secrets
from collections.abc import Callable, Sequence
from itertools import product

import pytest
from asn1crypto import keys as asn1_keys
from hypothesis import given, settings
from hypothesis import strategies as st

from openeoi.crypto.ciphers import Cipher
from openeoi.crypto.public_keys import byte_group, encode_agreement_key
from openeoi.encoding import tlv
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.lds.data_group_14 import DataGroup14
from openeoi.encoding.lds.security_infos import ChipAuthenticationInfo, ChipAuthenticationPublicKeyInfo, SecurityInfo
from openeoi.errors import OpenEoiError
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.iso7816.errors import SecureMessagingEnded
from openeoi.iso7816.secure_messaging import CardSecureChannel, SecureChannel, SessionKeys
from openeoi.protocols.chip_authentication import shared
from openeoi.protocols.chip_authentication.card import ChipAuthenticationCardSide, ChipKey, State
from openeoi.protocols.chip_authentication.errors import (
    ChipAuthenticationNotOffered,
    ChipAuthenticationRefused,
    ChipNotGenuine,
    NotDecidable,
)
from openeoi.protocols.chip_authentication.shared import ChipAuthenticationProtocol, protocol_identifier
from openeoi.protocols.chip_authentication.terminal import ChipAuthenticationResult, Offer, authenticate, offers
from reference_data import reference

PRIVATE = 0xC0FFEE
ECDH, DH = "0.4.0.127.0.7.2.2.1.2", "0.4.0.127.0.7.2.2.1.1"
OLD_KEYS = SessionKeys(Cipher.AES_128, b"e" * 16, b"m" * 16)


def infos_for(parameter_id: int, cipher: Cipher, key_id: int | None = None, private: int = PRIVATE) -> list[SecurityInfo]:
    group = byte_group(parameter_id)
    identifier = DH if parameter_id < 3 else ECDH
    public = ChipAuthenticationPublicKeyInfo(identifier, encode_agreement_key(parameter_id, group.public_key(private)), key_id)
    return [ChipAuthenticationInfo(protocol_identifier(group.agreement, cipher), 1, key_id), public]


def chip_key(parameter_id: int, *ciphers: Cipher, key_id: int | None = None, private: int = PRIVATE) -> ChipKey:
    return ChipKey(byte_group(parameter_id), private, frozenset(ciphers), key_id)


class Card:
    """As little of an operating system as chip authentication needs."""

    def __init__(self, keys: Sequence[ChipKey]) -> None:
        self.side = ChipAuthenticationCardSide(lambda: keys)
        self.channel = CardSecureChannel(OLD_KEYS)
        self.plain: list[CommandApdu] = []
        self.compressed_key = b""

    def process(self, command: CommandApdu) -> ResponseApdu:
        plain = self.channel.open(CommandApdu.decode(command.encode()))
        self.plain.append(plain)
        answer = self.side.process(plain) if self.side.handles(plain) else ResponseApdu(0x6A82)
        response = self.channel.protect(answer)
        agreed = self.side.take_agreed()
        if agreed is not None:
            self.channel, self.compressed_key = agreed.channel, agreed.compressed_key
        return response


def run(offer: Offer, answer: Callable[[CommandApdu], ResponseApdu], channel: SecureChannel) -> ChipAuthenticationResult:
    steps = authenticate(channel, offer, secrets.token_bytes)
    try:
        command = next(steps)
        while True:
            command = steps.send(answer(command))
    except StopIteration as finished:
        return finished.value


CURVES = [(parameter_id, Cipher.AES_256) for parameter_id in range(8, 19)]
COMBINATIONS = [(12, cipher) for cipher in Cipher] + [(0, Cipher.TRIPLE_DES), (1, Cipher.AES_128), (2, Cipher.AES_192)] + CURVES


@pytest.mark.parametrize(("parameter_id", "cipher"), COMBINATIONS)
def test_both_sides_restart_secure_messaging(parameter_id: int, cipher: Cipher) -> None:
    card, channel = Card([chip_key(parameter_id, cipher)]), SecureChannel(OLD_KEYS)
    (offer,) = offers(infos_for(parameter_id, cipher))
    result = run(offer, card.process, channel)
    assert channel.ended
    assert result.compressed_key == card.compressed_key
    assert len(card.compressed_key) == (20 if parameter_id < 3 else byte_group(parameter_id).order.bit_length() + 7 >> 3)
    again = result.channel.open(card.process(result.channel.protect(CommandApdu(0, 0xB0, 0x81, 0, expected=4))))
    assert again == ResponseApdu(0x6A82)
    with pytest.raises(SecureMessagingEnded):
        channel.protect(CommandApdu(0, 0xB0, 0, 0))


def test_what_is_said_in_the_old_channel() -> None:
    for cipher, expected in ((Cipher.TRIPLE_DES, [(0x22, 0x41, 0xA6)]), (Cipher.AES_192, [(0x22, 0x41, 0xA4), (0x86, 0, 0)])):
        card = Card([chip_key(12, cipher, key_id=7), chip_key(12, cipher, key_id=8)])
        (offer,) = offers(infos_for(12, cipher, key_id=8))
        run(offer, card.process, SecureChannel(OLD_KEYS))
        assert [(command.ins, command.p1, command.p2) for command in card.plain[:-1]] == expected
        assert card.plain[0].data.endswith(bytes.fromhex("840108"))
        assert card.plain[-1] == CommandApdu(0, 0xB0, 0x9E, 0, expected=1)


def test_the_key_of_the_tr_03105_5_data_set() -> None:
    private = asn1_keys.PrivateKeyInfo.load(reference("tr-03105-5/DG14_sk.pkcs8"))["private_key"].parsed["private_key"].native
    (offer,) = offers(DataGroup14.decode(reference("tr-03105-5/Datagroup14.bin")).security_infos)
    assert (offer.protocol.cipher, offer.key.parameter_id) == (Cipher.TRIPLE_DES, 11)
    result = run(offer, Card([chip_key(11, Cipher.TRIPLE_DES, private=private)]).process, SecureChannel(OLD_KEYS))
    assert len(result.compressed_key) == 28


@pytest.mark.parametrize("cipher", [Cipher.TRIPLE_DES, Cipher.AES_256])
def test_a_copied_chip_is_noticed(cipher: Cipher) -> None:
    (offer,) = offers(infos_for(12, cipher, private=PRIVATE + 1))
    card = Card([chip_key(12, cipher)])

    def answer(command: CommandApdu) -> ResponseApdu:
        try:
            return card.process(command)
        except OpenEoiError:
            return ResponseApdu(0x6988)

    with pytest.raises(ChipNotGenuine):
        run(offer, answer, SecureChannel(OLD_KEYS))


def test_a_chip_that_goes_on_with_the_old_keys_is_noticed() -> None:
    (offer,) = offers(infos_for(12, Cipher.AES_128))
    old = CardSecureChannel(OLD_KEYS)
    accepted = [ResponseApdu(0x9000), ResponseApdu(0x9000, b"\x7c\x00")]

    def answer(command: CommandApdu) -> ResponseApdu:
        if accepted:
            old.open(command)
            return old.protect(accepted.pop(0))
        old._step()
        return old.protect(ResponseApdu(0x9000, b"\x60"))

    with pytest.raises(ChipNotGenuine):
        run(offer, answer, SecureChannel(OLD_KEYS))


def test_a_refusal_leaves_the_old_channel() -> None:
    (offer,) = offers(infos_for(12, Cipher.AES_128))
    for keys, status in (([], 0x6A88), ([chip_key(12, Cipher.AES_256)], 0x6A88), ([chip_key(12, Cipher.AES_128)] * 2, 0x6A80)):
        card, channel = Card(keys), SecureChannel(OLD_KEYS)
        with pytest.raises(ChipAuthenticationRefused) as refused:
            run(offer, card.process, channel)
        assert refused.value.status == status
        assert not channel.ended
        assert channel.open(card.process(channel.protect(CommandApdu(0, 0xB0, 0, 0)))).status == 0x6A82


def test_the_strongest_offer_comes_first() -> None:
    infos = infos_for(12, Cipher.TRIPLE_DES, 1) + infos_for(13, Cipher.AES_256, 2) + infos_for(0, Cipher.AES_128, 3)
    infos.append(ChipAuthenticationInfo(protocol_identifier(byte_group(12).agreement, Cipher.AES_192), 1, 1))
    assert [(offer.protocol.cipher, offer.key_id) for offer in offers(infos)] == [
        (Cipher.AES_256, 2),
        (Cipher.AES_192, 1),
        (Cipher.AES_128, 3),
        (Cipher.TRIPLE_DES, 1),
    ]


def test_a_key_without_a_protocol_is_used_with_triple_des() -> None:
    (offer,) = offers(infos_for(12, Cipher.AES_256)[1:])
    assert offer.protocol.object_identifier == "0.4.0.127.0.7.2.2.3.2.1"


def test_offers_that_cannot_be_used() -> None:
    with pytest.raises(ChipAuthenticationNotOffered):
        offers([])
    info, key = infos_for(12, Cipher.AES_128)
    assert isinstance(info, ChipAuthenticationInfo)
    assert isinstance(key, ChipAuthenticationPublicKeyInfo)
    bad: list[list[SecurityInfo]] = [
        [ChipAuthenticationInfo(info.protocol, 2), key],
        [ChipAuthenticationInfo("0.4.0.127.0.7.2.2.3.1.2"), key],
        [ChipAuthenticationInfo("0.4.0.127.0.7.2.2.3.2.5"), key],
        [info, ChipAuthenticationPublicKeyInfo(ECDH, b"0\x00")],
        [info, ChipAuthenticationPublicKeyInfo(ECDH, key.public_key[:-1] + b"\x00")],
    ]
    for infos in bad:
        with pytest.raises(NotDecidable):
            offers(infos)
    # One bad key does not hide a good one.
    assert len(offers([info, key, ChipAuthenticationPublicKeyInfo(ECDH, b"0\x00", 5)])) == 1


@pytest.mark.parametrize("identifier", ["0.4.0.127.0.7.2.2.3.2", "0.4.0.127.0.7.2.2.3.2.5", "0.4.0.127.0.7.2.2.3.3.1", "1.2", ""])
def test_identifiers_that_are_no_chip_authentication(identifier: str) -> None:
    with pytest.raises(DecodingError):
        ChipAuthenticationProtocol.of(identifier)


PUBLIC_KEY = byte_group(12).public_key(5)
MECHANISM = tlv.encode(0x80, ChipAuthenticationProtocol.of("0.4.0.127.0.7.2.2.3.2.2").encoded_identifier)
SET_KAT = CommandApdu(0, 0x22, 0x41, 0xA6, tlv.encode(0x91, PUBLIC_KEY))
SET_AT = CommandApdu(0, 0x22, 0x41, 0xA4, MECHANISM)


def general_authenticate(public_key: bytes) -> CommandApdu:
    return CommandApdu(0, 0x86, 0, 0, tlv.encode(0x7C, tlv.encode(0x80, public_key)), 256)


BOTH = (Cipher.TRIPLE_DES, Cipher.AES_128)


def test_all_orders_of_commands() -> None:
    """After every word of up to four letters the state is what the table says, and a channel is there only when agreed."""
    agree, bad = general_authenticate(PUBLIC_KEY), general_authenticate(b"\x04" + bytes(64))
    letters = [SET_KAT, SET_AT, agree, bad, CommandApdu(0, 0x22, 0x41, 0xA6, b"\x91\x00")]
    table = {SET_KAT: State.AGREED, SET_AT: State.SELECTED}
    for length in range(1, 5):
        for word in product(letters, repeat=length):
            side = ChipAuthenticationCardSide(lambda: [chip_key(12, *BOTH)])
            state = State.IDLE
            for letter in word:
                response = side.process(letter)
                state = State.AGREED if letter is agree and state is State.SELECTED else table.get(letter, State.IDLE)
                assert side.state is state
                assert (response.status == 0x9000) == (state is not State.IDLE)
            assert (side.take_agreed() is not None) == (state is State.AGREED)
            assert side.take_agreed() is None


@pytest.mark.parametrize(
    ("command", "status"),
    [
        (CommandApdu(0x10, 0x22, 0x41, 0xA4, MECHANISM), 0x6E00),
        (CommandApdu(0, 0x22, 0x41, 0xA4, b""), 0x6A80),
        (CommandApdu(0, 0x22, 0x41, 0xA4, MECHANISM + b"\x83\x01\x02"), 0x6A80),
        (CommandApdu(0, 0x22, 0x41, 0xA4, MECHANISM + b"\x84\x01\x05"), 0x6A88),
        (CommandApdu(0, 0x22, 0x41, 0xA4, tlv.encode(0x80, b"\x04\x00")), 0x6A88),
        (CommandApdu(0, 0x22, 0x41, 0xA6, MECHANISM), 0x6A80),
        (CommandApdu(0, 0x22, 0x41, 0xA6, tlv.encode(0x91, b"\x04" + bytes(64))), 0x6A80),
        (CommandApdu(0, 0x22, 0x41, 0xA6, tlv.encode(0x91, PUBLIC_KEY[:-1])), 0x6A80),
        (CommandApdu(0, 0x86, 1, 0, b"\x7c\x00"), 0x6A86),
        (CommandApdu(0, 0x86, 0, 0, b"\x7c\x00"), 0x6985),
    ],
)
def test_commands_are_taken_strictly(command: CommandApdu, status: int) -> None:
    side = ChipAuthenticationCardSide(lambda: [chip_key(12, *BOTH)])
    assert side.handles(command)
    assert side.process(command).status == status


def test_what_is_not_for_chip_authentication() -> None:
    assert not ChipAuthenticationCardSide.handles(CommandApdu(0, 0x22, 0xC1, 0xA4))
    assert not ChipAuthenticationCardSide.handles(CommandApdu(0, 0x22, 0x81, 0xA4))
    assert str(PRIVATE) not in repr(chip_key(12, Cipher.AES_128))
    assert shared.VERSION == 1


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from([(0x22, 0x41, 0xA4), (0x22, 0x41, 0xA6), (0x86, 0, 0)]), st.binary(max_size=80)), max_size=5
    )
)
def test_any_bytes_to_the_card_give_a_status_word(words: list[tuple[tuple[int, int, int], bytes]]) -> None:
    side = ChipAuthenticationCardSide(lambda: [chip_key(12, *BOTH)])
    side.process(SET_AT)
    for header, body in words:
        assert side.process(CommandApdu(0, *header, body)).status in (0x9000, 0x6A80, 0x6A88, 0x6985)
