"""New certificates on a card that its holder has: all at once or not at all, and nothing else changes."""

import secrets
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from card.sample_card import OFFICE_KEY, SampleCard, _certificate, application_files, sample_card
from card.test_power_cuts import DiskFull, FaultyMemory, PowerCut
from encoding.parser_properties import check_flipped_bytes
from openeoi.card import state as card_state
from openeoi.card.memory import VolatileMemory
from openeoi.card.state import CardState
from openeoi.card.virtual_card import VirtualCard
from openeoi.encoding.errors import DecodingError, EncodingError
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.iso7816.apdu import CommandApdu
from openeoi.iso7816.status import UnexpectedStatus
from openeoi.iso7816.steps import CardSteps
from openeoi.profiles.card import ChipOptions
from openeoi.protocols.personalisation import terminal as office
from openeoi.protocols.personalisation.applications import Application
from openeoi.protocols.personalisation.certificate_update import (
    ApplicationFiles,
    decode_certificate_update,
    encode_certificate_update,
)
from openeoi.protocols.personalisation.shared import LifeCycle
from openeoi.terminal.credentials import list_credentials, sign_with

REPLACED = (Application.PINLESS, Application.SIGN_AND_LOGIN)


def renewed(sample: SampleCard, gap: int = 0) -> ApplicationFiles:
    """The files with new certificates for the keys of the old ones; the sample holds the new ones afterwards."""
    authority = ec.generate_private_key(ec.SECP384R1())
    for role, old in list(sample.certificates.items()):
        key = old.public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey)
        sample.certificates[role] = _certificate(f"VZOREC JANA ({role}) renewed", key, "OpenEOI TEST root", authority)
    files = application_files(sample, gap)
    return {application: files[application] for application in REPLACED}


def update(sample: SampleCard, files: ApplicationFiles, *, extended: bool = True) -> None:
    channel = sample.run(office.open_office_channel(OFFICE_KEY, secrets.token_bytes))
    sample.inside(channel, office.update_certificates(files, extended=extended))


def state(content: bytes) -> CardState:
    return card_state.decode(content)


@pytest.mark.parametrize("extended", [True, False], ids=["extended length", "chained"])
def test_programs_find_the_new_certificates_and_the_keys_still_sign(extended: bool) -> None:
    sample = sample_card(LifeCycle.ACTIVE, options=ChipOptions(short_length_only=not extended))
    before = state(sample.memory.load())
    files = renewed(sample)
    update(sample, files, extended=extended)
    after = state(sample.memory.load())
    assert replace(after, files={}) == replace(before, files={})  # keys, PINs, counters, life cycle
    other = {key: file for key, file in before.files.items() if key[0] not in REPLACED}
    assert {key: file for key, file in after.files.items() if key[0] not in REPLACED} == other
    sample.card.reset()
    found = {one.role: one for one in sample.inside(sample.channel(), list_credentials())}
    for role, certificate in sample.certificates.items():
        assert found[role].certificate == certificate.public_bytes(Encoding.DER)
    pins = {CredentialRole.LOW: None, CredentialRole.HIGH: "111111", CredentialRole.QUALIFIED: "222222"}
    for role, pin in pins.items():
        sample.inside(sample.channel(), sign_with(found[role], secrets.token_bytes(48), pin))


def test_fewer_files_than_before_leave_nothing_behind() -> None:
    sample = sample_card(LifeCycle.HANDED_OVER)
    files = {application: dict(contents) for application, contents in renewed(sample).items()}
    last = max(files[Application.SIGN_AND_LOGIN])
    del files[Application.SIGN_AND_LOGIN][last]
    update(sample, files)
    stored = state(sample.memory.load()).files
    assert (Application.SIGN_AND_LOGIN, last) not in stored
    assert {file_id for application, file_id in stored if application is Application.PINLESS} == set(files[Application.PINLESS])


@pytest.mark.parametrize("error", [PowerCut, DiskFull])
@pytest.mark.parametrize("stored", [False, True])
def test_a_cut_leaves_all_old_files_or_all_new_ones(stored: bool, error: type[Exception]) -> None:
    sample = sample_card(LifeCycle.ACTIVE)
    old = sample.memory.load()
    files = renewed(sample)
    undisturbed = FaultyMemory(old, -1, True, PowerCut)
    update(SampleCard(VirtualCard(undisturbed, secrets.token_bytes), undisturbed, {}, sample.root), files)
    assert len(undisturbed.saves) == 1  # there is one write, so there is nothing between old and new
    memory = FaultyMemory(old, 0, stored, error)
    cut = SampleCard(VirtualCard(memory, secrets.token_bytes), memory, {}, sample.root)
    with pytest.raises((PowerCut, UnexpectedStatus)):
        update(cut, files)
    assert memory.load() == (undisturbed.saves[0] if stored else old)
    again = SampleCard(VirtualCard(VolatileMemory(memory.load()), secrets.token_bytes), memory, {}, sample.root)
    again.run(office.open_office_channel(OFFICE_KEY, secrets.token_bytes))


@pytest.mark.parametrize("life_cycle", [LifeCycle.BLANK, LifeCycle.PERSONALISED, LifeCycle.BLOCKED])
def test_only_a_card_that_its_holder_uses_is_renewed(life_cycle: LifeCycle) -> None:
    files = renewed(sample_card(LifeCycle.ACTIVE))
    sample = sample_card(life_cycle)
    before = sample.memory.load()
    with pytest.raises(UnexpectedStatus) as refused:
        update(sample, files)
    assert refused.value.status == 0x6985
    assert sample.memory.load() == before


def test_nobody_but_the_office_renews() -> None:
    sample = sample_card(LifeCycle.ACTIVE)
    before, files = sample.memory.load(), renewed(sample)

    def steps() -> CardSteps[int]:
        return (yield CommandApdu(0, 0xDA, 0x01, 0x25, encode_certificate_update(files))).status

    assert sample.run(steps()) == 0x6982
    assert sample.inside(sample.channel(), steps()) == 0x6982
    assert sample.memory.load() == before


def test_an_application_that_is_not_there_does_not_come() -> None:
    files = renewed(sample_card(LifeCycle.ACTIVE))
    sample = sample_card(LifeCycle.HANDED_OVER, roles=(CredentialRole.LOW,))
    with pytest.raises(UnexpectedStatus) as refused:
        update(sample, files)
    assert refused.value.status == 0x6A82
    update(sample, {Application.PINLESS: files[Application.PINLESS]})


SMALL: ApplicationFiles = {
    Application.PINLESS: {0x5031: b"\x30\x00", 0x5032: b"\x30\x00", 0x7101: b"certificate"},
    Application.SIGN_AND_LOGIN: {0x5031: b"\x30\x00", 0x5032: b"\x30\x00"},
}


def test_round_trip_and_damage() -> None:
    raw = encode_certificate_update(SMALL)
    assert decode_certificate_update(raw) == SMALL
    check_flipped_bytes(decode_certificate_update, raw)
    for damaged in (b"", raw[:-1], raw + b"\x00", raw + raw, raw[len(raw) // 2 :]):
        with pytest.raises(DecodingError):
            decode_certificate_update(damaged)


@pytest.mark.parametrize(
    "files",
    [
        {Application.TRAVEL_DOCUMENT: SMALL[Application.PINLESS]},
        {Application.MASTER_FILE: SMALL[Application.PINLESS]},
        {Application.PINLESS: {0x5031: b"x"}},
        {Application.PINLESS: {**SMALL[Application.PINLESS], 0x7101: b""}},
    ],
)
def test_what_is_no_update(files: ApplicationFiles) -> None:
    with pytest.raises(EncodingError):
        encode_certificate_update(files)
