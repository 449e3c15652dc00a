"""The checks of an inspection: their names, how much each counts, and what each kind of finding means (BSI TR-03135-1, 5 and 6).

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

import re
from collections.abc import Callable
from typing import Final, TypeVar

from openeoi.encoding.errors import DecodingError
from openeoi.errors import OpenEoiError
from openeoi.protocols.passive_authentication.errors import NotDecidable, NoTrustAnchor, PassiveAuthenticationError
from openeoi.terminal.checks import Check, Outcome, Weight
from openeoi.terminal.errors import DocumentInconsistent

Result = TypeVar("Result")

ACCESS: Final = "access"
FILES: Final = "files"
SIGNATURE: Final = "signature"
TRUST: Final = "trust"
VALIDITY: Final = "validity"
REVOCATION: Final = "revocation"
COMPLETENESS: Final = "completeness"
DATA: Final = "data"
COUNTRY: Final = "country"
GENUINE_CHIP: Final = "genuine_chip"
OPTICAL: Final = "optical"
EXPIRY: Final = "expiry"
STATUS: Final = "status"

# In the order of the officer's screen. Optional: counts unless the document or the post does not have it.
WEIGHTS: Final = {
    ACCESS: Weight.MANDATORY,
    FILES: Weight.MANDATORY,
    SIGNATURE: Weight.MANDATORY,
    TRUST: Weight.MANDATORY,
    VALIDITY: Weight.MANDATORY,
    REVOCATION: Weight.OPTIONAL,
    COMPLETENESS: Weight.MANDATORY,
    DATA: Weight.MANDATORY,
    COUNTRY: Weight.MANDATORY,
    GENUINE_CHIP: Weight.OPTIONAL,
    OPTICAL: Weight.OPTIONAL,
    EXPIRY: Weight.MANDATORY,
    STATUS: Weight.MANDATORY,
}

# What the chip's content is needed for; undetermined where it could not be read.
OF_CHIP: Final = (FILES, SIGNATURE, TRUST, VALIDITY, COMPLETENESS, DATA, COUNTRY)


class Failed(OpenEoiError):
    """A check of this office failed; `reason` is the code of the text that says why."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class Findings:
    """The checks made so far. Reasons are codes (`data_group_hash_mismatch`), the screen has the words for them."""

    def __init__(self) -> None:
        self._checks: dict[str, Check] = {}

    def add(self, name: str, outcome: Outcome, reason: str = "") -> None:
        self._checks[name] = Check(name, outcome, reason, WEIGHTS[name])

    def check(self, name: str, work: Callable[[], Result]) -> Result | None:
        """The result of `work`; where it raises, the finding says what that means, and there is none."""
        try:
            result = work()
        except (PassiveAuthenticationError, DocumentInconsistent, DecodingError, Failed) as error:
            self.add(name, outcome_of(error), error.reason if isinstance(error, Failed) else code_of(error))
            return None
        self.add(name, Outcome.SUCCESSFUL)
        return result

    def not_made(self, reason: str) -> None:
        """Every check of the chip's content that was not made is undetermined."""
        for name in OF_CHIP:
            if name not in self._checks:
                self.add(name, Outcome.UNDETERMINED, reason)

    @property
    def checks(self) -> tuple[Check, ...]:
        return tuple(self._checks[name] for name in WEIGHTS if name in self._checks)


def outcome_of(error: OpenEoiError) -> Outcome:
    return Outcome.UNDETERMINED if isinstance(error, NoTrustAnchor | NotDecidable) else Outcome.FAILED


def code_of(error: OpenEoiError) -> str:
    """The kind of error as a code: SignerExpired -> signer_expired."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(error).__name__).lower()
