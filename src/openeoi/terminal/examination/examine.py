"""The examination itself: reads what is needed in the right order, then judges everything that was taken down."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from openeoi.crypto.randomness import RandomSource
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.lds.common import Com
from openeoi.iso7816.steps import CardSteps
from openeoi.protocols.passive_authentication.chain import Chain
from openeoi.protocols.passive_authentication.defects import KnownDefect
from openeoi.protocols.passive_authentication.verify import SignedSecurityObject, check_signature
from openeoi.terminal.checks import Outcome
from openeoi.terminal.document_channel import DocumentChannel
from openeoi.terminal.document_rules import REQUIRED_GROUPS
from openeoi.terminal.errors import FileNotReadable
from openeoi.terminal.examination.chip_proofs import (
    Keys,
    confirmed_keys,
    judge_chip,
    run_active_authentication,
    run_chip_authentication,
)
from openeoi.terminal.examination.content import Content, require_current, understand
from openeoi.terminal.examination.evidence import Evidence, Proofs, Witness
from openeoi.terminal.examination.findings import UNREADABLE, Finding, Findings, outcome_of_all, worst
from openeoi.terminal.examination.known_defects import defects_of, with_defects
from openeoi.terminal.examination.passive import EARLIER_CHECK, judge_card_access, judge_country, judge_data, judge_signer
from openeoi.terminal.examination.points import PROOF_FILES, Point
from openeoi.terminal.examination.terminal_rights import (
    FINGERPRINTS,
    TerminalCredentialsSource,
    judge_terminal,
    run_terminal_authentication,
)
from openeoi.terminal.examination.trust import Trust
from openeoi.terminal.prove_chip import read_card_security_file
from openeoi.terminal.read_document import EXTENDED_ACCESS_DATA_GROUPS, read_data_groups, read_document


@dataclass(frozen=True, slots=True)
class Task:
    """`data_groups` are read where the document has them, besides those with the chip's keys; fingerprints only where
    `credentials` give the right to them. `response_maximum`: bytes of a response, 256 or what the card announces
    (`extended_length`)."""

    data_groups: tuple[int, ...]
    credentials: TerminalCredentialsSource | None = None
    response_maximum: int = 256


@dataclass(frozen=True, slots=True)
class Examination:
    """What is to be thought of the document as of `at`; `signed` and `chain` as far as they were found;
    `defects` is what lists at hand know of such documents."""

    at: datetime
    findings: tuple[Finding, ...]
    content: Content = field(repr=False)
    evidence: Evidence = field(repr=False)
    signed: SignedSecurityObject | None = field(repr=False)
    chain: Chain | None = field(repr=False)
    defects: tuple[KnownDefect, ...] = ()

    @property
    def outcome(self) -> Outcome:
        return outcome_of_all(self.findings)

    def finding(self, point: Point) -> Finding | None:
        """The one that counts at this point."""
        found = [one for one in self.findings if one.point is point]
        return worst(found) if found else None


def examine(opened: DocumentChannel, task: Task, trust: Trust, at: datetime, random: RandomSource) -> CardSteps[Examination]:
    """Examines an opened document as of the aware time `at`.

    Raises what makes a chip unreadable (`findings.UNREADABLE`), unless the chip has failed a proof before; never a finding.
    """
    findings = Findings()
    first = yield from read_document(opened.channel, (), response_maximum=task.response_maximum)
    signed = findings.check(Point.SIGNATURE, lambda: check_signature(first.sod))
    work = _Work(
        opened, task, listed_groups(first.com, signed), Evidence(opened.pace, opened.card_access, first.com, first.sod, {})
    )
    try:
        yield from _collect(work, signed, at, random)
    except UNREADABLE:
        if not work.failed:
            raise
        work.evidence = replace(work.evidence, interrupted="chip_unreadable")
    return _judge(findings, signed, work.evidence, trust, at, present=True)


def examine_evidence(evidence: Evidence, trust: Trust, at: datetime) -> Examination:
    """The same judgement from what an examination took down, without the chip. Raises nothing that a check can find.

    What only a witness can know of is reported as it was failed, and never as a success.
    """
    findings = Findings()
    signed = findings.check(Point.SIGNATURE, lambda: check_signature(evidence.sod))
    return _judge(findings, signed, evidence, trust, at, present=False)


def listed_groups(com: bytes, signed: SignedSecurityObject | None) -> frozenset[int]:
    """Data groups that the document names anywhere: in EF.COM (raw), which is not signed, or in the signed list."""
    try:
        in_com = frozenset(Com.decode(com).data_groups)
    except DecodingError:
        in_com = frozenset()
    return in_com | frozenset(signed.lds.digests if signed is not None else ())


@dataclass
class _Work:
    """What a running examination has; `opened` changes with chip authentication."""

    opened: DocumentChannel
    task: Task
    listed: frozenset[int]
    evidence: Evidence
    failed: bool = False

    def witness(self, proofs: Proofs, *ended: object) -> None:
        self.evidence = replace(self.evidence, proofs=proofs)
        self.failed = self.failed or any(isinstance(one, Witness) and one.outcome is Outcome.FAILED for one in ended)


def _collect(work: _Work, signed: SignedSecurityObject | None, at: datetime, random: RandomSource) -> CardSteps[None]:
    if work.opened.chip_proof is not None:
        yield from _read_card_security(work)
    yield from _read(work, (14,))
    keys = confirmed_keys(signed, dict(work.evidence.data_groups))
    channel, ended = yield from run_chip_authentication(work.opened, keys, random)
    work.witness(replace(work.evidence.proofs, chip_authentication=ended), ended)
    if channel is None:
        work.evidence = replace(work.evidence, interrupted=ended.reason if ended is not None else "")
        return
    work.opened = channel
    yield from _read(work, (15,))
    keys = confirmed_keys(signed, dict(work.evidence.data_groups))
    signature = yield from run_active_authentication(work.opened, keys, random)
    work.witness(replace(work.evidence.proofs, active_authentication=signature), signature)
    rights = yield from _prove_rights(work, keys, at)
    wanted = set(work.task.data_groups) & work.listed | REQUIRED_GROUPS
    yield from _read(work, sorted(wanted - EXTENDED_ACCESS_DATA_GROUPS - set(PROOF_FILES) | rights))


def _read_card_security(work: _Work) -> CardSteps[None]:
    proofs = replace(work.evidence.proofs, mapping=work.opened.chip_proof)
    work.witness(proofs)
    try:
        content = yield from read_card_security_file(work.opened.channel)
    except FileNotReadable:
        return
    work.evidence = replace(work.evidence, card_security=content)


def _prove_rights(work: _Work, keys: Keys, at: datetime) -> CardSteps[set[int]]:
    """The data groups that may be read with the right that was proved."""
    if FINGERPRINTS not in work.listed or keys.infos is None:
        return set()
    ended = yield from run_terminal_authentication(work.opened, keys.infos, work.task.credentials, at)
    work.witness(replace(work.evidence.proofs, terminal=ended))
    return {FINGERPRINTS} if ended.outcome is Outcome.SUCCESSFUL else set()


def _read(work: _Work, numbers: Iterable[int]) -> CardSteps[None]:
    wanted = [number for number in numbers if number in work.listed or number in REQUIRED_GROUPS]
    for number in wanted:
        steps = read_data_groups(work.opened.channel, (number,), response_maximum=work.task.response_maximum)
        contents, refused = yield from steps
        work.evidence = replace(
            work.evidence,
            data_groups={**work.evidence.data_groups, **contents},
            refused={**work.evidence.refused, **refused},
        )


def _judge(
    findings: Findings, signed: SignedSecurityObject | None, evidence: Evidence, trust: Trust, at: datetime, *, present: bool
) -> Examination:
    if present:
        findings.add(Point.ACCESS, Outcome.SUCCESSFUL, "" if evidence.pace is not None else "basic_access_control")
    keys = confirmed_keys(signed, dict(evidence.data_groups))
    chain = judge_signer(findings, signed, trust, at)
    judge_data(findings, signed, evidence)
    judge_card_access(findings, keys.infos, evidence)
    judge_chip(findings, keys, signed, evidence, trust, at, present=present)
    content = understand(findings, evidence)
    judge_terminal(findings, evidence, listed_groups(evidence.com, signed), content.fingers, present=present)
    judge_country(findings, signed, content.zone)
    judge_expiry(findings, content, at)
    known = defects_of(signed, chain is not None, content, trust)
    found = with_defects(findings.all, known, lists_at_hand=bool(trust.defect_lists))
    return Examination(at, found, content, evidence, signed, chain, known)


def judge_expiry(findings: Findings, content: Content, at: datetime) -> None:
    zone = content.zone
    if zone is None:
        findings.add(Point.EXPIRY, Outcome.UNDETERMINED, EARLIER_CHECK)
    else:
        findings.check(Point.EXPIRY, lambda: require_current(zone, at.date()))
