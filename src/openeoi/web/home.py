"""The journey on the first page: eight steps, each with one sentence and its state; and how one step leads to the next.

What a visitor has done is kept in the visitor's own session: it says what happened in this browser, not what others did.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.requests import Request

from openeoi.web.figures import JourneyStep
from openeoi.web.translation import Translator

JOURNEY: Final = ("apply", "issue", "collect", "read", "sign", "login", "doctor", "border")
SESSION_KEY: Final = "journey"
FIRST_PAGE: Final = "/"


def journey(t: Translator, places: Mapping[str, tuple[str, str]]) -> tuple[JourneyStep, ...]:
    """The steps in order; `places` gives for each name of JOURNEY its state (done, current, open, blocked) and address."""
    return tuple(
        JourneyStep(t(f"web.home.{name}.title"), t(f"web.home.{name}.sentence"), *places.get(name, ("open", "")))
        for name in JOURNEY
    )


def note_step(request: Request, step: str) -> None:
    """This visitor has come through `step`, one of JOURNEY. To be called where the session is the visitor's own: not in the
    answer to another site's form, with which a browser sends no cookie."""
    done = request.session.get(SESSION_KEY, [])
    if step not in done:
        request.session[SESSION_KEY] = [*done, step]


def states(request: Request) -> dict[str, str]:
    """Of each step: done, current (the first that is not done), or open."""
    done = set(request.session.get(SESSION_KEY, []))
    current = next((name for name in JOURNEY if name not in done), "")
    return {name: "done" if name in done else "current" if name == current else "open" for name in JOURNEY}


def following(places: Mapping[str, str], step: str) -> tuple[str, str] | None:
    """Name and address of the step behind `step`; ("", first page) behind the last; None where nobody told the addresses."""
    if not places:
        return None
    position = JOURNEY.index(step) + 1
    return (JOURNEY[position], places[JOURNEY[position]]) if position < len(JOURNEY) else ("", FIRST_PAGE)
