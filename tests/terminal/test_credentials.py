import hashlib
import secrets

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding

from card.sample_card import NORM_PIN, SIG_PIN, SampleCard, sample_card
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.iso7816.status import UnexpectedStatus
from openeoi.protocols.personalisation.shared import LifeCycle
from openeoi.protocols.pin.errors import WrongPin
from openeoi.terminal.credentials import list_credentials, sign_digest
from openeoi.terminal.errors import CredentialMissing, PinNeeded

PINS = {CredentialRole.LOW: None, CredentialRole.HIGH: NORM_PIN, CredentialRole.QUALIFIED: SIG_PIN}


@pytest.fixture(scope="module", params=[0, 3], ids=["no gaps", "gaps between objects"])
def card(request: pytest.FixtureRequest) -> SampleCard:
    return sample_card(gap=request.param)


@pytest.mark.parametrize("contactless", [False, True])
def test_all_credentials_are_listed_with_their_chain(card: SampleCard, contactless: bool) -> None:
    card.card.power_on(contactless)
    listed = card.inside(card.channel(), list_credentials())
    assert [credential.role for credential in listed] == list(CredentialRole)
    for credential in listed:
        assert credential.certificate == card.certificates[credential.role].public_bytes(Encoding.DER)
        assert credential.chain == (card.root.public_bytes(Encoding.DER),)
    assert [(credential.key, credential.pin_reference) for credential in listed] == [(0xA1, None), (0xA1, 5), (0xA2, 8)]


def test_on_contact_they_are_listed_in_clear_and_without_contact_they_are_not(card: SampleCard) -> None:
    card.card.power_on(contactless=False)
    assert len(card.run(list_credentials())) == 3
    card.card.power_on(contactless=True)
    with pytest.raises(UnexpectedStatus) as refused:
        card.run(list_credentials())
    assert refused.value.status == 0x6982


@pytest.mark.parametrize("role", CredentialRole)
@pytest.mark.parametrize("name", ["sha1", "sha224", "sha256", "sha384", "sha512"])
def test_each_role_signs_each_digest(card: SampleCard, role: CredentialRole, name: str) -> None:
    card.card.power_on(contactless=True)
    digest = hashlib.new(name, b"a contract").digest()
    signature = card.inside(card.channel(), sign_digest(role, digest, PINS[role]))
    key = card.certificates[role].public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    encoded = encode_dss_signature(int.from_bytes(signature[:48], "big"), int.from_bytes(signature[48:], "big"))
    algorithm = {"sha1": hashes.SHA1, "sha224": hashes.SHA224, "sha256": hashes.SHA256, "sha384": hashes.SHA384}.get(name)
    key.verify(encoded, digest, ec.ECDSA(Prehashed(algorithm() if algorithm else hashes.SHA512())))


def test_without_its_pin_a_credential_does_not_sign(card: SampleCard) -> None:
    channel = card.channel()
    digest = secrets.token_bytes(48)
    with pytest.raises(PinNeeded):
        card.inside(channel, sign_digest(CredentialRole.HIGH, digest))
    with pytest.raises(WrongPin) as wrong:
        card.inside(channel, sign_digest(CredentialRole.HIGH, digest, "000000"))
    assert wrong.value.attempts_remaining == 2
    card.inside(channel, sign_digest(CredentialRole.HIGH, digest, NORM_PIN))


def test_a_card_without_credentials_says_so() -> None:
    blank = sample_card(LifeCycle.PERSONALISED, roles=())
    with pytest.raises(CredentialMissing):
        blank.inside(blank.channel(), sign_digest(CredentialRole.LOW, bytes(48)))
