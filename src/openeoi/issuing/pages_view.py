"""What the office's screens show, as values: read from the store for a stated purpose, worded in the visitor's language."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from openeoi.issuing import decision, envelope
from openeoi.issuing.document_files import travel_document
from openeoi.issuing.errors import BiometricsErased
from openeoi.issuing.life import ApplicationState, DocumentState
from openeoi.issuing.office import IssuingOffice
from openeoi.issuing.personalisation import step_names
from openeoi.issuing.staff import Access, Role
from openeoi.issuing.status import DocumentStatus, document_status
from openeoi.issuing.store import ApplicationRecord, DocumentRecord
from openeoi.storage.audit import RecordedEntry
from openeoi.storage.errors import AuditChainBroken
from openeoi.web.figures import CardPicture, TimelineEvent, data_uri
from openeoi.web.translation import Translator

OPEN, CURRENT, DONE = "open", "current", "done"

_LIFE = (
    ApplicationState.SUBMITTED,
    ApplicationState.APPROVED,
    ApplicationState.RELEASED,
    ApplicationState.PRODUCED,
    ApplicationState.HANDED_OVER,
)

NEXT_ROLE = {
    ApplicationState.SUBMITTED: Role.CLERK,
    ApplicationState.APPROVED: Role.RELEASER,
    ApplicationState.RELEASED: Role.PRODUCTION,
    ApplicationState.IN_PRODUCTION: Role.PRODUCTION,
    ApplicationState.PRODUCED: Role.CLERK,
}
"""Who does the next step."""


@dataclass(frozen=True, slots=True)
class ApplicationView:
    """`steps`: of personalisation, (key, done); `printed` None: no envelope yet; `next_role` None: nothing is left to do."""

    record: ApplicationRecord = field(repr=False)
    document: DocumentRecord | None
    document_status: DocumentStatus | None
    card: CardPicture | None = field(repr=False)
    portrait: str | None = field(repr=False)
    printed: bool | None
    next_role: Role | None
    timeline: tuple[TimelineEvent, ...]
    steps: tuple[tuple[str, bool], ...]
    log: tuple[RecordedEntry, ...] = field(repr=False)
    reportable: bool = False
    revocation_proposed_by: str | None = None


@dataclass(frozen=True, slots=True)
class LogView:
    """The verified length of the chain, or where it is broken; the newest entries first."""

    count: int | None
    broken: AuditChainBroken | None
    head: str
    entries: tuple[RecordedEntry, ...] = field(repr=False)


def application_view(office: IssuingOffice, reference: str, access: Access, t: Translator) -> ApplicationView:
    """Raises ApplicationUnknown."""
    record = decision.look_at(office, reference, access)
    portrait = None
    with suppress(BiometricsErased):  # shown as erased
        portrait = portrait_uri(decision.look_at_picture(office, reference, access))
    with office.store.transaction() as work:
        document = work.document_of(reference)
        done = work.steps(reference)
        proposed_by = None if document is None else work.revocation_proposed_by(document.number)
    entries = office.store.audit_about(reference)
    return ApplicationView(
        record=record,
        document=document,
        document_status=None if document is None else document_status(office, document.number),
        card=None if document is None else _card(office, record, document, portrait),
        portrait=portrait,
        printed=envelope.is_printed(office, reference) if record.state in _WITH_ENVELOPE else None,
        next_role=NEXT_ROLE.get(record.state),
        timeline=_timeline(record, document, entries, t),
        steps=tuple((name, name in done) for name in step_names()),
        log=entries,
        reportable=document is not None and document.state in {DocumentState.PERSONALISED, DocumentState.HANDED_OVER},
        revocation_proposed_by=proposed_by,
    )


def _card(office: IssuingOffice, record: ApplicationRecord, document: DocumentRecord, portrait: str | None) -> CardPicture:
    """The card as it is printed, but for the CAN, which only the card itself and its envelope's machine know."""
    person, profile = record.application.person, office.profile
    return CardPicture(
        document_number=document.number,
        surname=person.surname,
        given_names=person.given_names,
        sex=person.sex.value,
        nationality=profile.issuing_state,
        date_of_birth=person.date_of_birth,
        date_of_issue=document.issued_on,
        date_of_expiry=document.expires_on,
        place_of_birth=person.place_of_birth,
        personal_number=person.national_number,
        address=record.application.address.lines,
        authority=record.application.administrative_unit,
        mrz=tuple(travel_document(record.application, document, profile).encode().splitlines()),
        photo=portrait or "",
        state_code=profile.country_code,
    )


_WITH_ENVELOPE = {ApplicationState.PRODUCED, ApplicationState.HANDED_OVER}


def log_view(office: IssuingOffice, limit: int) -> LogView:
    entries = office.store.audit_latest(limit)
    head = entries[0].hash if entries else ""
    try:
        return LogView(office.store.verify_audit(), None, head, entries)
    except AuditChainBroken as broken:
        return LogView(None, broken, head, entries)


def portrait_uri(jpeg: bytes) -> str:
    return data_uri("image/jpeg", jpeg)


def _timeline(
    record: ApplicationRecord, document: DocumentRecord | None, entries: tuple[RecordedEntry, ...], t: Translator
) -> tuple[TimelineEvent, ...]:
    """The life from the form to the hand-over; what was refused ends there."""
    when = _moments(entries)
    who = {
        ApplicationState.APPROVED: record.approved_by,
        ApplicationState.RELEASED: record.released_by,
    }
    events = []
    reached = True
    for state in _LIFE:
        past = _is_past(record.state, state)
        mark = DONE if past else CURRENT if reached and record.state is not ApplicationState.REFUSED else OPEN
        reached = past
        moment = when.get(state)
        actor = who.get(state)
        events.append(
            TimelineEvent(
                title=t(f"issuing.life.{state.value}"),
                when=t.moment(moment) if moment is not None and past else "",
                detail=t("issuing.life.by", name=actor) if actor and past else "",
                state=mark,
            )
        )
    if record.state is ApplicationState.REFUSED:
        done = [event for event in events if event.state == DONE]
        return (*done, TimelineEvent(t("issuing.life.refused"), "", record.refused_reason or "", DONE))
    if document is not None and document.state in _ENDED:
        events.append(TimelineEvent(t(f"issuing.life.{document.state.value}"), t.moment(document.changed_at), "", DONE))
    return tuple(events)


_ENDED = {DocumentState.LOST, DocumentState.STOLEN, DocumentState.REVOKED, DocumentState.REPLACED}

_ACTIONS = {
    "submit": ApplicationState.SUBMITTED,
    "approve": ApplicationState.APPROVED,
    "release": ApplicationState.RELEASED,
    "finish": ApplicationState.PRODUCED,
    "hand_over": ApplicationState.HANDED_OVER,
}


def _moments(entries: tuple[RecordedEntry, ...]) -> dict[ApplicationState, datetime]:
    return {_ACTIONS[one.entry.action]: one.at for one in entries if one.entry.action in _ACTIONS}


def _is_past(now: ApplicationState, state: ApplicationState) -> bool:
    order = [*_LIFE[:3], ApplicationState.IN_PRODUCTION, *_LIFE[3:]]
    if now is ApplicationState.REFUSED:
        return state is ApplicationState.SUBMITTED
    return order.index(state) <= order.index(now)
