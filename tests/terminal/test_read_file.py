"""READ BINARY against cards that answer short, refuse, lie about lengths, or never end."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openeoi.encoding.lds.files import ElementaryFile
from openeoi.encoding.tlv import decode_expected, encode
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.iso7816.steps import CardSteps
from openeoi.terminal.errors import FileMalformed, FileNotReadable, TerminalError
from openeoi.terminal.read_file import read_elementary_file, read_to_the_end

FILE = ElementaryFile("EF.DG2", 0x0102, 2, 0x75)
Answer = Callable[[CommandApdu], ResponseApdu]
PATIENCE = 10_000


class FileCard:
    """A card with one file. `most`: bytes per answer; `extended`: takes extended length; `end`: how it shows the end."""

    def __init__(self, content: bytes, most: int = 65536, extended: bool = True, end: int = 0x6B00) -> None:
        self.content = content
        self.most = most
        self.extended = extended
        self.end = end
        self.commands: list[CommandApdu] = []

    def __call__(self, command: CommandApdu) -> ResponseApdu:
        self.commands.append(command)
        assert command.expected is not None
        if command.is_extended and not self.extended:
            return ResponseApdu(0x6700)
        if command.ins == 0xB1:
            offset = int.from_bytes(decode_expected(command.data, 0x54), "big")
            size = min(command.expected, self.most)
            room = size - (len(encode(0x53, bytes(size))) - size)
            part = self.content[offset : offset + room]
            return ResponseApdu(0x9000, encode(0x53, part)) if part else ResponseApdu(self.end)
        offset = command.p2 if command.p1 & 0x80 else command.p1 << 8 | command.p2
        part = self.content[offset : offset + min(command.expected, self.most)]
        return ResponseApdu(0x9000, part) if part else ResponseApdu(self.end)


def play(steps: CardSteps[bytes], answer: Answer) -> bytes:
    try:
        command = next(steps)
        for _ in range(PATIENCE):
            command = steps.send(answer(CommandApdu.decode(command.encode())))
    except StopIteration as finished:
        return finished.value
    raise AssertionError("the terminal never stops")


@pytest.mark.parametrize(
    "size", [0, 1, 120, 127, 128, 218, 219, 220, 221, 222, 223, 224, 300, 5000, 32760, 32767, 32768, 33000, 70000]
)
@pytest.mark.parametrize("piece", [223, 256, 4000, 65536])
def test_files_of_all_sizes(size: int, piece: int) -> None:
    content = encode(0x75, bytes(index * 7 & 0xFF for index in range(size)))
    card = FileCard(content + b"what follows the data object is not read")
    assert play(read_elementary_file(FILE, piece), card) == content
    assert all((command.expected or 0) <= piece for command in card.commands)
    assert card.commands[0].header == b"\x00\xb0\x82\x00"


@settings(deadline=None)
@given(st.integers(0, 2000), st.integers(4, 300), st.sampled_from([223, 256, 1000]))
def test_short_answers_are_followed_up(size: int, most: int, piece: int) -> None:
    content = encode(0x75, bytes(size))
    assert play(read_elementary_file(FILE, piece), FileCard(content, most)) == content


def test_one_byte_at_a_time_still_ends() -> None:
    content = encode(0x75, b"abc" * 20)
    assert play(read_elementary_file(FILE), FileCard(content, most=1)) == content


def test_extended_length_falls_back_to_short() -> None:
    content = encode(0x75, bytes(1000))
    card = FileCard(content, extended=False)
    assert play(read_elementary_file(FILE, 65536), card) == content
    assert [command.is_extended for command in card.commands] == [True] + [False] * 5


def test_a_wrong_expected_length_is_corrected() -> None:
    content = encode(0x75, bytes(100))
    card = FileCard(content)

    def answer(command: CommandApdu) -> ResponseApdu:
        return ResponseApdu(0x6C00 | len(content)) if (command.expected or 0) > len(content) else card(command)

    assert play(read_elementary_file(FILE), answer) == content


def test_a_card_that_always_corrects_the_length_is_given_up() -> None:
    with pytest.raises(FileNotReadable):
        play(read_elementary_file(FILE), lambda command: ResponseApdu(0x6C00 | max((command.expected or 0) - 1, 0) & 0xFF))


@pytest.mark.parametrize("status", [0x6982, 0x6A82, 0x6D00, 0x6700])
def test_a_refused_file(status: int) -> None:
    with pytest.raises(FileNotReadable) as refused:
        play(read_elementary_file(FILE), lambda command: ResponseApdu(status))
    assert (refused.value.file, refused.value.status) == ("EF.DG2", status)


LYING: dict[str, Answer] = {
    "four gigabytes": lambda command: ResponseApdu(0x9000, bytes.fromhex("7584FFFFFFFF")),
    "just too long": lambda command: ResponseApdu(0x9000, bytes.fromhex("7583100000")),
    "no data": lambda command: ResponseApdu(0x9000),
    "more than asked": lambda command: ResponseApdu(0x9000, encode(0x75, bytes(4000))),
    "no tag": lambda command: ResponseApdu(0x9000, bytes(20)),
    "indefinite length": lambda command: ResponseApdu(0x9000, b"\x75\x80" + bytes(20)),
    "end too early": FileCard(encode(0x75, bytes(2000))[:1500]),
    "end too early with 6282": FileCard(encode(0x75, bytes(2000))[:1500], end=0x6282),
    "a warning with data": lambda command: ResponseApdu(0x6282, encode(0x75, bytes(2000))[:100]),
}


@pytest.mark.parametrize("lie", sorted(LYING))
def test_lies_are_found_out(lie: str) -> None:
    with pytest.raises(FileMalformed):
        play(read_elementary_file(FILE), LYING[lie])


def test_a_limit_given_by_the_caller() -> None:
    with pytest.raises(FileMalformed):
        play(read_elementary_file(FILE, maximum=100), FileCard(encode(0x75, bytes(100))))


@settings(deadline=None)
@given(
    st.lists(
        st.builds(ResponseApdu, st.sampled_from([0x9000, 0x6282, 0x6C10, 0x6700, 0x6B00]), st.binary(max_size=40)), min_size=1
    )
)
def test_any_answers_end_in_bytes_or_our_errors(answers: list[ResponseApdu]) -> None:
    for steps in (read_elementary_file(FILE, maximum=5000), read_to_the_end("EF", maximum=5000)):
        rounds = iter(answers * PATIENCE)
        try:
            play(steps, lambda command, rounds=rounds: next(rounds))
        except TerminalError:
            continue


@pytest.mark.parametrize("end", [0x6B00, 0x6282, 0x9000])
@pytest.mark.parametrize("size", [1, 222, 223, 224, 1000, 40000])
def test_reading_to_the_end(size: int, end: int) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    assert play(read_to_the_end("EF.DIR"), FileCard(content[:size], end=end)) == content[:size]


def test_a_file_without_end() -> None:
    with pytest.raises(FileMalformed):
        play(read_to_the_end("EF.DIR", maximum=4096), lambda command: ResponseApdu(0x9000, bytes(200)))


def test_an_empty_file() -> None:
    assert play(read_to_the_end("EF.DIR"), lambda command: ResponseApdu(0x9000)) == b""
    with pytest.raises(FileNotReadable):
        play(read_to_the_end("EF.DIR"), lambda command: ResponseApdu(0x6B00))
