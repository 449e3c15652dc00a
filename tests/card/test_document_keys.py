"""Keys of the travel document that the chip makes: the public key given out is that of the private key which then answers."""

import secrets
from dataclasses import replace

import pytest

from card.sample_card import CAN, OFFICE_KEY, SampleCard, sample_card
from openeoi.card import state as card_state
from openeoi.card.state import CardState
from openeoi.crypto.ciphers import Cipher
from openeoi.crypto.message_recovery import RsaPublicKey
from openeoi.crypto.public_keys import EllipticCurvePublicKey, byte_group, encode_agreement_key, encode_signature_key
from openeoi.encoding.lds import files as lds
from openeoi.encoding.lds.data_group_15 import DataGroup15
from openeoi.encoding.lds.security_infos import (
    ActiveAuthenticationInfo,
    ChipAuthenticationInfo,
    ChipAuthenticationPublicKeyInfo,
    PaceInfo,
    SecurityInfo,
)
from openeoi.encoding.signature_algorithms import DigestAlgorithm
from openeoi.iso7816.apdu import CommandApdu
from openeoi.iso7816.secure_messaging import SecureChannel, through
from openeoi.iso7816.status import UnexpectedStatus, expect_ok
from openeoi.iso7816.steps import CardSteps
from openeoi.profiles.card import ChipOptions
from openeoi.protocols.active_authentication.terminal import authenticate as authenticate_actively
from openeoi.protocols.chip_authentication.shared import protocol_identifier
from openeoi.protocols.chip_authentication.terminal import authenticate as authenticate_chip
from openeoi.protocols.chip_authentication.terminal import offers
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.protocols.personalisation import terminal as office
from openeoi.protocols.personalisation.applications import Application
from openeoi.protocols.personalisation.document_protocols import DocumentProtocols, StaticKey
from openeoi.protocols.personalisation.key_templates import ActiveKeyTemplate, ChipKeyTemplate
from openeoi.protocols.personalisation.shared import KeyRole, LifeCycle, SecretRole

AS_ISSUED = ChipOptions()
ON_CURVE = ActiveKeyTemplate(DigestAlgorithm.SHA256, 13)
CHIP_KEY = ChipKeyTemplate(13, frozenset({Cipher.AES_256}))


def blank() -> tuple[SampleCard, SecureChannel]:
    sample = sample_card(LifeCycle.BLANK, options=AS_ISSUED)
    return sample, sample.run(office.open_office_channel(OFFICE_KEY, secrets.token_bytes))


def state(sample: SampleCard) -> CardState:
    return card_state.decode(sample.memory.load())


def select() -> CardSteps[None]:
    expect_ok((yield CommandApdu(0, 0xA4, 4, 0x0C, lds.EMRTD_APPLICATION)), "SELECT")


def finished(sample: SampleCard, channel: SecureChannel) -> SecureChannel:
    """The card personalised, and opened as any terminal does."""
    for role, value in ((SecretRole.CAN, CAN), (SecretRole.MRZ_INFORMATION, "IE1234567606010163601017")):
        sample.inside(channel, office.set_secret(role, value.encode()))
    sample.inside(channel, office.set_state(LifeCycle.PERSONALISED))
    sample.card.reset()
    opened = sample.channel(PacePassword.from_can(CAN))
    sample.inside(opened, select())
    return opened


@pytest.mark.parametrize(
    ("template", "protocol"),
    [
        (CHIP_KEY, "0.4.0.127.0.7.2.2.1.2"),
        (ChipKeyTemplate(2, frozenset({Cipher.AES_128})), "0.4.0.127.0.7.2.2.1.1"),
    ],
)
def test_chip_authentication_with_the_key_that_was_given_out(template: ChipKeyTemplate, protocol: str) -> None:
    sample, channel = blank()
    public_key = sample.inside(channel, office.generate_chip_key(template))
    (cipher,) = template.ciphers
    opened = finished(sample, channel)
    infos: tuple[SecurityInfo, ...] = (
        ChipAuthenticationInfo(protocol_identifier(byte_group(template.parameter_id).agreement, cipher)),
        ChipAuthenticationPublicKeyInfo(protocol, encode_agreement_key(template.parameter_id, public_key)),
    )
    result = sample.run(authenticate_chip(opened, offers(infos)[0], secrets.token_bytes))
    sample.run(through(result.channel, select()))


@pytest.mark.parametrize(
    "template", [ON_CURVE, ActiveKeyTemplate(DigestAlgorithm.SHA1, rsa_bits=1024), ActiveKeyTemplate(DigestAlgorithm.SHA256, 16)]
)
def test_active_authentication_with_the_key_that_was_given_out(template: ActiveKeyTemplate) -> None:
    sample, channel = blank()
    public_key = sample.inside(channel, office.generate_active_key(template))
    assert isinstance(public_key, RsaPublicKey if template.rsa_bits else EllipticCurvePublicKey)
    group = DataGroup15(encode_signature_key(public_key))
    sample.inside(channel, office.write_file(Application.TRAVEL_DOCUMENT, lds.data_group(15).file_id, group.encode()))
    opened = finished(sample, channel)
    infos = () if template.rsa_bits else (ActiveAuthenticationInfo("0.4.0.127.0.7.1.1.4.1.3"),)
    sample.inside(opened, authenticate_actively(group, infos, secrets.token_bytes))


def test_rsa_with_2048_bits_answers_in_extended_length() -> None:
    sample, channel = blank()
    public_key = sample.inside(channel, office.generate_active_key(ActiveKeyTemplate(DigestAlgorithm.SHA256, rsa_bits=2048)))
    assert isinstance(public_key, RsaPublicKey)
    assert public_key.modulus.bit_length() == 2048


def test_made_again_a_key_is_replaced_and_others_stay() -> None:
    sample, channel = blank()
    settings = DocumentProtocols(basic_access=True, pace_infos=(PaceInfo("0.4.0.127.0.7.2.2.4.4.2", 13),))
    sample.inside(channel, office.set_secret(SecretRole.DOCUMENT_PROTOCOLS, settings.encode()))
    first = sample.inside(channel, office.generate_chip_key(CHIP_KEY))
    other = sample.inside(channel, office.generate_chip_key(ChipKeyTemplate(12, frozenset({Cipher.AES_128}), 2)))
    second = sample.inside(channel, office.generate_chip_key(CHIP_KEY))
    assert first != second
    stored = state(sample).document
    assert {key.public_key() for key in stored.static_keys} == {second, other}
    assert (stored.basic_access, stored.pace_infos) == (True, settings.pace_infos)
    sample.inside(channel, office.generate_active_key(ON_CURVE))
    sample.inside(channel, office.generate_active_key(ON_CURVE))
    assert {key.public_key() for key in state(sample).document.static_keys} == {second, other}


def test_a_chip_as_it_is_issued_takes_no_private_key_from_outside() -> None:
    sample, channel = blank()
    key = StaticKey(13, 0xABCDEF, frozenset({Cipher.AES_256}))
    before = sample.memory.load()
    with pytest.raises(UnexpectedStatus) as refused:
        sample.inside(channel, office.set_secret(SecretRole.DOCUMENT_PROTOCOLS, DocumentProtocols(static_keys=(key,)).encode()))
    assert refused.value.status == 0x6985
    assert sample.memory.load() == before
    sample.inside(channel, office.set_secret(SecretRole.DOCUMENT_PROTOCOLS, DocumentProtocols(True).encode()))


@pytest.mark.parametrize("life_cycle", [LifeCycle.PERSONALISED, LifeCycle.ACTIVE])
def test_no_key_is_made_after_personalisation(life_cycle: LifeCycle) -> None:
    sample = sample_card(life_cycle, options=AS_ISSUED)
    channel = sample.run(office.open_office_channel(OFFICE_KEY, secrets.token_bytes))
    for steps in (office.generate_key(KeyRole.LOW), office.generate_chip_key(CHIP_KEY), office.generate_active_key(ON_CURVE)):
        with pytest.raises(UnexpectedStatus) as refused:
            sample.inside(channel, steps)
        assert refused.value.status == 0x6985


def test_a_terminated_card_has_no_key_left() -> None:
    sample, channel = blank()
    sample.inside(channel, office.generate_chip_key(CHIP_KEY))
    sample.inside(channel, office.generate_active_key(ON_CURVE))
    assert state(sample).document != DocumentProtocols()
    sample.inside(channel, office.set_state(LifeCycle.TERMINATED))
    assert state(sample).document == DocumentProtocols()
    assert replace(state(sample), life_cycle=LifeCycle.BLANK).options == AS_ISSUED
