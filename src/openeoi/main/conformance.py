"""Which chip `eoi conformance` tests: the one in the virtual reader, or a virtual card by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from openeoi.agent.reader import NAME
from openeoi.transport.in_process import InProcess

if TYPE_CHECKING:
    from openeoi.agent.office import Agent
    from openeoi.terminal.conformance.commands import OpenReader
    from openeoi.terminal.conformance.runner import Reader


def chips(get_agent: Callable[[], Agent]) -> OpenReader:
    @contextmanager
    def power(reader: str, card: str) -> Iterator[Reader]:
        if reader not in ("", NAME):
            raise typer.BadParameter(f"there is no reader {reader!r}; {NAME!r} is there", param_hint="--reader")
        desk = get_agent().reader
        if not card:
            with desk.powered() as chip:
                yield chip
            return
        # A travel document is read without contact.
        with desk.cards.powered(card, contactless=True) as powered:
            yield InProcess(powered, contactless=True)

    return power
