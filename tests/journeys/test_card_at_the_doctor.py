"""A virtual card at the counter and at the patients' portal: pages and forms only, the agent between them.

What is posted is what the page before shows; the card and its three keys are the real virtual one.
"""

import html
import re
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from starlette.applications import Starlette
from starlette.testclient import TestClient

from agent.agent_sample import Faces
from card import sample_card as cards
from health.cards import JANA
from login.hierarchy import Issuer
from openeoi import profiles
from openeoi.agent import pages as agent_pages
from openeoi.agent.card_folder import CardFolder
from openeoi.agent.office import Agent
from openeoi.agent.reader import CardReader
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.health import pages as health_pages
from openeoi.health import samples, store
from openeoi.health.insurer import store as insurer_store
from openeoi.health.insurer.sample_insurer import IN_FORCE, SAMPLE_PEOPLE, SampleInsurer
from openeoi.health.office import CROSS_SITE, Connections, HealthOffice
from openeoi.health.ports import DocumentState, StatusAnswer
from openeoi.protocols.holder_certificate import Status, TrustedIssuer
from openeoi.protocols.passive_authentication.anchors import CertificateAnchors
from openeoi.protocols.personalisation.applications import Application
from openeoi.protocols.personalisation.shared import LifeCycle
from openeoi.storage.atomic_files import AtomicFile
from openeoi.storage.database import Database
from openeoi.terminal.examination import Trust
from openeoi.web.kit import Settings, WebKit

ORIGIN = "http://127.0.0.1:8000"
NOW = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)
ISSUERS = {role: Issuer(role) for role in CredentialRole}
KIT = WebKit([(name, f"openeoi.{name}") for name in ("agent", "health")])


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CardFolder]:
    """A box with one active card whose certificates come from the issuers of this test."""
    plain = cards.application_files

    def with_certificates(sample: cards.SampleCard, gap: int = 0) -> dict[Application, dict[int, bytes]]:
        for role, made in sample.certificates.items():
            key = made.public_key()
            assert isinstance(key, ec.EllipticCurvePublicKey)
            sample.certificates[role] = x509.load_der_x509_certificate(ISSUERS[role].certify(key))
        return plain(sample, gap)

    found = CardFolder(tmp_path_factory.mktemp("cards"), secrets.token_bytes)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cards, "application_files", with_certificates)
        cards.sample_card(LifeCycle.ACTIVE, found.file("JANA"))
    yield found


@pytest.fixture
def browser(box: CardFolder, tmp_path: Path) -> TestClient:
    reader = CardReader(box, AtomicFile(tmp_path / "reader.json"))
    reader.insert("JANA")
    agent = Agent(
        reader,
        reader,
        Faces(),
        profiles.load("si").card,
        Trust(CertificateAnchors([])),
        secrets.token_bytes,
        lambda: NOW,
    )
    insurer = SampleInsurer(Database.in_file(tmp_path / "insurer.sqlite", insurer_store.MIGRATIONS))
    insurer.enter(*SAMPLE_PEOPLE)
    trusted = [issuer.trusted for issuer in ISSUERS.values()]
    office = HealthOffice(
        Database.in_file(tmp_path / "health.sqlite", store.MIGRATIONS),
        ORIGIN,
        f"{ORIGIN}/agent/use",
        wrapping_key=bytes(32),
        clock=lambda: NOW,
        random=secrets.token_bytes,
        connections=Connections(
            issuers=lambda: [TrustedIssuer(issuer.role, issuer.certificate, issuer.policy) for issuer in trusted],
            certificate_status=lambda serial, issuer: StatusAnswer(Status.GOOD, NOW),
            document_status=lambda number: DocumentState.VALID,
            insurer=insurer,
        ),
        with_samples=True,
    )
    office.enrol(JANA, IN_FORCE.insured_number)
    app = Starlette(
        routes=[*agent_pages.routes(agent, KIT), *health_pages.routes(office, KIT), *KIT.static_routes()],
        middleware=KIT.middleware(Settings("secret", cross_site=(*agent_pages.CROSS_SITE, *CROSS_SITE))),
        exception_handlers=KIT.exception_handlers(),
    )
    return TestClient(app, base_url=ORIGIN, headers={"accept-language": "en", "origin": ORIGIN})


def press(browser: TestClient, page: httpx.Response, text: str, **typed: str) -> httpx.Response:
    """Press the button with that text: its form's hidden fields and what is typed."""
    for action, content in re.findall(r'<form method="post"(?: action="([^"]*)")?[^>]*>(.*?)</form>', page.text, re.DOTALL):
        button = re.search(rf'<button[^>]*?(?:name="(\w+)" value="(\w+)")?>{re.escape(text)}</button>', content)
        if button:
            fields = {
                name: html.unescape(value)
                for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', content)
            }
            chosen = {button[1]: button[2]} if button[1] else {}
            return browser.post(html.unescape(action) or str(page.url), data={**fields, **chosen, **typed})
    raise AssertionError(f"no button {text!r} in {page.text}")


def with_the_agent(browser: TestClient, page: httpx.Response, button: str, **typed: str) -> httpx.Response:
    """From a page that asks for the card through the agent's consent back to the page that wanted the answer."""
    consent = press(browser, page, button)
    answered = press(browser, consent, buttons(consent)[0], **typed)
    found = re.search(r'name="response".*?<button[^>]*>([^<]+)</button>', answered.text, re.DOTALL)
    assert found, answered.text
    return press(browser, answered, html.unescape(found[1]))


def buttons(page: httpx.Response) -> list[str]:
    return [html.unescape(text) for text in re.findall(r"<button[^>]*>([^<]+)</button>", page.text)]


def at_the_counter(browser: TestClient) -> httpx.Response:
    counter = press(
        browser,
        browser.get("/health/counter"),
        "Sign in",
        professional=samples.DOCTOR.professional_id,
        pin=samples.SAMPLE_PIN,
    )
    asked = press(browser, counter, "Read the card", purpose="TREAT")
    return with_the_agent(browser, asked, "Continue with the card")


def test_the_card_on_the_counter_tells_whether_its_holder_is_insured(browser: TestClient) -> None:
    visit = at_the_counter(browser)
    assert "The insurance is in force" in visit.text
    assert "JANA VZOREC" in visit.text
    assert "CoverageEligibilityResponse" in visit.text


def test_the_agent_asks_for_no_pin_at_the_counter_and_for_one_at_the_portal(browser: TestClient) -> None:
    at_the_counter(browser)
    portal = press(browser, browser.get("/health/my-access"), "Continue with card and PIN")
    assert 'name="pin"' in portal.text
    entries = with_the_agent(
        browser, browser.get("/health/my-access"), "Continue with card and PIN", can=cards.CAN, pin=cards.NORM_PIN
    )
    assert "Zdravstveni dom Vzorec" in entries.text
    assert "the insurance was checked" in entries.text
    assert cards.NORM_PIN not in entries.text


def test_the_holder_refuses(browser: TestClient) -> None:
    counter = press(
        browser,
        browser.get("/health/counter"),
        "Sign in",
        professional=samples.RECEPTIONIST.professional_id,
        pin=samples.SAMPLE_PIN,
    )
    consent = press(browser, press(browser, counter, "Read the card", purpose="TREAT"), "Continue with the card")
    refused = press(browser, consent, buttons(consent)[-1])
    back = press(browser, refused, buttons(refused)[-1])
    assert "Reading the card was cancelled" in back.text
