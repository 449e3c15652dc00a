"""Erasure of the biometric source data: at hand-over, and at the latest 90 days after issue.

Source: Regulation (EU) 2025/1208, article 10 (as 2019/1157 before it): no longer than required for the issue, and in any case no
longer than 90 days from the date of issue. The proof is an entry in the audit chain that names the digests of the sealed pictures
that were deleted and that a count found none left; pages of the database are overwritten (`Database`, secure_delete).
"""

from dataclasses import dataclass
from datetime import date, timedelta

from openeoi.issuing.errors import IssuingError
from openeoi.issuing.life import ApplicationState
from openeoi.issuing.office import SYSTEM, IssuingOffice
from openeoi.issuing.staff import Access
from openeoi.issuing.store import Transaction

LIMIT = timedelta(days=90)
"""Counted from the date of issue: day 90 is the last on which the data may be there, and the job of that day erases it."""


class ErasureFailed(IssuingError):
    """Pictures were found after their deletion."""

    def __init__(self, reference: str) -> None:
        super().__init__(f"{reference}: the pictures are still there after their deletion")


@dataclass(frozen=True, slots=True)
class Erased:
    """What a run of the job did: `references` of the applications whose pictures were erased."""

    references: tuple[str, ...]


def erase_in(work: Transaction, reference: str, access: Access, cause: str) -> bool:
    """Erase an application's pictures in the caller's transaction, with proof; False when none were there (any more)."""
    digests = work.sealed.erase_pictures(reference)
    if not digests:
        return False
    if reference in work.sealed.pictures_kept():
        raise ErasureFailed(reference)
    work.log(access, "erase biometric source data", reference, cause=cause, digests=digests, left=0)
    return True


def erase_overdue(office: IssuingOffice) -> Erased:
    """The job, to be run every day: erase what has reached its limit, whether the card was collected or not.

    Applications without a document have no date of issue; refused ones were erased at their refusal, and those that wait
    unfinished for `LIMIT` since they were submitted are erased as well: their photograph is too old to be used soon.
    """
    now = office.clock()
    erased: list[str] = []
    with office.store.transaction() as work:
        for reference in sorted(work.sealed.pictures_kept()):
            if _is_due(work, reference, now.date()) and erase_in(work, reference, SYSTEM, "90 days"):
                erased.append(reference)
    if erased:
        office.store.database.shrink_log()
    return Erased(tuple(erased))


def _is_due(work: Transaction, reference: str, today: date) -> bool:
    document = work.document_of(reference)
    if document is not None:
        return today - document.issued_on >= LIMIT
    return work.state(reference) is not ApplicationState.REFUSED and today - work.submitted_on(reference) >= LIMIT
