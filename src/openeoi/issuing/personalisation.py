"""Personalisation: a list of named steps that can be interrupted anywhere and continued, or cancelled cleanly.

Rules:
- A step is recorded in the store when it is done, together with what later steps need from it. A run begins at the first step
  that is not recorded. Every step may therefore be done twice (a crash before its record), and is written so that this does no
  harm.
- What must not be lost is stored before it is used: numbers and secrets before they reach the chip.
- One run at a time: a run holds a lease that each step renews; a run that was taken over stops at its next step.
- A card that does not read back as it was made never leaves the office: it stays in production until it is cancelled.
"""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import timedelta

from openeoi.issuing.envelope import kept
from openeoi.issuing.errors import WrongState
from openeoi.issuing.life import ApplicationState, DocumentState, Step
from openeoi.issuing.office import IssuingOffice
from openeoi.issuing.personalisation_run import Done, Run
from openeoi.issuing.personalisation_steps import STEPS, destroy_card
from openeoi.issuing.staff import Purpose, Role
from openeoi.issuing.status import revoke_certificates
from openeoi.issuing.store import DocumentRecord
from openeoi.pki.revocation_lists import RevocationReason
from openeoi.transport.trace import Trace

LEASE = timedelta(minutes=2)
"""How long another run keeps away after the last step of a run that fell silent; no step takes nearly as long."""

Progress = Callable[[str, int, int], None]
"""Called before each step with its name, its number from 1, and how many there are."""


@dataclass(frozen=True, slots=True)
class PersonalisedDocument:
    """What production hands on. The card lies in the machine under `card_serial`; `access_number` is printed on it."""

    reference: str
    document: DocumentRecord
    card_serial: str
    access_number: str = field(repr=False)


def personalise(
    office: IssuingOffice,
    reference: str,
    staff: str,
    *,
    progress: Progress = lambda *_: None,
    trace: Trace | None = None,
    take_over: bool = False,
) -> PersonalisedDocument:
    """Make the card of a released application, or continue where an earlier run stopped.

    `trace` sees every exchange with the chip, under the step's name. `take_over` does not wait for another run's lease. Raises
    WrongState, RoleMissing, InProduction, TakenOver, NoBlankCard, BiometricsErased, QualityCheckFailed, and what the authorities
    and the card raise; then the next run continues there.
    """
    run = _begin(office, reference, staff, take_over)
    run.trace = trace
    try:
        for number, step in enumerate(STEPS, 1):
            progress(step.name, number, len(STEPS))
            if step.name not in run.results:
                with trace.step(step.name) if trace is not None else nullcontext():
                    done = step.do(run)
                _record(run, step.name, done)
    finally:
        with office.store.transaction() as work:
            work.unclaim(reference, run.number)
    with office.store.reading() as work:
        document = work.document_of(reference)
        secrets = kept(office, work, reference)
    if document is None or document.card_serial is None:
        raise WrongState(reference, "without a card", ApplicationState.PRODUCED)
    return PersonalisedDocument(reference, document, document.card_serial, secrets.access_number or "")


def cancel(office: IssuingOffice, reference: str, staff: str, *, take_over: bool = False) -> None:
    """Give up a card in production: the chip is terminated and the card destroyed, its certificates are revoked, its number is
    never used again, and the application can be personalised anew. Raises WrongState, RoleMissing, InProduction."""
    access = office.acting(staff, Role.PRODUCTION, Purpose.PRODUCTION)
    with office.store.transaction() as work:
        state = work.state(reference)
        if state is not ApplicationState.IN_PRODUCTION:
            raise WrongState(reference, state, ApplicationState.IN_PRODUCTION)
        run = work.claim(reference, office.clock(), LEASE, take_over)
        document = work.document_of(reference)
    answered = None
    if document is not None:
        answered = destroy_card(office, document)
        revoke_certificates(office, document, RevocationReason.CESSATION_OF_OPERATION)
    with office.store.transaction() as work:
        work.require_run(reference, run)
        if document is not None:
            work.set_document_state(document.number, DocumentState.DESTROYED, office.clock(), access, "cancelled in production")
        work.forget_steps(reference)
        work.sealed.delete_secrets(reference)
        work.move(reference, Step.CANCEL, access, office.clock())
        work.log(access, "cancel production", reference, chip_terminated=answered)
        work.unclaim(reference, run)


def step_names() -> tuple[str, ...]:
    return tuple(step.name for step in STEPS)


def _begin(office: IssuingOffice, reference: str, staff: str, take_over: bool) -> Run:
    access = office.acting(staff, Role.PRODUCTION, Purpose.PRODUCTION)
    now = office.clock()
    with office.store.transaction() as work:
        if work.state(reference) is not ApplicationState.IN_PRODUCTION:
            work.move(reference, Step.START, access, now)
        number = work.claim(reference, now, LEASE, take_over)
        record = work.application(reference, access)
        results = {name: step.result for name, step in work.steps(reference).items()}
    return Run(office, reference, access, number, record.application, results)


def _record(run: Run, name: str, done: Done) -> None:
    with run.office.store.transaction() as work:
        if done.also is not None:
            done.also(work)
        work.add_step(run.reference, name, run.number, run.office.clock(), LEASE, done.result)
        work.log(run.access, f"production: {name}", run.reference)
    run.results[name] = done.result
