"""What somebody may try against the provider and the service; each is refused with its own reason."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from starlette.testclient import TestClient

from login.hierarchy import BEGINNING, POLICIES, Issuer, SoftwareCard
from login.journey import ISSUERS, JANA, ORIGIN, World, answer, decide, hidden, log_in, path, to_card_page, to_consent
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.login.clients import Client
from openeoi.login.ports import Person
from openeoi.protocols.browser_card import CardRequest, CardResponse, ResponseOutcome
from openeoi.protocols.card_proof import LoginText, digest
from openeoi.protocols.holder_certificate import Status, StatusSourceUnavailable

LOW, HIGH, QUALIFIED = (ISSUERS[role] for role in (CredentialRole.LOW, CredentialRole.HIGH, CredentialRole.QUALIFIED))
CALLBACK = "https://klinika.example/cb"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    for name in ("klinika", "lekarna"):
        world.office.add_client(Client(name, name.title(), (CALLBACK,), f"{name}.example"))
    return world


@pytest.fixture
def browser(world: World) -> TestClient:
    return world.browser()


def post_answer(browser: TestClient, response: str) -> httpx.Response:
    return browser.post("/login/card", data={"response": response})


def reason(page: httpx.Response) -> str:
    assert page.status_code == 403, page.text
    return page.text.split("Reason code</dt><dd>")[1].split("<")[0]


def respond(form_field: str, card: SoftwareCard, change: Callable[[LoginText], LoginText] = lambda text: text) -> str:
    """An answer whose signed text was changed."""
    request = CardRequest.decode(form_field)
    assert isinstance(request.details, LoginText)
    signature = card.sign_digest(digest(change(request.details)))
    return CardResponse(request.state, ResponseOutcome.DONE, card.certificate, (), signature).encode()


# The card's answer


def test_a_replayed_answer_is_refused(browser: TestClient) -> None:
    page = to_card_page(browser)
    response = answer(hidden(page, "request"), HIGH.card())
    assert post_answer(browser, response).status_code == 303
    assert reason(post_answer(browser, response)) == "challenge_used"


def test_an_answer_to_an_older_challenge_is_refused(browser: TestClient) -> None:
    page = to_card_page(browser)
    browser.get(page.url.path)  # reloading makes a new challenge
    assert reason(post_answer(browser, answer(hidden(page, "request"), HIGH.card()))) == "transaction_unknown"


def test_a_signature_for_another_nonce_is_refused(browser: TestClient) -> None:
    first = to_card_page(browser)
    old = CardRequest.decode(hidden(first, "request")).details
    assert isinstance(old, LoginText)
    page = browser.get(first.url.path)
    response = respond(hidden(page, "request"), HIGH.card(), lambda text: replace(text, nonce=old.nonce))
    assert reason(post_answer(browser, response)) == "signature_wrong"


@pytest.mark.parametrize("change", [{"origin": "https://evil.example"}, {"client_id": "lekarna"}])
def test_a_signature_for_another_origin_or_service_is_refused(browser: TestClient, change: Mapping[str, str]) -> None:
    page = to_card_page(browser)
    response = respond(hidden(page, "request"), HIGH.card(), lambda text: replace(text, **change))  # type: ignore[arg-type]
    assert reason(post_answer(browser, response)) == "signature_wrong"


def test_a_wrong_answer_uses_the_challenge_up(browser: TestClient) -> None:
    page = to_card_page(browser)
    card = HIGH.card()
    wrong = respond(hidden(page, "request"), card, lambda text: replace(text, client_id="lekarna"))
    assert reason(post_answer(browser, wrong)) == "signature_wrong"
    assert reason(post_answer(browser, answer(hidden(page, "request"), card))) == "challenge_used"


def test_an_answer_after_two_minutes_is_refused(world: World, browser: TestClient) -> None:
    page = to_card_page(browser)
    world.pass_time(seconds=120)
    assert reason(post_answer(browser, answer(hidden(page, "request"), HIGH.card()))) == "challenge_expired"


@pytest.mark.parametrize("response", ["", "!", "e30", "A" * 100])
def test_garbage_is_refused(browser: TestClient, response: str) -> None:
    assert reason(post_answer(browser, response)) == "answer_unreadable"


def test_a_cancelled_card_is_no_login(browser: TestClient) -> None:
    request = CardRequest.decode(hidden(to_card_page(browser), "request"))
    cancelled = CardResponse(request.state, ResponseOutcome.CANCELLED, reason="holder-declined")
    assert reason(post_answer(browser, cancelled.encode())) == "card_not_used"


# The certificate


def self_signed() -> SoftwareCard:
    return Issuer(CredentialRole.HIGH, "OpenEOI TEST high").card()


CARDS: dict[str, Callable[[], SoftwareCard]] = {
    "level_not_reached": lambda: LOW.card(),
    "signature_only_certificate": lambda: QUALIFIED.card(),
    "issuer_not_trusted": self_signed,
    "policy_not_accepted": lambda: HIGH.card(policy=POLICIES[CredentialRole.LOW]),
    "certificate_expired": lambda: HIGH.card(not_after=BEGINNING + timedelta(days=30)),
    "certificate_not_yet_valid": lambda: HIGH.card(not_before=BEGINNING + timedelta(days=1000)),
    "person_unknown": lambda: HIGH.card("0000000000000"),
}


@pytest.mark.parametrize("expected", CARDS)
def test_a_certificate_that_does_not_fit_is_refused_by_name(browser: TestClient, expected: str) -> None:
    page = to_card_page(browser)
    assert reason(post_answer(browser, answer(hidden(page, "request"), CARDS[expected]()))) == expected


def test_a_signature_certificate_is_refused_whoever_issued_it(browser: TestClient) -> None:
    for usages in (("content_commitment",), ("digital_signature", "content_commitment")):
        page = to_card_page(browser)
        response = answer(hidden(page, "request"), HIGH.card(usages=usages))
        assert reason(post_answer(browser, response)) == "signature_only_certificate"


def test_key_usages_must_allow_client_authentication(browser: TestClient) -> None:
    cards = (
        HIGH.card(usages=("key_agreement",)),
        HIGH.card(extended=[ExtendedKeyUsageOID.SERVER_AUTH]),
        HIGH.card(extended=[]),
        HIGH.card(extensions=[x509.BasicConstraints(True, None)]),
    )
    for card in cards:
        page = to_card_page(browser)
        assert reason(post_answer(browser, answer(hidden(page, "request"), card))) == "usage_not_accepted"


def test_a_high_certificate_is_not_taken_for_low(browser: TestClient) -> None:
    page = to_card_page(browser, "low")
    assert reason(post_answer(browser, answer(hidden(page, "request"), HIGH.card()))) == "level_not_reached"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (Status.REVOKED, "certificate_revoked"),
        (Status.UNKNOWN, "status_unknown"),
        (StatusSourceUnavailable("down"), "status_unavailable"),
    ],
)
def test_a_status_other_than_good_lets_nobody_in(
    world: World, browser: TestClient, status: Status | Exception, expected: str
) -> None:
    page = to_card_page(browser)
    world.status = status
    assert reason(post_answer(browser, answer(hidden(page, "request"), HIGH.card()))) == expected


def test_another_persons_certificate_with_the_right_name_is_another_subject(world: World) -> None:
    world.people["5555555555555"] = Person("person-2", "JANA", "VZOREC", JANA.date_of_birth)
    first = log_in(world.browser(), HIGH.card())
    second = log_in(world.browser(), HIGH.card("5555555555555"))
    assert world.office.keys.pairwise_subject("sample-service", "person-1") in first.text
    assert world.office.keys.pairwise_subject("sample-service", "person-1") not in second.text


# The browser


def test_a_login_begun_by_somebody_else_cannot_be_finished_here(world: World) -> None:
    attacker, victim = world.browser(), world.browser()
    page = to_card_page(attacker)
    accepted = post_answer(victim, answer(hidden(page, "request"), HIGH.card()))
    assert reason(victim.get(accepted.headers["location"])) == "other_browser"
    without = accepted.headers["location"].rsplit("/", 1)[0] + "/guess"
    assert reason(attacker.get(without)) == "other_browser"


def test_consent_needs_the_form_token(browser: TestClient) -> None:
    consent = to_consent(browser, HIGH.card())
    for data in ({"decision": "agree"}, {"decision": "agree", "csrf_token": "guess"}):
        refused = browser.post(consent.url.path, data=data)
        assert refused.status_code == 403
        assert "location" not in refused.headers
    started = browser.post("/sample-service/start", data={"level": "high"})
    assert started.status_code == 403


def test_consent_is_given_once(browser: TestClient) -> None:
    consent = to_consent(browser, HIGH.card())
    assert decide(browser, consent).status_code == 303
    assert reason(decide(browser, consent)) == "transaction_unknown"


def test_pages_are_not_framed(browser: TestClient) -> None:
    page = to_card_page(browser)
    assert page.headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]


# The authorization request


def request_parameters(**changes: str | None) -> dict[str, str]:
    parameters: dict[str, str | None] = {
        "response_type": "code",
        "client_id": "klinika",
        "redirect_uri": CALLBACK,
        "scope": "openid profile",
        "state": "the-state",
        "nonce": "the-nonce",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **changes,
    }
    return {name: value for name, value in parameters.items() if value is not None}


def authorize(browser: TestClient, **changes: str | None) -> httpx.Response:
    return browser.get("/login/authorize?" + urlencode(request_parameters(**changes)))


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "stranger"},
        {"client_id": None},
        {"client_id": "a\x00b"},
        {"redirect_uri": "https://evil.example/cb"},
        {"redirect_uri": CALLBACK + "/"},
        {"redirect_uri": CALLBACK + "?x=1"},
        {"redirect_uri": 'https://klinika.example/"\\'},
        {"redirect_uri": None},
        {"state": "x" * 9000},
    ],
)
def test_a_request_from_nobody_we_know_goes_nowhere(browser: TestClient, changes: dict[str, str | None]) -> None:
    page = authorize(browser, **changes)
    assert page.status_code == 400
    assert "location" not in page.headers


def test_a_repeated_parameter_goes_nowhere(browser: TestClient) -> None:
    page = browser.get("/login/authorize?" + urlencode(request_parameters()) + "&redirect_uri=https://evil.example/cb")
    assert page.status_code == 400


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"scope": "openid admin"}, "invalid_scope"),
        ({"scope": "profile"}, "invalid_request"),
        ({"scope": None}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
        ({"request": "x"}, "request_not_supported"),
        ({"request_uri": "https://x"}, "request_uri_not_supported"),
        ({"response_mode": "fragment"}, "invalid_request"),
    ],
)
def test_a_faulty_request_goes_back_to_the_service(browser: TestClient, changes: dict[str, str | None], error: str) -> None:
    answered = authorize(browser, **changes)
    location = urlsplit(answered.headers["location"])
    assert answered.status_code in (302, 303)
    assert f"{location.scheme}://{location.netloc}{location.path}" == CALLBACK
    query = parse_qs(location.query)
    assert (query["error"], query["state"], query["iss"]) == ([error], ["the-state"], [f"{ORIGIN}/login"])


def test_low_is_only_for_services_registered_for_it(browser: TestClient) -> None:
    page = authorize(browser, acr_values="http://eidas.europa.eu/LoA/low")
    assert page.status_code == 403
    assert "possession of the card only" in page.text


@pytest.mark.parametrize("acr_values", ["", "http://eidas.europa.eu/LoA/low http://eidas.europa.eu/LoA/high", "urn:other"])
def test_whoever_does_not_ask_for_low_alone_gets_high(browser: TestClient, acr_values: str) -> None:
    page = browser.get(authorize(browser, acr_values=acr_values).headers["location"])
    assert CardRequest.decode(hidden(page, "request")).role is CredentialRole.HIGH


# Codes and tokens


def code_for(browser: TestClient, **changes: str | None) -> str:
    page = browser.get(authorize(browser, **changes).headers["location"])
    accepted = post_answer(browser, answer(hidden(page, "request"), HIGH.card()))
    decided = decide(browser, browser.get(accepted.headers["location"]))
    return parse_qs(urlsplit(decided.headers["location"]).query)["code"][0]


def redeem(browser: TestClient, value: str, headers: Mapping[str, str] | None = None, /, **changes: str | None) -> httpx.Response:
    form: dict[str, str | None] = {
        "grant_type": "authorization_code",
        "code": value,
        "redirect_uri": CALLBACK,
        "client_id": "klinika",
        "code_verifier": VERIFIER,
        **changes,
    }
    return browser.post("/login/token", data={name: value for name, value in form.items() if value is not None}, headers=headers)


def test_a_code_is_redeemed_once_and_a_second_try_revokes(browser: TestClient) -> None:
    code = code_for(browser)
    first = redeem(browser, code)
    assert first.status_code == 200
    assert first.headers["cache-control"] == "no-store"
    bearer = {"Authorization": f"Bearer {first.json()['access_token']}"}
    assert browser.get("/login/userinfo", headers=bearer).json()["given_name"] == "JANA"
    assert redeem(browser, code).json()["error"] == "invalid_grant"
    assert browser.get("/login/userinfo", headers=bearer).status_code == 401


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_verifier": "w" * 43}, "invalid_grant"),
        ({"code_verifier": None}, "invalid_request"),
        ({"code_verifier": "short"}, "invalid_request"),
        ({"client_id": "lekarna"}, "invalid_grant"),
        ({"client_id": "stranger"}, "invalid_client"),
        ({"client_id": None}, "invalid_client"),
        ({"redirect_uri": "https://klinika.example/other"}, "invalid_grant"),
        ({"redirect_uri": None}, "invalid_grant"),
        ({"code": "guess"}, "invalid_grant"),
        ({"code": None}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": None}, "unsupported_grant_type"),
    ],
)
def test_a_code_is_bound_to_verifier_client_and_address(browser: TestClient, changes: dict[str, str | None], error: str) -> None:
    refused = redeem(browser, code_for(browser), **changes)
    assert refused.status_code in (400, 401)
    assert refused.json()["error"] == error
    assert "access_token" not in refused.json()


def test_a_code_lives_a_minute(world: World, browser: TestClient) -> None:
    code = code_for(browser)
    world.pass_time(seconds=60)
    assert redeem(browser, code).json()["error"] == "invalid_grant"


def test_an_access_token_lives_ten_minutes(world: World, browser: TestClient) -> None:
    token = redeem(browser, code_for(browser)).json()["access_token"]
    world.pass_time(minutes=10)
    refused = browser.get("/login/userinfo", headers={"Authorization": f"Bearer {token}"})
    assert refused.status_code == 401
    assert "Bearer" in refused.headers["www-authenticate"]


@pytest.mark.parametrize("authorization", [None, "Bearer", "Bearer x", "Basic x", "Bearer x y", "\x7f"])
def test_userinfo_needs_a_token(browser: TestClient, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    assert browser.get("/login/userinfo", headers=headers).status_code == 401


def test_a_nonce_is_not_used_twice(browser: TestClient) -> None:
    code_for(browser)
    assert "error=invalid_request" in authorize(browser).headers["location"]


def test_a_confidential_client_cannot_leave_its_secret_out(world: World, browser: TestClient) -> None:
    secret = world.office.add_client(Client("clinic", "Klinika", (CALLBACK,), "clinic"), confidential=True)
    code = code_for(browser, client_id="clinic")
    assert redeem(browser, code, client_id="clinic").status_code == 401
    wrong = {"Authorization": "Basic " + base64.b64encode(b"clinic:guess").decode()}
    assert redeem(browser, code, wrong, client_id=None).status_code == 401
    unreadable = {"Authorization": "Basic " + base64.b64encode(b"\xff\xfe:\xff").decode()}
    assert redeem(browser, code, unreadable, client_id=None).status_code == 400
    right = {"Authorization": "Basic " + base64.b64encode(f"clinic:{secret}".encode()).decode()}
    assert redeem(browser, code, right, client_id=None).status_code == 200


def test_nothing_secret_is_in_the_database(world: World, browser: TestClient) -> None:
    code = code_for(browser)
    token = redeem(browser, code).json()["access_token"]
    content = b"".join(file.read_bytes() for file in world.folder.iterdir())
    for secret in (code, token):
        assert secret.encode() not in content
    assert world.office.keys.pairwise_key not in content
    assert b"VZOREC" not in content


# The service


def callback(browser: TestClient) -> str:
    return path(decide(browser, to_consent(browser, HIGH.card())).headers["location"])


def test_the_service_refuses_an_answer_it_did_not_ask_for(world: World, browser: TestClient) -> None:
    address = callback(browser)
    assert reason(world.browser().get(address)) == "state_mismatch"
    assert browser.get(address).status_code == 303
    assert reason(browser.get(address)) == "state_mismatch"


def test_the_service_refuses_another_state_issuer_or_code(browser: TestClient) -> None:
    for old, new, expected in (
        ("state=", "state=x", "state_mismatch"),
        ("iss=http", "iss=https", "issuer_mismatch"),
        ("code=", "code=x", "provider_error"),
    ):
        assert reason(browser.get(callback(browser).replace(old, new))) == expected
