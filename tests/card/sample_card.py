"""A personalised card with test certificates, for any test that needs one. Nothing here is secret and nobody here is real."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from openeoi import profiles
from openeoi.card.memory import CardMemory, VolatileMemory
from openeoi.card.virtual_card import VirtualCard
from openeoi.crypto.randomness import RandomSource
from openeoi.encoding.lds import files as lds
from openeoi.encoding.lds.common import Com
from openeoi.encoding.lds.data_group_1 import DataGroup1
from openeoi.encoding.lds.security_infos import PaceInfo
from openeoi.encoding.mrz import TravelDocument1, mrz_information
from openeoi.encoding.pkcs15.application_files import (
    HolderCredential,
    PinPlace,
    TokenDescription,
    directory_file,
    pinless_files,
    sign_and_login_files,
)
from openeoi.encoding.pkcs15.files import DIRECTORY, OUR_MANUFACTURER
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.encoding.tlv import encode
from openeoi.iso7816.apdu import CommandApdu
from openeoi.iso7816.secure_messaging import SecureChannel, through
from openeoi.iso7816.steps import CardSteps
from openeoi.profiles.card import ChipOptions
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.protocols.pace.terminal import establish
from openeoi.protocols.personalisation import terminal as office
from openeoi.protocols.personalisation.applications import Application
from openeoi.protocols.personalisation.document_protocols import DocumentProtocols
from openeoi.protocols.personalisation.shared import KeyRole, LifeCycle, SecretRole
from openeoi.transport import Observer, run

OFFICE_KEY = bytes(range(32))
CAN = "123456"
PUK = "1234567890"
INITIAL_PASSWORD = "87654321"
NORM_PIN = "111111"
SIG_PIN = "222222"

NOT_BEFORE = datetime(2026, 1, 1, tzinfo=UTC)
NOT_AFTER = datetime(2036, 1, 1, tzinfo=UTC)

DOCUMENT = TravelDocument1(
    document_code="ID",
    issuing_state="SVN",
    document_number="IE1234567",
    optional_data_1="0101006505006",
    date_of_birth="060101",
    sex="F",
    date_of_expiry="360101",
    nationality="SVN",
    optional_data_2="",
    primary_identifier="VZOREC",
    secondary_identifier="JANA",
)
MRZ_INFORMATION = mrz_information(DOCUMENT)

# Contents that only have to be there: the readers' own tests use real ones.
DATA_GROUP_2 = encode(0x75, bytes(range(256)) * 64)
DATA_GROUP_3 = encode(0x63, b"fingers")
SECURITY_OBJECT = encode(0x77, b"security object" * 100)

Outcome = TypeVar("Outcome")


class Direct:
    """A transport without a reader: the card's `process`."""

    def __init__(self, card: VirtualCard) -> None:
        self.card = card

    def exchange(self, command: bytes) -> bytes:
        return self.card.process(command)


@dataclass
class SampleCard:
    card: VirtualCard
    memory: CardMemory
    certificates: dict[CredentialRole, x509.Certificate]
    root: x509.Certificate

    def run(self, steps: CardSteps[Outcome], observer: Observer | None = None) -> Outcome:
        return run(steps, Direct(self.card), observer)

    def channel(self, password: PacePassword | None = None) -> SecureChannel:
        """A new channel, with the CAN by default."""
        info = PaceInfo("0.4.0.127.0.7.2.2.4.2.4", 13)
        return self.run(establish(password or PacePassword.from_can(CAN), info, secrets.token_bytes))

    def inside(self, channel: SecureChannel, steps: CardSteps[Outcome]) -> Outcome:
        return self.run(through(channel, steps))


def sample_card(
    life_cycle: LifeCycle = LifeCycle.ACTIVE,
    memory: CardMemory | None = None,
    random: RandomSource = secrets.token_bytes,
    gap: int = 0,
    roles: Collection[CredentialRole] = tuple(CredentialRole),
    country: str = "si",
    document: DocumentProtocols | None = None,
    document_files: Mapping[int, bytes] | None = None,
    options: ChipOptions | None = None,
) -> SampleCard:
    """A card taken from blank through personalisation to this state, by commands only.

    `document` adds protocols to the travel document, `document_files` files to it, by file identifier. Without `options` it is a
    chip of the laboratory, which takes private keys from outside.
    """
    memory = memory or VolatileMemory()
    parameters = profiles.load(country).card
    parameters = replace(parameters, options=options or ChipOptions(imports_keys=True))
    card = VirtualCard.blank(memory, random, parameters, OFFICE_KEY)
    authority = ec.generate_private_key(ec.SECP384R1())
    root = _certificate("OpenEOI TEST root", authority.public_key(), "OpenEOI TEST root", authority, is_authority=True)
    sample = SampleCard(card, memory, {}, root)
    if life_cycle is LifeCycle.BLANK:
        return sample
    channel = sample.run(office.open_office_channel(OFFICE_KEY, secrets.token_bytes))
    sample.inside(channel, _personalise(sample, authority, gap, roles, not parameters.options.short_length_only))
    sample.inside(channel, _add_to_document(document, document_files or {}))
    for state in _path(life_cycle):
        sample.inside(channel, office.set_state(state))
    if life_cycle in (LifeCycle.ACTIVE, LifeCycle.BLOCKED):
        _activate(sample)
    if life_cycle is LifeCycle.BLOCKED:
        _block(sample)
    return sample


def _path(life_cycle: LifeCycle) -> list[LifeCycle]:
    path = [LifeCycle.PERSONALISED, LifeCycle.HANDED_OVER]
    if life_cycle is LifeCycle.PERSONALISED:
        return path[:1]
    return [*path, LifeCycle.TERMINATED] if life_cycle is LifeCycle.TERMINATED else path


def _personalise(
    sample: SampleCard, authority: ec.EllipticCurvePrivateKey, gap: int, roles: Collection[CredentialRole], extended: bool
) -> CardSteps[None]:
    for role in roles:
        point = yield from office.generate_key(KeyRole(role.value))
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP384R1(), point)
        name = f"VZOREC JANA ({role})"
        sample.certificates[role] = _certificate(name, key, "OpenEOI TEST root", authority)
    for application, contents in application_files(sample, gap).items():
        for file_id, content in contents.items():
            yield from office.write_file(application, file_id, content, extended=extended)
    yield from office.set_secret(SecretRole.CAN, CAN.encode())
    yield from office.set_secret(SecretRole.PUK, PUK.encode())
    yield from office.set_secret(SecretRole.INITIAL_PASSWORD, INITIAL_PASSWORD.encode())


def _add_to_document(document: DocumentProtocols | None, contents: Mapping[int, bytes]) -> CardSteps[None]:
    for file_id, content in contents.items():
        yield from office.write_file(Application.TRAVEL_DOCUMENT, file_id, content)
    if document is not None:
        yield from office.set_secret(SecretRole.DOCUMENT_PROTOCOLS, document.encode())


def application_files(sample: SampleCard, gap: int = 0) -> dict[Application, dict[int, bytes]]:
    low, high, qualified = (_credential(sample, role) for role in CredentialRole)
    description = TokenDescription(
        sample.card.serial_number, OUR_MANUFACTURER, NOT_BEFORE, PinPlace(5, 6, 6), PinPlace(6, 10, 10), PinPlace(8, 6, 6), gap
    )
    return {
        Application.MASTER_FILE: {DIRECTORY: directory_file(sample.certificates)} if sample.certificates else {},
        Application.PINLESS: pinless_files(description, low) if low else {},
        Application.SIGN_AND_LOGIN: sign_and_login_files(description, high, qualified) if high else {},
        Application.TRAVEL_DOCUMENT: {
            lds.COM.file_id: Com((1, 2, 3)).encode(),
            lds.SOD.file_id: SECURITY_OBJECT,
            lds.data_group(1).file_id: DataGroup1(DOCUMENT.encode()).encode(),
            lds.data_group(2).file_id: DATA_GROUP_2,
            lds.data_group(3).file_id: DATA_GROUP_3,
        },
    }


def _credential(sample: SampleCard, role: CredentialRole) -> HolderCredential | None:
    if role not in sample.certificates:
        return None
    chain = (sample.root.public_bytes(Encoding.DER),)
    return HolderCredential(role, sample.certificates[role].public_bytes(Encoding.DER), chain)


def _certificate(
    subject: str, key: ec.EllipticCurvePublicKey, issuer: str, authority: ec.EllipticCurvePrivateKey, is_authority: bool = False
) -> x509.Certificate:
    def name(common_name: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "SI"), x509.NameAttribute(NameOID.COMMON_NAME, common_name)])

    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOT_BEFORE)
        .not_valid_after(NOT_AFTER)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    )
    return builder.sign(authority, hashes.SHA384())


def _activate(sample: SampleCard) -> None:
    pin_commands(sample, (0x20, 0, 7, INITIAL_PASSWORD), (0x24, 1, 5, NORM_PIN), (0x24, 1, 8, SIG_PIN))


def _block(sample: SampleCard) -> None:
    pin_commands(sample, *[(0x20, 0, 5, "999999")] * 3, *[(0x20, 0, 8, "999999")] * 3, *[(0x20, 0, 6, "9999999999")] * 10)


def pin_commands(sample: SampleCard, *commands: tuple[int, int, int, str]) -> list[int]:
    """Sends PIN commands (INS, P1, P2, secret) in one new channel; their status words."""

    def steps() -> CardSteps[list[int]]:
        words = []
        for ins, p1, p2, secret in commands:
            words.append((yield CommandApdu(0, ins, p1, p2, secret.encode())).status)
        return words

    return sample.inside(sample.channel(), steps())
