"""The first page with a card, without one, and with every state of the journey."""

import re

import pytest
from demo_application import CARD
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from openeoi.web.figures import CardPicture
from openeoi.web.home import JOURNEY, following, journey, note_step, states
from openeoi.web.kit import Settings, WebKit


def client(card: CardPicture | None) -> TestClient:
    kit = WebKit()

    def home(request: Request) -> Response:
        states = ("done", "current", "blocked", "open")
        places = {name: (states[number % 4], f"/{name}") for number, name in enumerate(JOURNEY)}
        steps = journey(kit.translator(request), places)
        return kit.page(
            request, "web/home.html", card=card, contactless=False, reader_href="/agent/", journey=steps,
            start_href="/issue", start_title=steps[1].title,
        )  # fmt: skip

    return TestClient(Starlette(routes=[Route("/", home)], middleware=kit.middleware(Settings("secret for tests"))))


@pytest.mark.parametrize(("language", "first"), [("sl", "Vloga"), ("en", "Apply")])
def test_the_journey_has_eight_steps_in_both_languages(language: str, first: str) -> None:
    page = client(CARD).get("/", headers={"accept-language": language}).text
    assert len(re.findall(r'class="step-title"', page)) == 8
    assert f'<a href="/apply">{first}</a>' in page
    assert 'aria-current="step"' in page
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_an_empty_reader_says_so() -> None:
    page = client(None).get("/").text
    assert "V čitalniku ni kartice." in page
    assert "card-face" not in page


def test_a_visitor_s_own_steps_are_remembered_and_lead_on() -> None:
    places = {name: f"/{name}" for name in JOURNEY}
    kit = WebKit(journey=places)

    def do(request: Request) -> Response:
        note_step(request, request.path_params["step"])
        return PlainTextResponse(" ".join(states(request).values()))

    visitor, other = (
        TestClient(Starlette(routes=[Route("/{step}", do)], middleware=kit.middleware(Settings("secret for tests"))))
        for _ in range(2)
    )
    assert visitor.get("/issue").text == "current done open open open open open open"
    assert visitor.get("/apply").text == "done done current open open open open open"
    assert visitor.get("/apply").text == "done done current open open open open open"
    assert other.get("/border").text == "current open open open open open open done"
    assert following(places, "apply") == ("issue", "/issue")
    assert following(places, "border") == ("", "/")
    assert following({}, "apply") is None
