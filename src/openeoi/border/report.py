"""What an inspection yields: for the officer's eyes while the document lies there, and the part of it that may be kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from openeoi.encoding.mrz import TravelDocument
from openeoi.protocols.passive_authentication import Tolerance
from openeoi.terminal.checks import Check, Outcome, overall
from openeoi.transport.trace import Exchange


class Purpose(StrEnum):
    """Why a document is inspected: a closed list; without one there is no inspection (control 1 of the guard-rails)."""

    ENTRY = "entry"
    EXIT = "exit"
    WITHIN_COUNTRY = "within_country"
    TRAINING = "training"


@dataclass(frozen=True, slots=True)
class Request:
    """Who inspects and why. `basic_access`: a document without PACE may be opened by basic access control, with its zone."""

    officer: str
    purpose: Purpose
    basic_access: bool = False


@dataclass(frozen=True, slots=True)
class Signatures:
    """Who vouches for the chip's content: names of certificates, nothing about the holder."""

    signer: str
    signer_valid_until: datetime
    authority: str = ""
    authority_valid_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class LoggedInspection:
    """Log profile *basic* (TR-03135-1, log profiles): no data about a person, no document number.

    `issuing_state` and `document_code` as in the zone, empty where the chip and the officer gave none.
    """

    transaction_id: str
    at: datetime
    officer: str
    purpose: Purpose
    outcome: Outcome
    issuing_state: str
    document_code: str
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class InspectionReport:
    """Everything found. `zone`, `portrait` and `exchanges` identify a person: they live in memory only, for one screen.

    `zone` is the chip's; `typed_zone` what the officer gave; `portrait` JPEG or JPEG 2000; `fingers` how many
    fingerprints the chip gave to the post's proved right (the prints themselves are not kept), None where it gave none.
    """

    transaction_id: str
    at: datetime
    request: Request
    checks: tuple[Check, ...]
    zone: TravelDocument | None = field(default=None, repr=False)
    typed_zone: TravelDocument | None = field(default=None, repr=False)
    portrait: bytes = field(default=b"", repr=False)
    fingers: int | None = None
    repairs: int = 0
    signatures: Signatures | None = None
    tolerances: tuple[Tolerance, ...] = ()
    exchanges: tuple[Exchange, ...] = field(default=(), repr=False)

    @property
    def outcome(self) -> Outcome:
        return overall(self.checks)

    def check(self, name: str) -> Check | None:
        return next((check for check in self.checks if check.name == name), None)

    def logged(self) -> LoggedInspection:
        """The part that may be kept."""
        known = self.zone or self.typed_zone
        return LoggedInspection(
            self.transaction_id,
            self.at,
            self.request.officer,
            self.request.purpose,
            self.outcome,
            known.issuing_state if known else "",
            known.document_code if known else "",
            self.checks,
        )
