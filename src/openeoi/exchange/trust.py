"""Values of the desk: held lists, decisions about trust, and how a country stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class TrustState(StrEnum):
    """OWN: this state itself. TRUSTED: by decision. OFFERED: in a held list, undecided. WITHDRAWN: trusted once, not any more."""

    OWN = "own"
    TRUSTED = "trusted"
    OFFERED = "offered"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class HeldList:
    """A master list that was imported: whose it is, when it was signed, when and by whom it was taken in."""

    digest: str
    issuer: str
    signed_at: datetime
    imported_at: datetime
    actor: str
    authority: str
    certificates: int


@dataclass(frozen=True, slots=True)
class Decision:
    """One line of a country's history. `basis` is the state whose newest list gives the certificates (None when withdrawn)."""

    country: str
    state: TrustState
    basis: str | None
    at: datetime
    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class CountryStanding:
    """How a country stands now: `decision` is the newest one, `certificates` how many anchors count, `offered_by` whose newest
    lists have certificates of it."""

    country: str
    state: TrustState
    certificates: int
    offered_by: tuple[str, ...]
    decision: Decision | None


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import changed. `appeared` and `vanished` count certificates against the list held before; `already_held` is true
    where the same file had been imported and nothing changed."""

    held: HeldList
    countries: int
    appeared: int
    vanished: int
    already_held: bool
    issuer_state: TrustState
