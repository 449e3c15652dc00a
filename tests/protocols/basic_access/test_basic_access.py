"""Vector: ICAO 9303-11, appendix D.2 and D.3; its secure messaging (D.4) is in tests/iso7816."""

import secrets
from collections.abc import Callable, Iterable
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openeoi.encoding.errors import EncodingError
from openeoi.errors import OpenEoiError
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.iso7816.secure_messaging import SecureChannel
from openeoi.iso7816.steps import CardSteps
from openeoi.protocols.basic_access import shared
from openeoi.protocols.basic_access.card import BasicAccessCardSide, State
from openeoi.protocols.basic_access.errors import BasicAccessFailed, BasicAccessNotSupported, WrongMachineReadableZone
from openeoi.protocols.basic_access.shared import AccessKeys
from openeoi.protocols.basic_access.terminal import establish

hexadecimal = bytes.fromhex
KEYS = AccessKeys.from_mrz("L898902C<369080619406236")
CARD_RANDOMS = ["4608F91988702212", "0B4F80323EB3191CB04970CB4052790B"]
TERMINAL_RANDOMS = ["781723860C06C226", "0B795240CB7049B01C19B33E32804F0B"]
EXCHANGES = [
    ("0084000008", "4608F919887022129000"),
    (
        "008200002872C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F498F76ED92F25F1448EEA8AD90A728",
        "46B9342A41396CD7386BF5803104D7CEDC122B9132139BAF2EEDC94EE178534F2F2D235D074D74499000",
    ),
]
ENCRYPTION_KEY = "979EC13B1CBFE9DCD01AB0FED307EAE5"
MAC_KEY = "F1CB1F1FB5ADF208806B89DC579DC1F8"
COUNTER = 0x887022120C06C226


def fixed(values: Iterable[str]) -> Callable[[int], bytes]:
    rest = [hexadecimal(value) for value in values]

    def random(length: int) -> bytes:
        value = rest.pop(0)
        assert len(value) == length
        return value

    return random


def card_with(random: Callable[[int], bytes] = secrets.token_bytes, keys: AccessKeys | None = KEYS) -> BasicAccessCardSide:
    return BasicAccessCardSide(lambda: keys, random)


def play(steps: CardSteps[SecureChannel], answer: Callable[[CommandApdu], ResponseApdu]) -> SecureChannel:
    try:
        command = next(steps)
        while True:
            command = steps.send(answer(CommandApdu.decode(command.encode())))
    except StopIteration as finished:
        return finished.value


def test_the_access_keys_of_the_worked_example() -> None:
    assert KEYS.encryption_key.hex().upper() == "AB94FDECF2674FDFB9B391F85D7F76F2"
    assert KEYS.mac_key.hex().upper() == "7962D9ECE03D1ACD4C76089DCE131543"
    assert "ab94" not in repr(KEYS)
    with pytest.raises(EncodingError):
        AccessKeys.from_mrz("Č")


def test_the_card_replays_the_worked_example() -> None:
    card = card_with(fixed(CARD_RANDOMS))
    for command, response in EXCHANGES:
        assert card.process(CommandApdu.decode(hexadecimal(command))).encode() == hexadecimal(response)
    channel = card.take_established()
    assert channel is not None
    assert card.take_established() is None
    check_keys(channel._keys)


def test_the_terminal_replays_the_worked_example() -> None:
    transcript = [(hexadecimal(command), hexadecimal(response)) for command, response in EXCHANGES]

    def answer(command: CommandApdu) -> ResponseApdu:
        expected, response = transcript.pop(0)
        assert command.encode() == expected
        return ResponseApdu.decode(response)

    check_keys(play(establish(KEYS, fixed(TERMINAL_RANDOMS)), answer)._keys)


def check_keys(keys: object) -> None:
    assert keys.encryption_key.hex().upper() == ENCRYPTION_KEY
    assert keys.mac_key.hex().upper() == MAC_KEY
    assert keys.send_sequence_counter == COUNTER


def test_both_sides_open_one_channel() -> None:
    card = card_with()
    terminal_channel = play(establish(KEYS, secrets.token_bytes), card.process)
    channel = card.take_established()
    assert channel is not None
    plain = CommandApdu(0, 0xB0, 0x9E, 0, b"", 256)
    assert channel.open(terminal_channel.protect(plain)) == plain
    assert terminal_channel.open(channel.protect(ResponseApdu(0x9000, b"file"))).data == b"file"


def test_another_zone_is_refused() -> None:
    card = card_with()
    with pytest.raises(WrongMachineReadableZone) as wrong:
        play(establish(AccessKeys.from_mrz("L898902C<369080619406237"), secrets.token_bytes), card.process)
    assert wrong.value.status == 0x6300
    assert card.state is State.IDLE
    assert card.take_established() is None


def test_a_card_without_basic_access_control() -> None:
    with pytest.raises(BasicAccessNotSupported) as refused:
        play(establish(KEYS, secrets.token_bytes), card_with(keys=None).process)
    assert refused.value.status == 0x6985


def test_a_cryptogram_is_not_replayed_to_another_challenge() -> None:
    card = card_with()
    card.process(CommandApdu.decode(hexadecimal(EXCHANGES[0][0])))
    assert card.process(CommandApdu.decode(hexadecimal(EXCHANGES[1][0]))).status == 0x6300


def test_a_challenge_serves_once() -> None:
    card = card_with(fixed(CARD_RANDOMS))
    challenge, authenticate = (CommandApdu.decode(hexadecimal(command)) for command, _ in EXCHANGES)
    wrong = CommandApdu(0, 0x82, 0, 0, authenticate.data[:-1] + b"\x00", 40)
    assert card.process(challenge).status == 0x9000
    assert card.process(wrong).status == 0x6300
    assert card.process(authenticate).status == 0x6985


@pytest.mark.parametrize(
    "answer",
    [
        ResponseApdu(0x9000),
        ResponseApdu(0x9000, bytes(40)),
        ResponseApdu(0x9000, hexadecimal(EXCHANGES[1][1])[:39]),
        ResponseApdu(0x9000, hexadecimal(EXCHANGES[1][1])[:-2] + b"\x00"),
        ResponseApdu(0x9000, shared.seal(KEYS, bytes(32))),
        # The terminal's own cryptogram sent back.
        ResponseApdu(0x9000, hexadecimal(EXCHANGES[1][0])[5:45]),
    ],
)
def test_a_card_that_does_not_know_the_zone_is_reported(answer: ResponseApdu) -> None:
    answers = [ResponseApdu.decode(hexadecimal(EXCHANGES[0][1])), answer]
    with pytest.raises(BasicAccessFailed):
        play(establish(KEYS, fixed(TERMINAL_RANDOMS)), lambda command: answers.pop(0))


@pytest.mark.parametrize("size", [0, 7, 9])
def test_a_challenge_of_another_length_is_reported(size: int) -> None:
    with pytest.raises(BasicAccessFailed, match="challenge"):
        play(establish(KEYS, secrets.token_bytes), lambda command: ResponseApdu(0x9000, bytes(size)))


def test_only_the_one_order_authenticates() -> None:
    """All words up to length 4 over the genuine commands and bad ones; the card's random values fit the genuine run."""
    letters = [CommandApdu.decode(hexadecimal(command)) for command, _ in EXCHANGES]
    letters += [
        CommandApdu(0, 0x82, 0, 0, shared.seal(AccessKeys(b"1" * 16, b"2" * 16), bytes(32)), 40),
        CommandApdu(0, 0x82, 0, 0, bytes(40), 40),
        CommandApdu(0, 0x82, 0, 0, b"", None),
    ]
    for length in range(1, 5):
        for word in product(range(len(letters)), repeat=length):
            card = card_with(lambda size: hexadecimal(CARD_RANDOMS[0 if size == 8 else 1]))
            for letter in word:
                assert card.process(letters[letter]).status in (0x9000, 0x6300, 0x6700, 0x6985)
            assert (card.state is State.ESTABLISHED) == (word[-2:] == (0, 1))
            assert (card.take_established() is not None) == (word[-2:] == (0, 1))


@pytest.mark.parametrize(
    ("command", "status"),
    [
        (CommandApdu(0x10, 0x84, 0, 0, b"", 8), 0x6E00),
        (CommandApdu(0, 0x84, 1, 0, b"", 8), 0x6A86),
        (CommandApdu(0, 0x84, 0, 0, b"", 7), 0x6700),
        (CommandApdu(0, 0x84, 0, 0), 0x6700),
        (CommandApdu(0, 0x84, 0, 0, b"1", 8), 0x6700),
        (CommandApdu(0, 0x84, 0, 0, b"", 256), 0x9000),
        (CommandApdu(0, 0x82, 0, 0, bytes(40), 40), 0x6985),
    ],
)
def test_commands_are_taken_strictly(command: CommandApdu, status: int) -> None:
    assert BasicAccessCardSide.handles(command)
    assert card_with().process(command).status == status


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from([0x82, 0x84]), st.binary(max_size=60)), max_size=5), st.booleans())
def test_any_bytes_to_the_card_give_a_status_word(bodies: list[tuple[int, bytes]], challenge: bool) -> None:
    card = card_with()
    if challenge:
        card.process(CommandApdu(0, 0x84, 0, 0, b"", 8))
    for ins, body in bodies:
        response = card.process(CommandApdu(0, ins, 0, 0, body, 40))
        assert not response.data or response.status == 0x9000
    assert card.take_established() is None


@settings(deadline=None)
@given(st.lists(st.builds(ResponseApdu, st.integers(0, 0xFFFF), st.binary(max_size=48)), min_size=2, max_size=2), st.booleans())
def test_any_answers_of_the_card_give_our_errors(answers: list[ResponseApdu], genuine: bool) -> None:
    card = card_with()
    queue = list(answers)
    steps = establish(KEYS, secrets.token_bytes)
    with pytest.raises(OpenEoiError):
        play(steps, lambda command: card.process(command) if genuine and len(queue) == 2 and queue.pop() else queue.pop())
