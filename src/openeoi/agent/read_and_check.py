"""Read a card and check it: PACE, the data groups under secure messaging, passive authentication up to the country's certificate.

Every check ends in a finding; nothing that was read is called genuine before the signature over it was verified.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeVar

from openeoi.agent.card_session import CardSession
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.lds.data_group_1 import DataGroup1
from openeoi.encoding.lds.data_group_2 import DataGroup2
from openeoi.encoding.lds.data_group_11 import DataGroup11
from openeoi.encoding.lds.data_group_12 import DataGroup12
from openeoi.encoding.lds.data_group_14 import DataGroup14
from openeoi.encoding.mrz import TravelDocument, dates, decode
from openeoi.errors import OpenEoiError
from openeoi.protocols.passive_authentication.anchors import RevocationLists, TrustAnchors
from openeoi.protocols.passive_authentication.chain import Chain, RevocationState, check_revocation, check_validity, find_chain
from openeoi.protocols.passive_authentication.errors import NotDecidable, NoTrustAnchor, PassiveAuthenticationError
from openeoi.protocols.passive_authentication.verify import SignedSecurityObject, check_signature, verify_data_group
from openeoi.terminal.checks import Outcome
from openeoi.terminal.document_rules import require_country, require_groups, require_same_groups
from openeoi.terminal.errors import DocumentInconsistent, FileMissing
from openeoi.terminal.read_document import DocumentFiles, read_document

Result = TypeVar("Result")

READ: Final = (1, 2, 11, 12, 14)  # without the fingerprints of DG3, which are for borders only


@dataclass(frozen=True, slots=True)
class Finding:
    """`key` names the check (the key of its text), `values` fill it, `reason` names the error or state that decided."""

    key: str
    outcome: Outcome
    values: Mapping[str, object] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CardReading:
    """What the card says, and what is to be thought of it. `files`: name -> content; `signed`, `chain` as far as found."""

    findings: tuple[Finding, ...]
    files: Mapping[str, bytes] = field(repr=False)
    signed: SignedSecurityObject | None = field(repr=False)
    chain: Chain | None = field(repr=False)
    zone: TravelDocument | None = field(repr=False)
    person: DataGroup11 | None = field(repr=False)
    document: DataGroup12 | None = field(repr=False)
    portrait: bytes = field(repr=False)

    @property
    def outcome(self) -> Outcome:
        """The worst of the findings; a check that cannot be made here (not supported) does not count."""
        outcomes = {finding.outcome for finding in self.findings}
        for worst in (Outcome.FAILED, Outcome.ABORTED, Outcome.UNDETERMINED):
            if worst in outcomes:
                return worst
        return Outcome.SUCCESSFUL

    def finding(self, key: str) -> Finding | None:
        return next((finding for finding in self.findings if finding.key == key), None)


def read_and_check(session: CardSession, anchors: TrustAnchors, revocation_lists: RevocationLists, at: datetime) -> CardReading:
    """Read the unlocked card and check it as of `at`. Raises what the card and the transport raise, never what a check finds."""
    files = session.run_with_channel("agent.step.read", lambda channel: read_document(channel, READ))
    report = _Report()
    report.add(Finding("agent.check.pace", Outcome.SUCCESSFUL))
    signed = report.check("agent.check.signature", lambda: check_signature(files.sod))
    chain = report.check("agent.check.anchor", lambda: find_chain(signed.signer, anchors)) if signed else None
    report.check("agent.check.files", lambda: require_groups(files.data_groups))
    if signed:
        report.check("agent.check.completeness", lambda: require_same_groups(files.com, signed.lds.digests))
    if signed and chain:
        report.check("agent.check.validity", lambda: check_validity(chain, at, signed.signing_time))
        _revocation(report, chain, revocation_lists, at)
    for number, content in sorted(files.data_groups.items()):
        _data_group(report, signed, number, content)
    zone = report.decode(files, 1, lambda raw: decode(DataGroup1.decode(raw).mrz))
    faces = report.decode(files, 2, DataGroup2.decode)
    if zone is not None:
        report.check("agent.check.expiry", lambda: _require_current(zone, at))
        if signed is not None:
            _country(report, zone, signed)
    report.decode(files, 14, DataGroup14.decode)
    person = report.decode(files, 11, DataGroup11.decode)
    document = report.decode(files, 12, DataGroup12.decode)
    report.add(Finding("agent.check.copy", Outcome.NOT_SUPPORTED))
    portrait = faces.images[0] if faces is not None else b""
    return CardReading(tuple(report.findings), _named(files), signed, chain, zone, person, document, portrait)


class DocumentExpired(OpenEoiError):
    """The document's own validity is over."""


class _Report:
    """Collects findings: a check that raises did not succeed, and the kind of error says how."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def add(self, finding: Finding) -> None:
        self.findings.append(finding)

    def check(self, key: str, work: Callable[[], Result], **values: object) -> Result | None:
        try:
            result = work()
        except (PassiveAuthenticationError, DocumentInconsistent, FileMissing, DecodingError, DocumentExpired) as error:
            undecided = isinstance(error, NotDecidable | NoTrustAnchor | FileMissing)
            outcome = Outcome.UNDETERMINED if undecided else Outcome.FAILED
            self.add(Finding(key, outcome, values, type(error).__name__))
            return None
        self.add(Finding(key, Outcome.SUCCESSFUL, values))
        return result

    def decode(self, files: DocumentFiles, number: int, decoder: Callable[[bytes], Result]) -> Result | None:
        """A data group's value; a finding only where it cannot be read."""
        content = files.data_groups.get(number)
        if content is None:
            return None
        try:
            return decoder(content)
        except OpenEoiError as error:
            self.add(Finding("agent.check.readable", Outcome.FAILED, {"number": number}, type(error).__name__))
            return None


def _revocation(report: _Report, chain: Chain, lists: RevocationLists, at: datetime) -> None:
    state = report.check("agent.check.revocation", lambda: check_revocation(chain, lists, at))
    if state is not None and state is not RevocationState.NOT_REVOKED:
        outcome = Outcome.NOT_SUPPORTED if state is RevocationState.NO_LIST else Outcome.UNDETERMINED
        report.findings[-1] = Finding("agent.check.revocation", outcome, reason=state.name)


def _country(report: _Report, zone: TravelDocument, signed: SignedSecurityObject) -> None:
    known = report.check("agent.check.country", lambda: require_country(zone, signed.signer.country))
    if known is False:
        report.findings[-1] = Finding("agent.check.country", Outcome.UNDETERMINED, reason="CountryUnknown")


def _data_group(report: _Report, signed: SignedSecurityObject | None, number: int, content: bytes) -> None:
    if signed is None:
        report.add(Finding("agent.check.data_group", Outcome.UNDETERMINED, {"number": number}))
    else:
        report.check("agent.check.data_group", lambda: verify_data_group(signed, number, content), number=number)


def _require_current(zone: TravelDocument, at: datetime) -> None:
    expires = dates.expiry_date(zone.date_of_expiry, at.date())
    if expires is not None and expires < at.date():
        raise DocumentExpired(f"the document expired on {expires.isoformat()}")


def _named(files: DocumentFiles) -> dict[str, bytes]:
    groups = {f"EF.DG{number}": content for number, content in sorted(files.data_groups.items())}
    return {"EF.COM": files.com, "EF.SOD": files.sod, **groups}
