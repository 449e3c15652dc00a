"""Opening a document: PACE. Basic access control only where the caller names it, and only where no PACE is offered."""

from __future__ import annotations

from openeoi.crypto.randomness import RandomSource
from openeoi.iso7816.steps import CardSteps
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.terminal.document_channel import DocumentChannel, open_with_basic_access, open_with_pace
from openeoi.terminal.errors import PaceNotOffered


def open_chip(password: PacePassword, random: RandomSource, *, basic_access: str | None = None) -> CardSteps[DocumentChannel]:
    """The opened document; its `pace` says how it was opened.

    `basic_access`: the MRZ information, where the caller allows that way for documents without PACE. Such a document is reported
    as opened that way, and one whose signed EF.DG14 offers PACE all the same fails (`Point.CARD_ACCESS`). Raises what
    `open_with_pace` and `open_with_basic_access` raise.
    """
    try:
        return (yield from open_with_pace(password, random))
    except PaceNotOffered:
        if basic_access is None:
            raise
    return (yield from open_with_basic_access(basic_access, random))
