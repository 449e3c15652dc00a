"""What became of a document: asked by number only, and reported when it is lost, stolen, revoked or replaced."""

from datetime import date
from enum import StrEnum

from openeoi.issuing.errors import DocumentUnknown, RoleMissing, SamePerson, WrongState
from openeoi.issuing.life import DocumentState
from openeoi.issuing.office import IssuingOffice
from openeoi.issuing.staff import Access, Role
from openeoi.issuing.store import DocumentRecord
from openeoi.pki.revocation_lists import RevocationReason


class DocumentStatus(StrEnum):
    VALID = "valid"
    LOST = "lost"
    STOLEN = "stolen"
    REVOKED = "revoked"
    REPLACED = "replaced"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


class Report(StrEnum):
    """What can be reported of a document, for good."""

    LOST = "lost"
    STOLEN = "stolen"
    REVOKED = "revoked"
    REPLACED = "replaced"


_REASONS = {
    Report.LOST: RevocationReason.CESSATION_OF_OPERATION,
    Report.STOLEN: RevocationReason.KEY_COMPROMISE,
    Report.REVOKED: RevocationReason.CESSATION_OF_OPERATION,
    Report.REPLACED: RevocationReason.SUPERSEDED,
}


def document_status(office: IssuingOffice, number: str) -> DocumentStatus:
    """For border posts and the public query: by number, no personal data in or out, so nothing to log about a person.

    A document that was not handed over yet is unknown: nobody may show it.
    """
    with office.store.reading() as work:
        try:
            document = work.document(number)
        except DocumentUnknown:
            return DocumentStatus.UNKNOWN
    return status_of(document, office.clock().date())


def status_of(document: DocumentRecord, today: date) -> DocumentStatus:
    if document.state in {DocumentState(report.value) for report in Report}:
        return DocumentStatus(document.state.value)
    if document.state is not DocumentState.HANDED_OVER:
        return DocumentStatus.UNKNOWN
    if document.expires_on is not None and document.expires_on < today:
        return DocumentStatus.EXPIRED
    return DocumentStatus.VALID


def propose_revocation(office: IssuingOffice, number: str, access: Access) -> None:
    """The first of two people who revoke a document (`report` is the second). Raises DocumentUnknown, WrongState, RoleMissing."""
    _require_role(access, Role.CLERK)
    with office.store.transaction() as work:
        work.propose_revocation(number, access, office.clock())


def report(office: IssuingOffice, number: str, what: Report, access: Access) -> DocumentRecord:
    """Record what happened to a document and revoke its certificates.

    Lost, stolen and replaced are what the holder says to a clerk, and count at once. Revoked is what the office decides: a
    releaser, after another person's proposal. The store comes first: from then on the document is not valid. A crash before the
    last revocation is healed by reporting again, which revokes what is not revoked yet.

    Raises DocumentUnknown, WrongState (also where nobody proposed it), RoleMissing, SamePerson.
    """
    _require_role(access, Role.RELEASER if what is Report.REVOKED else Role.CLERK)
    with office.store.transaction() as work:
        document = work.document(number)
        if document.state is not DocumentState(what.value):
            if what is Report.REVOKED:
                _require_proposal(work.revocation_proposed_by(number), document, access)
            document = work.set_document_state(number, DocumentState(what.value), office.clock(), access)
    revoke_certificates(office, document, _REASONS[what])
    return document


def _require_role(access: Access, role: Role) -> None:
    if access.role is not role:
        raise RoleMissing(access.actor, role)


def _require_proposal(proposed_by: str | None, document: DocumentRecord, access: Access) -> None:
    if proposed_by is None:
        raise WrongState(document.number, document.state, "proposed for revocation")
    if proposed_by == access.actor:
        raise SamePerson(document.number)


def revoke_certificates(office: IssuingOffice, document: DocumentRecord, reason: RevocationReason) -> None:
    """Revoke all certificates of a document that are not revoked yet."""
    office.authorities.revoke_holder_certificates(document.certificate_number, reason, actor="issuing office")
