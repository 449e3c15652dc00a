"""The card's file: round trip, and every kind of damage named."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from card.sample_card import OFFICE_KEY, sample_card
from openeoi import profiles
from openeoi.card import state as card_state
from openeoi.card.errors import DamagedCardFile
from openeoi.card.memory import NothingStored, VolatileMemory
from openeoi.card.parameters import PinRole
from openeoi.card.state import StoredFile
from openeoi.card.virtual_card import VirtualCard
from openeoi.encoding.errors import EncodingError
from openeoi.protocols.personalisation.access import AnyOf, Never, OnContact, Password, UnderPace
from openeoi.protocols.personalisation.applications import Application
from openeoi.protocols.personalisation.shared import KeyRole, LifeCycle


def small_state() -> card_state.CardState:
    state = card_state.blank_state(profiles.load("si").card, OFFICE_KEY, b"ABCDEFGHIJ")
    read = AnyOf((OnContact(), UnderPace(frozenset({Password.CAN}))))
    state = state.with_file((Application.PINLESS, 0x7001), StoredFile(read, b"content"))
    state = state.with_file((Application.TRAVEL_DOCUMENT, 0x0103), StoredFile(Never(), b""))
    state = state.with_key(KeyRole.LOW, 12345)
    pin = replace(state.pins[PinRole.NORM_PIN], value=b"123456", tries_left=2)
    return replace(state.with_pin(PinRole.NORM_PIN, pin), can=b"123456", life_cycle=LifeCycle.ACTIVE)


RAW = card_state.encode(small_state())


def test_a_state_survives_encoding() -> None:
    assert card_state.decode(RAW) == small_state()


@pytest.mark.parametrize("life_cycle", LifeCycle)
def test_the_state_of_a_card_in_every_state_survives_encoding(life_cycle: LifeCycle) -> None:
    sample = sample_card(life_cycle)
    content = sample.memory.load()
    assert card_state.encode(card_state.decode(content)) == content
    assert VirtualCard(VolatileMemory(content), bytes).life_cycle is life_cycle


def test_every_truncation_and_every_flipped_byte_is_found() -> None:
    for length in range(len(RAW)):
        with pytest.raises(DamagedCardFile):
            card_state.decode(RAW[:length])
    for position in range(len(RAW)):
        with pytest.raises(DamagedCardFile):
            card_state.decode(RAW[:position] + bytes((RAW[position] ^ 0x10,)) + RAW[position + 1 :])
    with pytest.raises(DamagedCardFile):
        card_state.decode(RAW + b"\x00")


@given(st.integers(18, len(RAW) - 33), st.integers(1, 255))
def test_damage_with_a_right_checksum_is_found_or_is_another_card(position: int, change: int) -> None:
    damaged = RAW[:position] + bytes((RAW[position] ^ change,)) + RAW[position + 1 : -32]
    resealed = damaged + card_state.sha256(damaged).digest()
    try:
        assert card_state.encode(card_state.decode(resealed)) == resealed
    except DamagedCardFile:
        return


def test_a_file_identifier_of_three_bytes_is_damage() -> None:
    file = RAW.index(bytes.fromhex("81027001"))
    record = RAW.rindex(b"\xa0", 0, file)
    longer = bytearray(RAW[:file] + bytes.fromhex("8103007001") + RAW[file + 4 : -32])
    files = RAW.rindex(b"\xaa", 0, record)
    for length in (17, files + 1, record + 1):
        longer[length] += 1
    assert longer[17] - RAW[17] == 1
    with pytest.raises(DamagedCardFile, match="not of two bytes"):
        card_state.decode(bytes(longer) + card_state.sha256(bytes(longer)).digest())


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_by_name(raw: bytes) -> None:
    with pytest.raises(DamagedCardFile):
        card_state.decode(raw)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "does not begin"),
        (RAW[:12] + b"\x00\x02" + RAW[14:], "format version 2"),
        (RAW[:-1] + bytes((RAW[-1] ^ 1,)), "checksum"),
        (RAW[:-5], "bytes where"),
    ],
)
def test_the_reason_says_what_is_wrong(raw: bytes, reason: str) -> None:
    with pytest.raises(DamagedCardFile, match=reason):
        VirtualCard(VolatileMemory(raw) if raw else _Empty(), bytes)


class _Empty(VolatileMemory):
    def load(self) -> bytes:
        return b""


def test_a_memory_without_a_card_says_so() -> None:
    with pytest.raises(NothingStored):
        VirtualCard(VolatileMemory(), bytes)


def test_a_short_office_key_makes_no_card() -> None:
    with pytest.raises(EncodingError):
        VirtualCard.blank(VolatileMemory(), bytes, profiles.load("si").card, b"short")


def test_secrets_stay_out_of_the_repr() -> None:
    text = repr(small_state())
    for secret in ("123456", "12345", OFFICE_KEY.hex(), repr(OFFICE_KEY)):
        assert secret not in text
