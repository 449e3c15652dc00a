"""What the store gives back: one frozen value per row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from openeoi.issuing.application import Application
from openeoi.issuing.life import ApplicationState, DocumentState
from openeoi.storage.audit import JsonValue


@dataclass(frozen=True, slots=True)
class ApplicationRecord:
    reference: str
    state: ApplicationState
    submitted_at: datetime
    submitted_by: str
    application: Application = field(repr=False)
    approved_by: str | None
    approved_at: datetime | None
    released_by: str | None
    released_at: datetime | None
    refused_by: str | None
    refused_reason: str | None


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """`expires_on` None: permanent. `certificates_until` None: no electronic part. `card_serial` None: no card taken yet."""

    number: str
    application: str
    state: DocumentState
    certificate_number: str
    issued_on: date
    expires_on: date | None
    certificates_until: date | None
    card_serial: str | None
    changed_at: datetime
    reason: str | None


@dataclass(frozen=True, slots=True)
class StepRecord:
    """A personalisation step that is done, and what it left for later steps."""

    name: str
    run: int
    done_at: datetime
    result: Mapping[str, JsonValue] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Renewal:
    """A renewal of a document's certificates that is under way, and the number they will have."""

    document: str
    certificate_number: str
    begun_at: datetime
