"""The first page: the card in the reader and the journey, with what has been done so far in this session's installation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from openeoi.main.wiring import Offices
from openeoi.web.home import JOURNEY, journey
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
        steps = journey(t, {name: ("open", PLACES[name]) for name in JOURNEY})
        return kit.page(
            request,
            "web/home.html",
            card=offices.agent.face(),
            contactless=offices.reader.state.contactless,
            reader_href="/agent/",
            journey=steps,
            start_href=PLACES["apply"],
            start_title=steps[0].title,
        )

    return show
