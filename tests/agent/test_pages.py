"""The agent's screens with real cards: reading, PIN care, consent; no PIN in any answer or log."""

import logging
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from agent.agent_sample import FACE, NOW, ORIGIN, client
from card.sample_card import CAN, DOCUMENT, INITIAL_PASSWORD, NORM_PIN, PUK, SIG_PIN
from openeoi.agent import consent
from openeoi.agent.card_session import CardSession
from openeoi.agent.office import Agent
from openeoi.agent.pages import routes
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.protocols import card_proof
from openeoi.protocols.browser_card import (
    CardRequest,
    CardResponse,
    CertificateDetails,
    DocumentDescription,
    Operation,
    ResponseOutcome,
    SigningDetails,
)
from openeoi.protocols.card_proof import LoginText, PresenceText
from openeoi.web.kit import Settings, WebKit

STATE = "abcdefghijklmnopqrstuvwx"
RETURN_TO = f"{ORIGIN}/login/card"


def token(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found[1]


def send(browser: TestClient, form: str, action: str = "", **fields: str) -> str:
    """Open the page `form` and send its form to `action` (the same address by default); the page it ends on."""
    page = browser.get(form).text
    return browser.post(action or form, data={**fields, "csrf_token": token(page)}).text


def login(role: CredentialRole = CredentialRole.HIGH, minutes: int = 5) -> CardRequest:
    text = LoginText(ORIGIN, "sample-service", bytes(32), NOW - timedelta(minutes=1), NOW + timedelta(minutes=minutes))
    return CardRequest(Operation.LOGIN, role, ORIGIN, RETURN_TO, STATE, text)


def ask(browser: TestClient, request: CardRequest, origin: str = ORIGIN) -> str:
    """Post a request as a service's page does; the address of the consent page."""
    answer = browser.post("/agent/use", data={"request": request.encode()}, headers={"origin": origin}, follow_redirects=False)
    assert answer.status_code == 303
    return answer.headers["location"]


def response_in(page: str) -> CardResponse:
    found = re.search(r'name="response" value="([^"]+)"', page)
    assert found
    assert f'action="{RETURN_TO}"' in page
    return CardResponse.decode(found[1])


@pytest.mark.parametrize(("language", "word"), [("sl", "Škatla s karticami"), ("en", "The box of cards")])
@pytest.mark.parametrize(
    "path", ["/agent/", "/agent/read", "/agent/pin", "/agent/pin/activate", "/agent/pin/change", "/agent/pin/unblock"]
)
def test_every_screen_speaks_both_languages_and_has_unique_ids(agent: Agent, language: str, word: str, path: str) -> None:
    answer = client(agent, language).get(path)
    assert answer.status_code == 200
    assert f'<html lang="{language}">' in answer.text
    assert (word in answer.text) is (path == "/agent/")
    ids = re.findall(r'\sid="([^"]+)"', answer.text)
    assert len(ids) == len(set(ids))


def test_the_card_is_changed_removed_and_laid_down(agent: Agent) -> None:
    browser = client(agent)
    assert "The card is in the reader." in send(browser, "/agent/", "/agent/insert", card="NEW")
    assert agent.reader.state.card == "NEW"
    send(browser, "/agent/", "/agent/interface", interface="contactless")
    assert agent.reader.state.contactless
    assert "The reader is empty." in send(browser, "/agent/", "/agent/remove")
    assert "There is no such card" in send(browser, "/agent/", "/agent/insert", card="../ACTIVE")
    assert "There is no card in the reader." in browser.get("/agent/read").text


def test_a_card_is_read_with_the_can_which_is_then_remembered(agent: Agent) -> None:
    browser = client(agent)
    page = send(browser, "/agent/read", key="can", can=CAN)
    assert "The data on the card are genuine" in page
    for text in ("VZOREC", "JANA", DOCUMENT.document_number, "data:image/jpeg;base64,", "OpenEOI TEST CSCA Slovenia", "EF.SOD"):
        assert text in page
    assert "Open the secure channel (PACE)" in page
    assert "You have typed this card" in browser.get("/agent/read").text
    assert "The data on the card are genuine" in send(browser, "/agent/read", key="can")
    assert "You have typed this card" not in client(agent).get("/agent/read").text  # another visitor has not
    agent.reader.insert("FORGED")
    assert "You have typed this card" not in browser.get("/agent/read").text  # nor for another card


@pytest.mark.parametrize("contactless", [False, True])
def test_a_card_is_read_with_its_zone_on_both_interfaces(agent: Agent, contactless: bool) -> None:
    agent.reader.use_interface(contactless)
    page = send(client(agent), "/agent/read", key="mrz", mrz="\r\n".join(FACE.mrz))
    assert "The data on the card are genuine" in page


def test_wrong_keys_are_said_at_their_field(agent: Agent) -> None:
    browser = client(agent)
    assert "does not accept this CAN" in send(browser, "/agent/read", key="can", can="999999")
    assert "Type the CAN" in send(browser, "/agent/read", key="can", can="12345x")
    assert "You have typed this card" not in browser.get("/agent/read").text
    assert "This zone cannot be read" in send(browser, "/agent/read", key="mrz", mrz="I<SVN")
    other = "\n".join(FACE.mrz).replace("IE1234567", "IE1234568")
    page = send(browser, "/agent/read", key="mrz", mrz=other)
    assert "cannot be read" in page or "does not accept this zone" in page


def test_a_changed_data_group_is_found_and_shown(agent: Agent) -> None:
    agent.reader.insert("FORGED")
    page = send(client(agent), "/agent/read", key="can", can=CAN)
    assert "Do not trust this card" in page
    assert "The data on the chip is not what the state signed" in page
    assert re.search(r'verdict failed">.*?Data group DG11 is what was signed', page, re.DOTALL)


def test_results_are_forgotten(agent: Agent) -> None:
    answer = client(agent).get("/agent/read/AAAAAAAAAAAAAAAAAAAAAA")
    assert answer.status_code == 404
    assert "This page has expired" in answer.text


def test_activation_sets_both_pins_and_says_so(agent: Agent) -> None:
    agent.reader.insert("NEW")
    browser = client(agent)
    assert "not activated yet" in send(browser, "/agent/pin", can=CAN)
    secrets = {"password": INITIAL_PASSWORD, "norm": "135790", "norm_again": "135790", "sig": "246802", "sig_again": "246802"}
    page = send(browser, "/agent/pin/activate", **secrets)
    assert "The card is activated" in page
    assert "The card is activated: you can log in" in browser.get("/agent/pin").text
    assert "used up" in send(browser, "/agent/pin/activate", **secrets)


def test_a_lost_initial_password_is_replaced_by_the_puk(agent: Agent) -> None:
    agent.reader.insert("NEW")
    browser = client(agent)
    send(browser, "/agent/pin", can=CAN)
    chosen = {"norm": "135790", "norm_again": "135790", "sig": "246802", "sig_again": "246802"}
    assert "4 tries are left" in send(browser, "/agent/pin/activate", password="00000000", **chosen)
    assert "The card is activated" in send(browser, "/agent/pin/activate", password=PUK, **chosen)


def test_a_card_that_does_not_sign_gets_no_signing_pin(agent: Agent) -> None:
    agent.reader.insert("CHILD")
    browser = client(agent)
    send(browser, "/agent/pin", can=CAN)
    assert 'name="sig"' not in browser.get("/agent/pin/activate").text


def test_what_cannot_be_right_costs_no_try(agent: Agent) -> None:
    browser = client(agent)
    send(browser, "/agent/pin", can=CAN)
    wrong = {"which": "norm", "old": NORM_PIN, "new": "12345", "new_again": "12345", "can": CAN}
    assert "Type exactly 6 digits." in send(browser, "/agent/pin/change", **wrong)
    assert "The two entries differ" in send(browser, "/agent/pin/change", **wrong | {"new": "123456", "new_again": "654321"})
    assert "Choose a PIN" in send(browser, "/agent/pin/change", **wrong | {"which": "puk"})
    assert browser.get("/agent/pin").text.count("3 tries left.") == 2
    assert browser.get("/agent/pin/erase").status_code == 404


def test_wrong_tries_count_down_to_blocked_and_the_puk_helps(agent: Agent) -> None:
    browser = client(agent)
    send(browser, "/agent/pin", can=CAN)
    wrong = {"which": "norm", "old": "000000", "new": "123123", "new_again": "123123", "can": CAN}
    assert "2 tries are left" in send(browser, "/agent/pin/change", **wrong)
    assert "1 try is left" in send(browser, "/agent/pin/change", **wrong)
    assert "No tries are left" in send(browser, "/agent/pin/change", **wrong)
    assert "Blocked, no tries left." in browser.get("/agent/pin").text
    unblocking = {"which": "norm", "puk": PUK, "new": "123123", "new_again": "123123"}
    assert "The PIN is unblocked" in send(browser, "/agent/pin/unblock", **unblocking)
    assert "The PIN is changed" in send(
        browser, "/agent/pin/change", which="norm", old="123123", new=NORM_PIN, new_again=NORM_PIN
    )


def test_a_login_is_signed_after_consent_with_the_pin(agent: Agent) -> None:
    browser, request = client(agent), login()
    page_of_consent = ask(browser, request)
    page = browser.get(page_of_consent).text
    for text in (ORIGIN, "sample-service", "PIN for logging in", request.details.encode().hex(" ", 4)):
        assert text in page
    assert "2 tries are left" in send(browser, page_of_consent, answer="yes", can=CAN, pin="999999")
    done = send(browser, page_of_consent, answer="yes", pin=NORM_PIN)
    response = response_in(done)
    response.require_state(STATE)
    response.require_done()
    assert isinstance(request.details, LoginText)
    card_proof.verify(request.details, response.signature, response.certificate)
    assert browser.get(page_of_consent).status_code == 404


def test_the_low_key_needs_neither_pin_nor_can_on_contacts_and_the_can_without(agent: Agent) -> None:
    text = PresenceText(bytes(32), "12345", "67890", "counter 1", "eligibility", NOW, NOW + timedelta(minutes=2), "A" * 43)
    request = CardRequest(Operation.PRESENCE, CredentialRole.LOW, ORIGIN, RETURN_TO, STATE, text)
    browser = client(agent)
    page_of_consent = ask(browser, request)
    assert 'type="password"' not in browser.get(page_of_consent).text
    response = response_in(send(browser, page_of_consent, answer="yes"))
    card_proof.verify(text, response.signature, response.certificate)
    agent.reader.use_interface(contactless=True)
    page_of_consent = ask(browser, request)
    assert "Type the CAN" in send(browser, page_of_consent, answer="yes")
    response_in(send(browser, page_of_consent, answer="yes", can=CAN)).require_done()


def test_a_document_is_shown_before_it_is_signed(agent: Agent) -> None:
    document = DocumentDescription("pogodba.pdf", "application/pdf", 123456, bytes(32))
    details = SigningDetails((document,), b"\x31\x03\x02\x01\x00")
    request = CardRequest(Operation.SIGN, CredentialRole.QUALIFIED, ORIGIN, RETURN_TO, STATE, details)
    browser = client(agent)
    page_of_consent = ask(browser, request)
    assert "pogodba.pdf" in browser.get(page_of_consent).text
    response = response_in(send(browser, page_of_consent, answer="yes", can=CAN, pin=SIG_PIN))
    assert len(response.signature) == 96


def test_a_certificate_is_handed_over_without_pin(agent: Agent) -> None:
    request = CardRequest(Operation.CERTIFICATE, CredentialRole.QUALIFIED, ORIGIN, RETURN_TO, STATE, CertificateDetails())
    browser = client(agent)
    response = response_in(send(browser, ask(browser, request), answer="yes", can=CAN))
    assert (response.outcome, response.signature) == (ResponseOutcome.DONE, b"")


def test_the_holder_may_refuse(agent: Agent) -> None:
    browser = client(agent)
    response = response_in(send(browser, ask(browser, login()), answer="no"))
    assert response.outcome is ResponseOutcome.CANCELLED


def test_requests_from_elsewhere_expired_or_unreadable_never_reach_the_card(agent: Agent) -> None:
    browser = client(agent)
    for sent, origin, text in (
        (login().encode(), "https://evil.example", "does not come from where it claims"),
        (login().encode(), "null", "does not come from where it claims"),
        (login(minutes=0).encode(), ORIGIN, "ProofExpired"),
        ("AAAA", ORIGIN, "This request cannot be read"),
        ("", ORIGIN, "This request cannot be read"),
    ):
        answer = browser.post("/agent/use", data={"request": sent}, headers={"origin": origin})
        assert answer.status_code in (400, 403)
        assert text in answer.text


def test_consent_without_our_own_token_is_refused(agent: Agent) -> None:
    browser = client(agent)
    page_of_consent = ask(browser, login())
    assert browser.post(page_of_consent, data={"answer": "yes", "can": CAN, "pin": NORM_PIN}).status_code == 403
    assert browser.post("/agent/pin/change", data={"old": NORM_PIN}).status_code == 403
    assert browser.post("/agent/remove").status_code == 403


def test_the_answer_may_only_go_to_the_asking_origin(agent: Agent) -> None:
    browser = client(agent)
    page_of_consent = ask(browser, login())
    page = browser.get(page_of_consent).text
    answer = browser.post(page_of_consent, data={"answer": "no", "csrf_token": token(page)})
    assert f"form-action 'self' {ORIGIN};" in answer.headers["content-security-policy"]


def test_no_secret_reaches_an_answer_or_a_log(agent: Agent, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    agent.reader.insert("NEW")
    browser = client(agent)
    pages = [send(browser, "/agent/pin", can=CAN)]
    secrets = {"password": INITIAL_PASSWORD, "norm": "135790", "norm_again": "135790", "sig": "246802", "sig_again": "246802"}
    pages.append(send(browser, "/agent/pin/activate", **secrets | {"norm_again": "1"}))
    pages.append(send(browser, "/agent/pin/activate", **secrets))
    change = {"which": "sig", "old": "975310", "new": "864200", "new_again": "864200"}
    pages.append(send(browser, "/agent/pin/change", **change))
    pages.append(send(browser, "/agent/pin/unblock", which="norm", puk=PUK, new="112358", new_again="112358"))
    pages.append(send(browser, ask(browser, login()), answer="yes", pin="112358"))
    everything = "\n".join([*pages, caplog.text, *map(str, browser.cookies.values())])
    squeezed = re.sub(r"\s", "", everything)
    for secret in (INITIAL_PASSWORD, "135790", "246802", "975310", "864200", PUK, "112358"):
        assert f'"{secret}"' not in everything
        assert f">{secret}<" not in everything
        assert secret.encode().hex() not in squeezed
    for secret in (INITIAL_PASSWORD, "975310", "864200", PUK):
        assert secret not in everything


def test_of_answers_at_the_same_moment_the_card_sees_one(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    performed: list[CardRequest] = []
    perform = consent.perform

    def counting(request: CardRequest, session: CardSession, pin: str, at: datetime, reader: str) -> CardResponse:
        performed.append(request)
        return perform(request, session, pin, at, reader)

    monkeypatch.setattr(consent, "perform", counting)
    browser = client(agent)
    address = ask(browser, login())
    fields = {"answer": "yes", "can": CAN, "pin": NORM_PIN, "csrf_token": token(browser.get(address).text)}
    together = threading.Barrier(4)

    def post() -> CardResponse:
        other = client(agent)
        other.cookies.update(browser.cookies)
        together.wait()
        return response_in(other.post(address, data=fields).text)

    with ThreadPoolExecutor(4) as threads:
        answers = [answer.result() for answer in [threads.submit(post) for _ in range(4)]]
    assert len(performed) == 1
    assert len({answer.signature for answer in answers}) == 1


def test_another_host_name_never_reaches_the_agent(agent: Agent) -> None:
    kit = WebKit([("agent", "openeoi.agent")])
    settings = Settings("secret for tests", allowed_hosts=("127.0.0.1", "localhost", "[::1]"))
    app = Starlette(routes=routes(agent, kit), middleware=kit.middleware(settings))
    for host, status in (
        ("127.0.0.1:8000", 200),
        ("localhost:8000", 200),
        ("[::1]:8000", 200),
        ("rebound.evil.example:8000", 400),
        ("127.0.0.1.evil.example", 400),
        ("localhost.evil.example", 400),
        ("", 400),
    ):
        answer = TestClient(app, base_url=ORIGIN).get("/agent/", headers={"host": host})
        assert answer.status_code == status, host
        assert (FACE.document_number in answer.text) is (status == 200)
