"""The sample service's screens at /sample-service: log in at either level, and see exactly what the service was told."""

import base64
import json
from dataclasses import asdict
from datetime import date

import httpx
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from openeoi.login.assurance import LevelOfAssurance
from openeoi.login.clients import Client, origin_of
from openeoi.login.sample_service import CLIENT_ID, Attempt, SampleService, ServiceLoginFailed
from openeoi.web.forms import submission
from openeoi.web.home import note_step
from openeoi.web.kit import WebKit

PATH = "/sample-service"
CALLBACK_PATH = f"{PATH}/callback"
_SESSION_KEY = "sample_service"


def sample_client(origin: str) -> Client:
    """The sample service's registration at the provider."""
    return Client(CLIENT_ID, "Vzorčna storitev", (origin + CALLBACK_PATH,), sector="sample-service", low_allowed=True)


def routes(service: SampleService, kit: WebKit) -> list[BaseRoute]:
    """To be mounted at the root; the paths begin with `/sample-service`."""

    def start(request: Request) -> Response:
        return kit.page(request, "login/sample_start.html", allow_form_to=(origin_of(service.issuer),))

    def begin(request: Request) -> Response:
        level = LevelOfAssurance.LOW if submission(request).text("level") == "low" else LevelOfAssurance.HIGH
        try:
            attempt, address = service.begin(level)
        except (ServiceLoginFailed, httpx.HTTPError):
            return failed(request, "provider_error")
        request.session[_SESSION_KEY] = {"attempt": asdict(attempt)}
        return RedirectResponse(address, 303)

    def callback(request: Request) -> Response:
        """The attempt is used up by the answer, whatever it is."""
        kept = request.session.pop(_SESSION_KEY, {}).get("attempt")
        attempt = None if kept is None else Attempt(**{**kept, "level": LevelOfAssurance(kept["level"])})
        try:
            logged_in = service.finish(attempt, request.query_params)
        except ServiceLoginFailed as error:
            return failed(request, error.reason)
        except httpx.HTTPError:
            return failed(request, "provider_error")
        request.session[_SESSION_KEY] = {"id_token": logged_in.id_token, "userinfo": dict(logged_in.userinfo)}
        return RedirectResponse(f"{PATH}/account", 303)

    def account(request: Request) -> Response:
        kept = request.session.get(_SESSION_KEY, {})
        if "id_token" not in kept:
            return RedirectResponse(PATH, 303)
        note_step(request, "login")
        header, claims = (_decoded(part) for part in kept["id_token"].split(".")[:2])
        return kit.page(
            request,
            "login/sample_account.html",
            id_token=kept["id_token"],
            header=json.dumps(header, indent=2),
            claims=json.dumps(claims, indent=2),
            userinfo=json.dumps(kept["userinfo"], indent=2, ensure_ascii=False),
            level=LevelOfAssurance(str(claims["acr"])).word,
            acr=claims["acr"],
            subject=claims["sub"],
            name=kept["userinfo"].get("name", ""),
            birthdate=_written_date(kit, request, kept["userinfo"].get("birthdate", "")),
        )

    def leave(request: Request) -> Response:
        request.session.pop(_SESSION_KEY, None)
        return RedirectResponse(PATH, 303)

    def failed(request: Request, reason: str) -> Response:
        return kit.page(request, "login/sample_failed.html", 403, reason=reason, retry=PATH)

    return [
        Route(PATH, start, methods=["GET"]),
        Route(f"{PATH}/start", begin, methods=["POST"]),
        Route(CALLBACK_PATH, callback, methods=["GET"]),
        Route(f"{PATH}/account", account, methods=["GET"]),
        Route(f"{PATH}/leave", leave, methods=["POST"]),
    ]


def _written_date(kit: WebKit, request: Request, value: str) -> str:
    """The claim (ISO 8601) the way the visitor's language writes a day; as it came when it is none."""
    try:
        return kit.translator(request).date(date.fromisoformat(value))
    except ValueError:
        return value


def _decoded(part: str) -> dict[str, object]:
    """A part of a token that was checked when it came in; the session that kept it is signed."""
    value: dict[str, object] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return value
