"""Which language a request is answered in: `?lang=`, then the cookie, then what the browser asks for, then Slovenian."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import URL
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from openeoi.web.translation import LANGUAGES

COOKIE: Final = "eoi_language"
PARAMETER: Final = "lang"
ONE_YEAR: Final = 365 * 24 * 3600


def language_of(request: HTTPConnection) -> str:
    """The language code, one of LANGUAGES."""
    for wanted in (request.query_params.get(PARAMETER), request.cookies.get(COOKIE)):
        if wanted in LANGUAGES:
            return str(wanted)
    return _accepted(request.headers.get("accept-language", ""))


def _accepted(header: str) -> str:
    """The first of our languages in the order of the browser's weights (RFC 9110, 12.5.4)."""
    weighted: list[tuple[float, str]] = []
    for part in header.split(","):
        name, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            continue
        weighted.append((-weight, name.split("-")[0].strip().lower()))
    for _, name in sorted(weighted, key=lambda entry: entry[0]):
        if name in LANGUAGES:
            return name
    return LANGUAGES[0]


class RememberLanguage:
    """A GET with `?lang=` sets the cookie and is sent on to the same address without it, so that addresses stay clean."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "GET":
            connection = HTTPConnection(scope)
            wanted = connection.query_params.get(PARAMETER)
            if wanted in LANGUAGES:
                address = connection.url.remove_query_params(PARAMETER)
                answer = RedirectResponse(_below_host(address), status_code=303)
                answer.set_cookie(COOKIE, str(wanted), max_age=ONE_YEAR, httponly=True, samesite="lax")
                await answer(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _below_host(address: URL) -> str:
    # Path and query only, and exactly one leading slash: `//host` would be another host's address.
    path = "/" + address.path.lstrip("/")
    return f"{path}?{address.query}" if address.query else path
