"""The reader's way into a document and through its proofs, against the card."""

import secrets
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from card.sample_card import CAN, DATA_GROUP_3, MRZ_INFORMATION, OFFICE_KEY, SampleCard
from card.test_document_protocols import CREDENTIALS, DATA_GROUP_14, FILES, PROTOCOLS, _active_public_key, card_with, sample_card
from openeoi.encoding.cms import Signer
from openeoi.encoding.lds import files
from openeoi.encoding.lds.card_access import CardAccess
from openeoi.encoding.lds.card_security import CardSecurity, build_card_security
from openeoi.encoding.lds.security_infos import PaceInfo, TerminalAuthenticationInfo
from openeoi.encoding.signature_algorithms import SignatureAlgorithm
from openeoi.iso7816.secure_messaging import through
from openeoi.protocols.basic_access.errors import WrongMachineReadableZone
from openeoi.protocols.pace.errors import ChipKeyMissing, ChipNotGenuine
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.protocols.passive_authentication.verify import check_signed_data
from openeoi.protocols.personalisation import terminal as office
from openeoi.protocols.personalisation.applications import Application
from openeoi.protocols.personalisation.document_protocols import DocumentProtocols
from openeoi.protocols.personalisation.shared import LifeCycle, SecretRole
from openeoi.terminal.document_channel import DocumentChannel, open_with_basic_access, open_with_pace
from openeoi.terminal.errors import ChipNotAuthenticated, FileMalformed, FileNotReadable, PaceIsOffered
from openeoi.terminal.extended_access import prove_terminal, read_authority_references
from openeoi.terminal.prove_chip import by_active_authentication, by_chip_authentication, by_mapping, read_card_security
from openeoi.terminal.read_file import read_elementary_file

PASSWORD = PacePassword.from_mrz(MRZ_INFORMATION)
INFOS = DATA_GROUP_14.security_infos
MAPPING = PaceInfo("0.4.0.127.0.7.2.2.4.6.4", 13)


def opened_by_pace(sample: SampleCard) -> DocumentChannel:
    return sample.run(open_with_pace(PASSWORD, secrets.token_bytes))


def read_fingerprints(sample: SampleCard, opened: DocumentChannel) -> bytes | None:
    """Without selecting the application again, which would end the right to them."""
    try:
        return sample.run(through(opened.channel, read_elementary_file(files.data_group(3))))
    except FileNotReadable:
        return None


def test_from_the_password_to_the_fingerprints() -> None:
    sample = card_with()
    opened = opened_by_pace(sample)
    assert opened.binding is None
    assert read_fingerprints(sample, opened) is None
    with pytest.raises(ChipNotAuthenticated):
        sample.run(prove_terminal(opened, CREDENTIALS, INFOS))
    opened = sample.run(by_chip_authentication(opened, INFOS, secrets.token_bytes))
    assert sample.run(by_active_authentication(opened, _active_public_key(), INFOS, secrets.token_bytes)).signature
    chain = sample.run(prove_terminal(opened, CREDENTIALS, INFOS))
    assert chain[-1] == CREDENTIALS.certificate
    assert read_fingerprints(sample, opened) == DATA_GROUP_3


def test_basic_access_control_is_asked_for_by_name() -> None:
    sample = card_with()
    with pytest.raises(PaceIsOffered):
        sample.run(open_with_basic_access(MRZ_INFORMATION, secrets.token_bytes))
    opened = sample.run(open_with_basic_access(MRZ_INFORMATION, secrets.token_bytes, although_pace_is_offered=True))
    opened = sample.run(by_chip_authentication(opened, INFOS, secrets.token_bytes))
    sample.run(prove_terminal(opened, CREDENTIALS, INFOS))
    assert read_fingerprints(sample, opened) == DATA_GROUP_3
    with pytest.raises(WrongMachineReadableZone):
        wrong = MRZ_INFORMATION[:-1] + str((int(MRZ_INFORMATION[-1]) + 1) % 10)
        sample.run(open_with_basic_access(wrong, secrets.token_bytes, although_pace_is_offered=True))


def test_the_file_of_authorities_is_where_the_document_says() -> None:
    sample = card_with()
    opened = opened_by_pace(sample)
    named = TerminalAuthenticationInfo(efcvca=bytes.fromhex("30070402011C04011C"))
    default = sample.run(through(opened.channel, read_authority_references(())))
    assert sample.run(through(opened.channel, read_authority_references((named,)))) == default
    for efcvca in ("300304011C", "3000", "0402011C"):
        with pytest.raises(FileMalformed):
            sample.run(through(opened.channel, read_authority_references((replace(named, efcvca=bytes.fromhex(efcvca)),))))


def signed_card_security() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "SI"), x509.NameAttribute(NameOID.COMMON_NAME, "TEST signer")])
    start, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 7, start, end)
    certificate = builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)
    sign = lambda data: key.sign(data, ec.ECDSA(hashes.SHA256()))  # noqa: E731
    return build_card_security(tuple(INFOS), Signer(certificate, SignatureAlgorithm.ECDSA_SHA256, sign))


def card_that_offers_mapping(protocols: DocumentProtocols = PROTOCOLS) -> SampleCard:
    """Its EF.CardAccess names chip authentication mapping, and it has an EF.CardSecurity."""
    sample = sample_card(LifeCycle.BLANK)
    channel = sample.run(office.open_office_channel(OFFICE_KEY, secrets.token_bytes))
    access = CardAccess((PaceInfo("0.4.0.127.0.7.2.2.4.2.4", 13), MAPPING)).encode()
    for file_id, content in ((files.CARD_ACCESS.file_id, access), (files.CARD_SECURITY.file_id, signed_card_security())):
        sample.inside(channel, office.write_file(Application.MASTER_FILE, file_id, content))
    for file_id, content in FILES.items():
        sample.inside(channel, office.write_file(Application.TRAVEL_DOCUMENT, file_id, content))
    sample.inside(channel, office.set_secret(SecretRole.CAN, CAN.encode()))
    sample.inside(channel, office.set_secret(SecretRole.MRZ_INFORMATION, MRZ_INFORMATION.encode()))
    sample.inside(channel, office.set_secret(SecretRole.DOCUMENT_PROTOCOLS, protocols.encode()))
    sample.inside(channel, office.set_state(LifeCycle.PERSONALISED))
    sample.card.reset()
    return sample


def test_a_mapping_that_proves_the_chip_is_preferred_and_judged() -> None:
    sample = card_that_offers_mapping()
    opened = opened_by_pace(sample)
    assert opened.chip_proof is not None
    assert opened.binding is not None
    card_security = sample.run(read_card_security(opened.channel))
    check_signed_data(card_security.signed_data)
    by_mapping(opened, card_security)
    sample.run(prove_terminal(opened, CREDENTIALS, INFOS))


def test_a_copy_of_a_chip_with_mapping_is_noticed() -> None:
    keys = (replace(PROTOCOLS.static_keys[0], private=99),)
    sample = card_that_offers_mapping(replace(PROTOCOLS, static_keys=keys))
    opened = opened_by_pace(sample)
    card_security = sample.run(read_card_security(opened.channel))
    with pytest.raises(ChipNotGenuine):
        by_mapping(opened, card_security)


def test_without_mapping_there_is_nothing_to_judge() -> None:
    sample = card_with()
    opened = opened_by_pace(sample)
    with pytest.raises(FileNotReadable):
        sample.run(read_card_security(opened.channel))
    with pytest.raises(ChipKeyMissing):
        by_mapping(opened, CardSecurity.decode(signed_card_security()))
