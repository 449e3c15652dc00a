"""Findings: what a check found, and by which kinds of errors (BSI TR-03135-1).

| kind of error | outcome |
|---|---|
| something contradicts itself, is expired or revoked; a promised proof is not given | failed |
| something needed is absent: no trust anchor, no file, an algorithm that is not known here | undetermined |

`not supported` is never the meaning of an error: the document, or this reader, does not have the thing at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, TypeVar

from openeoi.encoding.errors import DecodingError
from openeoi.errors import OpenEoiError
from openeoi.iso7816.errors import SecureMessagingError
from openeoi.iso7816.status import UnexpectedStatus
from openeoi.protocols.active_authentication.errors import ActiveAuthenticationError
from openeoi.protocols.active_authentication.errors import NotDecidable as ActiveAuthenticationNotDecidable
from openeoi.protocols.basic_access.errors import BasicAccessError
from openeoi.protocols.chip_authentication.errors import ChipAuthenticationError, ChipAuthenticationNotOffered
from openeoi.protocols.chip_authentication.errors import NotDecidable as ChipAuthenticationNotDecidable
from openeoi.protocols.pace.errors import ChipKeyMissing, PaceError
from openeoi.protocols.passive_authentication.errors import NotDecidable, NoTrustAnchor, PassiveAuthenticationError
from openeoi.terminal.checks import Check, Outcome, overall
from openeoi.terminal.errors import DocumentExpired, DocumentInconsistent, FileMissing, TerminalError
from openeoi.terminal.examination.points import WEIGHTS, Point
from openeoi.transport.errors import TransportError

Result = TypeVar("Result")

# What a check may raise; everything else is no finding and passes through.
OF_DOCUMENT: Final = (
    PassiveAuthenticationError,
    ActiveAuthenticationError,
    ChipAuthenticationError,
    PaceError,
    DocumentInconsistent,
    DocumentExpired,
    FileMissing,
    DecodingError,
)
_UNDECIDED: Final = (
    NoTrustAnchor,
    NotDecidable,
    ActiveAuthenticationNotDecidable,
    ChipAuthenticationNotDecidable,
    ChipAuthenticationNotOffered,
    ChipKeyMissing,
    FileMissing,
)
# How a chip that cannot be opened or read shows itself. By itself it is nobody's fault and no suspicion.
UNREADABLE: Final = (
    PaceError,
    BasicAccessError,
    TerminalError,
    TransportError,
    SecureMessagingError,
    UnexpectedStatus,
    DecodingError,
)


@dataclass(frozen=True, slots=True)
class Finding:
    """`reason` is a code (`data_group_hash_mismatch`), empty for success; `group` the data group that it is about, if any."""

    point: Point
    outcome: Outcome
    reason: str = ""
    group: int | None = None


class Findings:
    """What was found so far, in the order of the work."""

    def __init__(self) -> None:
        self._found: list[Finding] = []

    def add(self, point: Point, outcome: Outcome, reason: str = "", group: int | None = None) -> None:
        self._found.append(Finding(point, outcome, reason, group))

    def check(self, point: Point, work: Callable[[], Result], group: int | None = None) -> Result | None:
        """The result of `work`; where it raises, the finding says what that means, and there is none."""
        try:
            result = work()
        except OF_DOCUMENT as error:
            self.add(point, outcome_of(error), code_of(error), group)
            return None
        self.add(point, Outcome.SUCCESSFUL, group=group)
        return result

    def of(self, point: Point) -> tuple[Finding, ...]:
        return tuple(one for one in self._found if one.point is point)

    @property
    def all(self) -> tuple[Finding, ...]:
        """In the order of the points."""
        order = list(Point)
        return tuple(sorted(self._found, key=lambda one: order.index(one.point)))


# Of several findings at one point, the one that counts: the most serious.
_SERIOUSNESS: Final = (Outcome.FAILED, Outcome.ABORTED, Outcome.UNDETERMINED, Outcome.SUCCESSFUL, Outcome.NOT_SUPPORTED)


def worst(findings: Iterable[Finding]) -> Finding:
    """The most serious, the first of several; there must be one."""
    return min(findings, key=lambda one: _SERIOUSNESS.index(one.outcome))


def outcome_of(error: OpenEoiError) -> Outcome:
    """What an error that a check raised means."""
    return Outcome.UNDETERMINED if isinstance(error, _UNDECIDED) else Outcome.FAILED


def code_of(error: OpenEoiError) -> str:
    """The kind of error as a code: SignerExpired -> signer_expired. One code for everything that is malformed."""
    kind = DecodingError if isinstance(error, DecodingError) else type(error)
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()


def outcome_of_all(findings: Iterable[Finding]) -> Outcome:
    """The verdict on the whole."""
    return overall(Check(one.point, one.outcome, one.reason, WEIGHTS[one.point]) for one in findings)
