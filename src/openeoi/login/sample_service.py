"""A sample service that lets people log in: an OpenID Connect relying party that knows the provider by its issuer address only.

It does what every service has to do (OpenID Connect Core 3.1.2-3.1.3, RFC 7636, RFC 9207): random state, nonce and code verifier
for each login, all kept until the answer; issuer, signature, audience, times, nonce, level and at_hash of the ID token checked.
"""

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hmac import compare_digest
from urllib.parse import urlencode

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from openeoi.crypto.randomness import RandomSource
from openeoi.errors import OpenEoiError
from openeoi.login.assurance import LevelOfAssurance

CLIENT_ID = "sample-service"
CLOCK_SKEW = 30  # seconds


class ServiceLoginFailed(OpenEoiError):
    """The service let nobody in; `reason` is a code for `login.sample.failed.<reason>`."""

    def __init__(self, reason: str, detail: str = "") -> None:
        self.reason = reason
        super().__init__(f"{reason}{': ' + detail if detail else ''}")


@dataclass(frozen=True)
class Attempt:
    """What the service keeps in the visitor's session while the visitor is at the provider."""

    state: str
    nonce: str
    verifier: str = field(repr=False)
    level: LevelOfAssurance = LevelOfAssurance.HIGH


@dataclass(frozen=True)
class LoggedIn:
    """The outcome: the ID token as received, its header and claims, and what userinfo added."""

    id_token: str = field(repr=False)
    header: Mapping[str, object]
    claims: Mapping[str, object]
    userinfo: Mapping[str, object]

    @property
    def level(self) -> LevelOfAssurance:
        return LevelOfAssurance(str(self.claims["acr"]))


@dataclass(frozen=True)
class SampleService:
    """`redirect_uri` must be registered at the provider for CLIENT_ID as a public client; `http` reaches the provider."""

    issuer: str
    redirect_uri: str
    http: httpx.Client
    clock: Callable[[], datetime]
    random: RandomSource

    def begin(self, level: LevelOfAssurance) -> tuple[Attempt, str]:
        """A new attempt and the address to send the browser to."""
        attempt = Attempt(self._random_text(), self._random_text(), self._random_text(), level)
        challenge = _base64url(hashlib.sha256(attempt.verifier.encode()).digest())
        query = {
            "response_type": "code",
            "client_id": CLIENT_ID,
            "redirect_uri": self.redirect_uri,
            "scope": "openid profile",
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            "acr_values": level.value,
        }
        return attempt, f"{self._discovered('authorization_endpoint')}?{urlencode(query)}"

    def finish(self, attempt: Attempt | None, parameters: Mapping[str, str]) -> LoggedIn:
        """From the provider's answer in the address to a checked ID token. Raises ServiceLoginFailed."""
        if attempt is None or not compare_digest(attempt.state.encode(), parameters.get("state", "").encode()):
            raise ServiceLoginFailed("state_mismatch")
        if parameters.get("iss") != self.issuer:
            raise ServiceLoginFailed("issuer_mismatch")
        if "error" in parameters:
            denied = parameters["error"] == "access_denied"
            raise ServiceLoginFailed("denied" if denied else "provider_error", parameters["error"])
        tokens = self._tokens(attempt, parameters.get("code", ""))
        id_token, access_token = str(tokens.get("id_token", "")), str(tokens.get("access_token", ""))
        header, claims = self._checked(id_token, access_token, attempt)
        userinfo = self._userinfo(access_token)
        if userinfo.get("sub") != claims.get("sub"):
            raise ServiceLoginFailed("subject_mismatch")
        return LoggedIn(id_token, header, claims, userinfo)

    def _tokens(self, attempt: Attempt, code: str) -> Mapping[str, object]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "client_id": CLIENT_ID,
            "code_verifier": attempt.verifier,
        }
        return self._json(self.http.post(self._discovered("token_endpoint"), data=form))

    def _userinfo(self, access_token: str) -> Mapping[str, object]:
        headers = {"Authorization": f"Bearer {access_token}"}
        return self._json(self.http.get(self._discovered("userinfo_endpoint"), headers=headers))

    def _checked(self, id_token: str, access_token: str, attempt: Attempt) -> tuple[Mapping[str, object], Mapping[str, object]]:
        keys = KeySet.import_key_set(self._json(self.http.get(self._discovered("jwks_uri"))))  # type: ignore[arg-type]  # checked there
        try:
            token = jwt.decode(id_token, keys, algorithms=["ES256"])
        except (JoseError, ValueError) as error:
            raise ServiceLoginFailed("token_signature", type(error).__name__) from error
        claims = token.claims
        now = self.clock().timestamp()
        expected = {
            "iss": self.issuer,
            "aud": [CLIENT_ID],
            "nonce": attempt.nonce,
            "acr": attempt.level.value,
            "at_hash": _base64url(hashlib.sha256(access_token.encode()).digest()[:16]),
        }
        for name, value in expected.items():
            if claims.get(name) != value:
                raise ServiceLoginFailed("token_claims", name)
        if not int(claims.get("iat", 0)) - CLOCK_SKEW <= now < int(claims.get("exp", 0)):
            raise ServiceLoginFailed("token_times")
        return token.header, claims

    def _discovered(self, name: str) -> str:
        configuration = self._json(self.http.get(f"{self.issuer}/.well-known/openid-configuration"))
        if configuration.get("issuer") != self.issuer:
            raise ServiceLoginFailed("issuer_mismatch")
        return str(configuration[name])

    def _json(self, response: httpx.Response) -> Mapping[str, object]:
        try:
            content = response.json()
        except ValueError as error:
            raise ServiceLoginFailed("provider_error", str(response.status_code)) from error
        if response.status_code != 200 or not isinstance(content, dict):
            error_code = content.get("error", "") if isinstance(content, dict) else ""
            raise ServiceLoginFailed("provider_error", f"{response.status_code} {error_code}")
        return content

    def _random_text(self) -> str:
        return _base64url(self.random(32))


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
