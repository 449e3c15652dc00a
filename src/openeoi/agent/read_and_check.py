"""Read a card and check it for its holder: the examination that every reader here makes, with what a holder wants to see.

Fingerprints are for borders only: no credentials, no DG3.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from openeoi.agent.card_session import CardSession
from openeoi.iso7816.secure_messaging import SHORT_RESPONSE_MAXIMUM
from openeoi.terminal.document_channel import DocumentChannel
from openeoi.terminal.examination import Examination, Task, Trust, examine

TASK: Final = Task((1, 2, 11, 12, 14, 15))


def read_and_check(
    session: CardSession, opened: DocumentChannel, trust: Trust, at: datetime, response_maximum: int = SHORT_RESPONSE_MAXIMUM
) -> Examination:
    """Read the document that this session has opened and check it as of `at`. `response_maximum`: see `terminal.extended_length`.

    Raises what the card and the transport raise, never what a check finds.
    """
    task = replace(TASK, response_maximum=response_maximum)
    return session.run_freely("agent.step.read", examine(opened, task, trust, at, session.random))
