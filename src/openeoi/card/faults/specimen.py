"""The sound document of a person who does not exist, and how any content gets onto a chip.

Faults of content change the files of this specimen; everything is written by the personalisation protocol, so that a faulty chip
is as real as a sound one.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from types import MappingProxyType
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from PIL import Image, ImageDraw

from openeoi.card.faults.laboratory import SIGNERS_FROM, Laboratory, Signer
from openeoi.card.faults.signed_object import SignedObject
from openeoi.card.memory import CardMemory
from openeoi.card.virtual_card import VirtualCard
from openeoi.crypto.randomness import RandomSource
from openeoi.encoding.lds import files as lds
from openeoi.encoding.lds.common import Com
from openeoi.encoding.lds.data_group_1 import DataGroup1
from openeoi.encoding.lds.data_group_2 import DataGroup2
from openeoi.encoding.lds.data_group_11 import DataGroup11
from openeoi.encoding.lds.data_group_12 import DataGroup12
from openeoi.encoding.lds.data_group_14 import DataGroup14
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
from openeoi.encoding.signature_algorithms import DigestAlgorithm
from openeoi.iso7816 import status
from openeoi.iso7816.apdu import CommandApdu
from openeoi.iso7816.secure_messaging import through
from openeoi.iso7816.status import expect_ok
from openeoi.iso7816.steps import CardSteps
from openeoi.profiles.card import CardParameters, PinParameters
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.protocols.pace.terminal import establish
from openeoi.protocols.personalisation import terminal as office
from openeoi.protocols.personalisation.applications import Application
from openeoi.protocols.personalisation.document_protocols import DocumentProtocols
from openeoi.protocols.personalisation.shared import DELETE_FILE, OFFICE_KEY_SIZE, KeyRole, LifeCycle, SecretRole
from openeoi.protocols.pin import terminal as pin
from openeoi.transport import run
from openeoi.transport.in_process import InProcess

CAN: Final = "314159"
NORM_PIN: Final = "111111"
SIG_PIN: Final = "222222"
PUK: Final = "1234567890"
INITIAL_PASSWORD: Final = "87654321"  # noqa: S105 - stands in the printed catalogue

ZONE: Final = TravelDocument1(
    document_code="ID",
    issuing_state="SVN",
    document_number="FC0000001",
    optional_data_1="0101006505006",
    date_of_birth="060101",
    sex="F",
    date_of_expiry="390101",
    nationality="SVN",
    optional_data_2="",
    primary_identifier="VZOREC",
    secondary_identifier="JANA",
)
PORTRAIT_SIZE: Final = (240, 320)

Files = dict[Application, dict[int, bytes | None]]
"""Content by application and file identifier; None for a file that is not to be there (the maker's EF.CardAccess is deleted)."""


def _as_they_are(files: Files) -> Files:
    return files


@dataclass(frozen=True, slots=True)
class Specimen:
    """What the chip is given. `data_groups` are on the chip, `com` is the raw EF.COM, `sod` the raw EF.SOD, `protocols` what the
    chip can do beyond PACE, with its private keys; `change` has the last word on every file, when the chip's own keys and
    certificates are known."""

    data_groups: Mapping[int, bytes]
    com: bytes
    sod: bytes
    protocols: DocumentProtocols = field(default=DocumentProtocols(), repr=False)
    change: Callable[[Files], Files] = _as_they_are

    def with_group(self, number: int, content: bytes) -> Specimen:
        """Another content of one data group; what was signed stays."""
        return replace(self, data_groups=MappingProxyType({**self.data_groups, number: content}))

    def without_group(self, number: int) -> Specimen:
        rest = {other: content for other, content in self.data_groups.items() if other != number}
        return replace(self, data_groups=MappingProxyType(rest))


@dataclass(frozen=True, slots=True)
class Chip:
    """How a personalised chip is reached: its memory holds everything, the office's key is thrown away."""

    memory: CardMemory = field(repr=False)
    access_number: str = field(default=CAN, repr=False)


@cache
def portrait(shade: int = 120) -> bytes:
    """A drawn head and shoulders, JPEG; `shade` tells people apart."""
    width, height = PORTRAIT_SIZE
    picture = Image.new("RGB", PORTRAIT_SIZE, (236, 238, 240))
    drawing = ImageDraw.Draw(picture)
    drawing.ellipse((width * 0.29, height * 0.16, width * 0.71, height * 0.64), fill=(shade, 128, 134))
    drawing.ellipse((width * 0.08, height * 0.72, width * 0.92, height * 1.4), fill=(shade, 128, 134))
    output = io.BytesIO()
    picture.save(output, "JPEG", quality=85)
    return output.getvalue()


def sound_data_groups(zone: TravelDocument1 = ZONE, shade: int = 120) -> dict[int, bytes]:
    return {
        1: DataGroup1(zone.encode()).encode(),
        2: DataGroup2.of(portrait(shade)).encode(),
        11: DataGroup11(name_of_holder="VZOREC<<JANA", personal_number=zone.optional_data_1).encode(),
        12: DataGroup12("OPENEOI TEST", "20290101").encode(),
        14: DataGroup14((PaceInfo("0.4.0.127.0.7.2.2.4.2.4", 13),)).encode(),
    }


def signed(groups: Mapping[int, bytes], signer: Signer) -> SignedObject:
    """The security object over these data groups, as it should be."""
    entries = tuple((number, DigestAlgorithm.SHA256.digest(content)) for number, content in sorted(groups.items()))
    return SignedObject(entries, signer)


def specimen(groups: Mapping[int, bytes], sod: bytes) -> Specimen:
    """EF.COM says what is there."""
    return Specimen(MappingProxyType(dict(groups)), Com(tuple(sorted(groups))).encode(), sod)


def sound_specimen(laboratory: Laboratory) -> Specimen:
    """Nothing wrong with it: every use succeeds."""
    groups = sound_data_groups()
    return specimen(groups, signed(groups, laboratory.signer).encode())


def personalise(
    content: Specimen, laboratory: Laboratory, memory: CardMemory, parameters: CardParameters, random: RandomSource
) -> Chip:
    """Makes the chip in `memory`: personalised, handed over and activated with the PINs of the catalogue."""
    key = random(OFFICE_KEY_SIZE)
    parameters = replace(parameters, options=replace(parameters.options, imports_keys=True))
    card = VirtualCard.blank(memory, random, parameters, key)
    chip = InProcess(card)
    channel = run(office.open_office_channel(key, random), chip)
    run(through(channel, _write(content, laboratory, card.serial_number, parameters)), chip)
    chip.reset()
    info = PaceInfo(parameters.pace_oid, parameters.pace_parameter_id)
    channel = run(establish(PacePassword.from_can(CAN), info, random), chip)
    run(through(channel, _activate(parameters)), chip)
    return Chip(memory)


def _write(content: Specimen, laboratory: Laboratory, serial_number: bytes, parameters: CardParameters) -> CardSteps[None]:
    credentials: dict[CredentialRole, HolderCredential] = {}
    for role in CredentialRole:
        point = yield from office.generate_key(KeyRole(role.value))
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP384R1(), point)
        certificate = laboratory.holder_certificate(f"VZOREC JANA ({role})", public)
        credentials[role] = HolderCredential(role, certificate, (laboratory.authority,))
    files: Files = {
        Application.TRAVEL_DOCUMENT: {
            lds.COM.file_id: content.com,
            lds.SOD.file_id: content.sod,
            **{lds.data_group(number).file_id: group for number, group in content.data_groups.items()},
        }
    }
    for application, contents in _application_files(serial_number, credentials, parameters).items():
        files[application] = {**contents}
    deleted: list[tuple[Application, int]] = []
    for application, changed in content.change(files).items():
        for file_id, value in changed.items():
            if value is None:
                deleted.append((application, file_id))
            else:
                yield from office.write_file(application, file_id, value)
    if content.protocols != DocumentProtocols():
        yield from office.set_secret(SecretRole.DOCUMENT_PROTOCOLS, content.protocols.encode())
    for secret, text in (
        (SecretRole.CAN, CAN),
        (SecretRole.MRZ_INFORMATION, mrz_information(ZONE)),
        (SecretRole.PUK, PUK),
        (SecretRole.INITIAL_PASSWORD, INITIAL_PASSWORD),
    ):
        yield from office.set_secret(secret, text.encode())
    for application, file_id in deleted:
        yield from office.select_application(application)
        response = yield CommandApdu(0, DELETE_FILE, 2, 0, file_id.to_bytes(2, "big"))
        if response.status != status.FILE_NOT_FOUND:
            expect_ok(response, f"deleting file {file_id:04X}")
    yield from office.set_state(LifeCycle.PERSONALISED)
    yield from office.set_state(LifeCycle.HANDED_OVER)


def _application_files(
    serial_number: bytes, credentials: Mapping[CredentialRole, HolderCredential], parameters: CardParameters
) -> dict[Application, dict[int, bytes]]:
    norm_pin, puk, sig_pin = (_place(one) for one in (parameters.norm_pin, parameters.puk, parameters.sig_pin))
    description = TokenDescription(serial_number, OUR_MANUFACTURER, SIGNERS_FROM, norm_pin, puk, sig_pin)
    high, qualified = credentials[CredentialRole.HIGH], credentials[CredentialRole.QUALIFIED]
    return {
        Application.MASTER_FILE: {DIRECTORY: directory_file(credentials)},
        Application.PINLESS: pinless_files(description, credentials[CredentialRole.LOW]),
        Application.SIGN_AND_LOGIN: sign_and_login_files(description, high, qualified),
    }


def _place(parameters: PinParameters) -> PinPlace:
    return PinPlace(parameters.reference, parameters.minimum_length, parameters.maximum_length)


def _activate(parameters: CardParameters) -> CardSteps[None]:
    yield from pin.verify(parameters.initial_password.reference, INITIAL_PASSWORD.encode())
    yield from pin.change(parameters.norm_pin.reference, NORM_PIN.encode())
    yield from pin.change(parameters.sig_pin.reference, SIG_PIN.encode())
