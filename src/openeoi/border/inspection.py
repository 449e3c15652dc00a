"""Inspecting a document, step by step (BSI TR-03135-1, sequence 1 with PACE; ICAO 9303-11, 5.1):

open the chip - read it - who signed it, and is that trusted - is the data the signed data - does print and chip agree - is the
document still valid - what does its issuer say of it. PACE is the only way in: a chip without it is not opened some weaker way.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from openeoi.border import checks
from openeoi.border.access import Access, MachineReadableZone
from openeoi.border.checks import Failed, Findings
from openeoi.border.errors import StatusUnavailable
from openeoi.border.ports import DocumentState, DocumentStatus
from openeoi.border.post import BorderPost
from openeoi.border.report import InspectionReport, Request, Signatures
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.lds.data_group_1 import DataGroup1
from openeoi.encoding.lds.data_group_2 import DataGroup2
from openeoi.encoding.lds.data_group_14 import DataGroup14
from openeoi.encoding.mrz import TravelDocument, dates, decode
from openeoi.iso7816.errors import SecureMessagingError
from openeoi.iso7816.status import UnexpectedStatus
from openeoi.protocols.pace.errors import PaceError, PaceNotSupported, WrongPassword
from openeoi.protocols.passive_authentication import Chain, RevocationState, SignedSecurityObject, Tolerance
from openeoi.protocols.passive_authentication.anchors import NoRevocationLists
from openeoi.protocols.passive_authentication.chain import check_revocation, check_validity, find_chain
from openeoi.protocols.passive_authentication.verify import check_signature, verify_data_group
from openeoi.terminal.checks import Outcome
from openeoi.terminal.document_rules import REQUIRED_GROUPS, require_country, require_same_groups
from openeoi.terminal.errors import DocumentInconsistent, NoSupportedPace, PaceNotOffered, TerminalError
from openeoi.terminal.read_document import DocumentFiles, read_document
from openeoi.terminal.unlock import unlock
from openeoi.transport import Transport, run
from openeoi.transport.errors import TransportError
from openeoi.transport.trace import Trace

# Zone, portrait, security infos. DG3 is for posts with terminal authentication; DG11 and DG12 are more than the purpose needs.
READ = (1, 2, 14)

UNREADABLE = (PaceError, TerminalError, TransportError, SecureMessagingError, UnexpectedStatus, DecodingError)


@dataclass(frozen=True, slots=True)
class _Content:
    """What was read of the chip and could be understood."""

    zone: TravelDocument | None
    portrait: bytes
    signed: SignedSecurityObject | None
    chain: Chain | None


def inspect(post: BorderPost, access: Access, request: Request) -> InspectionReport:
    """Inspects the document in the post's reader and logs that it did (without personal data). Raises NoDocument."""
    with post.reader.powered() as transport:
        return inspect_over(post, transport, access, request)


def inspect_over(post: BorderPost, transport: Transport, access: Access, request: Request) -> InspectionReport:
    """The same over a given transport. Whatever the document does ends in a report, never in an exception."""
    at, findings, trace = post.clock(), Findings(), Trace()
    typed = access.zone if isinstance(access, MachineReadableZone) else None
    files = _read_chip(post, transport, access, findings, trace)
    content = _Content(None, b"", None, None) if files is None else _check_chip(post, files, findings)
    _compare(findings, typed, content.zone)
    known = content.zone or typed
    _expiry(findings, known, at.date())
    _ask_issuer(findings, known, post.document_status)
    report = InspectionReport(
        transaction_id=post.random(16).hex(),
        at=at,
        request=request,
        checks=findings.checks,
        zone=content.zone,
        typed_zone=typed,
        portrait=content.portrait,
        repairs=len(access.repairs) if isinstance(access, MachineReadableZone) else 0,
        signatures=_signatures(content),
        tolerances=_tolerances(content),
        exchanges=trace.exchanges,
    )
    post.store.record(report.logged())
    return report


def _read_chip(post: BorderPost, transport: Transport, access: Access, findings: Findings, trace: Trace) -> DocumentFiles | None:
    """The chip's files; None where it could not be opened or read, and the findings say why."""
    try:
        with trace.step("border.step.unlock"):
            channel = run(unlock(access.password(), post.random), transport, trace)
        findings.add(checks.ACCESS, Outcome.SUCCESSFUL)
        with trace.step("border.step.read"):
            return run(read_document(channel, READ), transport, trace)
    except WrongPassword:
        findings.add(checks.ACCESS, Outcome.ABORTED, "wrong_password")
        findings.not_made("not_opened")
    except (PaceNotOffered, NoSupportedPace, PaceNotSupported) as error:
        findings.add(checks.ACCESS, Outcome.NOT_SUPPORTED, checks.code_of(error))
        findings.not_made("not_opened")
    except UNREADABLE:
        # An unreadable chip is nobody's fault and no suspicion.
        opened = any(check.name == checks.ACCESS for check in findings.checks)
        if not opened:
            findings.add(checks.ACCESS, Outcome.UNDETERMINED, "chip_unreadable")
        findings.not_made("chip_unreadable")
    return None


def _check_chip(post: BorderPost, files: DocumentFiles, findings: Findings) -> _Content:
    decoded = findings.check(checks.FILES, lambda: _decode(files))
    if not set(files.data_groups) >= REQUIRED_GROUPS:
        findings.add(checks.FILES, Outcome.UNDETERMINED, "file_missing")
    at = post.clock()
    signed = findings.check(checks.SIGNATURE, lambda: check_signature(files.sod))
    chain = None
    if signed is not None:
        chain = findings.check(checks.TRUST, lambda: find_chain(signed.signer, post.anchors))
        findings.check(checks.COMPLETENESS, lambda: require_same_groups(files.com, signed.lds.digests))
        findings.check(checks.DATA, lambda: _data(files, signed))
    if signed is not None and chain is not None:
        findings.check(checks.VALIDITY, lambda: check_validity(chain, at, signed.signing_time))
        state = findings.check(
            checks.REVOCATION, lambda: check_revocation(chain, post.revocation_lists or NoRevocationLists(), at)
        )
        _judge_revocation(findings, state)
    zone, portrait = decoded if decoded is not None else (None, b"")
    if zone is not None and signed is not None:
        _country(findings, zone, signed)
    # Active and chip authentication, which tell a copied chip, come with a later edition of this post.
    findings.add(checks.GENUINE_CHIP, Outcome.NOT_SUPPORTED, "copy_not_detected")
    findings.not_made("earlier_check")
    return _Content(zone, portrait, signed, chain)


def _decode(files: DocumentFiles) -> tuple[TravelDocument | None, bytes]:
    """Zone and portrait; None and empty for a file that is not there. Raises DecodingError for a malformed one."""
    first, second = files.data_groups.get(1), files.data_groups.get(2)
    zone = None if first is None else decode(DataGroup1.decode(first).mrz)
    portrait = b"" if second is None else DataGroup2.decode(second).images[0]
    if 14 in files.data_groups:
        DataGroup14.decode(files.data_groups[14])
    return zone, portrait


def _data(files: DocumentFiles, signed: SignedSecurityObject) -> None:
    for number, content in sorted(files.data_groups.items()):
        verify_data_group(signed, number, content)


def _judge_revocation(findings: Findings, state: RevocationState | None) -> None:
    if state in (RevocationState.NO_LIST, RevocationState.LIST_OUTDATED, RevocationState.LIST_UNUSABLE):
        outcome = Outcome.NOT_SUPPORTED if state is RevocationState.NO_LIST else Outcome.UNDETERMINED
        findings.add(checks.REVOCATION, outcome, state.name.lower())


def _country(findings: Findings, zone: TravelDocument, signed: SignedSecurityObject) -> None:
    try:
        known = require_country(zone, signed.signer.country)
    except DocumentInconsistent as error:
        findings.add(checks.COUNTRY, Outcome.FAILED, checks.code_of(error))
        return
    if known:
        findings.add(checks.COUNTRY, Outcome.SUCCESSFUL)
    else:
        findings.add(checks.COUNTRY, Outcome.UNDETERMINED, "country_unknown")


def _compare(findings: Findings, typed: TravelDocument | None, zone: TravelDocument | None) -> None:
    if typed is None:
        findings.add(checks.OPTICAL, Outcome.NOT_SUPPORTED, "no_printed_zone")
    elif zone is None:
        findings.add(checks.OPTICAL, Outcome.UNDETERMINED, "chip_unreadable")
    elif typed != zone:
        findings.add(checks.OPTICAL, Outcome.FAILED, "print_differs")
    else:
        findings.add(checks.OPTICAL, Outcome.SUCCESSFUL)


def _expiry(findings: Findings, known: TravelDocument | None, today: date) -> None:
    if known is None:
        findings.add(checks.EXPIRY, Outcome.UNDETERMINED, "chip_unreadable")
        return

    def current() -> None:
        expires = dates.expiry_date(known.date_of_expiry, today)
        if expires is not None and expires < today:
            raise Failed("expired")

    findings.check(checks.EXPIRY, current)


def _ask_issuer(findings: Findings, known: TravelDocument | None, issuer: DocumentStatus) -> None:
    """By state and number only. A hit is a prompt to contact the issuer, not a ground for arrest."""
    if known is None:
        findings.add(checks.STATUS, Outcome.UNDETERMINED, "chip_unreadable")
        return
    try:
        state = issuer.status(known.issuing_state, known.document_number)
    except StatusUnavailable:
        findings.add(checks.STATUS, Outcome.UNDETERMINED, "status_unavailable")
        return
    if state is DocumentState.VALID:
        findings.add(checks.STATUS, Outcome.SUCCESSFUL)
    else:
        outcome = Outcome.UNDETERMINED if state is DocumentState.UNKNOWN else Outcome.FAILED
        findings.add(checks.STATUS, outcome, f"status_{state.value}")


def _signatures(content: _Content) -> Signatures | None:
    if content.signed is None:
        return None
    signer, authority = content.signed.signer, content.chain.authority if content.chain else None
    return Signatures(
        signer.subject_text,
        signer.not_after,
        authority.subject_text if authority else "",
        authority.not_after if authority else None,
    )


def _tolerances(content: _Content) -> tuple[Tolerance, ...]:
    found = (*(content.signed.tolerances if content.signed else ()), *(content.chain.tolerances if content.chain else ()))
    return tuple(dict.fromkeys(found))
