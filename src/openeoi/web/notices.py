"""One-time notices: said after a redirect on the next page, then gone. They live in the session, so they name no secret."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request

SESSION_KEY: Final = "notices"


@dataclass(frozen=True, slots=True)
class Notice:
    """`key` of the text, its `values`, and how it reads: an outcome of a check ("successful", "failed", ...)."""

    key: str
    values: dict[str, str | int]
    outcome: str


def notify(request: Request, key: str, outcome: str = "successful", **values: str | int) -> None:
    """Show the text on the next page this visitor sees."""
    entry = {"key": key, "values": values, "outcome": outcome}
    request.session[SESSION_KEY] = [*request.session.get(SESSION_KEY, []), entry]


def take_notices(request: Request) -> tuple[Notice, ...]:
    """The waiting notices; they are forgotten with this call."""
    if "session" not in request.scope or SESSION_KEY not in request.session:
        return ()
    return tuple(Notice(entry["key"], entry["values"], entry["outcome"]) for entry in request.session.pop(SESSION_KEY))
