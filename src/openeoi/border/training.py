"""The training inspection: the document in the reader is copied with another face, the copy is inspected like any document."""

from __future__ import annotations

from openeoi.border.access import Access
from openeoi.border.errors import NotCopied
from openeoi.border.inspection import inspect_over
from openeoi.border.post import BorderPost
from openeoi.border.report import InspectionReport, Purpose, Request
from openeoi.border.training_specimen import copy_with_another_face
from openeoi.terminal.examination.findings import UNREADABLE


def inspect_copied_chip(post: BorderPost, access: Access, officer: str = "") -> InspectionReport:
    """Logged with the purpose *training*. Raises NoDocument, and NotCopied where the original cannot be opened and read."""
    with post.reader.powered() as original:
        try:
            copy = copy_with_another_face(original, access, post.profile.card, post.random)
        except UNREADABLE as error:
            raise NotCopied(f"the document could not be read for the copy: {type(error).__name__}") from error
    return inspect_over(post, copy, access, Request(officer or post.officer, Purpose.TRAINING))
