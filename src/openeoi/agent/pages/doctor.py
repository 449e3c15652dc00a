"""The doctor on a page: what it found, and everything that it could find, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from openeoi.agent.doctor.catalogue import Area, Diagnosis, Severity
from openeoi.agent.doctor.diagnose import all_well, diagnose
from openeoi.agent.doctor.ports import Question
from openeoi.agent.doctor.printed import catalogue_in_words
from openeoi.agent.doctor.report import words
from openeoi.agent.doctor.visit import VIRTUAL, ReaderNotThere
from openeoi.agent.office import Agent
from openeoi.agent.pages.attempt import known_access_number
from openeoi.web.kit import WebKit

ADDRESS: Final = "/agent/doctor"
OUTCOMES: Final = {
    Severity.PROBLEM: "failed",
    Severity.WARNING: "undetermined",
    Severity.NOTE: "not_supported",
    Severity.GOOD: "successful",
}


@dataclass(frozen=True, slots=True)
class Examined:
    """Kept for the page of the result."""

    diagnoses: tuple[Diagnosis, ...]


def ask(kit: WebKit, agent: Agent, request: Request) -> Response:
    t = kit.translator(request)
    return kit.page(
        request, "agent/doctor.html", examined=None, catalogue=catalogue_in_words(t), can_examine=agent.doctor is not None
    )


def examine(kit: WebKit, agent: Agent, request: Request) -> Response:
    """Looks at the computer and at the card in the agent's reader; with the CAN only where this visitor has typed it before."""
    if agent.doctor is None:
        return RedirectResponse(ADDRESS, 303)
    wanted = VIRTUAL if agent.reader is agent.virtual_reader else agent.reader.name
    try:
        facts = agent.doctor().visit(wanted, lambda: known_access_number(request, agent), _never)
    except ReaderNotThere:
        # Unplugged meanwhile: whatever is there is looked at.
        facts = agent.doctor().visit("", lambda: "", _never)
    return RedirectResponse(f"{ADDRESS}/{agent.results.put(Examined(diagnose(facts)))}", 303)


def result(kit: WebKit, agent: Agent, request: Request) -> Response:
    kept = agent.results.get(request.path_params["ticket"])
    if not isinstance(kept, Examined):
        return kit.problem(request, 404, "agent.problem.gone", ADDRESS)
    t = kit.translator(request)
    areas = [(area, [words(t, one) for one in kept.diagnoses if one.area is area]) for area in Area]
    return kit.page(
        request,
        "agent/doctor.html",
        examined=[(area, told) for area, told in areas if told],
        well=all_well(kept.diagnoses),
        outcomes=OUTCOMES,
        catalogue=catalogue_in_words(t),
        can_examine=True,
    )


def _never(question: Question) -> bool:
    """A page asks nothing on the way: a card that is not ours is only read."""
    return False
