"""Read a card and check it for its holder: the examination that every reader here makes, with what a holder wants to see.

Fingerprints are for borders only: no credentials, no DG3.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from openeoi.agent.card_session import CardSession
from openeoi.terminal.document_channel import DocumentChannel
from openeoi.terminal.examination import Examination, Task, Trust, examine

TASK: Final = Task((1, 2, 11, 12, 14, 15))


def read_and_check(session: CardSession, opened: DocumentChannel, trust: Trust, at: datetime) -> Examination:
    """Read the document that this session has opened and check it as of `at`.

    Raises what the card and the transport raise, never what a check finds.
    """
    return session.run_freely("agent.step.read", examine(opened, TASK, trust, at, session.random))
