"""What the provider remembers between two requests: logins under way, codes, tokens."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from openeoi.login.assurance import LevelOfAssurance


class Stage(StrEnum):
    """WAITING -> CHALLENGED -> ANSWERED (a challenge is answered once, well or not) -> VERIFIED -> FINISHED; a new challenge
    leads from WAITING, CHALLENGED and ANSWERED back to CHALLENGED."""

    WAITING = "waiting"
    CHALLENGED = "challenged"
    ANSWERED = "answered"
    VERIFIED = "verified"
    FINISHED = "finished"


@dataclass(frozen=True)
class Transaction:
    """One login under way. `parameters` are those of the authorization request; `challenge` the encoded LoginText.

    `browser_hash` and `continuation_hash` are SHA-256 of secrets that bind the steps to one browser.
    """

    transaction_id: str
    client_id: str
    parameters: Mapping[str, str]
    level: LevelOfAssurance
    browser_hash: bytes
    expires_at: datetime
    stage: Stage = Stage.WAITING
    challenge: bytes = b""
    continuation_hash: bytes = b""
    identity: "Identity | None" = None


@dataclass(frozen=True)
class Identity:
    """Who logged in, how and when."""

    person_id: str
    certificate_number: str
    level: LevelOfAssurance
    authenticated_at: datetime


@dataclass(frozen=True)
class AuthorizationCode:
    """What an authorization code stands for; the code itself is stored as its SHA-256 only."""

    code_hash: bytes = field(repr=False)
    client_id: str
    redirect_uri: str
    scope: str
    nonce: str | None
    code_challenge: str
    identity: Identity
    expires_at: datetime
    code_challenge_method: str = "S256"

    # What Authlib's AuthorizationCodeMixin asks (RFC 6749, OpenID Connect Core)

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str | None:
        return self.nonce

    def get_auth_time(self) -> int:
        return int(self.identity.authenticated_at.timestamp())

    def get_acr(self) -> str:
        return self.identity.level.value

    def get_amr(self) -> list[str]:
        return list(self.identity.level.methods)


@dataclass(frozen=True)
class AccessToken:
    """What an access token stands for; `live` is False when it expired or was revoked."""

    client_id: str
    scope: str
    person_id: str
    certificate_number: str
    live: bool

    # What Authlib's TokenMixin asks (RFC 6750)

    def get_scope(self) -> str:
        return self.scope

    def is_expired(self) -> bool:
        return not self.live

    def is_revoked(self) -> bool:
        return not self.live
