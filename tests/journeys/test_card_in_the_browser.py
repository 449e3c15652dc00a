"""A browser without JavaScript, the agent with a virtual card, the provider, a service and the signing desk: whole journeys.

Only pages and forms are used; what is posted is what the page before shows.
"""

import html
import re
import secrets
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from starlette.applications import Starlette
from starlette.testclient import TestClient

from agent.agent_sample import Faces
from card import sample_card as cards
from login.hierarchy import Issuer
from openeoi import profiles
from openeoi.agent import pages as agent_pages
from openeoi.agent.card_folder import CardFolder
from openeoi.agent.office import Agent
from openeoi.agent.reader import CardReader
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.login import api, office, sample_pages
from openeoi.login import pages as login_pages
from openeoi.login import store as login_store
from openeoi.login.ports import Person
from openeoi.login.sample_service import SampleService
from openeoi.protocols.holder_certificate import Status, TrustedIssuer
from openeoi.protocols.passive_authentication.anchors import CertificateAnchors
from openeoi.protocols.personalisation.applications import Application
from openeoi.protocols.personalisation.shared import LifeCycle
from openeoi.signing import desk as signing_desk
from openeoi.signing import pages as signing_pages
from openeoi.signing import store as signing_store
from openeoi.storage.atomic_files import AtomicFile
from openeoi.storage.database import Database
from openeoi.terminal.examination import Trust
from openeoi.web.kit import Settings, WebKit
from signing.documents import pdf

ORIGIN = "http://127.0.0.1:8000"
NOW = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)
JANA = Person("person-1", "JANA", "VZOREC", date(2006, 1, 1))
ISSUERS = {role: Issuer(role) for role in CredentialRole}
KIT = WebKit([(name, f"openeoi.{name}") for name in ("agent", "login", "signing")])


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CardFolder]:
    """A box with one active card whose certificates come from the issuers of this test."""
    folder = tmp_path_factory.mktemp("cards")
    plain = cards.application_files

    def with_certificates(sample: cards.SampleCard, gap: int = 0) -> dict[Application, dict[int, bytes]]:
        for role, made in sample.certificates.items():
            key = made.public_key()
            assert isinstance(key, ec.EllipticCurvePublicKey)
            sample.certificates[role] = x509.load_der_x509_certificate(ISSUERS[role].certify(key))
        return plain(sample, gap)

    found = CardFolder(folder, secrets.token_bytes)
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
    provider = office.LoginOffice(
        Database.in_file(tmp_path / "login.sqlite", login_store.MIGRATIONS),
        ORIGIN,
        f"{ORIGIN}/agent/use",
        wrapping_key=bytes(32),
        clock=lambda: NOW,
        random=secrets.token_bytes,
        issuers=lambda: [issuer.trusted for issuer in ISSUERS.values()],
        status=lambda serial, issuer: Status.GOOD,
        resolve={"1234567890123": JANA}.get,
    )
    provider.add_client(sample_pages.sample_client(ORIGIN))
    trusted = ISSUERS[CredentialRole.QUALIFIED].trusted
    desk = signing_desk.SigningDesk(
        Database.in_file(tmp_path / "signing.sqlite", signing_store.MIGRATIONS),
        ORIGIN,
        f"{ORIGIN}/agent/use",
        lambda: NOW,
        secrets.token_bytes,
        lambda: [TrustedIssuer(CredentialRole.QUALIFIED, trusted.certificate, trusted.policy)],
        lambda serial, issuer: Status.GOOD,
    )
    http = TestClient(Starlette(), base_url=ORIGIN)
    service = SampleService(provider.issuer, ORIGIN + sample_pages.CALLBACK_PATH, http, lambda: NOW, secrets.token_bytes)
    routes = [
        *agent_pages.routes(agent, KIT),
        *api.routes(provider),
        *login_pages.routes(provider, KIT),
        *sample_pages.routes(service, KIT),
        *signing_pages.routes(desk, KIT),
        *KIT.static_routes(),
    ]
    cross_site = (*agent_pages.CROSS_SITE, *office.CROSS_SITE, *signing_desk.CROSS_SITE)
    app = Starlette(
        routes=routes,
        middleware=KIT.middleware(Settings("secret", cross_site=cross_site)),
        exception_handlers=KIT.exception_handlers(),
    )
    http._transport.app = app  # type: ignore[attr-defined]  # the service was built before the application
    return TestClient(app, base_url=ORIGIN, headers={"accept-language": "en", "origin": ORIGIN})


def press(browser: TestClient, page: httpx.Response, text: str, **typed: str) -> httpx.Response:
    """Press the button with that text: its form's hidden fields, the button's own value, and what is typed."""
    for action, content in re.findall(r'<form method="post"(?: action="([^"]*)")?[^>]*>(.*?)</form>', page.text, re.DOTALL):
        button = re.search(rf'<button[^>]*?(?:name="(\w+)" value="(\w+)")?>{re.escape(text)}</button>', content)
        if button:
            fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', content))
            chosen = {button[1]: button[2]} if button[1] else {}
            target = html.unescape(action) or str(page.url)
            return browser.post(
                target, data={**{name: html.unescape(value) for name, value in fields.items()}, **chosen, **typed}
            )
    raise AssertionError(f"no button {text!r} in {page.text}")


def test_a_holder_logs_in_with_the_card_and_the_pin(browser: TestClient) -> None:
    asked = press(browser, browser.get("/sample-service"), "Log in with card and PIN")
    consent = press(browser, asked, "Continue with the card")
    assert "sample-service" in consent.text
    wrong = press(browser, consent, buttons(consent)[0], can=cards.CAN, pin="999999")
    assert wrong.status_code == 422
    answered = press(browser, wrong, buttons(wrong)[0], can=cards.CAN, pin=cards.NORM_PIN)
    agreed = press(browser, answered, continue_button(answered))
    assert "given name and surname" in agreed.text
    account = press(browser, agreed, "Agree and continue")
    assert "Welcome, JANA VZOREC" in account.text
    assert "with card and PIN" in account.text
    assert cards.NORM_PIN not in account.text


def test_the_pin_less_key_is_possession_only(browser: TestClient) -> None:
    asked = press(browser, browser.get("/sample-service"), "Log in with possession of the card only")
    consent = press(browser, asked, "Continue with the card")
    assert 'name="pin"' not in consent.text
    answered = press(browser, consent, buttons(consent)[0])
    account = press(browser, press(browser, answered, continue_button(answered)), "Agree and continue")
    assert "possession only, the person is not proved" in account.text


def test_the_session_cookie_stays_well_below_what_browsers_keep(browser: TestClient) -> None:
    """4096 bytes with its name and attributes (RFC 6265, 6.1): a larger one is dropped, and with it every login under way."""
    for _ in range(6):
        press(browser, browser.get("/sample-service"), "Log in with card and PIN")
        start = browser.get("/signing")
        token = re.search(r'name="csrf_token" value="([^"]*)"', start.text)
        assert token
        files = {"document": ("pogodba.pdf", pdf(), "application/pdf")}
        browser.post("/signing/jobs", data={"csrf_token": token[1]}, files=files)
    asked = press(browser, browser.get("/sample-service"), "Log in with possession of the card only")
    consent = press(browser, asked, "Continue with the card")
    answered = press(browser, consent, buttons(consent)[0])
    press(browser, press(browser, answered, continue_button(answered)), "Agree and continue")
    size = len(browser.cookies["eoi_session"])
    assert size < 3000, size


def test_refusing_at_the_agent_gives_nothing(browser: TestClient) -> None:
    asked = press(browser, browser.get("/sample-service"), "Log in with card and PIN")
    consent = press(browser, asked, "Continue with the card")
    answered = press(browser, consent, buttons(consent)[-1])
    refused = press(browser, answered, continue_button(answered))
    assert "The card was not used" in refused.text


def test_a_document_is_signed_with_the_signature_pin(browser: TestClient) -> None:
    start = browser.get("/signing")
    token = re.search(r'name="csrf_token" value="([^"]*)"', start.text)
    assert token
    files = {"document": ("pogodba.pdf", pdf(pages=2), "application/pdf")}
    job = browser.post("/signing/jobs", data={"csrf_token": token[1]}, files=files)
    consent = press(browser, job, "Read the certificate from the card")
    assert 'name="pin"' not in consent.text
    answered = press(browser, consent, buttons(consent)[0], can=cards.CAN)
    prepared = press(browser, answered, continue_button(answered))
    assert "Check what you are about to sign" in prepared.text
    consent = press(browser, prepared, "Sign with the card")
    assert "pogodba.pdf" in consent.text
    answered = press(browser, consent, buttons(consent)[0], can=cards.CAN, pin=cards.SIG_PIN)
    done = press(browser, answered, continue_button(answered))
    assert "The signature is valid and qualified." in done.text
    signed = browser.get(f"{done.url.path}/signed")
    assert signed.content.startswith(pdf(pages=2))


def buttons(page: httpx.Response) -> list[str]:
    """The texts of the buttons in the page's main part."""
    return [html.unescape(text) for text in re.findall(r"<button[^>]*>([^<]+)</button>", page.text)]


def continue_button(page: httpx.Response) -> str:
    """The button of the form that carries the agent's response."""
    found = re.search(r'name="response".*?<button[^>]*>([^<]+)</button>', page.text, re.DOTALL)
    assert found, page.text
    return html.unescape(found[1])
