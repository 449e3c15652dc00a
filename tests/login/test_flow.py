"""The whole flow through the web addresses, as a browser, a service and an agent go through it."""

import html
import json
import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from login.journey import ISSUERS, JANA, ORIGIN, World, decide, hidden, log_in, path, to_card_page, to_consent
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.login.clients import Client
from openeoi.login.sample_service import CLIENT_ID
from openeoi.protocols.browser_card import CardRequest
from openeoi.storage.audit import AuditChain


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def browser(world: World) -> TestClient:
    return world.browser()


def shown(page: str, label: str) -> dict[str, object]:
    found = re.search(rf'aria-label="{label}">(.*?)</pre>', page, re.DOTALL)
    assert found
    value: dict[str, object] = json.loads(html.unescape(found.group(1)))
    return value


def test_a_holder_logs_in_with_the_high_credential(world: World, browser: TestClient) -> None:
    account = log_in(browser, ISSUERS[CredentialRole.HIGH].card())
    assert "Welcome, JANA VZOREC" in account.text
    assert "with card and PIN" in account.text
    claims = shown(account.text, "Claims of the token")
    assert claims["iss"] == f"{ORIGIN}/login"
    assert claims["aud"] == [CLIENT_ID]
    assert claims["acr"] == "http://eidas.europa.eu/LoA/high"
    assert claims["amr"] == ["sc", "pin", "mfa"]
    assert claims["auth_time"] == int(world.now.timestamp())
    assert {"nonce", "at_hash", "iat", "exp"} <= claims.keys()
    assert "JANA" not in json.dumps(claims)  # the person's data come from userinfo, not in the token
    assert claims["sub"] == world.office.keys.pairwise_subject("sample-service", JANA.person_id)
    assert shown(account.text, "Header of the token") == {"typ": "JWT", "alg": "ES256", "kid": world.office.keys.key_id}


def test_the_low_credential_is_possession_only(world: World, browser: TestClient) -> None:
    account = log_in(browser, ISSUERS[CredentialRole.LOW].card(), "low")
    assert "possession only, the person is not proved" in account.text
    assert shown(account.text, "Claims of the token")["acr"] == "http://eidas.europa.eu/LoA/low"
    assert shown(account.text, "Claims of the token")["amr"] == ["sc"]


def test_the_subject_belongs_to_the_person_and_not_to_the_card(world: World) -> None:
    world.people["9999999999999"] = JANA
    first = log_in(world.browser(), ISSUERS[CredentialRole.HIGH].card())
    second = log_in(world.browser(), ISSUERS[CredentialRole.HIGH].card("9999999999999"))
    subjects = [shown(page.text, "Claims of the token")["sub"] for page in (first, second)]
    assert subjects[0] == subjects[1]
    assert world.office.keys.pairwise_subject("another sector", JANA.person_id) != subjects[0]


def test_the_keys_stay_when_the_office_is_opened_again(tmp_path: Path) -> None:
    first, second = World(tmp_path), World(tmp_path)
    assert first.office.keys.key_id == second.office.keys.key_id
    assert first.office.keys.pairwise_subject("s", "p") == second.office.keys.pairwise_subject("s", "p")


def test_the_card_page_asks_the_agent_for_this_origin_and_service(browser: TestClient) -> None:
    page = to_card_page(browser)
    request = CardRequest.decode(hidden(page, "request"))
    assert (request.role, request.origin, request.return_to) == (CredentialRole.HIGH, ORIGIN, f"{ORIGIN}/login/card")
    assert "Norm PIN" in page.text
    assert page.headers["referrer-policy"] == "origin"  # else an agent on another origin is told "null"


def test_consent_lists_what_the_service_will_learn(browser: TestClient) -> None:
    consent = to_consent(browser, ISSUERS[CredentialRole.HIGH].card())
    assert "given name and surname" in consent.text
    assert "date of birth" in consent.text
    assert "EMŠO" in consent.text


def test_declining_gives_the_service_nothing(browser: TestClient) -> None:
    declined = decide(browser, to_consent(browser, ISSUERS[CredentialRole.HIGH].card()), "decline")
    assert "error=access_denied" in declined.headers["location"]
    assert "code=" not in declined.headers["location"]
    page = browser.get(path(declined.headers["location"]))
    assert page.status_code == 403
    assert "The service learned nothing" in page.text


def test_cancelling_before_the_card_goes_back_to_the_service(browser: TestClient) -> None:
    page = to_card_page(browser)
    cancelled = browser.post(page.url.path + "/cancel", data={"csrf_token": hidden(page, "csrf_token")})
    assert "error=access_denied" in cancelled.headers["location"]
    assert browser.get(page.url.path).status_code == 403


def test_every_step_is_in_the_audit_chain(world: World, browser: TestClient) -> None:
    log_in(browser, ISSUERS[CredentialRole.HIGH].card())
    with world.database.read() as connection:
        chain = AuditChain(lambda: world.now)
        assert chain.verify(connection) >= 3
        actions = [entry.entry.action for entry in chain.about(connection, JANA.person_id)]
    assert actions == ["card-accepted", "claims-given"]


def test_discovery_and_keys_are_public(world: World, browser: TestClient) -> None:
    configuration = browser.get("/login/.well-known/openid-configuration").json()
    assert configuration["issuer"] == f"{ORIGIN}/login"
    assert configuration["code_challenge_methods_supported"] == ["S256"]
    (key,) = browser.get("/login/jwks.json").json()["keys"]
    assert (key["kty"], key["crv"], key["alg"], key["use"], key["kid"]) == (
        "EC",
        "P-256",
        "ES256",
        "sig",
        world.office.keys.key_id,
    )
    assert "d" not in key


@pytest.mark.parametrize("language", ["sl", "en"])
def test_every_page_exists_in_both_languages(world: World, language: str) -> None:
    browser = world.browser()
    browser.cookies.set("eoi_language", language)
    for address in ("/login", "/sample-service", "/sample-service/callback", "/login/authorize", "/login/transactions/x"):
        page = browser.get(address)
        assert f'<html lang="{language}">' in page.text
    assert f'<html lang="{language}">' in log_in(browser, ISSUERS[CredentialRole.HIGH].card()).text


def test_a_confidential_client_authenticates_with_its_secret(world: World) -> None:
    client = Client("clinic", "Klinika", ("https://klinika.example/cb",), "klinika.example")
    secret = world.office.add_client(client, confidential=True)
    registered = world.office.client("clinic")
    assert registered is not None
    assert secret is not None
    assert registered.check_client_secret(secret)
    assert secret not in repr(registered)
