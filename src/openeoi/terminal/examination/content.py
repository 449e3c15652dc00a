"""What the data groups say, as far as they can be understood."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from openeoi.encoding.lds.data_group_1 import DataGroup1
from openeoi.encoding.lds.data_group_2 import DataGroup2
from openeoi.encoding.lds.data_group_3 import DataGroup3
from openeoi.encoding.lds.data_group_11 import DataGroup11
from openeoi.encoding.lds.data_group_12 import DataGroup12
from openeoi.encoding.lds.data_group_14 import DataGroup14
from openeoi.encoding.lds.data_group_15 import DataGroup15
from openeoi.encoding.mrz import TravelDocument, dates, decode
from openeoi.terminal.checks import Outcome
from openeoi.terminal.document_rules import require_groups
from openeoi.terminal.errors import DocumentExpired, FileMissing
from openeoi.terminal.examination.evidence import Evidence
from openeoi.terminal.examination.findings import Findings
from openeoi.terminal.examination.points import PROOF_FILES, Point

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Content:
    """None and empty for what was not read or cannot be understood. `portrait` is JPEG or JPEG 2000; `fingers` counts the prints
    in EF.DG3, which themselves go nowhere."""

    zone: TravelDocument | None = field(default=None, repr=False)
    portrait: bytes = field(default=b"", repr=False)
    person: DataGroup11 | None = field(default=None, repr=False)
    document: DataGroup12 | None = field(default=None, repr=False)
    fingers: int | None = None


def understand(findings: Findings, evidence: Evidence) -> Content:
    """Decodes every data group; at `FILES` a finding for each that is malformed or missing, one for all where all is well."""

    def decoded(number: int, decoder: Callable[[bytes], Value]) -> Value | None:
        raw = evidence.data_groups.get(number)
        if raw is None:
            return None
        return quiet.check(Point.FILES, lambda: decoder(raw), number)

    quiet = Findings()
    if not evidence.interrupted:
        quiet.check(Point.FILES, lambda: _require_files(evidence))
    faces = decoded(2, DataGroup2.decode)
    prints = decoded(3, DataGroup3.decode)
    content = Content(
        zone=decoded(1, lambda raw: decode(DataGroup1.decode(raw).mrz)),
        portrait=faces.images[0] if faces is not None else b"",
        person=decoded(11, DataGroup11.decode),
        document=decoded(12, DataGroup12.decode),
        fingers=len(prints.fingers) if prints is not None else None,
    )
    decoded(14, DataGroup14.decode)
    decoded(15, DataGroup15.decode)
    wrong = [one for one in quiet.all if one.outcome is not Outcome.SUCCESSFUL]
    if evidence.interrupted:
        findings.add(Point.FILES, Outcome.UNDETERMINED, evidence.interrupted)
    for one in wrong:
        findings.add(one.point, one.outcome, one.reason, one.group)
    if not wrong and not evidence.interrupted:
        findings.add(Point.FILES, Outcome.SUCCESSFUL)
    return content


def require_current(zone: TravelDocument, at: date) -> None:
    """Raises DocumentExpired, DecodingError."""
    expires = dates.expiry_date(zone.date_of_expiry, at)
    if expires is not None and expires < at:
        raise DocumentExpired(expires)


def _require_files(evidence: Evidence) -> None:
    """A withheld key is a matter of the chip's proofs; prints are refused to whoever has no right to them."""
    require_groups(evidence.data_groups)
    withheld = tuple(sorted(number for number in evidence.refused if number not in (*PROOF_FILES, 3, 4)))
    if withheld:
        raise FileMissing(withheld)
