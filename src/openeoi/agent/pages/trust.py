"""The tree from the country signing authority down to the data groups, with what was checked on each edge."""

from __future__ import annotations

from openeoi.agent.summary import reason_text
from openeoi.protocols.passive_authentication.certificates import Certificate
from openeoi.terminal.examination import Examination, Finding, Point
from openeoi.web.figures import CertificatePicture, CheckPicture
from openeoi.web.translation import Translator


def chain_picture(t: Translator, reading: Examination) -> CertificatePicture | None:
    """None where not even the signature over the content could be verified."""
    if reading.signed is None:
        return None
    groups = tuple(
        CertificatePicture(f"EF.DG{finding.group}", checks=(_edge(t, finding, "agent.chain.hash"),))
        for finding in reading.findings
        if finding.point is Point.DATA and finding.group is not None
    )
    content = CertificatePicture("EF.SOD", checks=_edges(t, reading, (Point.SIGNATURE, "agent.chain.content")), issued=groups)
    edges = (
        (Point.TRUST, "agent.chain.signed"),
        (Point.VALIDITY, "agent.chain.in_time"),
        (Point.REVOCATION, "agent.chain.revocation"),
    )
    signer = CertificatePicture(
        _name(reading.signed.signer), _details(t, reading.signed.signer), _edges(t, reading, *edges), (content,)
    )
    if reading.chain is None:
        return signer
    authority = reading.chain.authority
    return CertificatePicture(_name(authority), _details(t, authority), issued=(signer,))


def _edges(t: Translator, reading: Examination, *edges: tuple[Point, str]) -> tuple[CheckPicture, ...]:
    found = [(reading.finding(point), text) for point, text in edges]
    return tuple(_edge(t, finding, text) for finding, text in found if finding is not None)


def _edge(t: Translator, finding: Finding, text: str) -> CheckPicture:
    return CheckPicture(finding.outcome.name.lower(), t(text), reason_text(t, finding))


def _name(certificate: Certificate) -> str:
    """The common name, else the whole subject."""
    parts = dict(part.partition(": ")[::2] for part in certificate.subject_text.split(", "))
    return parts.get("Common Name", certificate.subject_text)


def _details(t: Translator, certificate: Certificate) -> tuple[tuple[str, str], ...]:
    period = t("agent.chain.from_to", start=t.date(certificate.not_before), end=t.date(certificate.not_after))
    return ((t("agent.chain.valid"), period), (t("agent.chain.serial"), f"{certificate.serial_number:X}"))
