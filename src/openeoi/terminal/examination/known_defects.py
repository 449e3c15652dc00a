"""What lists of known defects change in an examination. They make worse, or turn a failure into "cannot be decided"; they never
turn anything into a success.

| known | what it changes |
|---|---|
| the signer is revoked | revocation: failed |
| keys of chip or active authentication are compromised | their success proves nothing: undetermined |
| a data group is malformed | its failure to be read: undetermined |
| a data group is not what was signed | the mismatch of this group: undetermined; never of zone, portrait, prints, keys |
| EF.COM differs, EF.CardSecurity is malformed | that failure: undetermined |

Only a document whose signer a trusted state certified can be one that a list speaks of.
"""

from __future__ import annotations

from typing import Final

from openeoi.protocols.passive_authentication.defects import DefectKind, DocumentFacts, KnownDefect, known_defects
from openeoi.protocols.passive_authentication.verify import SignedSecurityObject
from openeoi.terminal.checks import Outcome
from openeoi.terminal.examination.content import Content
from openeoi.terminal.examination.findings import Finding
from openeoi.terminal.examination.points import PROOFS, Point
from openeoi.terminal.examination.trust import Trust

KNOWN: Final = "known_defect"
COMPROMISED: Final = "key_compromised"
NEVER_EXCUSED: Final = frozenset({1, 2, 3, 4, 14, 15})

_PROVED_BY: Final = {
    DefectKind.CHIP_KEYS_COMPROMISED: (Point.CHIP_AUTHENTICATION, Point.CHIP_MAPPING),
    DefectKind.ACTIVE_KEYS_COMPROMISED: (Point.ACTIVE_AUTHENTICATION,),
}
_EXCUSED: Final = {
    DefectKind.COM_DIFFERS: (Point.COMPLETENESS, "files_differ"),
    DefectKind.CARD_SECURITY_MALFORMED: (Point.CHIP_MAPPING, "decoding_error"),
}


def defects_of(signed: SignedSecurityObject | None, trusted: bool, content: Content, trust: Trust) -> tuple[KnownDefect, ...]:
    """What the lists at hand know of this document; nothing of one whose signer is not certified."""
    if signed is None or not trusted:
        return ()
    zone = content.zone
    number, kind = (zone.document_number, zone.document_code) if zone is not None else ("", "")
    return known_defects(trust.defect_lists, DocumentFacts(signed.signer, signed.signing_time, number, kind.rstrip("<")))


def with_defects(findings: tuple[Finding, ...], known: tuple[KnownDefect, ...], *, lists_at_hand: bool) -> tuple[Finding, ...]:
    """The findings as the known defects leave them, with one that says whether there are any."""
    for defect in known:
        findings = tuple(_changed(one, defect) for one in findings)
    summed = tuple(_summed(one, findings) for one in findings)
    if known:
        return (*summed, Finding(Point.KNOWN_DEFECTS, Outcome.UNDETERMINED, KNOWN))
    outcome, reason = (Outcome.SUCCESSFUL, "") if lists_at_hand else (Outcome.NOT_SUPPORTED, "no_defect_list")
    return (*summed, Finding(Point.KNOWN_DEFECTS, outcome, reason))


def _changed(finding: Finding, defect: KnownDefect) -> Finding:
    failed = finding.outcome is Outcome.FAILED
    if defect.kind is DefectKind.SIGNER_REVOKED and finding.point is Point.REVOCATION:
        return Finding(finding.point, Outcome.FAILED, "signer_revoked")
    if finding.point in _PROVED_BY.get(defect.kind, ()) and finding.outcome is Outcome.SUCCESSFUL:
        return Finding(finding.point, Outcome.UNDETERMINED, COMPROMISED)
    if defect.kind is DefectKind.DATA_GROUP_MALFORMED and failed and finding.point is Point.FILES:
        return _excused(finding) if finding.group in defect.groups else finding
    if defect.kind is DefectKind.DATA_GROUP_HASH_WRONG and failed and finding.point is Point.DATA:
        return _excused(finding) if finding.group in defect.groups - NEVER_EXCUSED else finding
    excused = _EXCUSED.get(defect.kind)
    return _excused(finding) if failed and excused == (finding.point, finding.reason) else finding


def _excused(finding: Finding) -> Finding:
    return Finding(finding.point, Outcome.UNDETERMINED, KNOWN, finding.group)


def _summed(finding: Finding, findings: tuple[Finding, ...]) -> Finding:
    """Whether the chip is genuine, where the proofs that said so count no more."""
    if finding.point is not Point.GENUINE_CHIP or finding.outcome is not Outcome.SUCCESSFUL:
        return finding
    proofs = {one.outcome for one in findings if one.point in PROOFS}
    return finding if Outcome.SUCCESSFUL in proofs else Finding(finding.point, Outcome.UNDETERMINED, COMPROMISED)
