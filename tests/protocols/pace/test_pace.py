import secrets
from collections.abc import Callable, Iterable
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openeoi.crypto.domain_parameters import elliptic_curve_group
from openeoi.crypto.key_derivation import derive_encryption_key
from openeoi.encoding import tlv
from openeoi.encoding.errors import EncodingError
from openeoi.encoding.lds.security_infos import PaceInfo
from openeoi.errors import OpenEoiError
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.iso7816.steps import CardSteps
from openeoi.protocols.pace import shared
from openeoi.protocols.pace.card import PaceCardSide, State
from openeoi.protocols.pace.errors import PaceFailed, PaceNotSupported, PasswordBlocked, PasswordUnknown, WrongPassword
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.protocols.pace.shared import PaceProtocol
from openeoi.protocols.pace.terminal import PaceResult, agree, establish
from protocols.pace.worked_examples import BRAINPOOL_P_256, G_1, G_2, P_256, WorkedExample

CAN = PacePassword.from_can("123456")
INFO = PaceInfo("0.4.0.127.0.7.2.2.4.2.4", 12)


def fixed(values: Iterable[str]) -> Callable[[int], bytes]:
    rest = [bytes.fromhex(value) for value in values]

    def random(length: int) -> bytes:
        value = rest.pop(0)
        assert len(value) == length
        return value

    return random


def card_with(
    info: PaceInfo = INFO, password: PacePassword = CAN, random: Callable[[int], bytes] = secrets.token_bytes
) -> PaceCardSide:
    return PaceCardSide([info], {password.reference: password.secret}.get, random)


def play(steps: CardSteps[PaceResult], answer: Callable[[CommandApdu], ResponseApdu]) -> PaceResult:
    try:
        command = next(steps)
        while True:
            command = steps.send(answer(CommandApdu.decode(command.encode())))
    except StopIteration as finished:
        return finished.value


@pytest.mark.parametrize("example", [G_1, G_2, P_256, BRAINPOOL_P_256], ids=["G.1", "G.2", "P-256", "brainpoolP256r1"])
def test_the_card_replays_the_worked_examples(example: WorkedExample) -> None:
    card = card_with(example.info, example.password, fixed(example.card_randoms))
    for command, response in example.exchanges:
        assert card.process(CommandApdu.decode(bytes.fromhex(command))).encode() == bytes.fromhex(response)
    established = card.take_established()
    assert established is not None
    assert established.password_reference == example.password.reference
    keys = established.channel._keys
    assert keys.encryption_key.hex() == example.encryption_key.lower()
    assert keys.mac_key.hex() == example.mac_key.lower()
    assert card.take_established() is None


# G.2: the card appends the reference of its certification authority, DETESTCVCA00003.
AUTHORITY_REFERENCE = tlv.encode(0x87, b"DETESTCVCA00003")


@pytest.mark.parametrize(("example", "further"), [(G_1, b""), (G_2, AUTHORITY_REFERENCE)], ids=["G.1", "G.2"])
def test_the_terminal_replays_the_worked_examples(example: WorkedExample, further: bytes) -> None:
    transcript = [(bytes.fromhex(command), bytes.fromhex(response)) for command, response in example.exchanges]
    token = tlv.decode_expected(transcript[-1][1][:-2], 0x7C)
    transcript[-1] = (transcript[-1][0], tlv.encode(0x7C, token + further) + b"\x90\x00")

    def answer(command: CommandApdu) -> ResponseApdu:
        expected, response = transcript.pop(0)
        assert command.encode() == expected
        return ResponseApdu.decode(response)

    result = play(agree(example.password, example.info, fixed(example.terminal_randoms)), answer)
    assert not transcript
    assert result.keys.encryption_key.hex() == example.encryption_key.lower()
    assert result.keys.mac_key.hex() == example.mac_key.lower()
    assert result.terminal_public_key.hex().upper() in example.exchanges[3][0]
    assert result.card_public_key.hex().upper() in example.exchanges[3][1]
    assert tlv.encode_all(result.further_objects) == further


ALL_INFOS = [PaceInfo(f"0.4.0.127.0.7.2.2.4.2.{cipher}", 12) for cipher in range(1, 5)]
ALL_INFOS += [PaceInfo("0.4.0.127.0.7.2.2.4.2.2", parameter_id) for parameter_id in range(8, 19)]
ALL_INFOS += [PaceInfo("0.4.0.127.0.7.2.2.4.1.2", 0)]


@pytest.mark.parametrize("info", ALL_INFOS, ids=lambda info: f"{info.protocol[-3:]} with {info.parameter_id}")
def test_both_sides_agree(info: PaceInfo) -> None:
    card = card_with(info)
    steps = establish(CAN, info, secrets.token_bytes, name_parameters=True)
    try:
        command = next(steps)
        while True:
            command = steps.send(card.process(CommandApdu.decode(command.encode())))
    except StopIteration as finished:
        terminal_channel = finished.value
    established = card.take_established()
    assert established is not None
    plain = CommandApdu(0, 0xB0, 0x9E, 0, b"", 256)
    assert established.channel.open(terminal_channel.protect(plain)) == plain
    assert terminal_channel.open(established.channel.protect(ResponseApdu(0x9000, b"file"))).data == b"file"


@pytest.mark.parametrize("other", [PacePassword.from_can("123457"), PacePassword(2, b""), PacePassword(2, b"123456\x00")])
def test_a_wrong_password(other: PacePassword) -> None:
    card = card_with()
    with pytest.raises(WrongPassword) as wrong:
        play(agree(other, INFO, secrets.token_bytes), card.process)
    assert wrong.value.attempts_remaining is None
    assert card.state is State.IDLE
    assert card.take_established() is None


def test_a_password_the_card_does_not_have() -> None:
    with pytest.raises(PasswordUnknown):
        play(agree(PacePassword.from_puk("12345678"), INFO, secrets.token_bytes), card_with().process)


@pytest.mark.parametrize(
    ("status", "error"), [(0x6983, PasswordBlocked), (0x6A88, PasswordUnknown), (0x6A80, PaceFailed), (0x6D00, PaceFailed)]
)
def test_refusals_at_the_start(status: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        play(agree(CAN, INFO, secrets.token_bytes), lambda command: ResponseApdu(status))


def answers_changed(step: int, change: Callable[[ResponseApdu], ResponseApdu]) -> Callable[[CommandApdu], ResponseApdu]:
    card = card_with()
    count = -1

    def answer(command: CommandApdu) -> ResponseApdu:
        nonlocal count
        count += 1
        response = card.process(command)
        return change(response) if count == step else response

    return answer


def test_tries_left_are_reported() -> None:
    with pytest.raises(WrongPassword) as wrong:
        play(agree(CAN, INFO, secrets.token_bytes), answers_changed(4, lambda response: ResponseApdu(0x63C2)))
    assert wrong.value.attempts_remaining == 2


def test_a_counter_at_the_start_is_no_refusal() -> None:
    play(agree(CAN, INFO, secrets.token_bytes), answers_changed(0, lambda response: ResponseApdu(0x63C1)))


@pytest.mark.parametrize("step", [1, 2, 3, 4])
def test_a_card_that_sends_nonsense_is_reported(step: int) -> None:
    wrapped = lambda objects: ResponseApdu(0x9000, tlv.encode(0x7C, objects))  # noqa: E731
    zero_point = b"\x04" + bytes(64)
    tags = {1: 0x80, 2: 0x82, 3: 0x84, 4: 0x86}
    for bad in (
        ResponseApdu(0x9000),
        ResponseApdu(0x9000, b"\x7c"),
        ResponseApdu(0x6A80),
        wrapped(b""),
        wrapped(tlv.encode(0x89, b"")),
        wrapped(tlv.encode(tags[step], b"")),
        wrapped(tlv.encode(tags[step], zero_point)),
        wrapped(tlv.encode(tags[step], bytes(8))),
    ):
        with pytest.raises(PaceFailed):
            play(agree(CAN, INFO, secrets.token_bytes), answers_changed(step, lambda response, bad=bad: bad))


def test_a_reflected_public_key_is_refused() -> None:
    card = card_with()

    def mirror(command: CommandApdu) -> ResponseApdu:
        response = card.process(command)
        if command.data[2:3] == b"\x83":
            return ResponseApdu(0x9000, tlv.encode(0x7C, tlv.encode(0x84, command.data[4:])))
        return response

    with pytest.raises(PaceFailed, match="same ephemeral public key"):
        play(agree(CAN, INFO, secrets.token_bytes), mirror)


def test_the_card_refuses_its_own_public_key() -> None:
    card = card_with(random=fixed(["01" * 32, "02" * 16, "03" * 32]))
    group = elliptic_curve_group(12)
    assert (
        card.process(CommandApdu.decode(bytes.fromhex(G_1.exchanges[0][0].replace("0202830101", "0204830102")))).status == 0x9000
    )
    card.process(general_authenticate(b""))
    mapped = card.process(general_authenticate(tlv.encode(0x81, group.encode(group.generator))))
    assert mapped.status == 0x9000
    own = card._exchange.public_key()
    assert card.process(general_authenticate(tlv.encode(0x83, own))).status == 0x6A80
    assert card.state is State.IDLE


def test_a_mapping_that_ends_at_infinity_is_refused() -> None:
    # The terminal chooses H = -s*G: possible for one who knows the nonce and the card's scalar 1, and must not pass.
    card = card_with(random=fixed(["00" * 31 + "01", "02" * 16, "03" * 32]))
    group = elliptic_curve_group(12)
    nonce = int("02" * 16, 16)
    assert card.process(CommandApdu(0, 0x22, 0xC1, 0xA4, MSE_DATA)).status == 0x9000
    card.process(general_authenticate(b""))
    point = group.multiply(group.order - nonce, group.generator)
    assert card.process(general_authenticate(tlv.encode(0x81, group.encode(point)))).status == 0x6A80


MSE_DATA = bytes.fromhex("800A04007F00070202040204830102")


def general_authenticate(objects: bytes, cla: int = 0x10) -> CommandApdu:
    return CommandApdu(cla, 0x86, 0, 0, tlv.encode(0x7C, objects), 256)


def alphabet() -> list[CommandApdu]:
    """Everything the protocol knows, with contributions of somebody who does not know the password."""
    group = elliptic_curve_group(12)
    point = group.encode(group.multiply(7, group.generator))
    return [
        CommandApdu(0, 0x22, 0xC1, 0xA4, MSE_DATA),
        general_authenticate(b""),
        general_authenticate(tlv.encode(0x81, point)),
        general_authenticate(tlv.encode(0x83, point)),
        general_authenticate(tlv.encode(0x85, bytes(8)), cla=0),
    ]


def test_no_order_of_commands_authenticates_without_the_password() -> None:
    # All words up to length 4, and of length 5 and 6 those that begin with the right start.
    letters = alphabet()
    words = [word for length in range(1, 5) for word in product(range(len(letters)), repeat=length)]
    words += [(0, 1, *tail) for length in (3, 4) for tail in product(range(len(letters)), repeat=length)]
    for word in words:
        card = card_with()
        for letter in word:
            response = card.process(letters[letter])
            assert response.status in (0x9000, 0x6300, 0x6985, 0x6A80, 0x6A88)
            assert card.state is not State.ESTABLISHED
            assert card.take_established() is None


def test_only_the_one_order_authenticates() -> None:
    """All words up to length 5 over the genuine commands of G.1, on a card whose random values fit them: one of 3905 gets in."""
    genuine = [CommandApdu.decode(bytes.fromhex(command)) for command, _ in G_1.exchanges]
    successful = []
    for length in range(1, 6):
        for word in product(range(5), repeat=length):
            letter = 0
            # The card draws at its first three steps: whichever comes, it draws the value that G.1 has there.
            card = card_with(G_1.info, G_1.password, lambda size: bytes.fromhex(G_1.card_randoms[letter]))  # noqa: B023
            for letter in word:
                card.process(genuine[letter])
            if card.state is State.ESTABLISHED:
                successful.append(word)
    assert successful == [(0, 1, 2, 3, 4)]


def test_a_new_start_forgets_the_old_run() -> None:
    card = card_with(G_1.info, G_1.password, fixed([*G_1.card_randoms, "11" * 32]))
    commands = [CommandApdu.decode(bytes.fromhex(command)) for command, _ in G_1.exchanges]
    for command in commands[:4]:
        assert card.process(command).status == 0x9000
    assert card.process(commands[0]).status == 0x9000
    assert card.process(commands[4]).status == 0x6985


def test_the_chaining_bit_belongs_to_the_steps_and_not_to_the_last() -> None:
    card = card_with()
    card.process(CommandApdu(0, 0x22, 0xC1, 0xA4, MSE_DATA))
    assert card.process(general_authenticate(b"", cla=0)).status == 0x6A80


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ("", 0x6A80),
        ("800A04007F00070202040204", 0x6A80),
        ("830102", 0x6A80),
        ("800A04007F00070202040202830102", 0x6A80),
        ("800A04007F00070202040204830103", 0x6A88),
        ("800A04007F0007020204020483010284010D", 0x6A80),
        ("800A04007F0007020204020483010284010C", 0x9000),
        ("800A04007F0007020204020483010287010C", 0x6A80),
    ],
)
def test_setting_the_protocol_strictly(data: str, status: int) -> None:
    assert card_with().process(CommandApdu(0, 0x22, 0xC1, 0xA4, bytes.fromhex(data))).status == status


def test_the_parameter_id_decides_between_two_offers() -> None:
    card = PaceCardSide([INFO, PaceInfo(INFO.protocol, 13)], {2: b"123456"}.get, secrets.token_bytes)
    with pytest.raises(PaceFailed):
        play(agree(CAN, INFO, secrets.token_bytes), card.process)
    play(agree(CAN, PaceInfo(INFO.protocol, 13), secrets.token_bytes, name_parameters=True), card.process)
    assert card.take_established() is not None


@settings(deadline=None)
@given(st.lists(st.binary(max_size=80), max_size=4), st.integers(0, 5), st.sampled_from([0, 0x10, 0xFF]))
def test_any_bytes_to_the_card_give_a_status_word(bodies: list[bytes], genuine: int, cla: int) -> None:
    card = card_with()
    for command in alphabet()[:genuine]:
        card.process(command)
    for body in bodies:
        for ins in (0x22, 0x86):
            response = card.process(CommandApdu(cla, ins, 0xC1 if ins == 0x22 else 0, 0xA4 if ins == 0x22 else 0, body))
            assert not response.data or response.status == 0x9000
    assert card.take_established() is None


@settings(deadline=None)
@given(
    st.lists(st.builds(ResponseApdu, st.integers(0, 0xFFFF), st.binary(max_size=100)), min_size=5, max_size=5), st.integers(0, 4)
)
def test_any_answers_of_the_card_give_our_errors(answers: list[ResponseApdu], genuine: int) -> None:
    card = card_with()
    count = -1

    def answer(command: CommandApdu) -> ResponseApdu:
        nonlocal count
        count += 1
        return card.process(command) if count < genuine else answers[count]

    with pytest.raises(OpenEoiError):
        play(agree(CAN, INFO, secrets.token_bytes), answer)


def test_a_shared_secret_with_leading_zero_bytes_is_not_shortened() -> None:
    """Searches ephemeral scalars until the shared x coordinate starts with 00; both sides must still agree (0.4 % of runs)."""
    group = elliptic_curve_group(12)
    terminal_map, terminal_key, card_map, nonce = 5, 11, 7, bytes(15) + b"\x03"
    generator = group.multiply(3 + terminal_map * card_map, group.generator)
    shared_base = group.multiply(terminal_key, generator)
    found = next(k for k in range(20, 20000) if k != terminal_key and group.multiply(k, shared_base).x >> 248 == 0)
    secret = group.shared_secret(group.multiply(found, shared_base))
    assert secret[0] == 0
    scalar = lambda value: value.to_bytes(32, "big").hex()  # noqa: E731
    card = card_with(random=fixed([scalar(card_map), nonce.hex(), scalar(found)]))
    result = play(agree(CAN, INFO, fixed([scalar(terminal_map), scalar(terminal_key)])), card.process)
    assert card.take_established() is not None
    assert result.keys.encryption_key == derive_encryption_key(secret, result.keys.cipher)


@pytest.mark.parametrize(
    "oid",
    [
        "",
        "1.2.3",
        "0.4.0.127.0.7.2.2.4",
        "0.4.0.127.0.7.2.2.4.2",
        "0.4.0.127.0.7.2.2.4.5.2",
        "0.4.0.127.0.7.2.2.4.2.5",
        "0.4.0.127.0.7.2.2.4.6.1",
    ],
)
def test_identifiers_that_are_no_pace(oid: str) -> None:
    with pytest.raises(PaceNotSupported):
        PaceProtocol.of(oid)


@pytest.mark.parametrize(
    "info",
    [
        PaceInfo(INFO.protocol, None),
        PaceInfo(INFO.protocol, 12, version=1),
        PaceInfo("0.4.0.127.0.7.2.2.4.4.2", 10),  # integrated mapping is not defined for secp224r1
        PaceInfo("0.4.0.127.0.7.2.2.4.4.2", 1),
    ],
)
def test_offers_that_are_not_supported_here(info: PaceInfo) -> None:
    with pytest.raises(PaceNotSupported):
        play(agree(CAN, info, secrets.token_bytes), card_with().process)


def test_unknown_domain_parameters() -> None:
    with pytest.raises(PaceNotSupported):
        play(agree(CAN, PaceInfo(INFO.protocol, 7), secrets.token_bytes), card_with().process)


def test_passwords_are_checked_and_hidden() -> None:
    assert "123456" not in repr(CAN)
    assert "313233" not in repr(CAN)
    for bad in ("", "12345a", "１２３４５６"):
        with pytest.raises(EncodingError):
            PacePassword.from_can(bad)
    with pytest.raises(EncodingError):
        PacePassword.from_mrz("Č")


def test_handles_only_its_own_commands() -> None:
    assert PaceCardSide.handles(CommandApdu(0, 0x22, 0xC1, 0xA4))
    assert PaceCardSide.handles(CommandApdu(0x10, 0x86, 0, 0))
    assert not PaceCardSide.handles(CommandApdu(0, 0x22, 0x81, 0xB6))
    assert shared.NONCE_SIZE == 16
