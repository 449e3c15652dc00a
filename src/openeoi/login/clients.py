"""Services that may send people here: their registration, and how Authlib asks about them."""

import hashlib
import re
from dataclasses import dataclass, field
from hmac import compare_digest
from urllib.parse import urlsplit

from openeoi.encoding.errors import EncodingError
from openeoi.login.errors import ClientNotAllowed
from openeoi.protocols.browser_card.addresses import check_below, check_origin

PUBLIC = "none"
CONFIDENTIAL = "client_secret_basic"
SCOPES = ("openid", "profile")

_CLIENT_ID = re.compile(r"[A-Za-z0-9._-]{3,64}", re.ASCII)


@dataclass(frozen=True)
class Client:
    """A registered service.

    `sector` is the group of services that see the same pairwise subject (OpenID Connect Core 8.1); `secret_hash` is SHA-256 of a
    random secret of 32 bytes, None for a public client; `low_allowed`: it may ask for possession only.
    """

    client_id: str
    name: str
    redirect_uris: tuple[str, ...]
    sector: str
    secret_hash: bytes | None = field(default=None, repr=False)
    low_allowed: bool = False

    def __post_init__(self) -> None:
        if not _CLIENT_ID.fullmatch(self.client_id):
            raise ClientNotAllowed("client_id", "3 to 64 letters, digits, dots, hyphens, underscores")
        if not self.name.strip() or len(self.name) > 100 or not self.name.isprintable():
            raise ClientNotAllowed("name", "1 to 100 characters that can be shown")
        if not 1 <= len(self.sector) <= 255:
            raise ClientNotAllowed("sector", "1 to 255 characters")
        if not self.redirect_uris:
            raise ClientNotAllowed("redirect_uris", "at least one")
        for address in self.redirect_uris:
            _check_redirect_uri(address)

    @property
    def origins(self) -> tuple[str, ...]:
        return tuple(sorted({origin_of(address) for address in self.redirect_uris}))

    @property
    def authentication_method(self) -> str:
        return PUBLIC if self.secret_hash is None else CONFIDENTIAL

    # What Authlib's ClientMixin asks (RFC 6749, 2); redirect addresses are compared as text (RFC 9700, 2.1).

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> None:
        """None: the address must be in the request (OpenID Connect Core 3.1.2.1)."""

    def get_allowed_scope(self, scope: str | None) -> str:
        return " ".join(name for name in (scope or "").split() if name in SCOPES)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        return self.secret_hash is not None and compare_digest(self.secret_hash, hashed(client_secret))

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == self.authentication_method

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


def hashed(secret: str) -> bytes:
    """SHA-256 of a random secret: enough, since nobody chose it."""
    return hashlib.sha256(secret.encode()).digest()


def origin_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _check_redirect_uri(address: str) -> None:
    try:
        origin = origin_of(address)
        check_origin("redirect_uris", origin)
        check_below("redirect_uris", address, origin)
    except (ValueError, EncodingError) as error:
        raise ClientNotAllowed("redirect_uris", f"{address!r}: {error}") from error
