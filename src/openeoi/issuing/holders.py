"""Who holds a certificate: asked by relying parties that are allowed to know, by the opaque certificate number.

The certificates name no national number; this is the way from one to the other, and every question is logged for the holder.
"""

from dataclasses import dataclass, field
from datetime import date

from openeoi.issuing.office import IssuingOffice
from openeoi.issuing.staff import Access, Purpose, Role
from openeoi.issuing.status import DocumentStatus, status_of


@dataclass(frozen=True, slots=True)
class Holder:
    """The person behind a certificate number, and how the document stands."""

    surname: str = field(repr=False)
    given_names: str = field(repr=False)
    national_number: str = field(repr=False)
    date_of_birth: date = field(repr=False)
    document_number: str
    document_status: DocumentStatus


def document_status_of_card(office: IssuingOffice, certificate_number: str) -> DocumentStatus:
    """How the document behind a certificate number stands. No personal data in or out and no name of who asks: the office must
    not learn where a card is used, so there is nothing to log."""
    with office.store.reading() as work:
        document = work.document_with_certificate_number(certificate_number)
    return DocumentStatus.UNKNOWN if document is None else status_of(document, office.clock().date())


def holder_of(office: IssuingOffice, certificate_number: str, asked_by: str) -> Holder | None:
    """The holder of the card whose certificates carry this number; None for a number never given. `asked_by` names the relying
    party in the log."""
    access = Access(asked_by, Role.SYSTEM, Purpose.IDENTIFICATION)
    with office.store.transaction() as work:
        document = work.document_with_certificate_number(certificate_number)
        if document is None:
            return None
        person = work.application(document.application, access).application.person
    return Holder(
        surname=person.surname,
        given_names=person.given_names,
        national_number=person.national_number,
        date_of_birth=person.date_of_birth,
        document_number=document.number,
        document_status=status_of(document, office.clock().date()),
    )
