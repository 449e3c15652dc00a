"""The machine interface: discovery, keys, token, userinfo."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from openeoi.login.oauth_messages import OAuthResponse
from openeoi.login.office import PATH, TOKEN_PATH, USERINFO_PATH, LoginOffice
from openeoi.web.forms import submission

_PUBLIC = {"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"}
_PRIVATE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


def routes(office: LoginOffice) -> list[BaseRoute]:
    """To be mounted at the root; the paths begin with `/login`."""

    def discovery(request: Request) -> Response:
        return JSONResponse(office.discovery(), headers=_PUBLIC)

    def keys(request: Request) -> Response:
        return JSONResponse(office.keys.key_set(), headers=_PUBLIC)

    def token(request: Request) -> Response:
        return to_response(office.provider.token(submission(request).texts, request.headers.get("authorization")))

    def userinfo(request: Request) -> Response:
        access = office.provider.access(request.headers.get("authorization"))
        if isinstance(access, OAuthResponse):
            return to_response(access)
        claims = office.claims(access)
        if claims is None:
            return JSONResponse({"error": "invalid_token"}, 401, {**_PRIVATE, "WWW-Authenticate": 'Bearer error="invalid_token"'})
        return JSONResponse(claims, headers=_PRIVATE)

    return [
        _route(f"{PATH}/.well-known/openid-configuration", discovery, "GET"),
        _route(f"{PATH}/jwks.json", keys, "GET"),
        _route(TOKEN_PATH, token, "POST"),
        _route(USERINFO_PATH, userinfo, "GET", "POST"),
    ]


def to_response(response: OAuthResponse) -> Response:
    """The web answer of an OAuth endpoint; JSON for objects."""
    headers = {name: value for name, value in response.headers.items() if name.lower() != "content-type"}
    if isinstance(response.body, str):
        return Response(response.body, response.status, headers)
    return JSONResponse(dict(response.body), response.status, {**_PRIVATE, **headers})


def _route(path: str, endpoint: Callable[[Request], Response], *methods: str) -> Route:
    return Route(path, endpoint, methods=list(methods))
