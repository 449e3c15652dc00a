"""An OpenID Connect client that nobody here wrote completes the flow unmodified: Authlib's, public and confidential."""

import secrets
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import KeySet

from login.journey import ISSUERS, ORIGIN, World, answer, decide, hidden, path
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.login.clients import Client

pytestmark = pytest.mark.interop

CALLBACK = "https://klinika.example/cb"


@pytest.mark.parametrize("confidential", [False, True])
def test_authlib_completes_the_flow(tmp_path: Path, confidential: bool) -> None:
    world = World(tmp_path)
    secret = world.office.add_client(Client("klinika", "Klinika", (CALLBACK,), "klinika.example"), confidential)
    browser = world.browser()
    configuration = browser.get("/login/.well-known/openid-configuration").json()
    client = OAuth2Client(
        client_id="klinika",
        client_secret=secret,
        token_endpoint_auth_method="client_secret_basic" if confidential else "none",
        redirect_uri=CALLBACK,
        scope="openid profile",
        code_challenge_method="S256",
        transport=browser._transport,
    )
    verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
    address, state = client.create_authorization_url(
        configuration["authorization_endpoint"], code_verifier=verifier, nonce=nonce, acr_values="http://eidas.europa.eu/LoA/high"
    )
    card_page = browser.get(browser.get(path(address)).headers["location"])
    response = answer(hidden(card_page, "request"), ISSUERS[CredentialRole.HIGH].card())
    accepted = browser.post("/login/card", data={"response": response})
    location = decide(browser, browser.get(accepted.headers["location"])).headers["location"]
    assert urlsplit(location).hostname == "klinika.example"

    token = client.fetch_token(
        configuration["token_endpoint"], authorization_response=location, code_verifier=verifier, state=state
    )
    keys = KeySet.import_key_set(browser.get(path(configuration["jwks_uri"])).json())
    decoded = jwt.decode(token["id_token"], keys, algorithms=configuration["id_token_signing_alg_values_supported"])
    claims = CodeIDToken(
        decoded.claims,
        decoded.header,
        {"iss": {"value": configuration["issuer"]}, "aud": {"value": "klinika"}, "nonce": {"value": nonce}},
        {"nonce": nonce, "access_token": token["access_token"]},
    )
    claims.validate(now=world.now.timestamp())
    assert claims["acr"] == "http://eidas.europa.eu/LoA/high"
    userinfo = client.get(configuration["userinfo_endpoint"]).json()
    assert userinfo["sub"] == claims["sub"]
    assert userinfo["name"] == "JANA VZOREC"
    assert configuration["issuer"].startswith(ORIGIN)
