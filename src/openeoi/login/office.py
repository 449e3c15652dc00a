"""The identity provider as a whole: `main` builds one and mounts its pages and its machine interface."""

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from openeoi.crypto.randomness import RandomSource
from openeoi.login import store
from openeoi.login.assurance import LevelOfAssurance
from openeoi.login.card_login import CardLogin
from openeoi.login.clients import CONFIDENTIAL, PUBLIC, SCOPES, Client, hashed
from openeoi.login.keys import open_keys
from openeoi.login.ports import PersonResolver
from openeoi.login.provider import Provider
from openeoi.login.provider_context import ProviderContext
from openeoi.login.values import AccessToken
from openeoi.protocols.browser_card.addresses import check_origin
from openeoi.protocols.holder_certificate import CertificateStatus, TrustedIssuers
from openeoi.storage.audit import AuditChain, AuditEntry
from openeoi.storage.database import Database

PATH = "/login"
ANSWER_PATH = f"{PATH}/card"
TOKEN_PATH = f"{PATH}/token"
USERINFO_PATH = f"{PATH}/userinfo"
AUTHORIZE_PATH = f"{PATH}/authorize"
CROSS_SITE = (AUTHORIZE_PATH, ANSWER_PATH, TOKEN_PATH, USERINFO_PATH)
"""Paths whose POST comes from a service, its server or an agent; each has its own proof instead of the form token."""

_TOKEN_CLAIMS = ("sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "at_hash")
_PERSON_CLAIMS = ("name", "given_name", "family_name", "birthdate")


class LoginOffice:
    """`origin` is the web origin under which `/login` is mounted; `agent_address` is where the browser finds the holder's agent;
    `wrapping_key` (32 bytes) opens the provider's own keys in its database."""

    def __init__(
        self,
        database: Database,
        origin: str,
        agent_address: str,
        *,
        wrapping_key: bytes,
        clock: Callable[[], datetime],
        random: RandomSource,
        issuers: TrustedIssuers,
        status: CertificateStatus,
        resolve: PersonResolver,
    ) -> None:
        check_origin("origin", origin)
        self.origin = origin
        self.issuer = origin + PATH
        self.agent_address = agent_address
        self.database = database
        self.keys = open_keys(database, wrapping_key, random)
        self.card_login = CardLogin(database, origin, origin + ANSWER_PATH, clock, random, issuers, status, resolve)
        self.provider = Provider(ProviderContext(self.issuer, database, self.keys, clock, random))
        self._clock = clock
        self._random = random
        self._resolve = resolve

    def add_client(self, client: Client, confidential: bool = False) -> str | None:
        """Register the service (again); for a confidential one a new secret is made and returned, this once."""
        secret = base64.urlsafe_b64encode(self._random(32)).rstrip(b"=").decode() if confidential else None
        registered = replace(client, secret_hash=None if secret is None else hashed(secret))
        with self.database.begin() as connection:
            store.put_client(connection, registered)
            entry = AuditEntry("operator", "operator", "registration", "client-registered", client.client_id, {})
            AuditChain(self._clock).append(connection, entry)
        return secret

    def forget_expired(self) -> None:
        """Logins, codes and tokens that ended more than a day ago."""
        with self.database.begin() as connection:
            store.forget_expired(connection, self._clock())

    def client(self, client_id: str) -> Client | None:
        with self.database.read() as connection:
            return store.find_client(connection, client_id)

    def claims(self, token: AccessToken) -> dict[str, str] | None:
        """What userinfo gives: the pairwise subject and what the scope allows, fresh from the resolver; None for nobody."""
        client = self.client(token.client_id)
        person = self._resolve(token.certificate_number)
        if client is None or person is None or person.person_id != token.person_id:
            return None
        claims = {"sub": self.keys.pairwise_subject(client.sector, person.person_id)}
        if "profile" in token.scope.split():
            claims["name"] = f"{person.given_name} {person.family_name}"
            claims["given_name"] = person.given_name
            claims["family_name"] = person.family_name
            claims["birthdate"] = person.date_of_birth.isoformat()
        with self.database.begin() as connection:
            entry = AuditEntry(client.client_id, "service", "login", "claims-given", person.person_id, {"claims": sorted(claims)})
            AuditChain(self._clock).append(connection, entry)
        return claims

    def discovery(self) -> dict[str, object]:
        """OpenID Connect Discovery 1.0, section 3; RFC 8414; RFC 9207."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": self.origin + AUTHORIZE_PATH,
            "token_endpoint": self.origin + TOKEN_PATH,
            "userinfo_endpoint": self.origin + USERINFO_PATH,
            "jwks_uri": f"{self.issuer}/jwks.json",
            "scopes_supported": list(SCOPES),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code"],
            "acr_values_supported": [level.value for level in LevelOfAssurance],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "token_endpoint_auth_methods_supported": [CONFIDENTIAL, PUBLIC],
            "code_challenge_methods_supported": ["S256"],
            "claims_supported": [*_TOKEN_CLAIMS, *_PERSON_CLAIMS],
            "ui_locales_supported": ["sl", "en"],
            "claims_parameter_supported": False,
            "request_parameter_supported": False,
            "request_uri_parameter_supported": False,
            "authorization_response_iss_parameter_supported": True,
        }
