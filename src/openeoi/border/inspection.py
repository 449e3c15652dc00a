"""Inspecting a document, step by step (BSI TR-03135-1, sequence 1 with PACE; ICAO 9303-11, 5.1):

the examination that every reader here makes (`terminal.examination`: open the chip, is it genuine, read it, who signed it) - do
print and chip agree - is the document still valid - what does its issuer say of it. PACE is the way in; basic access control only
for documents that have nothing better, and only where the officer asks for it.
"""

from __future__ import annotations

from openeoi.border import checks
from openeoi.border.access import Access, MachineReadableZone
from openeoi.border.checks import Checks
from openeoi.border.errors import StatusUnavailable
from openeoi.border.ports import DocumentState, DocumentStatus
from openeoi.border.post import BorderPost
from openeoi.border.report import InspectionReport, Request, Signatures
from openeoi.encoding.mrz import TravelDocument, mrz_information
from openeoi.protocols.basic_access.errors import WrongMachineReadableZone
from openeoi.protocols.pace.errors import PaceNotSupported, WrongPassword
from openeoi.protocols.passive_authentication import Tolerance
from openeoi.terminal.checks import Outcome
from openeoi.terminal.errors import NoSupportedPace, PaceNotOffered
from openeoi.terminal.examination import Examination, Findings, Point, Task, code_of, examine, open_chip
from openeoi.terminal.examination.content import Content
from openeoi.terminal.examination.examine import judge_expiry
from openeoi.terminal.examination.findings import UNREADABLE
from openeoi.terminal.examination.terminal_rights import FINGERPRINTS
from openeoi.transport import Transport, run
from openeoi.transport.trace import Trace, without_content

# Zone, portrait, the chip's keys, and the prints where the post has the right. DG11 and DG12 are more than the purpose needs.
READ = (1, 2, 3, 14, 15)


def inspect(post: BorderPost, access: Access, request: Request) -> InspectionReport:
    """Inspects the document in the post's reader and logs that it did (without personal data). Raises NoDocument."""
    with post.reader.powered() as transport:
        return inspect_over(post, transport, access, request)


def inspect_over(post: BorderPost, transport: Transport, access: Access, request: Request) -> InspectionReport:
    """The same over a given transport. Whatever the document does ends in a report, never in an exception."""
    at, found, trace = post.clock(), Checks(), Trace()
    typed = access.zone if isinstance(access, MachineReadableZone) else None
    examination = _examine(post, transport, access, request, found, trace)
    content = examination.content if examination is not None else Content()
    _compare(found, typed, content.zone)
    known = content.zone or typed
    if content.zone is None:
        _typed_expiry(found, typed, post)
    _ask_issuer(found, known, post.document_status)
    report = InspectionReport(
        transaction_id=post.random(16).hex(),
        at=at,
        request=request,
        checks=found.all,
        zone=content.zone,
        typed_zone=typed,
        portrait=content.portrait,
        fingers=content.fingers,
        repairs=len(access.repairs) if isinstance(access, MachineReadableZone) else 0,
        signatures=_signatures(examination),
        tolerances=_tolerances(examination),
        # Fingerprints are for comparing and for nobody's eyes: they are in no trace either.
        exchanges=without_content(trace.exchanges, FINGERPRINTS),
    )
    post.store.record(report.logged())
    return report


def _examine(
    post: BorderPost, transport: Transport, access: Access, request: Request, found: Checks, trace: Trace
) -> Examination | None:
    """None where the chip could not be opened or read, and the checks say why."""
    basic_access = None
    if request.basic_access and isinstance(access, MachineReadableZone):
        basic_access = mrz_information(access.zone)
    task = Task(READ, post.terminal_credentials)
    try:
        with trace.step("border.step.unlock"):
            opened = run(open_chip(access.password(), post.random, basic_access=basic_access), transport, trace)
        found.add(Point.ACCESS, Outcome.SUCCESSFUL)
        with trace.step("border.step.read"):
            examination = run(examine(opened, task, post.trust, post.clock(), post.random), transport, trace)
        found.take(examination)
        return examination
    except (WrongPassword, WrongMachineReadableZone):
        found.add(Point.ACCESS, Outcome.ABORTED, "wrong_password")
        found.not_made("not_opened")
    except (PaceNotOffered, NoSupportedPace, PaceNotSupported) as error:
        found.add(Point.ACCESS, Outcome.NOT_SUPPORTED, code_of(error))
        found.not_made("not_opened")
    except UNREADABLE:
        # An unreadable chip is nobody's fault and no suspicion.
        opened_before = any(check.name == Point.ACCESS for check in found.all)
        if not opened_before:
            found.add(Point.ACCESS, Outcome.UNDETERMINED, "chip_unreadable")
        found.not_made("chip_unreadable")
    return None


def _compare(found: Checks, typed: TravelDocument | None, zone: TravelDocument | None) -> None:
    if typed is None:
        found.add(checks.OPTICAL, Outcome.NOT_SUPPORTED, "no_printed_zone")
    elif zone is None:
        found.add(checks.OPTICAL, Outcome.UNDETERMINED, "chip_unreadable")
    elif typed != zone:
        found.add(checks.OPTICAL, Outcome.FAILED, "print_differs")
    else:
        found.add(checks.OPTICAL, Outcome.SUCCESSFUL)


def _typed_expiry(found: Checks, typed: TravelDocument | None, post: BorderPost) -> None:
    """Where the chip gives no zone, the printed one says how long the document is valid."""
    findings = Findings()
    judge_expiry(findings, Content(zone=typed), post.clock())
    for one in findings.all:
        found.add(Point.EXPIRY, one.outcome, one.reason if typed is not None else "chip_unreadable")


def _ask_issuer(found: Checks, known: TravelDocument | None, issuer: DocumentStatus) -> None:
    """By state and number only. A hit is a prompt to contact the issuer, not a ground for arrest."""
    if known is None:
        found.add(checks.STATUS, Outcome.UNDETERMINED, "chip_unreadable")
        return
    try:
        state = issuer.status(known.issuing_state, known.document_number)
    except StatusUnavailable:
        found.add(checks.STATUS, Outcome.UNDETERMINED, "status_unavailable")
        return
    if state is DocumentState.VALID:
        found.add(checks.STATUS, Outcome.SUCCESSFUL)
    else:
        outcome = Outcome.UNDETERMINED if state is DocumentState.UNKNOWN else Outcome.FAILED
        found.add(checks.STATUS, outcome, f"status_{state.value}")


def _signatures(examination: Examination | None) -> Signatures | None:
    """Names and dates of signer and authority, as far as they were found."""
    if examination is None or examination.signed is None:
        return None
    signer, authority = examination.signed.signer, examination.chain.authority if examination.chain else None
    return Signatures(
        signer.subject_text,
        signer.not_after,
        authority.subject_text if authority else "",
        authority.not_after if authority else None,
    )


def _tolerances(examination: Examination | None) -> tuple[Tolerance, ...]:
    parts = (examination.signed, examination.chain) if examination is not None else ()
    return tuple(dict.fromkeys(one for part in parts if part is not None for one in part.tolerances))
