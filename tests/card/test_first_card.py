"""From a blank chip to a card that is read and used, by commands only."""

import secrets

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature

from card.sample_card import (
    CAN,
    DATA_GROUP_2,
    DOCUMENT,
    MRZ_INFORMATION,
    NORM_PIN,
    SIG_PIN,
    SampleCard,
    application_files,
    pin_commands,
    sample_card,
)
from openeoi.card.virtual_card import VirtualCard
from openeoi.encoding.lds.data_group_1 import DataGroup1
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.iso7816.apdu import CommandApdu
from openeoi.iso7816.status import expect_ok
from openeoi.iso7816.steps import CardSteps
from openeoi.protocols.pace.errors import PaceError
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.protocols.personalisation.applications import APPLICATION_IDENTIFIERS, Application
from openeoi.protocols.personalisation.shared import LifeCycle


def read(application: Application, file_id: int, step: int = 256) -> CardSteps[bytes]:
    if application is not Application.MASTER_FILE:
        expect_ok((yield CommandApdu(0, 0xA4, 4, 0x0C, APPLICATION_IDENTIFIERS[application])))
    expect_ok((yield CommandApdu(0, 0xA4, 2, 0x0C, file_id.to_bytes(2, "big"))))
    content = b""
    while True:
        response = yield CommandApdu(0, 0xB0, len(content) >> 8, len(content) & 0xFF, expected=step)
        if response.status == 0x6B00:
            return content
        content += expect_ok(response)


def sign(application: Application, key: int, digest: bytes, kind: int = 0x22) -> CardSteps[bytes]:
    expect_ok((yield CommandApdu(0, 0xA4, 4, 0x0C, APPLICATION_IDENTIFIERS[application])))
    expect_ok((yield CommandApdu(0, 0x22, 0x81, 0xB6, bytes((0x91, 2, kind, key)))))
    return expect_ok((yield CommandApdu(0, 0x2A, 0x9E, 0x9A, digest, 96)))


def check(sample: SampleCard, role: CredentialRole, digest: bytes, signature: bytes) -> None:
    key = sample.certificates[role].public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    encoded = encode_dss_signature(int.from_bytes(signature[:48], "big"), int.from_bytes(signature[48:], "big"))
    key.verify(encoded, digest, ec.ECDSA(Prehashed(hashes.SHA384())))


@pytest.fixture(scope="module")
def active() -> SampleCard:
    return sample_card()


@pytest.mark.parametrize("password", [PacePassword.from_can(CAN), PacePassword.from_mrz(MRZ_INFORMATION)])
@pytest.mark.parametrize("step", [256, 65536])
def test_the_travel_document_is_read_under_pace(active: SampleCard, password: PacePassword, step: int) -> None:
    active.card.power_on(contactless=True)
    channel = active.channel(password)
    content = active.inside(channel, read(Application.TRAVEL_DOCUMENT, 0x0101, step))
    assert DataGroup1.decode(content).mrz == DOCUMENT.encode()
    assert active.inside(channel, read(Application.TRAVEL_DOCUMENT, 0x0102, step)) == DATA_GROUP_2


def test_every_file_of_the_applications_is_what_the_office_wrote(active: SampleCard) -> None:
    for contactless in (False, True):
        active.card.power_on(contactless)
        channel = active.channel()
        for application, files in application_files(active).items():
            for file_id, content in files.items():
                if (application, file_id) != (Application.TRAVEL_DOCUMENT, 0x0103):
                    assert active.inside(channel, read(application, file_id)) == content


def test_each_key_signs_by_its_rules(active: SampleCard) -> None:
    active.card.power_on(contactless=False)
    digest = secrets.token_bytes(48)
    check(active, CredentialRole.LOW, digest, active.run(sign(Application.PINLESS, 0xA1, digest)))
    channel = active.channel()
    verify = [CommandApdu(0, 0x20, 0, 5, NORM_PIN.encode()), CommandApdu(0, 0x20, 0, 8, SIG_PIN.encode())]

    def steps() -> CardSteps[tuple[bytes, bytes]]:
        for command in verify:
            expect_ok((yield command))
        high = yield from sign(Application.SIGN_AND_LOGIN, 0xA1, digest)
        qualified = yield from sign(Application.SIGN_AND_LOGIN, 0xA2, digest)
        again = yield CommandApdu(0, 0x2A, 0x9E, 0x9A, digest, 96)
        assert again.status == 0x6982, "the Sig PIN is good for one signature"
        return high, qualified

    high, qualified = active.inside(channel, steps())
    check(active, CredentialRole.HIGH, digest, high)
    check(active, CredentialRole.QUALIFIED, digest, qualified)


def test_the_state_survives_the_power(active: SampleCard) -> None:
    again = VirtualCard(active.memory, secrets.token_bytes)
    assert again.life_cycle is LifeCycle.ACTIVE
    other = SampleCard(again, active.memory, active.certificates, active.root)
    assert pin_commands(other, (0x20, 0, 5, "000000"), (0x20, 0, 5, NORM_PIN)) == [0x63C2, 0x9000]


def test_a_wrong_can_opens_nothing(active: SampleCard) -> None:
    with pytest.raises(PaceError):
        active.channel(PacePassword.from_can("000000"))


@pytest.mark.parametrize("state", LifeCycle)
def test_a_card_reaches_every_state(state: LifeCycle) -> None:
    assert sample_card(state).card.life_cycle is state
