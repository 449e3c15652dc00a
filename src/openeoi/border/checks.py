"""The checks of an inspection: those of the examination (`terminal.examination`), and the three that only this office makes.

| finding | outcome |
|---|---|
| something contradicts itself, is expired, revoked or reported | failed |
| something needed is absent: no trust anchor, no answer, an unsupported algorithm, a chip that does not answer | undetermined |
| the document or this post does not have it at all | not supported |
| it was not carried to its end: the typed number was not accepted | aborted |

An unreadable chip is undetermined and never alone a ground for suspicion. The outcome of the whole: failed if any counting check
failed; else aborted if any was; successful only if all were; else undetermined (`terminal.checks.overall`).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from openeoi.terminal.checks import Check, Outcome, Weight
from openeoi.terminal.examination import WEIGHTS as EXAMINATION_WEIGHTS
from openeoi.terminal.examination import Examination, Point
from openeoi.terminal.examination.points import OF_CHIP

OPTICAL: Final = "optical"
STATUS: Final = "status"

# In the order of the officer's screen. Optional: counts unless the document or the post does not have it.
WEIGHTS: Final[Mapping[str, Weight]] = MappingProxyType(
    {**{point.value: weight for point, weight in EXAMINATION_WEIGHTS.items()}, OPTICAL: Weight.OPTIONAL, STATUS: Weight.MANDATORY}
)


class Checks:
    """The checks made so far. Reasons are codes (`data_group_hash_mismatch`), the screen has the words for them."""

    def __init__(self) -> None:
        self._checks: dict[str, Check] = {}

    def add(self, name: str, outcome: Outcome, reason: str = "") -> None:
        """A later finding of the same name takes the place of the earlier one."""
        self._checks[name] = Check(name, outcome, reason, WEIGHTS[name])

    def take(self, examination: Examination) -> None:
        """What the examination found, one check a point."""
        for point in Point:
            found = examination.finding(point)
            if found is not None:
                self.add(point.value, found.outcome, found.reason)

    def not_made(self, reason: str) -> None:
        """Every check of the chip's content that was not made is undetermined."""
        for point in OF_CHIP:
            if point.value not in self._checks:
                self.add(point.value, Outcome.UNDETERMINED, reason)

    @property
    def all(self) -> tuple[Check, ...]:
        return tuple(self._checks[name] for name in WEIGHTS if name in self._checks)
