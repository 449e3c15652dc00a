"""What unmodified programs rely on, command by command as they send them, on both interfaces (OpenSC's eOI driver since 0.24)."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature

from card.sample_card import CAN, NORM_PIN, PUK, SIG_PIN, SampleCard, sample_card
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.iso7816.secure_messaging import SecureChannel
from openeoi.iso7816.steps import CardSteps
from openeoi.profiles.card import ChipOptions
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.protocols.personalisation.shared import LifeCycle

LOW = "E828BD080F014E585031"
HIGH = "E828BD080F014E585030"
BOTH = pytest.mark.parametrize("contactless", [False, True], ids=["contact", "contactless"])
Say = Callable[[str], tuple[str, int]]
"""A command in hexadecimal; the data of the answer in hexadecimal, and its status word."""


@pytest.fixture(scope="module")
def stored() -> tuple[SampleCard, bytes]:
    sample = sample_card(LifeCycle.ACTIVE, options=ChipOptions())
    return sample, sample.memory.load()


@pytest.fixture
def card(stored: tuple[SampleCard, bytes]) -> SampleCard:
    sample, content = stored
    sample.memory.save(content)
    sample.card.power_on(contactless=False)
    return sample


def in_clear(card: SampleCard) -> Say:
    def say(command: str) -> tuple[str, int]:
        answer = ResponseApdu.decode(card.card.process(bytes.fromhex(command)))
        return answer.data.hex().upper(), answer.status

    return say


def protected(card: SampleCard, channel: SecureChannel | None = None) -> Say:
    opened = channel or card.channel(PacePassword.from_can(CAN))

    def one(command: CommandApdu) -> CardSteps[ResponseApdu]:
        return (yield command)

    def say(command: str) -> tuple[str, int]:
        answer = card.inside(opened, one(CommandApdu.decode(bytes.fromhex(command))))
        return answer.data.hex().upper(), answer.status

    return say


def words(say: Say, *commands: str) -> list[int]:
    return [say(command)[1] for command in commands]


def secret(ins: str, digits: str) -> str:
    return f"00{ins}{len(digits):02X}{digits.encode().hex()}"


# --- recognition ----------------------------------------------------------------------------------------------------------------


@BOTH
def test_the_answer_to_reset_alone_selects_the_driver(card: SampleCard, contactless: bool) -> None:
    expected = "3B85800180" + "73C821100E" if contactless else "3BD518FF8191FE1FC38073C821100A"
    assert card.card.atr(contactless).hex().upper() == expected


OTHER_PRODUCTS = (
    "A000000063504B43532D3135",
    "627601FF000000",
    "A00000000101",
    "E82B0601040181C31F0201",
    "A000000308000010000100",
    "A000000116DB00",
    "A0000000790100",
    "A00000007901000F00"[:14],
    "F276A288BCFBA69D34F31001",
    "A000000397425446590201",
    "D27600012401",
    "D392F000260100000001",
    "D276000180BA0144020100",
)


@BOTH
@pytest.mark.parametrize("identifier", OTHER_PRODUCTS)
def test_applications_of_other_products_are_not_here(card: SampleCard, identifier: str, contactless: bool) -> None:
    card.card.power_on(contactless)
    length = f"{len(identifier) // 2:02X}"
    for p2 in ("0C", "00"):
        assert in_clear(card)(f"00A404{p2}{length}{identifier}")[1] == 0x6A82


def test_a_part_of_our_identifier_is_another_one(card: SampleCard) -> None:
    assert words(in_clear(card), f"00A4040C09{LOW[:-2]}", f"00A4040C0B{LOW}00") == [0x6A82, 0x6A82]


@BOTH
def test_version_object(card: SampleCard, contactless: bool) -> None:
    card.card.power_on(contactless)
    data, word = in_clear(card)("00CA011606")
    assert word == 0x9000
    assert 4 <= len(data) // 2 <= 6
    assert in_clear(card)("00CADF3005")[1] not in (0x9000,)
    assert in_clear(card)("FFCA000000")[1] == 0x6E00


@BOTH
def test_master_file_access_and_directory_are_free(card: SampleCard, contactless: bool) -> None:
    card.card.power_on(contactless)
    say = in_clear(card)
    assert say("00A4000C023F00") == ("", 0x9000)
    access, word = say("00B09C0000")
    assert (word, access[:4]) == (0x9000, "3114")
    assert say(f"00B000{len(access) // 2:02X}00")[1] == 0x6B00
    control, word = say("00A40800022F0000")
    size = int(control[8:12], 16)
    assert (word, control) == (0x9000, f"6F0B8002{size:04X}8201018302" + "2F00")
    directory, word = say(f"00B00000{size:02X}")
    assert word == 0x9000
    assert directory.index(LOW) < directory.index(HIGH)  # the order of the slots
    assert say("00A4020C022F00") == ("", 0x9000)
    assert say("00B000005A")[1] == 0x9000


# --- files ----------------------------------------------------------------------------------------------------------------------


def test_no_le_no_data(card: SampleCard) -> None:
    """In clear and protected: a template where nobody asked for one breaks the driver."""
    for kind in (in_clear, protected):
        say = kind(card)
        assert say(f"00A404000A{LOW}") == ("", 0x9000)
        assert say(f"00A4040C0A{LOW}") == ("", 0x9000)
        assert say("00A40900025031") == ("", 0x9000)
        assert say("00A4090002503100")[0].startswith("6F")


def read_all(say: Say, select: str) -> bytes:
    control, word = say(select)
    assert word == 0x9000
    size, content = int(control[8:12], 16), b""
    while len(content) < size:
        part, word = say(f"00B0{len(content):04X}{min(size - len(content), 256) % 256:02X}")
        assert word == 0x9000
        content += bytes.fromhex(part)
    assert say(f"00B0{size:04X}00")[1] == 0x6B00
    return content


@pytest.mark.parametrize("identifier", [LOW, HIGH])
def test_every_file_is_listed_as_the_driver_reads_it(card: SampleCard, identifier: str) -> None:
    say = in_clear(card)
    assert words(say, f"00A4040C0A{identifier}", f"00A404000A{identifier}") == [0x9000, 0x9000]
    assert read_all(say, "00A4090002503100") == bytes.fromhex("A806300404027001" + "A006300404027002" + "A406300404027005")
    assert words(say, f"00A404000A{identifier}") == [0x9000]
    assert read_all(say, "00A4090002503200")[0] == 0x30
    for file_id in ("7001", "7002", "7005", "7101"):
        assert words(say, f"00A404000A{identifier}") == [0x9000]
        assert read_all(say, f"00A4000002{file_id}00")


def test_without_contact_the_applications_are_closed_until_pace(card: SampleCard) -> None:
    card.card.power_on(contactless=True)
    say = in_clear(card)
    assert say(f"00A4040C0A{LOW}") == ("", 0x9000)
    assert words(say, "00A4090002503100", "00A4000002700100") == [0x6982, 0x6982]
    say = protected(card)
    assert say(f"00A4040C0A{LOW}") == ("", 0x9000)
    content = read_all(say, "00A4000002710100")
    assert content[0] == 0x30
    part, word = say("00B0000000")
    assert (word, len(part) // 2) == (0x9000, 223)


def test_paths_of_pins_may_be_selected_and_change_nothing(card: SampleCard) -> None:
    say = protected(card)
    assert words(say, f"00A4040C0A{HIGH}", "00A4000002503100", "00A4000C020005", "00B0000001") == [0x9000] * 4


# --- secure messaging -----------------------------------------------------------------------------------------------------------


def test_a_command_in_clear_ends_secure_messaging_and_is_served(card: SampleCard) -> None:
    channel = card.channel()
    assert protected(card, channel)(secret("200005", NORM_PIN))[1] == 0x9000
    assert in_clear(card)("00CA011606")[1] == 0x9000
    assert in_clear(card)("0CB09C00" + "0D9701008E08" + "00" * 8 + "00")[1] == 0x6988  # the old channel is gone
    say = protected(card)
    assert say("0020000500"[:8])[1] == 0x63C3  # and so is the PIN


def test_refusals_come_protected(card: SampleCard) -> None:
    """A status word outside secure messaging would end the session of the host: `inside` raises for one."""
    say = protected(card)
    assert words(say, "00A4040C05A000000001", secret("200005", "999999"), "00CADF3005") == [0x6A82, 0x63C2, 0x6A88]


# --- PINs -----------------------------------------------------------------------------------------------------------------------


def test_pin_commands_in_clear_are_refused(card: SampleCard) -> None:
    assert words(in_clear(card), secret("200005", NORM_PIN), secret("240105", "333333")) == [0x6982, 0x6982]


def test_verify_counts_and_blocks_and_the_puk_gives_back(card: SampleCard) -> None:
    say = protected(card)
    wrong = secret("200005", "999999")
    assert words(say, wrong, wrong, wrong, wrong) == [0x63C2, 0x63C1, 0x6983, 0x6983]
    assert words(say, "002C0385") == [0x6982]
    assert words(say, secret("200006", PUK), "002C0385", secret("240185", "654321")) == [0x9000, 0x9000, 0x9000]
    assert words(say, secret("200005", "654321")) == [0x9000]


def test_change_takes_the_new_value_only(card: SampleCard) -> None:
    say = protected(card)
    assert words(say, secret("240105", "333333")) == [0x6982]
    assert words(say, secret("200005", NORM_PIN), secret("240105", "333333")) == [0x9000, 0x9000]
    assert words(say, secret("200005", NORM_PIN), secret("200005", "333333")) == [0x63C2, 0x9000]


# --- signatures -----------------------------------------------------------------------------------------------------------------

DIGESTS = (hashes.SHA1(), hashes.SHA256(), hashes.SHA224(), hashes.SHA384(), hashes.SHA512())
KINDS = tuple(zip((0x11, 0x21, 0x22, 0x22, 0x22), DIGESTS, strict=True))


def sign(say: Say, identifier: str, key: str, kind: int, digest: bytes) -> tuple[str, int]:
    assert words(say, f"00A4040C0A{identifier}", f"002281B6049102{kind:02X}{key}") == [0x9000, 0x9000]
    return say(f"002A9E9A{len(digest):02X}{digest.hex()}60")


def check(card: SampleCard, role: CredentialRole, digest: bytes, signature: str) -> None:
    raw = bytes.fromhex(signature)
    assert len(raw) == 96
    r, s = int.from_bytes(raw[:48], "big"), int.from_bytes(raw[48:], "big")
    key = card.certificates[role].public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    # A shorter digest is signed as the number that it is.
    key.verify(encode_dss_signature(r, s), digest.rjust(48, b"\x00"), ec.ECDSA(Prehashed(hashes.SHA384())))


@pytest.mark.parametrize(("kind", "algorithm"), KINDS, ids=lambda value: getattr(value, "name", ""))
def test_each_key_signs_every_digest_of_the_driver(card: SampleCard, kind: int, algorithm: hashes.HashAlgorithm) -> None:
    digest = secrets.token_bytes(min(algorithm.digest_size, 48))  # the host cuts SHA-512 to 48 bytes
    signature, word = sign(in_clear(card), LOW, "A1", kind, digest)  # with contact, in clear
    assert word == 0x9000
    check(card, CredentialRole.LOW, digest, signature)
    say = protected(card)
    cases: Sequence[tuple[CredentialRole, str, str, str, str]] = (
        (CredentialRole.HIGH, HIGH, "A1", "200005", NORM_PIN),
        (CredentialRole.QUALIFIED, HIGH, "A2", "200008", SIG_PIN),
    )
    for role, identifier, key, reference, pin in cases:
        assert words(say, secret(reference, pin)) == [0x9000]
        signature, word = sign(say, identifier, key, kind, digest)
        assert word == 0x9000
        check(card, role, digest, signature)


def test_the_pinless_key_without_contact_signs_after_pace_only(card: SampleCard) -> None:
    card.card.power_on(contactless=True)
    assert sign(in_clear(card), LOW, "A1", 0x21, bytes(32))[1] == 0x6982
    assert sign(protected(card), LOW, "A1", 0x21, bytes(32))[1] == 0x9000


def test_other_forms_of_signing_are_refused(card: SampleCard) -> None:
    say = in_clear(card)
    assert words(say, f"00A4040C0A{LOW}", "002281B604910221A2", "002281B604910223A1", "002281B604800121A1") == [
        0x9000,
        0x6A88,
        0x6A80,
        0x6A80,
    ]
    assert words(say, "002281B604910221A1", "002A9E9A1F" + "00" * 31 + "60", "002A9E9A20" + "00" * 32) == [0x9000, 0x6700, 0x6700]
    assert words(say, "002A9E9A20" + "00" * 32 + "10") == [0x6C60]


@pytest.mark.parametrize("size", [10, 64])
def test_random_bytes_for_the_host(card: SampleCard, size: int) -> None:
    data, word = in_clear(card)(f"00840000{size:02X}")
    assert (len(data) // 2, word) == (size, 0x9000)


# --- life cycle -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("life_cycle", "norm_pin", "low"),
    [
        (LifeCycle.PERSONALISED, 0x6984, 0x6985),
        (LifeCycle.HANDED_OVER, 0x6984, 0x9000),
        (LifeCycle.ACTIVE, 0x9000, 0x9000),
        (LifeCycle.BLOCKED, 0x6984, 0x9000),
    ],
)
def test_what_a_card_does_in_its_states(life_cycle: LifeCycle, norm_pin: int, low: int) -> None:
    card = sample_card(life_cycle)
    card.card.power_on(contactless=False)
    assert in_clear(card)("00CA011701") == (f"{life_cycle:02X}", 0x9000)
    assert sign(in_clear(card), LOW, "A1", 0x21, bytes(32))[1] == low
    assert protected(card)(secret("200005", NORM_PIN))[1] == norm_pin


def test_a_terminated_card_does_nothing_any_more() -> None:
    card = sample_card(LifeCycle.TERMINATED)
    card.card.power_on(contactless=False)
    assert set(words(in_clear(card), "00A4000C023F00", "00CA011606", f"00A4040C0A{LOW}", "00B09C0000")) == {0x6985}
