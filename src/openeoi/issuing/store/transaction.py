"""One transaction on the office's database: the deed and its audit entry stand or fall together."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, Row, Table, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from openeoi.issuing.application import Application, application_from_json, application_to_json
from openeoi.issuing.errors import (
    ApplicationUnknown,
    DocumentUnknown,
    InProduction,
    RoleMissing,
    SamePerson,
    TakenOver,
    WrongState,
)
from openeoi.issuing.life import REPORTABLE, ApplicationState, DocumentState, Step, next_state
from openeoi.issuing.staff import Access
from openeoi.issuing.store import schema
from openeoi.issuing.store.records import ApplicationRecord, DocumentRecord, Renewal, StepRecord
from openeoi.issuing.store.sealed import SealedValues
from openeoi.storage.audit import AuditChain, AuditEntry, AuditHead, JsonValue, RecordedEntry, canonical_json
from openeoi.storage.database import Database


class Store:
    """The office's database with its clock-stamped audit chain."""

    def __init__(self, database: Database, chain: AuditChain) -> None:
        self.database = database
        self._chain = chain

    @contextmanager
    def transaction(self) -> Iterator["Transaction"]:
        """Committed at the end of the block, undone by an exception."""
        with self.database.begin() as connection:
            yield Transaction(connection, self._chain)

    @contextmanager
    def reading(self) -> Iterator["Transaction"]:
        """A consistent view that takes no write lock: for what is not personal data, because reading that writes an entry."""
        with self.database.read() as connection:
            yield Transaction(connection, self._chain)

    def verify_audit(self, noted: AuditHead | None = None) -> int:
        """The number of entries of the unbroken chain. Raises AuditChainBroken."""
        with self.database.read() as connection:
            return self._chain.verify(connection, noted)

    def audit_about(self, subject: str) -> tuple[RecordedEntry, ...]:
        with self.database.read() as connection:
            return tuple(self._chain.about(connection, subject))

    def audit_latest(self, limit: int) -> tuple[RecordedEntry, ...]:
        with self.database.read() as connection:
            return self._chain.latest(connection, limit)


@dataclass(frozen=True, slots=True)
class Transaction:
    connection: Connection
    chain: AuditChain

    # --- the log -----------------------------------------------------------------------------------------------------------

    def log(self, access: Access, action: str, subject: str, **details: JsonValue) -> RecordedEntry:
        return self.chain.append(self.connection, AuditEntry(access.actor, access.role, access.purpose, action, subject, details))

    # --- applications ------------------------------------------------------------------------------------------------------

    def add_application(self, application: Application, at: datetime, access: Access) -> str:
        """Store a new application; its reference, `<year>-<six digits>`, counted without gaps within the office."""
        reference = f"{at.year}-{self.count_up(f'application {at.year}'):06d}"
        self.connection.execute(
            insert(schema.application).values(
                reference=reference,
                state=ApplicationState.SUBMITTED,
                submitted_at=at.isoformat(),
                submitted_by=access.actor,
                national_number=application.person.national_number,
                data=canonical_json(application_to_json(application)),
                run=0,
            )
        )
        self.log(access, "submit", reference, specimen=application.specimen)
        return reference

    def application(self, reference: str, access: Access) -> ApplicationRecord:
        """Read one application, with its personal data; leaves an entry. Raises ApplicationUnknown."""
        record = _application(self._row(reference))
        self.log(access, "read", reference)
        return record

    def state(self, reference: str) -> ApplicationState:
        """The state alone: no personal data, no entry. Raises ApplicationUnknown."""
        return ApplicationState(self._row(reference).state)

    def submitted_on(self, reference: str) -> date:
        """The day of submission (UTC). Raises ApplicationUnknown."""
        return datetime.fromisoformat(str(self._row(reference).submitted_at)).date()

    def applications(self, access: Access, limit: int = 200) -> tuple[ApplicationRecord, ...]:
        """The latest applications, newest first; leaves one entry that names all references shown."""
        rows = self.connection.execute(select(schema.application).order_by(schema.application.c.reference.desc()).limit(limit))
        records = tuple(_application(row) for row in rows)
        if records:
            self.log(access, "list", "desk", references=[record.reference for record in records])
        return records

    def move(self, reference: str, step: Step, access: Access, at: datetime, reason: str | None = None) -> ApplicationState:
        """Do one step of the application's life; the new state.

        Raises ApplicationUnknown, WrongState, RoleMissing, SamePerson.
        """
        row = self._row(reference)
        role, after = next_state(reference, ApplicationState(row.state), step)
        if access.role is not role:
            raise RoleMissing(access.actor, role)
        values: dict[str, object] = {"state": after}
        if step is Step.APPROVE:
            values |= {"approved_by": access.actor, "approved_at": at.isoformat()}
        elif step is Step.RELEASE:
            if row.approved_by == access.actor:
                raise SamePerson(reference)
            values |= {"released_by": access.actor, "released_at": at.isoformat()}
        elif step is Step.REFUSE:
            values |= {"refused_by": access.actor, "refused_reason": reason}
        table = schema.application
        changed = self.connection.execute(
            update(table).where(table.c.reference == reference, table.c.state == row.state).values(**values)
        )
        if changed.rowcount != 1:  # another process was faster (PostgreSQL)
            raise WrongState(reference, self.state(reference), row.state)
        self.log(access, step, reference, **({"reason": reason} if reason else {}))
        return after

    def _row(self, reference: str) -> "Row[tuple[object, ...]]":
        row = self.connection.execute(select(schema.application).where(schema.application.c.reference == reference)).one_or_none()
        if row is None:
            raise ApplicationUnknown(reference)
        return row

    # --- documents ---------------------------------------------------------------------------------------------------------

    def add_document(self, record: DocumentRecord) -> None:
        values = {
            "number": record.number,
            "application": record.application,
            "state": record.state,
            "certificate_number": record.certificate_number,
            "issued_on": record.issued_on.isoformat(),
            "expires_on": record.expires_on and record.expires_on.isoformat(),
            "certificates_until": record.certificates_until and record.certificates_until.isoformat(),
            "card_serial": record.card_serial,
            "changed_at": record.changed_at.isoformat(),
        }
        self.connection.execute(insert(schema.document).values(**values))

    def document(self, number: str) -> DocumentRecord:
        """Raises DocumentUnknown. Holds no personal data of its own, so it leaves no entry."""
        row = self.connection.execute(select(schema.document).where(schema.document.c.number == number)).one_or_none()
        if row is None:
            raise DocumentUnknown(number)
        return _document(row)

    def document_of(self, reference: str) -> DocumentRecord | None:
        """The application's document: the one in production or made, not the destroyed ones."""
        table = schema.document
        rows = self.connection.execute(
            select(table).where(table.c.application == reference, table.c.state != DocumentState.DESTROYED)
        )
        row = rows.one_or_none()
        return None if row is None else _document(row)

    def document_with_certificate_number(self, number: str) -> DocumentRecord | None:
        rows = self.connection.execute(select(schema.document).where(schema.document.c.certificate_number == number))
        row = rows.one_or_none()
        return None if row is None else _document(row)

    def documents(self) -> tuple[DocumentRecord, ...]:
        return tuple(
            _document(row) for row in self.connection.execute(select(schema.document).order_by(schema.document.c.number))
        )

    def begin_renewal(self, number: str, certificate_number: str, at: datetime) -> Renewal:
        """The renewal under way, or a new one with this number."""
        table = schema.certificate_renewal
        row = self.connection.execute(select(table).where(table.c.document == number)).one_or_none()
        if row is not None:
            return Renewal(row.document, row.certificate_number, datetime.fromisoformat(row.begun_at))
        begun = Renewal(number, certificate_number, at.replace(microsecond=0))
        values = {"document": number, "certificate_number": certificate_number, "begun_at": begun.begun_at.isoformat()}
        self.connection.execute(insert(table).values(**values))
        return begun

    def finish_renewal(self, number: str, until: date) -> DocumentRecord:
        """The document has the number of the renewal from now on."""
        renewal, table = schema.certificate_renewal, schema.document
        new = self.connection.execute(select(renewal.c.certificate_number).where(renewal.c.document == number)).scalar_one()
        changed = update(table).where(table.c.number == number)
        self.connection.execute(changed.values(certificate_number=new, certificates_until=until.isoformat()))
        self.connection.execute(delete(renewal).where(renewal.c.document == number))
        return self.document(number)

    def set_document_state(
        self, number: str, state: DocumentState, at: datetime, access: Access, reason: str | None = None
    ) -> DocumentRecord:
        """Raises DocumentUnknown, WrongState when the document's fate is sealed already."""
        record = self.document(number)
        if record.state not in REPORTABLE | {DocumentState.IN_PRODUCTION}:
            raise WrongState(number, record.state, " or ".join(sorted(REPORTABLE)))
        table = schema.document
        self.connection.execute(
            update(table).where(table.c.number == number).values(state=state, changed_at=at.isoformat(), reason=reason)
        )
        self.log(access, f"document {state}", record.application, document=number, **({"reason": reason} if reason else {}))
        return self.document(number)

    def propose_revocation(self, number: str, access: Access, at: datetime) -> None:
        """The first pair of eyes; a later proposal takes the place of an earlier one. Raises DocumentUnknown, WrongState."""
        record = self.document(number)
        if record.state not in REPORTABLE:
            raise WrongState(number, record.state, " or ".join(sorted(REPORTABLE)))
        table = schema.revocation_proposal
        self.connection.execute(delete(table).where(table.c.document == number))
        self.connection.execute(insert(table).values(document=number, proposed_by=access.actor, proposed_at=at.isoformat()))
        self.log(access, "propose revocation", record.application, document=number)

    def revocation_proposed_by(self, number: str) -> str | None:
        table = schema.revocation_proposal
        return self.connection.execute(select(table.c.proposed_by).where(table.c.document == number)).scalar_one_or_none()

    def set_card(self, number: str, serial: str) -> None:
        self.connection.execute(update(schema.document).where(schema.document.c.number == number).values(card_serial=serial))

    # --- runs and steps of personalisation -----------------------------------------------------------------------------------

    def claim(self, reference: str, at: datetime, lease: timedelta, take_over: bool) -> int:
        """Begin a run; its number. Raises InProduction while another run's time is not over and `take_over` is not wanted."""
        row = self._row(reference)
        if row.run_until and datetime.fromisoformat(row.run_until) > at and not take_over:
            raise InProduction(reference, datetime.fromisoformat(row.run_until))
        self._set_run(reference, row.run + 1, at + lease)
        return int(row.run) + 1

    def unclaim(self, reference: str, run: int) -> None:
        """End a run: others need not wait. Nothing happens if it was taken over."""
        table = schema.application
        self.connection.execute(update(table).where(table.c.reference == reference, table.c.run == run).values(run_until=None))

    def add_step(
        self, reference: str, name: str, run: int, at: datetime, lease: timedelta, result: Mapping[str, JsonValue]
    ) -> None:
        """Record a step as done. Raises TakenOver when another run has begun meanwhile."""
        self.require_run(reference, run)
        self._set_run(reference, run, at + lease)
        self.connection.execute(
            insert(schema.personalisation_step).values(
                application=reference, name=name, run=run, done_at=at.isoformat(), result=canonical_json(result)
            )
        )

    def require_run(self, reference: str, run: int) -> None:
        if self._row(reference).run != run:
            raise TakenOver(reference)

    def steps(self, reference: str) -> dict[str, StepRecord]:
        table = schema.personalisation_step
        rows = self.connection.execute(select(table).where(table.c.application == reference).order_by(table.c.done_at))
        return {
            row.name: StepRecord(row.name, row.run, datetime.fromisoformat(row.done_at), json.loads(row.result)) for row in rows
        }

    def forget_steps(self, reference: str) -> None:
        self._delete(schema.personalisation_step, reference)

    def _set_run(self, reference: str, run: int, until: datetime) -> None:
        table = schema.application
        self.connection.execute(update(table).where(table.c.reference == reference).values(run=run, run_until=until.isoformat()))

    # --- sealed values, counters ---------------------------------------------------------------------------------------------

    @property
    def sealed(self) -> SealedValues:
        """Photographs and secrets."""
        return SealedValues(self.connection)

    def count_up(self, name: str) -> int:
        """The next number of a counter, from 1, without gaps (a transaction that is undone gives its number back)."""
        table = schema.counter
        raised = update(table).where(table.c.name == name).values(value=table.c.value + 1)
        if self.connection.execute(raised).rowcount == 0:
            with suppress(IntegrityError), self.connection.begin_nested():  # another process may make the counter first
                self.connection.execute(insert(table).values(name=name, value=0))
            self.connection.execute(raised)
        return int(self.connection.execute(select(table.c.value).where(table.c.name == name)).scalar_one())

    def _delete(self, table: Table, reference: str) -> None:
        self.connection.execute(delete(table).where(table.c.application == reference))


def _application(row: "Row[tuple[object, ...]]") -> ApplicationRecord:
    return ApplicationRecord(
        reference=row.reference,
        state=ApplicationState(row.state),
        submitted_at=datetime.fromisoformat(row.submitted_at),
        submitted_by=row.submitted_by,
        application=application_from_json(json.loads(row.data)),
        approved_by=row.approved_by,
        approved_at=_moment(row.approved_at),
        released_by=row.released_by,
        released_at=_moment(row.released_at),
        refused_by=row.refused_by,
        refused_reason=row.refused_reason,
    )


def _document(row: "Row[tuple[object, ...]]") -> DocumentRecord:
    return DocumentRecord(
        number=row.number,
        application=row.application,
        state=DocumentState(row.state),
        certificate_number=row.certificate_number,
        issued_on=date.fromisoformat(row.issued_on),
        expires_on=_day(row.expires_on),
        certificates_until=_day(row.certificates_until),
        card_serial=row.card_serial,
        changed_at=datetime.fromisoformat(row.changed_at),
        reason=row.reason,
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
