"""From findings to a verdict in words: each check with its outcome and reason, and the conclusion of ETSI EN 319 102-1.

The order in which a person needs to know: are the signed bytes unchanged, do they cover the document, what was added afterwards,
who issued the certificate, was it meant for signatures, is it still good, is the signature qualified.

Without a trusted timestamp nothing proves when a B-B signature was made: a certificate that has expired or was revoked by now
makes the signature undetermined (…_NO_POE), not valid.
"""

import base64
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from cryptography import x509

from openeoi.protocols.holder_certificate import CertificateStatus, Status, StatusSourceUnavailable, TrustedIssuer
from openeoi.protocols.holder_certificate.certificate import policies
from openeoi.signing.certificates import is_for_signatures, qualified_statements, subject_text
from openeoi.signing.findings import DocumentFindings, SignatureFindings


class Outcome(StrEnum):
    SUCCESSFUL = "successful"
    FAILED = "failed"
    UNDETERMINED = "undetermined"


class Indication(StrEnum):
    """The main status indications of EN 319 102-1, 5.1.3."""

    TOTAL_PASSED = "TOTAL-PASSED"
    INDETERMINATE = "INDETERMINATE"
    TOTAL_FAILED = "TOTAL-FAILED"


_OUTCOMES = {
    Indication.TOTAL_PASSED: Outcome.SUCCESSFUL,
    Indication.INDETERMINATE: Outcome.UNDETERMINED,
    Indication.TOTAL_FAILED: Outcome.FAILED,
}


@dataclass(frozen=True)
class Check:
    """`name` is one of integrity, coverage, changes, time, chain, usage, revocation, qualified; `reason` a code, "" when there is
    nothing to add (texts: `signing.check.<name>`, `signing.reason.<reason>`)."""

    name: str
    outcome: Outcome
    reason: str = ""


@dataclass(frozen=True)
class SignatureReport:
    field_name: str
    signer: str
    claimed_time: str
    indication: Indication
    sub_indication: str
    checks: tuple[Check, ...]
    certificate: str = field(default="", repr=False)
    issuer: str = ""
    serial: str = ""
    subfilter: str = ""
    algorithm: str = ""
    stamped_at: str = ""

    @property
    def outcome(self) -> Outcome:
        return _OUTCOMES[self.indication]

    @property
    def qualified(self) -> bool:
        """A valid signature with a certificate that our list names as qualified for signatures."""
        passed = self.indication is Indication.TOTAL_PASSED
        return passed and any(check.name == "qualified" and check.outcome is Outcome.SUCCESSFUL for check in self.checks)


@dataclass(frozen=True)
class ValidationReport:
    """`problem` is a code when the document could not be examined; the report then holds no signatures."""

    validated_at: datetime
    problem: str = ""
    signatures: tuple[SignatureReport, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """Of the whole document: the worst of its signatures; undetermined for an unsigned or unreadable one."""
        outcomes = {signature.outcome for signature in self.signatures}
        for outcome in (Outcome.FAILED, Outcome.UNDETERMINED, Outcome.SUCCESSFUL):
            if outcome in outcomes:
                return outcome
        return Outcome.UNDETERMINED

    @property
    def headline(self) -> str:
        """The code of the one sentence that comes first (`signing.verdict.<headline>`)."""
        if self.problem:
            return "not_examined"
        if not self.signatures:
            return "unsigned"
        if self.outcome is not Outcome.SUCCESSFUL:
            return self.outcome.value
        return "qualified" if all(signature.qualified for signature in self.signatures) else "valid"

    def as_json(self) -> dict[str, Any]:
        signatures = [{**asdict(one), "outcome": one.outcome, "qualified": one.qualified} for one in self.signatures]
        return {
            "outcome": self.outcome.value,
            "headline": self.headline,
            "problem": self.problem,
            "validated_at": self.validated_at.isoformat(),
            "signatures": signatures,
        }


def judge(
    findings: DocumentFindings, issuers: Sequence[TrustedIssuer], status: CertificateStatus, at: datetime
) -> ValidationReport:
    """The report. `issuers` are the ones whose certificates count as qualified; `status` answers for revocation."""
    if findings.problem:
        return ValidationReport(at, findings.problem)
    return ValidationReport(at, "", tuple(_judge_one(one, issuers, status) for one in findings.signatures))


def _judge_one(found: SignatureFindings, issuers: Sequence[TrustedIssuer], status: CertificateStatus) -> SignatureReport:
    if found.problem:
        checks: tuple[Check, ...] = (Check("integrity", Outcome.FAILED, found.problem),)
        return SignatureReport(found.field_name, "", "", Indication.TOTAL_FAILED, "FORMAT_FAILURE", checks)
    certificate = x509.load_der_x509_certificate(base64.b64decode(found.certificate))
    checks = (
        _integrity(found),
        _coverage(found),
        _changes(found),
        _stamp(found),
        _chain(found),
        _usage(found, certificate),
        _revocation(found, certificate, status),
        _qualified(found, certificate, issuers),
    )
    indication, sub_indication = _conclusion(checks, found)
    return SignatureReport(
        found.field_name,
        subject_text(certificate),
        found.claimed_time,
        indication,
        sub_indication,
        checks,
        found.certificate,
        certificate.issuer.rfc4514_string(),
        str(certificate.serial_number),
        found.subfilter,
        f"{found.signature_algorithm} {found.digest_algorithm}",
        found.stamp_time if not found.stamp_problem else "",
    )


def _integrity(found: SignatureFindings) -> Check:
    if not found.intact:
        return Check("integrity", Outcome.FAILED, "bytes_changed")
    if not found.valid:
        return Check("integrity", Outcome.FAILED, "signature_wrong")
    return Check("integrity", Outcome.SUCCESSFUL)


def _coverage(found: SignatureFindings) -> Check:
    if not found.place_clean:
        return Check("coverage", Outcome.FAILED, "hidden_bytes")
    match found.coverage:
        case "ENTIRE_FILE":
            return Check("coverage", Outcome.SUCCESSFUL, "whole_file")
        case "ALL_FILES":
            return Check("coverage", Outcome.SUCCESSFUL, "all_files")
        case "SOME_FILES":
            return Check("coverage", Outcome.FAILED, "files_not_signed")
        case "ENTIRE_REVISION":
            return Check("coverage", Outcome.SUCCESSFUL, "earlier_revision")
        case _:
            return Check("coverage", Outcome.FAILED, "part_only")


def _changes(found: SignatureFindings) -> Check:
    if found.coverage in {"ENTIRE_FILE", "ALL_FILES", "SOME_FILES"}:
        return Check("changes", Outcome.SUCCESSFUL, "nothing_added")
    if found.changes_allowed and found.changes in {"NONE", "LTA_UPDATES", "FORM_FILLING"}:
        return Check("changes", Outcome.SUCCESSFUL, "additions_allowed")
    return Check("changes", Outcome.FAILED, "additions_suspicious")


def _stamp(found: SignatureFindings) -> Check:
    """A time stamp that is not sound proves nothing, and takes nothing from the signature either (EN 319 102-1, 5.5.4)."""
    if found.stamp_problem:
        return Check("time", Outcome.UNDETERMINED, found.stamp_problem)
    return Check("time", Outcome.SUCCESSFUL, "stamped" if found.stamp_time else "claimed_only")


def _chain(found: SignatureFindings) -> Check:
    if found.trusted:
        return Check("chain", Outcome.SUCCESSFUL)
    if "OUT_OF_BOUNDS" in found.trust_problem or found.trust_problem in {"EXPIRED", "NOT_YET_VALID"}:
        return Check("chain", Outcome.UNDETERMINED, "outside_validity")
    return Check("chain", Outcome.UNDETERMINED, "not_trusted")


def _usage(found: SignatureFindings, certificate: x509.Certificate) -> Check:
    if not found.names_signer:
        return Check("usage", Outcome.FAILED, "signer_not_named")
    if is_for_signatures(certificate):
        return Check("usage", Outcome.SUCCESSFUL)
    return Check("usage", Outcome.FAILED, "not_for_signatures")


def _revocation(found: SignatureFindings, certificate: x509.Certificate, status: CertificateStatus) -> Check:
    if not found.trusted:
        return Check("revocation", Outcome.UNDETERMINED, "issuer_not_asked")
    try:
        answer = status(certificate.serial_number, certificate.issuer)
    except StatusSourceUnavailable:
        return Check("revocation", Outcome.UNDETERMINED, "status_unavailable")
    match answer:
        case Status.GOOD:
            return Check("revocation", Outcome.SUCCESSFUL)
        case Status.REVOKED:
            return Check("revocation", Outcome.FAILED, "revoked")
        case Status.UNKNOWN:
            return Check("revocation", Outcome.UNDETERMINED, "status_unknown")


def _qualified(found: SignatureFindings, certificate: x509.Certificate, issuers: Sequence[TrustedIssuer]) -> Check:
    """Qualified needs both: a qualified issuer on our list, and the issuer's own statements in the certificate."""
    for issuer in issuers:
        issuer_certificate = x509.load_der_x509_certificate(issuer.certificate)
        if found.trusted and issuer_certificate.subject == certificate.issuer and issuer.policy in policies(certificate):
            if qualified_statements(certificate).for_signatures:
                return Check("qualified", Outcome.SUCCESSFUL)
            return Check("qualified", Outcome.UNDETERMINED, "no_statements")
    return Check("qualified", Outcome.UNDETERMINED, "issuer_not_qualified")


def _conclusion(checks: Sequence[Check], found: SignatureFindings) -> tuple[Indication, str]:
    """EN 319 102-1, 5.1.3 and table 5; the first check that fails decides."""
    reasons = {check.name: check.reason for check in checks if check.outcome is not Outcome.SUCCESSFUL}
    if "integrity" in reasons:
        return Indication.TOTAL_FAILED, "HASH_FAILURE" if reasons["integrity"] == "bytes_changed" else "SIG_CRYPTO_FAILURE"
    if "coverage" in reasons or "changes" in reasons:
        return Indication.TOTAL_FAILED, "FORMAT_FAILURE"
    if reasons.get("usage") == "signer_not_named":
        return Indication.INDETERMINATE, "NO_SIGNING_CERTIFICATE_FOUND"
    if "usage" in reasons:
        return Indication.INDETERMINATE, "CHAIN_CONSTRAINTS_FAILURE"
    if reasons.get("chain") == "outside_validity":
        return Indication.INDETERMINATE, "OUT_OF_BOUNDS_NO_POE"
    if "chain" in reasons:
        return Indication.INDETERMINATE, found.trust_problem or "NO_CERTIFICATE_CHAIN_FOUND"
    if reasons.get("revocation") == "revoked":
        return Indication.INDETERMINATE, "REVOKED_NO_POE"
    if "revocation" in reasons:
        return Indication.INDETERMINATE, "TRY_LATER"
    return Indication.TOTAL_PASSED, ""
