"""A Montenegrin post, a Slovenian authority it trusts, and cards of a person who does not exist."""

from __future__ import annotations

import io
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from PIL import Image

from document_signers import NOT_BEFORE, Holder, country_signer, document_signer
from openeoi import profiles
from openeoi.border.access import CardAccessNumber, MachineReadableZone
from openeoi.border.errors import NoDocument, StatusUnavailable
from openeoi.border.ports import DocumentState
from openeoi.border.post import BorderPost
from openeoi.border.report import Purpose, Request
from openeoi.border.store import MIGRATIONS, Store
from openeoi.card.memory import VolatileMemory
from openeoi.card.virtual_card import VirtualCard
from openeoi.encoding.lds import files as lds
from openeoi.encoding.lds.common import Com
from openeoi.encoding.lds.data_group_1 import DataGroup1
from openeoi.encoding.lds.data_group_2 import DataGroup2
from openeoi.encoding.lds.data_group_11 import DataGroup11
from openeoi.encoding.lds.data_group_14 import DataGroup14
from openeoi.encoding.lds.security_infos import PaceInfo
from openeoi.encoding.lds.security_object import build_security_object, encode_lds_security_object
from openeoi.encoding.mrz import TravelDocument1, mrz_information
from openeoi.encoding.signature_algorithms import SignatureAlgorithm
from openeoi.iso7816.secure_messaging import through
from openeoi.iso7816.steps import CardSteps
from openeoi.protocols.passive_authentication import CertificateAnchors
from openeoi.protocols.personalisation import terminal as office
from openeoi.protocols.personalisation.applications import Application
from openeoi.protocols.personalisation.shared import LifeCycle, SecretRole
from openeoi.storage.database import Database
from openeoi.terminal.examination import Trust
from openeoi.transport import Transport, run
from openeoi.transport.in_process import InProcess

AT = NOT_BEFORE + timedelta(days=200)
CAN = "271828"
OFFICE_KEY = bytes(range(32))
ZONE = TravelDocument1(
    document_code="ID",
    issuing_state="SVN",
    document_number="IE7654321",
    optional_data_1="0101006505006",
    date_of_birth="060101",
    sex="F",
    date_of_expiry="360101",
    nationality="SVN",
    optional_data_2="",
    primary_identifier="VZOREC",
    secondary_identifier="JANA",
)
BY_NUMBER = CardAccessNumber(CAN)
BY_ZONE = MachineReadableZone(ZONE)
ENTRY = Request("officer-7", Purpose.ENTRY)
# Everything that must not be found after an inspection.
PERSONAL_MARKERS = ("VZOREC", "JANA", "IE7654321", "0101006505006", "060101", CAN)


def portrait() -> bytes:
    output = io.BytesIO()
    Image.effect_noise((120, 160), 60).convert("RGB").save(output, "JPEG")
    return output.getvalue()


PORTRAIT = portrait()


def data_groups(zone: TravelDocument1 = ZONE) -> dict[int, bytes]:
    infos = (PaceInfo("0.4.0.127.0.7.2.2.4.2.4", 13),)
    return {
        1: DataGroup1(zone.encode()).encode(),
        2: DataGroup2.of(PORTRAIT).encode(),
        11: DataGroup11(name_of_holder="VZOREC<<JANA", personal_number="0101006505006").encode(),
        14: DataGroup14(infos).encode(),
    }


def authority() -> Holder:
    return country_signer(SignatureAlgorithm.RSA_PSS_SHA256)


def signed_files(groups: Mapping[int, bytes], signer: Holder | None = None) -> dict[int, bytes]:
    """By file identifier."""
    signer = signer or document_signer(authority(), SignatureAlgorithm.RSA_PSS_SHA256)
    digest = signer.algorithm.digest
    content = encode_lds_security_object(digest, {number: digest.digest(file) for number, file in groups.items()})
    sod = build_security_object(content, signer.der, digest, signer.algorithm, signer.sign)
    files = {lds.data_group(number).file_id: file for number, file in groups.items()}
    return {lds.COM.file_id: Com(tuple(groups)).encode(), lds.SOD.file_id: sod, **files}


def card(files: Mapping[int, bytes] | None = None, can: str = CAN, zone: TravelDocument1 = ZONE) -> InProcess:
    chip = InProcess(VirtualCard.blank(VolatileMemory(), secrets.token_bytes, profiles.load("si").card, OFFICE_KEY))
    channel = run(office.open_office_channel(OFFICE_KEY, secrets.token_bytes), chip)
    run(through(channel, _personalise(files or signed_files(data_groups(zone)), can, zone)), chip)
    chip.reset()
    return chip


def _personalise(files: Mapping[int, bytes], can: str, zone: TravelDocument1) -> CardSteps[None]:
    for file_id, content in files.items():
        yield from office.write_file(Application.TRAVEL_DOCUMENT, file_id, content)
    yield from office.set_secret(SecretRole.CAN, can.encode())
    yield from office.set_secret(SecretRole.MRZ_INFORMATION, mrz_information(zone).encode())
    yield from office.set_state(LifeCycle.PERSONALISED)


@dataclass
class Desk:
    """A reader with whatever lies in it."""

    transport: Transport | None = None

    @contextmanager
    def powered(self) -> Iterator[Transport]:
        if self.transport is None:
            raise NoDocument("the reader is empty")
        yield self.transport


@dataclass
class Issuer:
    """Answers about document numbers, and remembers what it was asked."""

    state: DocumentState | None = DocumentState.VALID
    asked: list[tuple[str, str]] = field(default_factory=list)

    def status(self, issuing_state: str, document_number: str) -> DocumentState:
        self.asked.append((issuing_state, document_number))
        if self.state is None:
            raise StatusUnavailable("the issuer does not answer")
        return self.state


def clock() -> datetime:
    return AT


def post(transport: Transport | None = None, issuer: Issuer | None = None, database: Database | None = None) -> BorderPost:
    return BorderPost(
        profile=profiles.load("me"),
        store=Store(database or Database("sqlite://", MIGRATIONS), clock),
        reader=Desk(transport),
        trust=Trust(CertificateAnchors([authority().der])),
        document_status=issuer or Issuer(),
        clock=clock,
        random=secrets.token_bytes,
    )


def changed(zone: TravelDocument1 = ZONE, **values: str) -> TravelDocument1:
    return replace(zone, **values)
