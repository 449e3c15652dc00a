"""An agent with a box of personalised cards whose travel document a test authority has signed."""

from __future__ import annotations

import io
import secrets
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from card import sample_card as cards
from document_signers import country_signer, document_signer
from openeoi import profiles
from openeoi.agent.card_folder import CardFolder
from openeoi.agent.office import Agent
from openeoi.agent.pages import CROSS_SITE, routes
from openeoi.agent.reader import CardReader
from openeoi.encoding.lds import files as lds
from openeoi.encoding.lds.common import Com
from openeoi.encoding.lds.data_group_1 import DataGroup1
from openeoi.encoding.lds.data_group_2 import DataGroup2
from openeoi.encoding.lds.data_group_11 import DataGroup11
from openeoi.encoding.lds.data_group_12 import DataGroup12
from openeoi.encoding.lds.security_object import build_security_object, encode_lds_security_object
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.encoding.signature_algorithms import DigestAlgorithm, SignatureAlgorithm
from openeoi.protocols.passive_authentication.anchors import CertificateAnchors
from openeoi.protocols.personalisation.applications import Application
from openeoi.protocols.personalisation.shared import LifeCycle
from openeoi.storage.atomic_files import AtomicFile
from openeoi.terminal.examination import Trust
from openeoi.web.figures import CardPicture
from openeoi.web.kit import NavigationEntry, Settings, WebKit

NOW = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)
ORIGIN = "http://127.0.0.1:8000"
AUTHORITY = country_signer(SignatureAlgorithm.ECDSA_SHA384, "OpenEOI TEST CSCA Slovenia")
SIGNER = document_signer(AUTHORITY, SignatureAlgorithm.ECDSA_SHA256, "OpenEOI TEST Document Signer 1")
FACE = CardPicture(
    document_number=cards.DOCUMENT.document_number,
    surname="VZOREC",
    given_names="JANA",
    date_of_birth=datetime(2006, 1, 1).date(),
    date_of_expiry=datetime(2036, 1, 1).date(),
    access_number=cards.CAN,
    mrz=tuple(cards.DOCUMENT.encode().split("\n")),
)


class Faces:
    def face(self, name: str) -> CardPicture | None:
        return FACE if name == "ACTIVE" else None


def portrait() -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", (413, 531), (150, 170, 180)).save(picture, "JPEG")
    return picture.getvalue()


def document_files(image: bytes, forged: bool = False) -> dict[int, bytes]:
    """The travel document's files by file identifier, signed; `forged`: another person's number in DG11 after signing."""
    groups = {
        1: DataGroup1(cards.DOCUMENT.encode()).encode(),
        2: DataGroup2.of(image).encode(),
        11: DataGroup11("VZOREC<<JANA", personal_number="0101006505006", place_of_birth=("LJUBLJANA", "SI")).encode(),
        12: DataGroup12("UPRAVNA ENOTA LJUBLJANA", "20260101").encode(),
    }
    digests = {number: DigestAlgorithm.SHA256.digest(content) for number, content in groups.items()}
    content = encode_lds_security_object(DigestAlgorithm.SHA256, digests)
    sod = build_security_object(content, SIGNER.der, DigestAlgorithm.SHA256, SIGNER.algorithm, SIGNER.sign)
    if forged:
        groups[11] = DataGroup11("VZOREC<<JANA", personal_number="0101006505999").encode()
    files = {lds.data_group(number).file_id: content for number, content in groups.items()}
    return files | {lds.COM.file_id: Com(tuple(groups)).encode(), lds.SOD.file_id: sod}


def make_card(
    folder: CardFolder,
    name: str,
    state: LifeCycle,
    image: bytes,
    forged: bool = False,
    roles: tuple[CredentialRole, ...] = tuple(CredentialRole),
) -> None:
    plain = cards.application_files

    def with_document(sample: cards.SampleCard, gap: int = 0) -> dict[Application, dict[int, bytes]]:
        return plain(sample, gap) | {Application.TRAVEL_DOCUMENT: document_files(image, forged)}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cards, "application_files", with_document)
        cards.sample_card(state, folder.file(name), roles=roles)


def make_cards(folder: Path, image: bytes = b"") -> None:
    """A box with an active card, a handed-over one, a forged one and one with the low credential only."""
    box = CardFolder(folder, secrets.token_bytes)
    image = image or portrait()
    make_card(box, "ACTIVE", LifeCycle.ACTIVE, image)
    make_card(box, "NEW", LifeCycle.HANDED_OVER, image)
    make_card(box, "FORGED", LifeCycle.ACTIVE, image, forged=True)
    make_card(box, "CHILD", LifeCycle.HANDED_OVER, image, roles=(CredentialRole.LOW,))


def agent_over(folder: Path) -> Agent:
    """An agent with this box; the active card lies in the reader."""
    reader = CardReader(CardFolder(folder, secrets.token_bytes), AtomicFile(folder / "reader.json"))
    reader.insert("ACTIVE")
    trust = Trust(CertificateAnchors([AUTHORITY.der]))
    return Agent(reader, reader, Faces(), profiles.load("si").card, trust, secrets.token_bytes, lambda: NOW)


def application(agent: Agent) -> Starlette:
    kit = WebKit([("agent", "openeoi.agent")], [NavigationEntry("agent.reader.title", "/agent/")])
    return Starlette(
        routes=[*routes(agent, kit), *kit.static_routes()],
        middleware=kit.middleware(Settings("secret for tests", cross_site=CROSS_SITE)),
        exception_handlers=kit.exception_handlers(),
    )


def client(agent: Agent, language: str = "en") -> TestClient:
    return TestClient(application(agent), base_url=ORIGIN, headers={"accept-language": language})
