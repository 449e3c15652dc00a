"""A provider, the sample service and an agent with a software card, driven through their web addresses."""

import html
import re
import secrets
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from cryptography import x509
from starlette.applications import Starlette
from starlette.testclient import TestClient

from login.hierarchy import Issuer, SoftwareCard
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.login import api, pages, sample_pages
from openeoi.login.office import CROSS_SITE, LoginOffice
from openeoi.login.ports import Person
from openeoi.login.sample_service import SampleService
from openeoi.login.store import MIGRATIONS
from openeoi.protocols.browser_card import CardRequest, CardResponse, ResponseOutcome
from openeoi.protocols.card_proof import LoginText, digest
from openeoi.protocols.holder_certificate import Status
from openeoi.storage.database import Database
from openeoi.web.kit import Settings, WebKit

ORIGIN = "http://127.0.0.1:8000"
JANA = Person("person-1", "JANA", "VZOREC", date(1985, 6, 28))
ISSUERS = {role: Issuer(role) for role in CredentialRole}
KIT = WebKit([("login", "openeoi.login")])


@dataclass
class World:
    """Everything that can be turned in a test: the time, the status answer, who is known."""

    folder: Path
    now: datetime = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    status: Status | Exception = Status.GOOD
    people: dict[str, Person] = field(default_factory=lambda: {"1234567890123": JANA})
    agent_address: str = f"{ORIGIN}/agent/use"

    def __post_init__(self) -> None:
        self.database = Database.in_file(self.folder / "login.sqlite", MIGRATIONS)
        self.office = LoginOffice(
            self.database,
            ORIGIN,
            self.agent_address,
            wrapping_key=bytes(32),
            clock=lambda: self.now,
            random=secrets.token_bytes,
            issuers=lambda: [issuer.trusted for issuer in ISSUERS.values()],
            status=self._status,
            resolve=self.people.get,
        )
        self.office.add_client(sample_pages.sample_client(ORIGIN))
        self.app = Starlette()
        self.service = SampleService(
            self.office.issuer, ORIGIN + sample_pages.CALLBACK_PATH, self.browser(), lambda: self.now, secrets.token_bytes
        )
        routes = [*api.routes(self.office), *pages.routes(self.office, KIT), *sample_pages.routes(self.service, KIT)]
        settings = Settings("session-secret", cross_site=CROSS_SITE)
        self.app = Starlette(
            routes=[*routes, *KIT.static_routes()],
            middleware=KIT.middleware(settings),
            exception_handlers=KIT.exception_handlers(),
        )
        self.service.http._transport.app = self.app  # type: ignore[attr-defined]  # the service was built before the application

    def browser(self) -> TestClient:
        """A fresh browser: its own cookies."""
        return TestClient(self.app, base_url=ORIGIN, follow_redirects=False, headers={"accept-language": "en"})

    def pass_time(self, **duration: int) -> None:
        self.now += timedelta(**duration)

    def _status(self, serial: int, issuer: x509.Name) -> Status:
        if isinstance(self.status, Exception):
            raise self.status
        return self.status


def hidden(page: httpx.Response, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, page.text
    return html.unescape(found.group(1))


def answer(form_field: str, card: SoftwareCard) -> str:
    """What an honest agent answers with this card."""
    request = CardRequest.decode(form_field)
    assert isinstance(request.details, LoginText)
    signature = card.sign_digest(digest(request.details))
    return CardResponse(request.state, ResponseOutcome.DONE, card.certificate, (), signature, "Test reader").encode()


def path(location: str) -> str:
    parts = urlsplit(location)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def to_card_page(browser: TestClient, level: str = "high") -> httpx.Response:
    """From the sample service's first page to the provider's page that asks for the card."""
    start = browser.get("/sample-service")
    begun = browser.post("/sample-service/start", data={"csrf_token": hidden(start, "csrf_token"), "level": level})
    assert begun.status_code == 303, begun.text
    authorized = browser.get(path(begun.headers["location"]))
    assert authorized.status_code == 303, authorized.text
    page = browser.get(authorized.headers["location"])
    assert page.status_code == 200, page.text
    return page


def to_consent(browser: TestClient, card: SoftwareCard, level: str = "high") -> httpx.Response:
    page = to_card_page(browser, level)
    accepted = browser.post("/login/card", data={"response": answer(hidden(page, "request"), card)})
    assert accepted.status_code == 303, accepted.text
    return browser.get(accepted.headers["location"])


def decide(browser: TestClient, consent: httpx.Response, decision: str = "agree") -> httpx.Response:
    return browser.post(consent.url.path, data={"csrf_token": hidden(consent, "csrf_token"), "decision": decision})


def log_in(browser: TestClient, card: SoftwareCard, level: str = "high") -> httpx.Response:
    """The whole flow; the service's account page."""
    decided = decide(browser, to_consent(browser, card, level))
    assert decided.status_code == 303, decided.text
    called_back = browser.get(path(decided.headers["location"]))
    assert called_back.status_code == 303, called_back.text
    return browser.get(called_back.headers["location"])
