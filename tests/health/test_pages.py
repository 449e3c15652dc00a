"""The counter's screens and the patient's access log, as a browser and an agent go through them."""

import html
import re
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

from health.cards import HIGH, ISSUERS, LOW, SoftwareCard
from health.world import World
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.health import samples
from openeoi.health.insurer.sample_insurer import CHILD, FOREIGN, IN_FORCE, NOT_IN_FORCE, UNKNOWN_NUMBER
from openeoi.health.ports import DocumentState
from openeoi.protocols.browser_card import CardRequest, CardResponse, Operation, ResponseOutcome
from openeoi.protocols.card_proof import PresenceText

JANA = "1234567890123"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def hidden(page: httpx.Response, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, page.text
    return html.unescape(found.group(1))


def agent(form_field: str, card: SoftwareCard) -> str:
    """What an honest agent answers with this card."""
    request = CardRequest.decode(form_field)
    assert isinstance(request.details, PresenceText)
    return CardResponse(
        request.state, ResponseOutcome.DONE, card.certificate, (), card.sign(request.details), "Test reader"
    ).encode()


def sign_in(
    browser: TestClient, professional: str = samples.RECEPTIONIST.professional_id, pin: str = samples.SAMPLE_PIN
) -> httpx.Response:
    form = browser.get("/health/counter")
    data = {"csrf_token": hidden(form, "csrf_token"), "professional": professional, "pin": pin}
    return browser.post("/health/counter/sign-in", data=data)


def question(browser: TestClient, purpose: str = "TREAT") -> httpx.Response:
    counter = browser.get("/health/counter")
    page = browser.post("/health/counter/read", data={"csrf_token": hidden(counter, "csrf_token"), "purpose": purpose})
    assert page.status_code == 200, page.text
    return page


def visit(browser: TestClient, card: SoftwareCard = LOW) -> httpx.Response:
    answered = browser.post("/health/counter/card", data={"response": agent(hidden(question(browser), "request"), card)})
    assert answered.status_code == 303, answered.text
    return browser.get(answered.headers["location"])


def test_the_counter_asks_the_agent_for_the_credential_without_pin(world: World) -> None:
    browser = world.browser()
    assert sign_in(browser).status_code == 303
    page = question(browser, "HPAYMT")
    request = CardRequest.decode(hidden(page, "request"))
    assert (request.operation, request.role) == (Operation.PRESENCE, CredentialRole.LOW)
    assert page.headers["referrer-policy"] == "origin"
    assert request.return_to == "http://127.0.0.1:8000/health/counter/card"
    assert isinstance(request.details, PresenceText)
    assert request.details.purpose == "HPAYMT"
    assert request.details.encode().hex(" ") in page.text


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (IN_FORCE.insured_number, "The insurance is in force"),
        (NOT_IN_FORCE.insured_number, "The insurance is not in force"),
        (UNKNOWN_NUMBER, "The insurer does not know this person"),
        (CHILD.insured_number, "insured through the carer"),
        (FOREIGN.insured_number, "Musterkrankenkasse (DE)"),
    ],
)
def test_five_people_in_different_states(world: World, number: str, sentence: str) -> None:
    world.office.enrol(JANA, number)
    browser = world.browser()
    sign_in(browser)
    page = visit(browser)
    assert page.status_code == 200
    assert sentence in page.text
    assert "proofMethod" in page.text
    assert "CoverageEligibilityResponse" in page.text


def test_the_doctor_sees_benefits(world: World) -> None:
    browser = world.browser()
    sign_in(browser, samples.DOCTOR.professional_id)
    assert "benefits" in visit(browser).text


def test_slovenian_screens(world: World) -> None:
    browser = world.browser()
    browser.headers["accept-language"] = "sl"
    sign_in(browser)
    assert "Zavarovanje je urejeno" in visit(browser).text
    assert "Pri zdravniku z osebno izkaznico" in browser.get("/health").text


def test_nothing_is_shown_to_who_is_not_signed_in(world: World) -> None:
    browser = world.browser()
    assert "Sign in at the counter" in browser.get("/health/counter").text
    form = browser.get("/health/counter")
    refused = browser.post("/health/counter/read", data={"csrf_token": hidden(form, "csrf_token"), "purpose": "TREAT"})
    assert (refused.status_code, "POC-102" in refused.text) == (401, True)
    wrong = sign_in(browser, pin="0000")
    assert (wrong.status_code, "The PIN is wrong" in wrong.text) == (401, True)
    assert "0000" not in wrong.text


def test_forms_need_the_sessions_token(world: World) -> None:
    assert world.browser().post("/health/counter/sign-in", data={"professional": "ZD-1001"}).status_code == 403


def test_signing_out(world: World) -> None:
    browser = world.browser()
    sign_in(browser)
    counter = browser.get("/health/counter")
    browser.post("/health/counter/sign-out", data={"csrf_token": hidden(counter, "csrf_token")})
    assert "Sign in at the counter" in browser.get("/health/counter").text


def test_a_refused_card_says_what_to_do(world: World) -> None:
    world.document = DocumentState.STOLEN
    browser = world.browser()
    sign_in(browser)
    page = visit(browser)
    assert "Do not retain the card and do not call the police" in page.text
    assert "Care is not refused because of this" in page.text
    assert "POC-108" in page.text


def test_a_card_of_nobody_insured(world: World) -> None:
    browser = world.browser()
    sign_in(browser)
    assert "POC-120" in visit(browser, ISSUERS[CredentialRole.LOW].card(number="9999999999999")).text


def test_the_answer_serves_once_and_only_in_its_browser(world: World) -> None:
    browser = world.browser()
    sign_in(browser)
    response = agent(hidden(question(browser), "request"), LOW)
    first = browser.post("/health/counter/card", data={"response": response})
    again = browser.post("/health/counter/card", data={"response": response})
    assert (again.status_code, "POC-104" in again.text) == (409, True)
    assert "in force" in browser.get(first.headers["location"]).text
    elsewhere = world.browser().get(first.headers["location"])
    assert (elsewhere.status_code, "POC-105" in elsewhere.text) == (403, True)
    assert "JANA" not in elsewhere.text


@pytest.mark.parametrize("response", ["", "x", "e30"])
def test_posts_that_are_no_answer(world: World, response: str) -> None:
    page = world.browser().post("/health/counter/card", data={"response": response})
    assert (page.status_code, "POC-100" in page.text) == (400, True)


def test_the_holder_cancels_in_the_agent(world: World) -> None:
    browser = world.browser()
    sign_in(browser)
    state = CardRequest.decode(hidden(question(browser), "request")).state
    cancelled = CardResponse(state, ResponseOutcome.CANCELLED, reason="holder-cancelled").encode()
    answer = browser.post("/health/counter/card", data={"response": cancelled})
    assert (answer.status_code, answer.headers["location"]) == (303, "/health/counter")
    assert "Reading the card was cancelled" in browser.get("/health/counter").text


def access_list(browser: TestClient, card: SoftwareCard = HIGH) -> httpx.Response:
    page = browser.get("/health/my-access")
    answered = browser.post("/health/my-access/card", data={"response": agent(hidden(page, "request"), card)})
    assert answered.status_code == 303, answered.text
    return browser.get(answered.headers["location"])


def test_the_patient_reads_who_looked(world: World) -> None:
    browser = world.browser()
    sign_in(browser)
    visit(browser)
    patient = world.browser()
    request = CardRequest.decode(hidden(patient.get("/health/my-access"), "request"))
    assert request.role is CredentialRole.HIGH
    page = access_list(patient)
    for text in ("Zdravstveni dom Vzorec", "reception", "treatment", "the insurance was checked", "this list was opened"):
        assert text in page.text
    assert IN_FORCE.insured_number not in page.text


def test_the_card_alone_does_not_open_the_log(world: World) -> None:
    page = access_list(world.browser(), LOW)
    assert "POC-110" in page.text


def test_the_log_closes_after_a_quarter_of_an_hour_and_for_other_browsers(world: World) -> None:
    browser = world.browser()
    page = browser.get("/health/my-access")
    answered = browser.post("/health/my-access/card", data={"response": agent(hidden(page, "request"), HIGH)})
    assert world.browser().get(answered.headers["location"]).status_code == 403
    world.pass_time(minutes=16)
    late = browser.get(answered.headers["location"])
    assert (late.status_code, "POC-142" in late.text) == (401, True)


def test_a_counter_visit_is_no_key_to_the_log(world: World) -> None:
    browser = world.browser()
    sign_in(browser)
    answered = browser.post("/health/counter/card", data={"response": agent(hidden(question(browser), "request"), LOW)})
    visit_id = answered.headers["location"].rpartition("/")[2]
    page = browser.get(f"/health/my-access/{visit_id}")
    assert page.status_code in (401, 403)
    assert "Zdravstveni dom" not in page.text
