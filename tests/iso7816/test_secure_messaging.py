"""Vectors: ICAO 9303-11 appendix D.4 (triple DES), and a session with AES-256 recorded with OpenSC."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openeoi.crypto.ciphers import Cipher
from openeoi.crypto.errors import InvalidKey
from openeoi.encoding.tlv import encode
from openeoi.errors import OpenEoiError
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.iso7816.errors import (
    ProtectedCommandRefused,
    ProtectedResponseInvalid,
    SecureMessagingEnded,
    SecureMessagingLost,
)
from openeoi.iso7816.secure_messaging import CardSecureChannel, ProtectedCommand, SecureChannel, SessionKeys, through
from openeoi.iso7816.steps import CardSteps

hexadecimal = bytes.fromhex
BASIC_ACCESS = SessionKeys(
    Cipher.TRIPLE_DES,
    hexadecimal("979EC13B1CBFE9DCD01AB0FED307EAE5"),
    hexadecimal("F1CB1F1FB5ADF208806B89DC579DC1F8"),
    0x887022120C06C226,
)
BASIC_ACCESS_EXCHANGES = [
    (CommandApdu(0, 0xA4, 2, 0x0C, b"\x01\x1e"), "0CA4020C158709016375432908C044F68E08BF8B92D635FF24F800", "9000"),
    (CommandApdu(0, 0xB0, 0, 0, b"", 4), "0CB000000D9701048E08ED6705417E96BA5500", "60145F019000"),
    (
        CommandApdu(0, 0xB0, 0, 4, b"", 18),
        "0CB000040D9701128E082EA28A70F3C7B53500",
        "04303130365F36063034303030305C026175" + "9000",
    ),
]
BASIC_ACCESS_RESPONSES = [
    "990290008E08FA855A5D4C50A8ED9000",
    "8709019FF0EC34F9922651990290008E08AD55CC17140B2DED9000",
    "871901FB9235F4E4037F2327DCC8964F1F9B8C30F42C8E2FFF224A990290008E08C8B2787EAEA07D749000",
]


def test_the_worked_example_of_basic_access_control() -> None:
    terminal, card = SecureChannel(BASIC_ACCESS), CardSecureChannel(BASIC_ACCESS)
    for (plain, protected, answer), response in zip(BASIC_ACCESS_EXCHANGES, BASIC_ACCESS_RESPONSES, strict=True):
        assert terminal.protect(plain).encode().hex().upper() == protected
        assert card.open(CommandApdu.decode(hexadecimal(protected))).encode() == plain.encode()
        if len(answer) < 36:
            assert card.protect(ResponseApdu.decode(hexadecimal(answer))).encode().hex().upper() == response
            assert terminal.open(ResponseApdu.decode(hexadecimal(response))).encode().hex().upper() == answer
        else:
            opened = terminal.open(ResponseApdu.decode(hexadecimal(response)))
            assert opened.status == 0x9000
            assert card.protect(opened).encode().hex().upper() == response


RECORDED_KEYS = {
    "P-256": SessionKeys(
        Cipher.AES_256,
        hexadecimal("45425ffca81fa5fedbb4669d0e8c120556bf14f7296b2eaa5a9f0335f5d18340"),
        hexadecimal("b3df51bc054a355506c8906d9c6d5e9c3114ab85779a21f68333253be7924701"),
    ),
    "brainpoolP256r1": SessionKeys(
        Cipher.AES_256,
        hexadecimal("bb632f188b5843dfdc7f415773e17b517eb5315adf48e7f37fecfbb16685e525"),
        hexadecimal("9bb8dd3178b663d98f75a3c79c35ff71e9e512dc307c25bb89f14d5b076c7b36"),
    ),
}
DIGEST = hexadecimal("40ef4961f87700c77f04ea1e5f7c10abb6647757515f39bfacb3025707e09a21")
RECORDED_COMMANDS = [
    CommandApdu(0, 0x20, 0, 5, b"111111"),
    CommandApdu(0, 0xA4, 4, 0x0C, hexadecimal("E828BD080F014E585030")),
    CommandApdu(0, 0x22, 0x81, 0xB6, hexadecimal("910221A1")),
    CommandApdu(0, 0x2A, 0x9E, 0x9A, DIGEST, 0x60),
]
RECORDED = {
    "P-256": [
        ("0c2000051d871101f67c06a9a2b9b1c945ca1791ed7f6d378e08c7b9a2c86bc357bf00", "990290008e08caade109a41306749000"),
        ("0ca4040c1d87110199833d61b4758f92bfede47904369a458e08516fe858122d5d0400", "990290008e08083f6a9882b32e769000"),
        ("0c2281b61d871101e860b5f3da0e496840cbcdf55a2a3d5b8e08405d12b1f9db0aea00", "990290008e082bd36235eca88fa49000"),
        (
            "0c2a9e9a408731012639cf70d64f4c2ceaccb4a6fbf4b1a4d1407def2d23b3ca844d2fc7f8bff7cd605039facfb10acea111819da2b0691b"
            "9701608e086c661ebd0adc693b00",
            "",
        ),
    ],
    "brainpoolP256r1": [
        ("0c2000051d8711016c0d5cc48bafa40a4a834955d3c6c96f8e08d59e54b726f1d10200", "990290008e083e669755aba3b2ce9000"),
        ("0ca4040c1d87110109d0ae3a3454b8d20ffc65aef8987a1c8e085e6f3b4f3c6955e300", "990290008e082b5b2a8b193a53c89000"),
        ("0c2281b61d871101ab037a8a21ca3259ac26527b178c64a48e08c62ac8e9fcaf073c00", "990290008e0887c83985f5486dab9000"),
        (
            "0c2a9e9a408731014e61057d8b513c725115eb78f659f9dcd65b499fbad8d6e0fe389df4f9c41d400be86ddcedefbebdf31c6dabec12ba73"
            "9701608e08cd2bd076277ca5db00",
            "",
        ),
    ],
}


@pytest.mark.parametrize("curve", sorted(RECORDED))
def test_the_session_recorded_with_opensc(curve: str) -> None:
    terminal, card = SecureChannel(RECORDED_KEYS[curve]), CardSecureChannel(RECORDED_KEYS[curve])
    for plain, (protected, response) in zip(RECORDED_COMMANDS, RECORDED[curve], strict=True):
        assert terminal.protect(plain).encode().hex() == protected
        assert card.open(CommandApdu.decode(hexadecimal(protected))).encode() == plain.encode()
        if response:
            assert card.protect(ResponseApdu(0x9000)).encode().hex() == response
            assert terminal.open(ResponseApdu.decode(hexadecimal(response))) == ResponseApdu(0x9000)


keys = st.sampled_from(Cipher).flatmap(
    lambda cipher: st.builds(
        SessionKeys,
        st.just(cipher),
        st.binary(min_size=cipher.key_size, max_size=cipher.key_size),
        st.binary(min_size=cipher.key_size, max_size=cipher.key_size),
        st.integers(0, 1 << 60),
    )
)
commands = st.builds(
    CommandApdu,
    st.sampled_from([0x00, 0x10, 0x01]),
    *[st.integers(0, 255)] * 3,
    st.binary(max_size=400),
    st.none() | st.integers(1, 65536),
    st.booleans(),
)
responses = st.builds(ResponseApdu, st.integers(0, 0xFFFF), st.binary(max_size=600))


@settings(deadline=None)
@given(keys, st.lists(st.tuples(commands, responses), min_size=1, max_size=4))
def test_both_sides_understand_each_other(session: SessionKeys, exchanges: list[tuple[CommandApdu, ResponseApdu]]) -> None:
    terminal, card = SecureChannel(session), CardSecureChannel(session)
    for command, response in exchanges:
        on_the_wire = CommandApdu.decode(terminal.protect(command).encode())
        received = card.open(on_the_wire)
        assert (received.header, received.data, received.expected) == (command.header, command.data, command.expected)
        assert terminal.open(ResponseApdu.decode(card.protect(response).encode())) == response


@settings(deadline=None, max_examples=60)
@given(keys, commands, st.data())
def test_one_flipped_bit_in_a_command_ends_the_session(session: SessionKeys, command: CommandApdu, data: st.DataObject) -> None:
    protected = SecureChannel(session).protect(command)
    body = bytearray(protected.header + protected.data)
    position = data.draw(st.integers(0, len(body) - 1))
    body[position] ^= 1 << data.draw(st.integers(0, 7))
    changed = CommandApdu(*body[:4], bytes(body[4:]), protected.expected, protected.extended)
    card = CardSecureChannel(session)
    with pytest.raises(ProtectedCommandRefused) as refusal:
        card.open(changed)
    assert refusal.value.status in (0x6987, 0x6988)
    with pytest.raises(SecureMessagingEnded):
        card.open(protected)


@settings(deadline=None, max_examples=60)
@given(keys, commands, responses, st.data())
def test_one_flipped_bit_in_a_response_ends_the_session(
    session: SessionKeys, command: CommandApdu, response: ResponseApdu, data: st.DataObject
) -> None:
    terminal, card = SecureChannel(session), CardSecureChannel(session)
    card.open(terminal.protect(command))
    raw = bytearray(card.protect(response).encode())
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(ProtectedResponseInvalid):
        terminal.open(ResponseApdu.decode(bytes(raw)))
    with pytest.raises(SecureMessagingEnded):
        terminal.protect(command)


KEYS = RECORDED_KEYS["P-256"]


@given(st.binary(max_size=300), st.integers(0, 0xFFFF), st.integers(0, 255))
def test_any_bytes_give_our_errors_only(raw: bytes, status: int, cla: int) -> None:
    terminal = SecureChannel(KEYS)
    terminal.protect(CommandApdu(0, 0xB0, 0, 0, b"", 256))
    with pytest.raises(OpenEoiError):
        terminal.open(ResponseApdu(status, raw))
    with pytest.raises(ProtectedCommandRefused):
        CardSecureChannel(KEYS).open(CommandApdu(cla, 0xB0, 0, 0, raw))


def test_a_card_that_answers_in_clear_has_left_the_session() -> None:
    terminal = SecureChannel(KEYS)
    terminal.protect(CommandApdu(0, 0xB0, 0, 0))
    with pytest.raises(SecureMessagingLost) as lost:
        terminal.open(ResponseApdu(0x6988))
    assert lost.value.status == 0x6988
    assert terminal.ended


def test_a_replayed_response_is_refused() -> None:
    terminal, card = SecureChannel(KEYS), CardSecureChannel(KEYS)
    card.open(terminal.protect(CommandApdu(0, 0xB0, 0, 0)))
    response = card.protect(ResponseApdu(0x9000, b"once"))
    terminal.open(response)
    terminal.protect(CommandApdu(0, 0xB0, 0, 0))
    with pytest.raises(ProtectedResponseInvalid):
        terminal.open(response)


def test_an_unprotected_command_is_not_opened() -> None:
    with pytest.raises(ProtectedCommandRefused) as refusal:
        CardSecureChannel(KEYS).open(CommandApdu(0, 0xB0, 0, 0))
    assert refusal.value.status == 0x6987


@pytest.mark.parametrize(("ins", "tag"), [(0xB0, 0x85), (0xB1, 0x87)])
def test_the_cryptogram_of_the_other_instruction_kind_is_refused(ins: int, tag: int) -> None:
    # The code is right, so that only the rule about DO 85 and DO 87 stands between.
    sender, card = SecureChannel(KEYS), CardSecureChannel(KEYS)
    protected = sender.protect(CommandApdu(0, ins ^ 1, 0, 0, b"data"))
    header = bytes((0x0C, ins, 0, 0))
    objects = protected.data[:-10]
    assert objects[0] == tag
    code = sender._authenticate(header, objects)
    with pytest.raises(ProtectedCommandRefused):
        card.open(CommandApdu(*header, objects + encode(0x8E, code), 256))


def test_odd_instructions_use_data_object_85() -> None:
    protected = SecureChannel(KEYS).protect(CommandApdu(0, 0xB1, 0, 0, b"\x54\x02\x80\x00", 256))
    assert protected.data[:2] == b"\x85\x10"


@pytest.mark.parametrize(("cipher", "short"), [(Cipher.AES_128, 223), (Cipher.AES_256, 223), (Cipher.TRIPLE_DES, 231)])
def test_capacity_is_exactly_what_fits(cipher: Cipher, short: int) -> None:
    session = SessionKeys(cipher, bytes(cipher.key_size), bytes(range(cipher.key_size)))
    for limit in (256, 1000, 65536):
        card = CardSecureChannel(session)
        capacity = card.plain_capacity(limit)
        assert limit != 256 or capacity == short
        assert len(card.protect(ResponseApdu(0x9000, bytes(capacity))).data) <= limit
        assert len(card.protect(ResponseApdu(0x9000, bytes(capacity + 1))).data) > limit


def test_extended_length_travels_in_two_bytes() -> None:
    terminal, card = SecureChannel(KEYS), CardSecureChannel(KEYS)
    protected = terminal.protect(CommandApdu(0, 0xB0, 0, 0, b"", 65536))
    assert protected.data[:4] == b"\x97\x02\x00\x00"
    assert card.open(CommandApdu.decode(protected.encode())).expected == 65536


def test_steps_run_through_the_channel_and_remember_both_forms() -> None:
    def steps() -> CardSteps[bytes]:
        first = yield CommandApdu(0, 0x84, 0, 0, b"", 8)
        second = yield CommandApdu(0, 0x20, 0, 5, b"123456")
        return first.data + second.status.to_bytes(2, "big")

    terminal, card = SecureChannel(KEYS), CardSecureChannel(KEYS)
    running = through(terminal, steps())
    seen = [next(running)]
    assert card.open(seen[0]).ins == 0x84
    seen.append(running.send(card.protect(ResponseApdu(0x9000, b"12345678"))))
    assert card.open(seen[1]).data == b"123456"
    with pytest.raises(StopIteration) as finished:
        running.send(card.protect(ResponseApdu(0x63C2)))
    assert finished.value.value == b"12345678\x63\xc2"
    assert all(isinstance(command, ProtectedCommand) for command in seen)
    assert seen[0].plain == CommandApdu(0, 0x84, 0, 0, b"", 8)
    assert seen[0].plain_response == ResponseApdu(0x9000, b"12345678")
    assert terminal.last_plain_response == ResponseApdu(0x63C2)
    assert "123456" not in repr(seen[1])
    assert "313233" not in repr(seen[1])


def test_steps_are_closed_when_the_channel_fails() -> None:
    closed = []

    def steps() -> CardSteps[None]:
        try:
            yield CommandApdu(0, 0x84, 0, 0, b"", 8)
        finally:
            closed.append(True)

    running = through(SecureChannel(KEYS), steps())
    next(running)
    with pytest.raises(SecureMessagingLost):
        running.send(ResponseApdu(0x6D00))
    assert closed == [True]


def test_keys_are_checked_and_stay_out_of_the_repr() -> None:
    with pytest.raises(InvalidKey):
        SessionKeys(Cipher.AES_128, bytes(32), bytes(16))
    assert "45425f" not in repr(KEYS)
