"""Before a card is used from the command line: is there one, and may what comes next use up one of its tries?

A card in the virtual reader is ours, and one elsewhere that says so. Every other one may be somebody's only one: it is looked at
first, which reads and nothing else, and what could cost a try is done only when the holder agrees.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from time import monotonic, sleep
from typing import Final

import typer

from openeoi.agent.errors import ConsentNeeded
from openeoi.agent.office import Agent
from openeoi.terminal.detect import DetectedCard, detect
from openeoi.terminal.errors import ActivationNotPublic
from openeoi.transport import run
from openeoi.transport.errors import NoCardInReader

WAIT_SECONDS: Final = 60.0
PAUSE_SECONDS: Final = 0.25


def await_card(agent: Agent, interactive: bool | None = None) -> None:
    """Passes when a card lies in the reader. At a terminal a person is given a minute to put one into a real reader.

    Raises NoCardInReader, and why the reader cannot be looked at.
    """
    reader = agent.reader
    patient = sys.stderr.isatty() if interactive is None else interactive
    deadline = monotonic() + WAIT_SECONDS
    told = reader is agent.virtual_reader or not patient
    while not _present(agent):
        if reader is agent.virtual_reader or not patient or monotonic() > deadline:
            raise NoCardInReader(reader.name)
        if not told:
            typer.echo(f"Put the card into {reader.name} ...", err=True)
            told = True
        sleep(PAUSE_SECONDS)


def require_consent(agent: Agent, agreed: bool, confirm: Callable[[str], bool] | None = None) -> None:
    """Asks before the CAN or a PIN is offered to a card that is not known to be ours. Raises ConsentNeeded for no, and where
    nobody can be asked."""
    if agreed or agent.reader is agent.virtual_reader:
        return
    found = look_at(agent)
    if found.maker.ours:
        return
    question = f"{agent.reader.name}: {found.kind.value}. A wrong CAN or PIN can use up a try of this card. Go on?"
    ask = confirm if confirm is not None else _ask
    if not ask(question):
        raise ConsentNeeded


def require_own_activation(agent: Agent) -> None:
    """Raises ActivationNotPublic for a card of which is seen without a CAN that it is not one of ours: before anything is asked.

    A card without contacts does not say whose it is before it is opened; `PinCare.activate` refuses it then.
    """
    if agent.reader is not agent.virtual_reader and not agent.reader.state.contactless and not look_at(agent).maker.ours:
        raise ActivationNotPublic


def look_at(agent: Agent) -> DetectedCard:
    """Selects and reads only."""
    with agent.reader.powered() as card:
        return run(detect(card.atr), card)


def _present(agent: Agent) -> bool:
    state = agent.reader.state
    if state.problem is not None:
        raise state.problem
    return bool(state.card)


def _ask(question: str) -> bool:
    return sys.stdin.isatty() and typer.confirm(question, err=True)
