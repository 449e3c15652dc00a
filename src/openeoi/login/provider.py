"""The OpenID Provider on Authlib's server parts: authorization code flow with PKCE S256 for every client, ID tokens in ES256.

Authlib keeps the grant's order and rules (RFC 6749, RFC 7636, RFC 6750, OpenID Connect Core); what stands here is where its
questions are answered: clients, codes, tokens, keys, subjects. Codes and tokens are random and stored as SHA-256.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import AuthorizationServer, ResourceProtector
from authlib.oauth2.rfc6749.errors import InvalidRequestError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6750 import BearerTokenGenerator, BearerTokenValidator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core.grants import OpenIDCode
from joserfc.jwk import ECKey

from openeoi.login import store
from openeoi.login.clients import CONFIDENTIAL, PUBLIC, SCOPES, Client
from openeoi.login.oauth_messages import OAuthResponse, ProviderRequest, is_well_formed
from openeoi.login.provider_context import CODE_LIFETIME, TOKEN_LIFETIME, ProviderContext
from openeoi.login.values import AccessToken, AuthorizationCode, Identity
from openeoi.storage.audit import AuditChain, AuditEntry

__all__ = ["Provider"]

_UNSUPPORTED = ("request", "request_uri", "registration", "response_mode")


class CodeGrant(AuthorizationCodeGrant):  # type: ignore[misc]  # Authlib has no types
    """The grant with our database; the user is an Identity."""

    TOKEN_ENDPOINT_AUTH_METHODS = (CONFIDENTIAL, PUBLIC)

    def generate_authorization_code(self) -> str:
        return _random_token(self.server.context)

    def save_authorization_code(self, code: str, request: ProviderRequest) -> None:
        context: ProviderContext = self.server.context
        data = request.payload.data
        with context.database.begin() as connection:
            store.add_code(
                connection,
                AuthorizationCode(
                    _hash(code),
                    request.client.client_id,
                    request.payload.redirect_uri,
                    request.scope,
                    data.get("nonce"),
                    data["code_challenge"],
                    request.user,
                    context.now() + CODE_LIFETIME,
                ),
            )

    def query_authorization_code(self, code: str, client: Client) -> AuthorizationCode | None:
        """The code, used up by asking. A second use revokes what the first one gave (RFC 6749, 4.1.2)."""
        context: ProviderContext = self.server.context
        now = context.now()
        with context.database.begin() as connection:
            found = store.find_code(connection, _hash(code))
            if found is None or found.client_id != client.client_id:
                return None
            if not store.use_code(connection, found.code_hash, now):
                store.revoke_tokens_of(connection, found.code_hash, now)
                entry = AuditEntry(client.client_id, "service", "login", "code-reused", found.identity.person_id, {})
                AuditChain(context.clock).append(connection, entry)
                return None
        return found if now < found.expires_at else None

    def delete_authorization_code(self, authorization_code: AuthorizationCode) -> None:
        """Kept, marked as used: a second use must be noticed."""

    def authenticate_user(self, authorization_code: AuthorizationCode) -> Identity:
        return authorization_code.identity


class RequiredCodeChallenge(CodeChallenge):  # type: ignore[misc]  # Authlib has no types
    """PKCE for every client, S256 only (RFC 9700, 2.1.1): a request without it, or with "plain", is refused."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)

    def validate_code_challenge(self, grant: CodeGrant, redirect_uri: str) -> None:
        data = grant.request.payload.data
        if not data.get("code_challenge") or data.get("code_challenge_method") != "S256":
            raise InvalidRequestError("A code_challenge with code_challenge_method S256 is required.")
        super().validate_code_challenge(grant, redirect_uri)


class OpenIdToken(OpenIDCode):  # type: ignore[misc]  # Authlib has no types
    """The ID token: iss, aud, iat, exp, auth_time, nonce, acr, amr, at_hash and the pairwise sub. Names come from userinfo."""

    def __init__(self, context: ProviderContext) -> None:
        super().__init__(require_nonce=False)
        self._context = context

    def exists_nonce(self, nonce: str, request: ProviderRequest) -> bool:
        with self._context.database.read() as connection:
            return store.nonce_seen(connection, request.payload.client_id, nonce)

    def resolve_client_private_key(self, client: Client) -> ECKey:
        return self._context.keys.signing_key

    def get_client_algorithm(self, client: Client) -> str:
        return "ES256"

    def get_encode_header(self, client: Client) -> dict[str, str]:
        return {"alg": "ES256", "typ": "JWT", "kid": self._context.keys.key_id}

    def get_client_claims(self, client: Client) -> dict[str, Any]:
        now = int(self._context.now().timestamp())
        lifetime = int(TOKEN_LIFETIME.total_seconds())
        return {"iss": self._context.issuer, "aud": [client.client_id], "iat": now, "exp": now + lifetime}

    def generate_user_info(self, user: Identity, scope: str) -> dict[str, str]:
        return {}

    def get_compatible_claims(self, request: ProviderRequest) -> dict[str, Any]:
        claims: dict[str, Any] = super().get_compatible_claims(request)
        return {**claims, "sub": self._context.subject(request.client, request.user.person_id)}


class _TokenValidator(BearerTokenValidator):  # type: ignore[misc]  # Authlib has no types
    def __init__(self, context: ProviderContext) -> None:
        super().__init__(realm="OpenEOI")
        self._context = context

    def authenticate_token(self, token_string: str) -> AccessToken | None:
        with self._context.database.read() as connection:
            return store.find_token(connection, _hash(token_string), self._context.now())


class _Server(AuthorizationServer):  # type: ignore[misc]  # Authlib has no types
    def __init__(self, context: ProviderContext) -> None:
        super().__init__(scopes_supported=SCOPES)
        self.context = context
        lifetime = int(TOKEN_LIFETIME.total_seconds())
        self.register_token_generator(
            "default", BearerTokenGenerator(lambda **_: _random_token(context), expires_generator=lifetime)
        )
        self.register_grant(CodeGrant, [RequiredCodeChallenge(), OpenIdToken(context)])

    def create_oauth2_request(self, request: ProviderRequest) -> ProviderRequest:
        return request

    def query_client(self, client_id: str) -> Client | None:
        with self.context.database.read() as connection:
            return store.find_client(connection, client_id)

    def save_token(self, token: Mapping[str, str], request: ProviderRequest) -> None:
        with self.context.database.begin() as connection:
            expires_at = self.context.now() + TOKEN_LIFETIME
            store.add_token(connection, _hash(token["access_token"]), request.authorization_code, expires_at)

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Nobody listens."""

    def handle_response(self, status: int, body: Mapping[str, object] | str, headers: Sequence[tuple[str, str]]) -> OAuthResponse:
        return OAuthResponse(status, body, dict(headers))


class Provider:
    """The endpoints as functions over values; the pages and the API carry them."""

    def __init__(self, context: ProviderContext) -> None:
        self._context = context
        self._server = _Server(context)
        self._protector = ResourceProtector()
        self._protector.register_token_validator(_TokenValidator(context))

    def check_authorization(self, parameters: Mapping[str, Sequence[str]]) -> tuple[Client, dict[str, str]] | OAuthResponse:
        """An authorization request: the client and its parameters, or the error response.

        An error whose response has a `Location` goes back to the service; one without is shown, since its address is not trusted.
        """
        if not is_well_formed(parameters):
            return self._error(InvalidRequestError("A parameter is repeated, too long or holds characters that are not allowed."))
        plain = {name: values[0] for name, values in parameters.items()}
        try:
            grant = self._server.get_consent_grant(ProviderRequest("GET", plain))
            self._check_extent(grant, plain)
        except OAuth2Error as error:
            return self._error(error)
        return grant.request.client, plain

    def grant(self, parameters: Mapping[str, str], identity: Identity | None) -> OAuthResponse:
        """The redirect that ends the authorization request: with a code for the identity, or with access_denied for None."""
        request = ProviderRequest("GET", parameters)
        grant = self._server.get_authorization_grant(request)
        response: OAuthResponse = self._server.create_authorization_response(request, grant_user=identity, grant=grant)
        return self._with_issuer(response)

    def token(self, parameters: Mapping[str, Sequence[str]], authorization: str | None) -> OAuthResponse:
        """The token endpoint (POST)."""
        if not is_well_formed(parameters) or not _readable(authorization):
            return self._error(InvalidRequestError("A parameter is repeated, too long or holds characters that are not allowed."))
        plain = {name: values[0] for name, values in parameters.items()}
        response: OAuthResponse = self._server.create_token_response(ProviderRequest("POST", plain, authorization))
        return response

    def access(self, authorization: str | None) -> AccessToken | OAuthResponse:
        """The access token of a request to userinfo, or the error response."""
        try:
            token: AccessToken = self._protector.validate_request(["openid"], ProviderRequest("GET", {}, authorization))
        except OAuth2Error as error:
            return self._error(error)
        return token

    def _check_extent(self, grant: CodeGrant, parameters: Mapping[str, str]) -> None:
        for name in _UNSUPPORTED:
            if name in parameters and (name, parameters[name]) != ("response_mode", "query"):
                error = f"{name}_not_supported" if name != "response_mode" else "invalid_request"
                raise _sent_back(grant, InvalidRequestError(f"{name} is not supported.", error=error))
        if "openid" not in grant.request.scope.split():
            raise _sent_back(grant, InvalidRequestError("The scope openid is required."))

    def _with_issuer(self, response: OAuthResponse) -> OAuthResponse:
        # RFC 9207: the authorization response names its issuer, so that a client with several providers cannot be confused.
        location = response.headers.get("Location")
        if location is None:
            return response
        return OAuthResponse(response.status, response.body, {**response.headers, "Location": self._context.named(location)})

    def _error(self, error: OAuth2Error) -> OAuthResponse:
        response: OAuthResponse = self._server.handle_response(*error(None))
        return self._with_issuer(response)


def _sent_back(grant: CodeGrant, error: OAuth2Error) -> OAuth2Error:
    error.redirect_uri = grant.redirect_uri
    error.state = grant.request.payload.state
    return error


def _readable(authorization: str | None) -> bool:
    """Authlib decodes Basic credentials without a guard for bytes that are no text."""
    scheme, _, value = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        return True
    try:
        base64.b64decode(value).decode()
    except ValueError:
        return False
    return True


def _random_token(context: ProviderContext) -> str:
    return base64.urlsafe_b64encode(context.random(32)).rstrip(b"=").decode()


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
