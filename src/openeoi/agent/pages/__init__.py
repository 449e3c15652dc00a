"""The agent's screens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from openeoi.agent.office import Agent
from openeoi.agent.pages import doctor, pin, read, reader, use
from openeoi.web.kit import WebKit

CROSS_SITE: Final = ("/agent/use",)  # pages of services post their requests here: no token of ours, the Origin header is compared

Screen = Callable[[WebKit, Agent, Request], Response]

_SCREENS: Final[tuple[tuple[str, Screen, tuple[str, ...]], ...]] = (
    ("/agent/", reader.show, ("GET",)),
    ("/agent/insert", reader.insert, ("POST",)),
    ("/agent/remove", reader.remove, ("POST",)),
    ("/agent/interface", reader.use_interface, ("POST",)),
    ("/agent/read", read.ask, ("GET",)),
    ("/agent/read", read.read, ("POST",)),
    ("/agent/read/{ticket}", read.result, ("GET",)),
    (doctor.ADDRESS, doctor.ask, ("GET",)),
    (doctor.ADDRESS, doctor.examine, ("POST",)),
    (f"{doctor.ADDRESS}/{{ticket}}", doctor.result, ("GET",)),
    ("/agent/pin", pin.status, ("GET", "POST")),
    ("/agent/pin/done/{ticket}", pin.done, ("GET",)),
    ("/agent/pin/{task}", pin.form, ("GET",)),
    ("/agent/pin/{task}", pin.perform, ("POST",)),
    ("/agent/use", use.receive, ("POST",)),
    ("/agent/use/done/{ticket}", use.done, ("GET",)),
    ("/agent/use/{ticket}", use.ask, ("GET",)),
    ("/agent/use/{ticket}", use.answer, ("POST",)),
)


def routes(agent: Agent, kit: WebKit) -> list[BaseRoute]:
    """All screens below `/agent`; `main` registers CROSS_SITE with the kit's settings."""
    return [Route(path, _endpoint(screen, kit, agent), methods=list(methods)) for path, screen, methods in _SCREENS]


def _endpoint(screen: Screen, kit: WebKit, agent: Agent) -> Callable[[Request], Response]:
    def endpoint(request: Request) -> Response:
        return screen(kit, agent, request)

    return endpoint
