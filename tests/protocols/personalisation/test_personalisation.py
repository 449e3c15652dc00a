"""Personalisation: what the office may do in which state, and that nobody else may do any of it."""

from __future__ import annotations

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from card.sample_card import CAN, MRZ_INFORMATION, OFFICE_KEY, SampleCard, sample_card
from openeoi.encoding.errors import DecodingError, EncodingError
from openeoi.iso7816.apdu import CommandApdu
from openeoi.iso7816.secure_messaging import SecureChannel
from openeoi.iso7816.status import UnexpectedStatus
from openeoi.iso7816.steps import CardSteps
from openeoi.protocols.pace.errors import PaceError
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.protocols.personalisation import key_templates
from openeoi.protocols.personalisation import terminal as office
from openeoi.protocols.personalisation.access import (
    READ_AS_DOCUMENT,
    AllOf,
    Always,
    AnyOf,
    Condition,
    Never,
    OnContact,
    Password,
    PinVerified,
    TerminalRight,
    UnderPace,
    decode_condition,
    default_read_condition,
    encode_condition,
)
from openeoi.protocols.personalisation.applications import Application
from openeoi.protocols.personalisation.shared import FileControl, KeyRole, LifeCycle, SecretRole


def office_channel(sample: SampleCard) -> SecureChannel:
    return sample.run(office.open_office_channel(OFFICE_KEY, secrets.token_bytes))


def word(command: CommandApdu) -> CardSteps[int]:
    return (yield command).status


COMMANDS = {
    "create": CommandApdu(0, 0xE0, 0, 0, FileControl(0x0101, 10, Always()).encode()),
    "delete": CommandApdu(0, 0xE4, 2, 0, b"\x01\x01"),
    "update": CommandApdu(0, 0xD6, 0, 0, b"content"),
    "generate": CommandApdu(0, 0x47, 0x80, 0, key_templates.encode_key_template(KeyRole.LOW), 256),
    "secret": CommandApdu(0, 0xDA, 0x01, 0x20, b"654321"),
    "personalised": CommandApdu(0, 0xDA, 0x01, 0x17, b"\x03"),
    "hand over": CommandApdu(0, 0xDA, 0x01, 0x17, b"\x04"),
    "activate": CommandApdu(0, 0xDA, 0x01, 0x17, b"\x05"),
    "block": CommandApdu(0, 0xDA, 0x01, 0x17, b"\x10"),
    "back to blank": CommandApdu(0, 0xDA, 0x01, 0x17, b"\x01"),
    "unknown state": CommandApdu(0, 0xDA, 0x01, 0x17, b"\x77"),
}


@pytest.mark.parametrize("name", [*COMMANDS, "terminate"])
@pytest.mark.parametrize("password", [None, PacePassword.from_can(CAN), PacePassword.from_mrz(MRZ_INFORMATION)])
def test_outside_the_office_channel_every_command_is_refused(name: str, password: PacePassword | None) -> None:
    sample = sample_card(LifeCycle.PERSONALISED, roles=())
    command = COMMANDS.get(name, CommandApdu(0, 0xFE, 0, 0))
    before = sample.memory.load()
    steps = word(command)
    assert (sample.run(steps) if password is None else sample.inside(sample.channel(password), steps)) == 0x6982
    assert sample.memory.load() == before


@pytest.mark.parametrize("state", [LifeCycle.PERSONALISED, LifeCycle.HANDED_OVER, LifeCycle.ACTIVE, LifeCycle.BLOCKED])
def test_after_personalisation_nothing_is_written_any_more(state: LifeCycle) -> None:
    sample = sample_card(state)
    channel = office_channel(sample)
    before = sample.memory.load()
    for name, command in COMMANDS.items():
        allowed = state is LifeCycle.PERSONALISED and name == "hand over"
        if not allowed:
            answer = sample.inside(channel, word(command))
            assert answer == (0x6A80 if name == "unknown state" else 0x6985), name
    assert sample.memory.load() == before


@pytest.mark.parametrize("state", [state for state in LifeCycle if state is not LifeCycle.TERMINATED])
def test_the_office_can_end_a_card_in_every_state_and_nothing_is_left_on_it(state: LifeCycle) -> None:
    sample = sample_card(state)
    certificate = next(iter(sample.certificates.values()), None)
    sample.inside(office_channel(sample), office.set_state(LifeCycle.TERMINATED))
    content = sample.memory.load()
    for secret in (OFFICE_KEY, CAN.encode(), MRZ_INFORMATION.encode()):
        assert secret not in content
    if certificate is not None:
        assert certificate.tbs_certificate_bytes not in content
    assert sample.run(word(CommandApdu(0, 0xA4, 0, 0x0C, b"\x3f\x00"))) == 0x6985
    with pytest.raises(UnexpectedStatus):
        office_channel(sample)


def test_a_wrong_office_key_opens_nothing() -> None:
    sample = sample_card(LifeCycle.BLANK)
    with pytest.raises(PaceError):
        sample.run(office.open_office_channel(bytes(32), secrets.token_bytes))
    with pytest.raises(EncodingError):
        sample.run(office.open_office_channel(b"short", secrets.token_bytes))


@pytest.mark.parametrize("missing", [SecretRole.CAN, SecretRole.PUK, SecretRole.INITIAL_PASSWORD, SecretRole.MRZ_INFORMATION])
def test_a_card_with_keys_is_personalised_only_with_all_secrets(missing: SecretRole) -> None:
    sample = sample_card(LifeCycle.BLANK)
    channel = office_channel(sample)
    sample.inside(channel, office.generate_key(KeyRole.HIGH))
    values = {
        SecretRole.CAN: b"123456",
        SecretRole.PUK: b"1234567890",
        SecretRole.INITIAL_PASSWORD: b"12345678",
        SecretRole.MRZ_INFORMATION: MRZ_INFORMATION.encode(),
    }
    for role, value in values.items():
        if role is not missing:
            sample.inside(channel, office.set_secret(role, value))
    with pytest.raises(UnexpectedStatus) as refused:
        sample.inside(channel, office.set_state(LifeCycle.PERSONALISED))
    assert refused.value.status == 0x6985
    sample.inside(channel, office.set_secret(missing, values[missing]))
    sample.inside(channel, office.set_state(LifeCycle.PERSONALISED))
    assert sample.inside(channel, office.read_life_cycle()) is LifeCycle.PERSONALISED


@pytest.mark.parametrize(
    ("role", "value"),
    [
        (SecretRole.CAN, b"12345"),
        (SecretRole.CAN, b"12345a"),
        (SecretRole.PUK, b"123"),
        (SecretRole.INITIAL_PASSWORD, b""),
        (SecretRole.MRZ_INFORMATION, b"lower case is not for the zone"),
    ],
)
def test_a_secret_that_cannot_be_one_is_refused(role: SecretRole, value: bytes) -> None:
    sample = sample_card(LifeCycle.BLANK)
    with pytest.raises(UnexpectedStatus) as refused:
        sample.inside(office_channel(sample), office.set_secret(role, value))
    assert refused.value.status == 0x6A80


@pytest.mark.parametrize("extended", [True, False], ids=["extended length", "chaining"])
@pytest.mark.parametrize("size", [1, 223, 224, 256, 8192, 8193, 16000, 32768])
def test_files_of_all_sizes_are_written(size: int, extended: bool) -> None:
    sample = sample_card(LifeCycle.BLANK)
    content = secrets.token_bytes(size)
    steps = office.write_file(Application.MASTER_FILE, 0x0100, content, extended=extended)
    sample.inside(office_channel(sample), steps)
    assert sample.card._system.state.files[Application.MASTER_FILE, 0x0100].content == content


@pytest.mark.parametrize("size", [0, 32769])
def test_files_of_impossible_sizes_are_refused_before_anything_is_sent(size: int) -> None:
    with pytest.raises(EncodingError):
        next(office.write_file(Application.MASTER_FILE, 0x0100, bytes(size)))


def test_an_interrupted_file_is_replaced() -> None:
    sample = sample_card(LifeCycle.BLANK)
    channel = office_channel(sample)
    for content in (b"first", b"the second one"):
        sample.inside(channel, office.write_file(Application.PINLESS, 0x7101, content))
    assert sample.card._system.state.files[Application.PINLESS, 0x7101].content == b"the second one"


def test_generating_a_key_again_gives_another_one() -> None:
    sample = sample_card(LifeCycle.BLANK)
    channel = office_channel(sample)
    points = {sample.inside(channel, office.generate_key(KeyRole.LOW)) for _ in range(3)}
    assert len(points) == 3


conditions: st.SearchStrategy[Condition] = st.recursive(
    st.one_of(
        st.just(Always()),
        st.just(Never()),
        st.builds(TerminalRight, st.sampled_from([3, 4])),
        st.just(OnContact()),
        st.builds(UnderPace, st.frozensets(st.sampled_from(Password), min_size=1)),
        st.builds(PinVerified, st.integers(0, 255)),
    ),
    lambda inner: st.one_of(
        st.builds(AnyOf, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(AllOf, st.lists(inner, min_size=1, max_size=3).map(tuple)),
    ),
    max_leaves=4,
)


@given(conditions)
def test_an_access_condition_survives_encoding(condition: Condition) -> None:
    raw = encode_condition(condition)
    try:
        assert decode_condition(raw) == condition
    except DecodingError as error:
        assert "nested too deeply" in str(error)
    for length in range(len(raw)):
        with pytest.raises(DecodingError):
            decode_condition(raw[:length])


@given(st.binary(max_size=40))
def test_any_bytes_are_a_condition_a_file_or_a_decoding_error(raw: bytes) -> None:
    for decode in (decode_condition, FileControl.decode, key_templates.decode_key_template, key_templates.decode_credential_key):
        try:
            decode(raw)
        except DecodingError:
            continue


@given(st.integers(0, 0xFFFF), st.integers(0, 0xFFFFFF), conditions)
def test_file_control_survives_encoding(file_id: int, size: int, read: Condition) -> None:
    try:
        assert FileControl.decode(FileControl(file_id, size, read).encode()) == FileControl(file_id, size, read)
    except DecodingError as error:
        assert "nested too deeply" in str(error)


def test_the_number_of_a_key_has_one_byte() -> None:
    with pytest.raises(DecodingError):
        key_templates.decode_key_template(bytes.fromhex("A60A 80010D 820104 83020101".replace(" ", "")))


def test_a_file_size_is_written_in_one_way() -> None:
    control = FileControl(0x0101, 128, Always()).encode()
    assert FileControl.decode(control).encode() == control
    longer = control.replace(bytes.fromhex("80020080"), bytes.fromhex("8003000080"))
    with pytest.raises(DecodingError):
        FileControl.decode(bytes((0x62, longer[1] + 1)) + longer[2:])


def test_fingerprints_and_irises_are_for_terminals_with_the_right() -> None:
    for data_group in (3, 4):
        condition = default_read_condition(Application.TRAVEL_DOCUMENT, 0x0100 + data_group)
        assert condition == AllOf((READ_AS_DOCUMENT, TerminalRight(data_group)))
    assert default_read_condition(Application.TRAVEL_DOCUMENT, 0x0102) == READ_AS_DOCUMENT
