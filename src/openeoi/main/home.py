"""The first page: the card in the reader and the journey, with what this visitor has done so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from openeoi.main.wiring import Offices
from openeoi.web.home import journey, states
from openeoi.web.kit import WebKit

PLACES: Final[Mapping[str, str]] = {
    "apply": "/issuing/apply",
    "issue": "/issuing/",
    "collect": "/issuing/",
    "read": "/agent/read",
    "sign": "/signing/",
    "login": "/sample-service",
    "doctor": "/health/counter",
    "border": "/border/",
}


def page(offices: Offices, kit: WebKit) -> Callable[[Request], Response]:
    def show(request: Request) -> Response:
        t = kit.translator(request)
        steps = journey(t, {name: (state, PLACES[name]) for name, state in states(request).items()})
        current = next((step for step in steps if step.state == "current"), None)
        return kit.page(
            request,
            "web/home.html",
            card=offices.agent.face(),
            contactless=offices.reader.state.contactless,
            reader_href="/agent/",
            journey=steps,
            start_href=current.href if current else "",
            start_title=current.title if current else "",
        )

    return show
