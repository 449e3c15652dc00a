"""The service against a provider that answers with wrong tokens."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from openeoi.login.assurance import LevelOfAssurance
from openeoi.login.sample_service import CLIENT_ID, Attempt, SampleService, ServiceLoginFailed

ISSUER = "https://prijava.example/login"
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
KEY = ECKey.generate_key("P-256")
ATTEMPT = Attempt("s" * 43, "n" * 43, "v" * 43, LevelOfAssurance.HIGH)
ACCESS_TOKEN = "access"
CLAIMS: dict[str, object] = {
    "iss": ISSUER,
    "aud": [CLIENT_ID],
    "sub": "subject",
    "iat": int(NOW.timestamp()),
    "exp": int(NOW.timestamp()) + 600,
    "nonce": ATTEMPT.nonce,
    "acr": LevelOfAssurance.HIGH.value,
    "at_hash": base64.urlsafe_b64encode(hashlib.sha256(ACCESS_TOKEN.encode()).digest()[:16]).rstrip(b"=").decode(),
}


def service(id_token: str, userinfo: dict[str, str] | None = None, issuer: str = ISSUER) -> SampleService:
    answers: dict[str, object] = {
        "/login/.well-known/openid-configuration": {
            "issuer": issuer,
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
            "userinfo_endpoint": f"{ISSUER}/userinfo",
            "jwks_uri": f"{ISSUER}/jwks.json",
        },
        "/login/jwks.json": {"keys": [KEY.as_dict(private=False)]},
        "/login/token": {"access_token": ACCESS_TOKEN, "id_token": id_token},
        "/login/userinfo": userinfo or {"sub": "subject"},
    }
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json=answers[request.url.path]))
    return SampleService(ISSUER, "https://storitev.example/cb", httpx.Client(transport=transport), lambda: NOW, bytes)


def finish(sample: SampleService) -> None:
    sample.finish(ATTEMPT, {"state": ATTEMPT.state, "iss": ISSUER, "code": "code"})


def signed(**changes: object) -> str:
    return jwt.encode({"alg": "ES256"}, {**CLAIMS, **changes}, KEY)


def unsigned() -> str:
    _header, claims, _ = signed().split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    return f"{none}.{claims}."


def confused() -> str:
    """HS256 with the public key as the secret."""
    header = base64.urlsafe_b64encode(b'{"alg":"HS256"}').rstrip(b"=").decode()
    content = f"{header}.{signed().split('.')[1]}"
    tag = hmac.digest(KEY.as_pem(private=False), content.encode(), "sha256")
    return f"{content}.{base64.urlsafe_b64encode(tag).rstrip(b'=').decode()}"


def test_the_right_token_is_accepted() -> None:
    finish(service(signed()))


@pytest.mark.parametrize(
    "token",
    [unsigned, confused, lambda: jwt.encode({"alg": "ES256"}, CLAIMS, ECKey.generate_key("P-256")), lambda: "", lambda: "a.b.c"],
)
def test_a_token_that_the_provider_did_not_sign_is_refused(token: Callable[[], str]) -> None:
    with pytest.raises(ServiceLoginFailed) as caught:
        finish(service(token()))
    assert caught.value.reason == "token_signature"


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.example"},
        {"aud": ["another-service"]},
        {"aud": [CLIENT_ID, "another-service"]},
        {"nonce": "other"},
        {"acr": LevelOfAssurance.LOW.value},
        {"at_hash": "other"},
    ],
)
def test_a_token_for_somebody_or_something_else_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ServiceLoginFailed) as caught:
        finish(service(signed(**changes)))
    assert caught.value.reason == "token_claims"


@pytest.mark.parametrize("changes", [{"exp": int(NOW.timestamp())}, {"iat": int(NOW.timestamp()) + 60}])
def test_a_token_of_another_time_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ServiceLoginFailed) as caught:
        finish(service(signed(**changes)))
    assert caught.value.reason == "token_times"


def test_userinfo_of_another_subject_is_refused() -> None:
    with pytest.raises(ServiceLoginFailed) as caught:
        finish(service(signed(), {"sub": "other"}))
    assert caught.value.reason == "subject_mismatch"


def test_another_providers_description_is_refused() -> None:
    with pytest.raises(ServiceLoginFailed) as caught:
        service(signed(), issuer="https://evil.example").begin(LevelOfAssurance.HIGH)
    assert caught.value.reason == "issuer_mismatch"
