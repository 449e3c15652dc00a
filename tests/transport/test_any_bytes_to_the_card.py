"""Whatever comes over a transport, in clear or inside a genuine channel, the whole card answers with a response APDU."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from card.sample_card import SampleCard, sample_card
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.iso7816.errors import SecureMessagingError

INSTRUCTIONS = [0x20, 0x22, 0x24, 0x2A, 0x2C, 0x47, 0x84, 0x86, 0xA4, 0xB0, 0xB1, 0xC0, 0xCA, 0xD6, 0xDA, 0xE0, 0xE4]
commands = st.builds(
    CommandApdu,
    st.sampled_from([0x00, 0x10, 0x0C, 0x1C, 0x80]),
    st.sampled_from(INSTRUCTIONS) | st.integers(0, 255),
    st.sampled_from([0, 1, 3, 4, 0x41, 0x81, 0x9C, 0x9E, 0xC1]) | st.integers(0, 255),
    st.sampled_from([0, 5, 0x0C, 0x9A, 0xA4, 0xB6]) | st.integers(0, 255),
    st.binary(max_size=300),
    st.none() | st.sampled_from([1, 256, 65536]),
)


@pytest.fixture(scope="module")
def sample() -> SampleCard:
    return sample_card()


@settings(deadline=None)
@given(st.lists(st.binary(max_size=40) | commands.map(CommandApdu.encode), max_size=6))
def test_in_clear(sample: SampleCard, sent: list[bytes]) -> None:
    sample.card.reset()
    for raw in sent:
        ResponseApdu.decode(sample.card.process(raw))


@settings(deadline=None, max_examples=60)
@given(st.lists(commands, min_size=1, max_size=6), st.integers(0, 5), st.integers(0, 4000))
def test_inside_a_channel(sample: SampleCard, sent: list[CommandApdu], damaged: int, bit: int) -> None:
    """One of the protected commands may be damaged: the channel is over then, and the card says so in clear."""
    sample.card.reset()
    channel = sample.channel()
    for position, command in enumerate(sent):
        raw = bytearray(channel.protect(command).encode())
        if position == damaged:
            raw[bit // 8 % len(raw)] ^= 1 << bit % 8
        response = ResponseApdu.decode(sample.card.process(bytes(raw)))
        try:
            channel.open(response)
        except SecureMessagingError:
            return
