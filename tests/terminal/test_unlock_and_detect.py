"""Choosing PACE, recognising cards, extended length; and hostile cards everywhere."""

import secrets
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from card import sample_card
from openeoi.encoding.lds.card_access import CardAccess
from openeoi.encoding.lds.files import EMRTD_APPLICATION
from openeoi.encoding.lds.security_infos import PaceInfo
from openeoi.encoding.pkcs15.directory import ApplicationRecord, encode_directory
from openeoi.encoding.pkcs15.files import AID_PINLESS, AID_SIGN_AND_LOGIN
from openeoi.errors import OpenEoiError
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.protocols.personalisation.shared import LifeCycle
from openeoi.terminal.detect import CardKind, DetectedCard, Maker, detect, read_maker
from openeoi.terminal.errors import FileMalformed, NoSupportedPace, PaceNotOffered
from openeoi.terminal.extended_length import announced_in_atr, historical_bytes, read_announced_maximum
from openeoi.terminal.unlock import choose, read_card_access, unlock
from openeoi.transport import run

PACE = "0.4.0.127.0.7.2.2.4"
CONTACT = bytes.fromhex("3BD518FF8191FE1FC38073C821100A")
CONTACTLESS = bytes.fromhex("3B8580018073C821100E")


class Answers:
    """A transport that answers by a function."""

    def __init__(self, answer: Callable[[CommandApdu], ResponseApdu]) -> None:
        self.answer = answer

    def exchange(self, command: bytes) -> bytes:
        return self.answer(CommandApdu.decode(command)).encode()


def files_card(files: dict[int, bytes], applications: tuple[bytes, ...] = ()) -> Answers:
    """A card with files in the master file, by file identifier, and applications that can be selected."""
    selected = 0

    def answer(command: CommandApdu) -> ResponseApdu:
        nonlocal selected
        if command.ins == 0xA4:
            if command.p1 == 4:
                return ResponseApdu(0x9000 if command.data in applications else 0x6A82)
            selected = int.from_bytes(command.data, "big")
            return ResponseApdu(0x9000 if selected in (0x3F00, *files) else 0x6A82)
        if command.ins == 0xB0:
            offset = command.p2
            if command.p1 & 0x80:
                selected = {0x1C: 0x011C}.get(command.p1 & 0x1F, 0)
            else:
                offset |= command.p1 << 8
            content = files.get(selected)
            if content is None:
                return ResponseApdu(0x6A82)
            part = content[offset : offset + (command.expected or 0)]
            return ResponseApdu(0x9000, part) if part else ResponseApdu(0x6B00)
        return ResponseApdu(0x6D00)

    return Answers(answer)


@pytest.mark.parametrize(
    ("offers", "chosen"),
    [
        ([("2.2", 13)], ("2.2", 13)),
        ([("2.1", 13), ("2.4", 12), ("2.2", 18)], ("2.4", 12)),
        ([("2.4", 12), ("2.4", 16)], ("2.4", 16)),
        ([("1.4", 2), ("2.4", 8)], ("2.4", 8)),
        ([("4.4", 13), ("2.2", 13), ("2.2", 16)], ("4.4", 13)),
        ([("5.4", 13), ("2.2", 13)], ("2.2", 13)),
        ([("2.4", 40), ("2.4", None), ("2.2", 12)], ("2.2", 12)),
    ],
)
def test_the_strongest_supported_offer_is_chosen(offers: list[tuple[str, int | None]], chosen: tuple[str, int]) -> None:
    infos = [PaceInfo(f"{PACE}.{protocol}", parameter_id) for protocol, parameter_id in offers]
    assert choose(infos) == PaceInfo(f"{PACE}.{chosen[0]}", chosen[1])


def test_no_silent_fall_back() -> None:
    with pytest.raises(PaceNotOffered):
        choose([])
    with pytest.raises(NoSupportedPace) as refused:
        choose([PaceInfo(f"{PACE}.5.2", 13)])
    assert refused.value.offered == (f"{PACE}.5.2",)
    with pytest.raises(PaceNotOffered):
        run(unlock(PacePassword.from_can("123456"), secrets.token_bytes), files_card({}))


def test_a_malformed_card_access() -> None:
    for content in (b"\x31\x02\x30\x00", b"\x31\x03\x02\x01\x01", b"\x30\x00", b"\x31\x82"):
        with pytest.raises(FileMalformed):
            run(read_card_access(), files_card({0x011C: content}))


EOI_DIRECTORY = encode_directory(
    [ApplicationRecord(AID_PINLESS, "Prijava brez PIN-a"), ApplicationRecord(AID_SIGN_AND_LOGIN, "P")]
)
PACE_FILE = CardAccess((PaceInfo(f"{PACE}.2.4", 13),)).encode()


@pytest.mark.parametrize(
    ("files", "applications", "kind"),
    [
        ({0x2F00: EOI_DIRECTORY, 0x011C: PACE_FILE}, (EMRTD_APPLICATION,), CardKind.EOI),
        ({0x2F00: EOI_DIRECTORY}, (), CardKind.EOI),
        ({0x2F00: EOI_DIRECTORY[:30], 0x011C: PACE_FILE}, (EMRTD_APPLICATION,), CardKind.EMRTD),
        ({0x011C: PACE_FILE}, (EMRTD_APPLICATION,), CardKind.EMRTD),
        ({}, (EMRTD_APPLICATION,), CardKind.EMRTD),
        ({}, (), CardKind.UNKNOWN),
        ({0x2F00: b"\xff" * 50, 0x011C: b"\xff" * 50}, (), CardKind.UNKNOWN),
    ],
)
def test_kinds_of_cards(files: dict[int, bytes], applications: tuple[bytes, ...], kind: CardKind) -> None:
    card = run(detect(CONTACT), files_card(files, applications))
    assert card.kind is kind
    assert card.atr_is_eoi
    assert bool(card.pace) == (files.get(0x011C) == PACE_FILE)


def test_the_atr_alone_makes_no_identity_card() -> None:
    card = run(detect(CONTACTLESS), Answers(lambda command: ResponseApdu(0x6D00)))
    assert card == DetectedCard(CardKind.UNKNOWN, True, (), (), False, refusal=0x6D00)
    assert not run(detect(b"\x3b\x00"), Answers(lambda command: ResponseApdu(0x6D00))).atr_is_eoi


@pytest.mark.parametrize(("manufacturer", "ours"), [("OpenEOI", True), ("NXP", False)])
def test_a_card_is_ours_when_it_says_so(manufacturer: str, ours: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample_card, "OUR_MANUFACTURER", manufacturer)
    sample = sample_card.sample_card()
    sample.card.power_on(contactless=False)
    seen = sample.run(detect(CONTACT))
    assert (seen.kind, seen.maker) == (CardKind.EOI, Maker(ours, LifeCycle.ACTIVE if ours else None))


def test_a_card_without_contacts_says_whose_it_is_inside_the_channel() -> None:
    sample = sample_card.sample_card()
    sample.card.power_on(contactless=True)
    seen = sample.run(detect(CONTACTLESS))
    assert (seen.kind, seen.maker) == (CardKind.EOI, Maker())
    assert sample.inside(sample.channel(), read_maker(seen.applications)) == Maker(True, LifeCycle.ACTIVE)


@pytest.mark.parametrize(
    ("state", "maker", "refusal"),
    [(LifeCycle.BLANK, Maker(True, LifeCycle.BLANK), None), (LifeCycle.TERMINATED, Maker(), 0x6985)],
)
def test_cards_without_applications(state: LifeCycle, maker: Maker, refusal: int | None) -> None:
    sample = sample_card.sample_card(state)
    sample.card.power_on(contactless=False)
    seen = sample.run(detect(CONTACT))
    assert (seen.applications, seen.maker, seen.refusal) == ((), maker, refusal)


def test_detection_only_selects_and_reads() -> None:
    seen = set()

    def answer(command: CommandApdu) -> ResponseApdu:
        seen.add(command.ins)
        return ResponseApdu(0x9000, b"")

    run(detect(CONTACT), Answers(answer))
    assert seen <= {0xA4, 0xB0, 0xCA}  # SELECT, READ BINARY, GET DATA


@pytest.mark.parametrize(
    ("atr", "historical"),
    [
        (CONTACT, "8073C82110"),
        (CONTACTLESS, "8073C82110"),
        (bytes.fromhex("3B951381018073FF01000B"), "8073FF0100"),
        (b"", ""),
        (b"\x3b", ""),
        (b"\x3b\xff", ""),
        (b"\x3b\x05abc", ""),
    ],
)
def test_historical_bytes(atr: bytes, historical: str) -> None:
    assert historical_bytes(atr).hex().upper() == historical


def test_extended_length_in_the_historical_bytes() -> None:
    assert announced_in_atr(bytes.fromhex("3B05") + bytes.fromhex("8073000040"))
    assert not announced_in_atr(bytes.fromhex("3B05") + bytes.fromhex("8073000000"))
    assert not announced_in_atr(bytes.fromhex("3B05") + bytes.fromhex("1073000040"))
    assert announced_in_atr(bytes.fromhex("3B08") + bytes.fromhex("0073000040" + "009000"))


@pytest.mark.parametrize(
    ("content", "maximum"),
    [
        ("7F66080202010002020400", 1022),
        ("7F660A0203010000" + "0203010000", 65534),
        ("7F6608020200FF020200FF", None),
        ("7F6604" + "02020400", None),
        ("4301B8", None),
        ("7F66", None),
    ],
)
def test_extended_length_in_ef_atr_info(content: str, maximum: int | None) -> None:
    assert run(read_announced_maximum(), files_card({0x2F01: bytes.fromhex(content)})) == maximum


@settings(deadline=None)
@given(st.binary(max_size=40))
def test_any_atr_is_looked_at(atr: bytes) -> None:
    announced_in_atr(atr)
    assert len(historical_bytes(atr)) in (0, atr[1] & 0x0F if len(atr) > 1 else 0)


responses = st.builds(
    ResponseApdu, st.sampled_from([0x9000, 0x6282, 0x6982, 0x6C01, 0x6B00]) | st.integers(0, 0xFFFF), st.binary(max_size=60)
)


@settings(deadline=None)
@given(st.lists(responses, min_size=1, max_size=12))
def test_any_card_gives_our_errors_only(answers: list[ResponseApdu]) -> None:
    for steps in (unlock(PacePassword.from_can("123456"), secrets.token_bytes), detect(CONTACT), read_announced_maximum()):
        rest = iter(answers * 3000)
        try:
            run(steps, Answers(lambda command, rest=rest: next(rest)))
        except OpenEoiError:
            continue
