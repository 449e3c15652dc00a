"""One card under power: runs card steps over it, inside the secure channel once there is one, and keeps what was exchanged."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from openeoi.crypto.randomness import RandomSource
from openeoi.iso7816.secure_messaging import SecureChannel, through
from openeoi.iso7816.steps import CardSteps
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.terminal.document_channel import DocumentChannel, enter_document
from openeoi.terminal.examination import open_chip
from openeoi.terminal.unlock import Unlocked, unlock_by_pace
from openeoi.transport import Transport, run
from openeoi.transport.trace import Trace
from openeoi.web.trace_picture import StepPicture, step_pictures

Outcome = TypeVar("Outcome")


class CardSession:
    """`steps` are named by the keys of texts (`agent.step.unlock`), so that the trace reads in the visitor's language."""

    def __init__(self, transport: Transport, random: RandomSource) -> None:
        self._transport = transport
        self._trace = Trace()
        self.random = random
        self.channel: SecureChannel | None = None
        self._unlocked: Unlocked | None = None

    def unlock(self, password: PacePassword) -> None:
        """PACE; everything after it runs inside the channel. Raises the errors of PACE."""
        self._unlocked = self._run("agent.step.unlock", unlock_by_pace(password, self.random))
        self.channel = self._unlocked.channel

    def open_document(self, password: PacePassword) -> DocumentChannel:
        """The same, and the travel document on the card. Raises UnexpectedStatus where there is none."""
        self.unlock(password)
        return self.document()

    def document(self) -> DocumentChannel:
        """The travel document on the unlocked card. Raises UnexpectedStatus where there is none on it."""
        if self._unlocked is None:
            raise ValueError("the card is not unlocked")
        return self._run("agent.step.unlock", enter_document(self._unlocked))

    def open_old_document(self, password: PacePassword, mrz_information: str) -> DocumentChannel:
        """A document that may be too old for PACE, and is then opened by basic access control. Raises what `open_chip` raises."""
        return self._run("agent.step.unlock", open_chip(password, self.random, basic_access=mrz_information))

    def run_freely(self, step: str, steps: CardSteps[Outcome]) -> Outcome:
        """Run steps that protect their commands themselves. Where they moved on to another channel, this one has ended."""
        return self._run(step, steps)

    def run(self, step: str, steps: CardSteps[Outcome]) -> Outcome:
        """Run steps, inside the channel if there is one; what they raise passes through."""
        return self._run(step, steps if self.channel is None else through(self.channel, steps))

    def run_with_channel(self, step: str, steps: Callable[[SecureChannel], CardSteps[Outcome]]) -> Outcome:
        """For steps that use the channel themselves; `unlock` must have been called."""
        if self.channel is None:
            raise ValueError("these steps need the secure channel")
        return self._run(step, steps(self.channel))

    def pictures(self, title: Callable[[str], str]) -> tuple[StepPicture, ...]:
        """What was exchanged so far as pictures, secrets dotted out; `title` turns a step's key into words."""
        return step_pictures(self._trace.exchanges, title)

    def _run(self, step: str, steps: CardSteps[Outcome]) -> Outcome:
        with self._trace.step(step):
            return run(steps, self._transport, self._trace)
