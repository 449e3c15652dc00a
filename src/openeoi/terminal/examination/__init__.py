"""The one examination of a travel document: what a holder's reader, a border post and a check of kept evidence have in common.

    opened = yield from open_chip(password, random)                  by PACE; basic access control only where the caller says so
    result = yield from examine(opened, task, trust, at, random)     reads, proves, judges
    result = examine_evidence(result.evidence, trust, at)            judges again, without the chip

Order (ICAO 9303-11, 5.1 and 6; TR-03110-1, 2.4; BSI TR-03135-1): the chip is opened; EF.COM, EF.SOD and what the chip's proofs
need are read; the signature over them is verified; the chip proves that it is no copy; the terminal proves its rights, where it
has any; only then the rest is read; and everything is held against what a trusted state signed.
"""

from openeoi.terminal.examination.evidence import Evidence, Witness
from openeoi.terminal.examination.examine import Examination, Task, examine, examine_evidence
from openeoi.terminal.examination.findings import Finding, Findings, code_of, outcome_of
from openeoi.terminal.examination.open_chip import open_chip
from openeoi.terminal.examination.points import WEIGHTS, Point
from openeoi.terminal.examination.trust import Trust

__all__ = [
    "WEIGHTS",
    "Evidence",
    "Examination",
    "Finding",
    "Findings",
    "Point",
    "Task",
    "Trust",
    "Witness",
    "code_of",
    "examine",
    "examine_evidence",
    "open_chip",
    "outcome_of",
]
