"""Results of checks and how they add up, after BSI TR-03135 v2.5."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What a check found. `aborted` is no verdict: the check was not carried to its end."""

    SUCCESSFUL = "successful"
    FAILED = "failed"
    UNDETERMINED = "undetermined"
    NOT_SUPPORTED = "not supported"
    ABORTED = "aborted"


class Weight(StrEnum):
    """Whether a check counts: `evaluatory` ones are shown only; an `optional` one counts unless not supported."""

    MANDATORY = "mandatory"
    OPTIONAL = "optional"
    EVALUATORY = "evaluatory"


@dataclass(frozen=True, slots=True)
class Check:
    """One check by name, with the reason for its outcome in one sentence (empty for success)."""

    name: str
    outcome: Outcome
    reason: str = ""
    weight: Weight = Weight.MANDATORY


def overall(checks: Iterable[Check]) -> Outcome:
    """Failed if any counting check failed; else aborted if any was; successful only if all were; else undetermined.

    Without a counting check there is nothing to be sure of: undetermined.
    """
    outcomes = {check.outcome for check in checks if _counts(check)}
    for decisive in (Outcome.FAILED, Outcome.ABORTED):
        if decisive in outcomes:
            return decisive
    return Outcome.SUCCESSFUL if outcomes == {Outcome.SUCCESSFUL} else Outcome.UNDETERMINED


def _counts(check: Check) -> bool:
    if check.weight is Weight.OPTIONAL:
        return check.outcome is not Outcome.NOT_SUPPORTED
    return check.weight is Weight.MANDATORY
