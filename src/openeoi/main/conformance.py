"""Which chip `eoi conformance` tests: the one in a reader, or a virtual card by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from openeoi.agent.caution import await_card, require_consent
from openeoi.main.readers import VIRTUAL
from openeoi.transport.in_process import InProcess

if TYPE_CHECKING:
    from openeoi.agent.office import Agent
    from openeoi.terminal.conformance.commands import OpenReader
    from openeoi.terminal.conformance.runner import Reader


def chips(get_agent: Callable[[str], Agent]) -> OpenReader:
    @contextmanager
    def power(reader: str, card: str, agreed: bool) -> Iterator[Reader]:
        if card:
            # A travel document is read without contact.
            with get_agent(VIRTUAL).virtual_reader.cards.powered(card, contactless=True) as powered:
                yield InProcess(powered, contactless=True)
            return
        agent = get_agent(reader)
        await_card(agent)
        require_consent(agent, agreed)
        with agent.reader.powered() as chip:
            yield chip

    return power
