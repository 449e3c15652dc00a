"""What the officer's screen shows of a report, in words: verdicts, data beside the portrait, who vouches for it."""

from __future__ import annotations

from datetime import date

from openeoi.border import checks
from openeoi.border.report import InspectionReport
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.mrz import TravelDocument, dates
from openeoi.terminal.checks import Check, Outcome
from openeoi.terminal.examination import Point
from openeoi.terminal.examination.points import PROOFS
from openeoi.web.figures import CertificatePicture, CheckPicture, chain_of
from openeoi.web.translation import Translator


def check_pictures(t: Translator, found: tuple[Check, ...]) -> list[CheckPicture]:
    return [CheckPicture(style(one.outcome), name(t, one), reason(t, one)) for one in found]


def shown(report: InspectionReport) -> tuple[Check, ...]:
    """What the officer sees, by attention: proofs that the document does not have are summed up in one."""
    silent = (*PROOFS, Point.KNOWN_DEFECTS)
    seen = (one for one in report.checks if one.name not in silent or one.outcome is not Outcome.NOT_SUPPORTED)
    return by_attention(tuple(seen))


def fingerprints(t: Translator, report: InspectionReport) -> str:
    """That the prints are readable with the post's proved right; "" where they are not. They are neither shown nor kept."""
    return t("border.result.fingerprints", count=report.fingers) if report.fingers is not None else ""


# What needs the officer's attention comes first; within one outcome the order of the inspection stays.
_ATTENTION = (Outcome.FAILED, Outcome.ABORTED, Outcome.UNDETERMINED, Outcome.SUCCESSFUL, Outcome.NOT_SUPPORTED)


def by_attention(found: tuple[Check, ...]) -> tuple[Check, ...]:
    return tuple(sorted(found, key=lambda one: _ATTENTION.index(one.outcome)))


def is_confirmed(report: InspectionReport) -> bool:
    """Whether the data shown is what a trusted state signed."""
    needed = (report.check(name) for name in (Point.SIGNATURE, Point.TRUST, Point.DATA))
    return all(one is not None and one.outcome is Outcome.SUCCESSFUL for one in needed)


def style(outcome: Outcome) -> str:
    """The outcome's name as the web kit spells it."""
    return outcome.name.lower()


def reason(t: Translator, check: Check) -> str:
    if not check.reason:
        return ""
    shared = f"web.document.reason.{check.reason}"
    return t(shared) if t.knows(shared) else t(f"border.reason.{check.reason}")


def name(t: Translator, check: Check) -> str:
    shared = f"web.document.check.{check.name}"
    return t(shared) if t.knows(shared) else t(f"border.check.{check.name}")


def remedy(report: InspectionReport) -> str:
    """The key of the text that says what the officer does now."""
    status = report.check(checks.STATUS)
    if status is not None and status.outcome is Outcome.FAILED:
        return "border.remedy.hit"
    return f"border.remedy.{style(report.outcome)}"


def facts(t: Translator, zone: TravelDocument, today: date) -> list[tuple[str, str]]:
    pairs = [
        (t("border.fact.surname"), zone.primary_identifier),
        (t("border.fact.given_names"), zone.secondary_identifier),
        (t("border.fact.number"), zone.document_number),
        (t("border.fact.issuing_state"), zone.issuing_state),
        (t("border.fact.nationality"), zone.nationality),
        (t("border.fact.sex"), zone.sex),
        (t("border.fact.born"), _day(t, dates.birth_date, zone.date_of_birth, today)),
        (t("border.fact.expires"), _day(t, dates.expiry_date, zone.date_of_expiry, today)),
    ]
    return [(term, value) for term, value in pairs if value]


def _day(t: Translator, read: object, field: str, today: date) -> str:
    try:
        day = read(field, today) if callable(read) else None
    except DecodingError:
        return field
    if isinstance(day, date):
        return t.date(day)
    return t("border.fact.permanent") if read is dates.expiry_date else field


def chain_picture(t: Translator, report: InspectionReport) -> CertificatePicture | None:
    """Trusted authority, document signer, chip content, with the check on each edge; None where nothing is signed."""
    signatures = report.signatures
    if signatures is None:
        return None
    content = CertificatePicture("EF.SOD", checks=_edges(t, report, Point.SIGNATURE, Point.DATA))
    signer = CertificatePicture(
        signatures.signer,
        ((t("border.chain.valid_until"), t.date(signatures.signer_valid_until)),),
        _edges(t, report, Point.TRUST, Point.VALIDITY, Point.REVOCATION),
    )
    nodes = [signer, content]
    if signatures.authority and signatures.authority_valid_until is not None:
        until = ((t("border.chain.valid_until"), t.date(signatures.authority_valid_until)),)
        nodes.insert(0, CertificatePicture(signatures.authority, until))
    return chain_of(nodes)


def _edges(t: Translator, report: InspectionReport, *names: str) -> tuple[CheckPicture, ...]:
    found = tuple(one for name in names if (one := report.check(name)) is not None)
    return tuple(check_pictures(t, found))
