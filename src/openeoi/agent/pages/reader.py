"""The reader with the card in it, and the box of cards beside it where it is the virtual one."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from openeoi.agent.errors import UnknownCard
from openeoi.agent.office import Agent
from openeoi.agent.pages.attempt import explained
from openeoi.web.forms import submission
from openeoi.web.kit import WebKit
from openeoi.web.notices import notify

HOME = "/agent/"


def show(kit: WebKit, agent: Agent, request: Request) -> Response:
    state = agent.reader.state
    if agent.reader is not agent.virtual_reader:
        problem = None if state.problem is None else explained(state.problem, "")
        return kit.page(request, "agent/real_reader.html", name=agent.reader.name, state=state, problem=problem)
    cards = [(name, agent.faces.face(name), name == state.card) for name in agent.virtual_reader.cards.names()]
    cards.sort(key=lambda card: card[1].document_number if card[1] else "")  # in the order of issue
    return kit.page(request, "agent/reader.html", state=state, face=agent.face(), cards=cards, pins=agent.sample_pins(state.card))


def insert(kit: WebKit, agent: Agent, request: Request) -> Response:
    try:
        agent.virtual_reader.insert(submission(request).text("card"))
    except UnknownCard:
        return kit.problem(request, 404, "agent.problem.unknown_card", HOME)
    notify(request, "agent.reader.now_inserted")
    return RedirectResponse(HOME, 303)


def remove(kit: WebKit, agent: Agent, request: Request) -> Response:
    agent.virtual_reader.remove()
    return RedirectResponse(HOME, 303)


def use_interface(kit: WebKit, agent: Agent, request: Request) -> Response:
    agent.virtual_reader.use_interface(contactless=submission(request).text("interface") == "contactless")
    return RedirectResponse(HOME, 303)
