"""The desk through its web addresses: what a browser and an agent send, and what somebody else may try."""

import hashlib
import html
import json
import re
import secrets
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from starlette.applications import Starlette
from starlette.testclient import TestClient

from login.hierarchy import SoftwareCard
from openeoi.protocols.browser_card import CardRequest, CardResponse, Operation, ResponseOutcome, SigningDetails
from openeoi.protocols.card_proof import refuse_purpose_text
from openeoi.protocols.holder_certificate import Status, StatusSourceUnavailable
from openeoi.signing import pades, pages
from openeoi.signing.desk import CROSS_SITE, SigningDesk, shown_name
from openeoi.signing.findings import DocumentFindings
from openeoi.signing.forms import signed_name
from openeoi.signing.store import MIGRATIONS
from openeoi.storage.audit import AuditChain
from openeoi.storage.database import Database
from openeoi.web.kit import Settings, WebKit
from signing.desk_of_tests import CARD, ISSUER, LOGIN_ISSUER, NOW, QUALIFIED, sign, validate
from signing.documents import pdf

ORIGIN = "http://127.0.0.1:8000"
KIT = WebKit([("signing", "openeoi.signing")])


class World:
    def __init__(self, folder: Path) -> None:
        self.now = NOW
        self.status: Status | Exception = Status.GOOD
        self.database = Database.in_file(folder / "signing.sqlite", MIGRATIONS)
        self.desk = SigningDesk(
            self.database, ORIGIN, f"{ORIGIN}/agent/use", self.clock, secrets.token_bytes, lambda: [QUALIFIED], self._status
        )
        self.app = Starlette(
            routes=[*pages.routes(self.desk, KIT), *KIT.static_routes()],
            middleware=KIT.middleware(Settings("session-secret", cross_site=CROSS_SITE)),
            exception_handlers=KIT.exception_handlers(),
        )

    def clock(self) -> datetime:
        return self.now

    def browser(self) -> TestClient:
        return TestClient(self.app, base_url=ORIGIN, follow_redirects=False, headers={"accept-language": "en"})

    def _status(self, serial: int, issuer: x509.Name) -> Status:
        if isinstance(self.status, Exception):
            raise self.status
        return self.status


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def browser(world: World) -> TestClient:
    return world.browser()


def hidden(page: httpx.Response, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, page.text
    return html.unescape(found.group(1))


def upload(browser: TestClient, content: bytes, name: str = "pogodba č.pdf", path: str = "/signing") -> httpx.Response:
    token = hidden(browser.get(path), "csrf_token")
    target = path if path.endswith("validate") else "/signing/jobs"
    return browser.post(target, data={"csrf_token": token}, files={"document": (name, content, "application/pdf")})


def agent(form_field: str, card: SoftwareCard = CARD) -> str:
    """What an honest agent answers."""
    request = CardRequest.decode(form_field)
    signature = b""
    if isinstance(request.details, SigningDetails):
        refuse_purpose_text(request.details.to_be_signed)
        signature = card.sign_digest(hashlib.sha384(request.details.to_be_signed).digest())
    return CardResponse(request.state, ResponseOutcome.DONE, card.certificate, (), signature, "Test reader").encode()


def to_job(browser: TestClient, content: bytes | None = None) -> httpx.Response:
    opened = upload(browser, pdf(pages=2) if content is None else content)
    assert opened.status_code == 303, opened.text
    return browser.get(opened.headers["location"])


def to_prepared(browser: TestClient) -> httpx.Response:
    job = to_job(browser)
    taken = browser.post("/signing/certificate", data={"response": agent(hidden(job, "request"))})
    assert taken.status_code == 303, taken.text
    return browser.get(taken.headers["location"])


def reason(page: httpx.Response) -> str:
    assert page.status_code == 403, page.text
    return page.text.split("Reason code</dt><dd>")[1].split("<")[0]


def test_a_document_is_signed_by_the_card(world: World, browser: TestClient) -> None:
    prepared = to_prepared(browser)
    assert "JANA VZOREC" in prepared.text
    assert "pogodba č.pdf" in prepared.text
    taken = browser.post("/signing/signature", data={"response": agent(hidden(prepared, "request"))})
    done = browser.get(taken.headers["location"])
    assert "The signature is valid and qualified." in done.text
    file = browser.get(f"{taken.headers['location']}/signed")
    assert file.headers["content-disposition"] == "attachment; filename*=UTF-8''pogodba%20%C4%8D.signed.pdf"
    assert validate(file.content).headline == "qualified"
    assert file.content.startswith(pdf(pages=2))
    with world.database.read() as connection:
        (entry,) = AuditChain(world.clock).latest(connection, 10)
        assert AuditChain(world.clock).verify(connection) == 1
    assert entry.entry.action == "signed"
    assert "pogodba" not in json.dumps(entry.entry.details)


def test_what_you_see_is_what_you_sign(browser: TestClient) -> None:
    page = to_prepared(browser)
    request = CardRequest.decode(hidden(page, "request"))
    assert isinstance(request.details, SigningDetails)
    (document,) = request.details.documents
    (facts,) = pades.describe(pdf(pages=2)).files
    assert (document.name, document.digest, document.size) == ("pogodba č.pdf", facts.digest, facts.size)
    assert facts.digest.hex() in page.text
    assert "PAdES B-B" in page.text


def test_the_certificate_is_asked_first_and_signs_nothing(browser: TestClient) -> None:
    page = to_job(browser)
    assert page.headers["referrer-policy"] == "origin"  # else an agent on another origin is told "null"
    request = CardRequest.decode(hidden(page, "request"))
    assert (request.operation, request.return_to) == (Operation.CERTIFICATE, f"{ORIGIN}/signing/certificate")


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\n"])
def test_what_cannot_be_signed_is_refused_at_the_field(browser: TestClient, content: bytes) -> None:
    page = upload(browser, content)
    assert page.status_code == 422
    assert 'aria-invalid="true"' in page.text


def test_what_it_costs_to_look_at_a_document_is_bounded(browser: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pades, "examine_bounded", lambda *arguments: DocumentFindings("too_costly"))
    assert upload(browser, pdf()).status_code == 422


def test_a_login_certificate_is_refused(browser: TestClient) -> None:
    response = agent(hidden(to_job(browser), "request"), LOGIN_ISSUER.card())
    refused = browser.post("/signing/certificate", data={"response": response})
    assert reason(refused) == "not_a_signing_certificate"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (Status.REVOKED, "certificate_revoked"),
        (Status.UNKNOWN, "status_unavailable"),
        (StatusSourceUnavailable("down"), "status_unavailable"),
    ],
)
def test_nothing_is_prepared_with_a_doubtful_status(
    world: World, browser: TestClient, status: Status | Exception, expected: str
) -> None:
    job = to_job(browser)
    world.status = status
    assert reason(browser.post("/signing/certificate", data={"response": agent(hidden(job, "request"))})) == expected


def test_another_card_cannot_finish(browser: TestClient) -> None:
    prepared = to_prepared(browser)
    response = agent(hidden(prepared, "request"), ISSUER.card())
    assert reason(browser.post("/signing/signature", data={"response": response})) == "other_certificate"


def test_a_replayed_or_misplaced_answer_is_refused(browser: TestClient) -> None:
    job = to_job(browser)
    response = agent(hidden(job, "request"))
    assert reason(browser.post("/signing/signature", data={"response": response})) == "job_unknown"
    job = browser.get(job.url.path)
    response = agent(hidden(job, "request"))
    assert browser.post("/signing/certificate", data={"response": response}).status_code == 303
    assert reason(browser.post("/signing/certificate", data={"response": response})) == "job_unknown"
    assert reason(browser.post("/signing/certificate", data={"response": "junk"})) == "answer_unreadable"


def test_a_cancelled_signature_can_be_tried_again(browser: TestClient) -> None:
    prepared = to_prepared(browser)
    state = CardRequest.decode(hidden(prepared, "request")).state
    cancelled = CardResponse(state, ResponseOutcome.CANCELLED, reason="holder-declined").encode()
    refused = browser.post("/signing/signature", data={"response": cancelled})
    assert reason(refused) == "card_not_used"
    assert prepared.url.path in refused.text
    again = browser.get(prepared.url.path)
    assert browser.post("/signing/signature", data={"response": agent(hidden(again, "request"))}).status_code == 303


def test_another_browser_sees_nothing_of_a_job(world: World, browser: TestClient) -> None:
    path = to_prepared(browser).url.path
    for address in (path, f"{path}/original", f"{path}/signed"):
        assert reason(world.browser().get(address)) == "job_unknown"


def test_a_document_is_gone_after_half_an_hour_or_on_request(world: World, browser: TestClient) -> None:
    first = to_job(browser)
    browser.post(f"{first.url.path}/forget", data={"csrf_token": hidden(first, "csrf_token")})
    assert reason(browser.get(first.url.path)) == "job_unknown"
    second = to_job(browser)
    world.now += timedelta(minutes=30)
    assert reason(browser.get(second.url.path)) == "job_unknown"
    to_job(browser)  # the next document sweeps the old ones out
    with world.database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM signing_job").scalar_one() == 1


def test_uploads_need_the_form_token(browser: TestClient) -> None:
    for address in ("/signing/jobs", "/signing/validate", "/signing/api/validate"):
        assert browser.post(address, files={"document": ("a.pdf", pdf(), "application/pdf")}).status_code == 403


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        (sign(pdf()), "The signature is valid and qualified."),
        (pdf(), "The document has no signature."),
        (sign(pdf()).replace(b"Pogodba", b"pogodba"), "The signature is not valid."),
        (b"hostile", "The document cannot be examined."),
    ],
)
def test_validation_says_the_verdict_first(browser: TestClient, document: bytes, sentence: str) -> None:
    page = upload(browser, document, path="/signing/validate")
    assert page.status_code == 200
    assert sentence in page.text


def test_validation_answers_machines_in_json(browser: TestClient) -> None:
    token = hidden(browser.get("/signing/validate"), "csrf_token")
    files = {"document": ("a.pdf", sign(pdf()), "application/pdf")}
    report = browser.post("/signing/api/validate", data={"csrf_token": token}, files=files).json()
    assert (report["headline"], report["signatures"][0]["indication"]) == ("qualified", "TOTAL-PASSED")


def test_names_are_for_people_and_never_a_path() -> None:
    assert shown_name("C:\\temp\\pogodba.pdf") == "pogodba.pdf"
    assert shown_name("../../etc/passwd") == "passwd"
    assert shown_name("a\r\nb\u202e.pdf") == "ab.pdf"
    assert shown_name("") == "dokument"
    assert signed_name("pogodba.PDF") == "pogodba.signed.pdf"


def test_several_files_are_signed_together(browser: TestClient) -> None:
    token = hidden(browser.get("/signing"), "csrf_token")
    files = [("document", ("pogodba č.pdf", pdf(), "application/pdf")), ("document", ("opomba.txt", b"<b>x</b>", "text/plain"))]
    opened = browser.post("/signing/jobs", data={"csrf_token": token}, files=files)
    assert opened.status_code == 303
    job = browser.get(opened.headers["location"])
    taken = browser.post("/signing/certificate", data={"response": agent(hidden(job, "request"))})
    page = browser.get(taken.headers["location"])
    request = CardRequest.decode(hidden(page, "request"))
    assert isinstance(request.details, SigningDetails)
    assert [document.name for document in request.details.documents] == ["pogodba č.pdf", "opomba.txt"]
    assert all(document.digest.hex() in page.text for document in request.details.documents)
    assert "ASiC-E, XAdES B-B" in page.text
    taken = browser.post("/signing/signature", data={"response": agent(hidden(page, "request"))})
    done = browser.get(taken.headers["location"])
    assert "The signature is valid and qualified." in done.text
    file = browser.get(f"{taken.headers['location']}/signed")
    assert file.headers["content-disposition"].endswith("pogodba%20%C4%8D.signed.asice")
    assert file.headers["content-type"] == "application/vnd.etsi.asic-e+zip"
    assert validate(file.content).headline == "qualified"
