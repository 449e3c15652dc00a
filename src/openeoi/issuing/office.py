"""The issuing office: everything its duties work with. `main` builds one; the duties are plain functions over it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from openeoi.crypto.randomness import RandomSource
from openeoi.issuing.ports import BlankCards, CardPrinter
from openeoi.issuing.sealing import Seal
from openeoi.issuing.staff import Access, Purpose, Role, Staff
from openeoi.issuing.store import Store
from openeoi.pki.authorities import Authorities
from openeoi.profiles.profile import CountryProfile


@dataclass(frozen=True, slots=True)
class IssuingOffice:
    """`clock` gives aware UTC moments; `random` unpredictable bytes."""

    profile: CountryProfile
    store: Store = field(repr=False)
    seal: Seal = field(repr=False)
    authorities: Authorities = field(repr=False)
    blank_cards: BlankCards = field(repr=False)
    printer: CardPrinter = field(repr=False)
    staff: Staff = field(repr=False)
    clock: Callable[[], datetime] = field(repr=False)
    random: RandomSource = field(repr=False)

    def acting(self, name: str, role: Role, purpose: Purpose) -> Access:
        """A staff member acting in a role. Raises StaffUnknown, RoleMissing."""
        return self.staff.acting(name, role, purpose)


APPLICANT = Access("applicant", Role.HOLDER, Purpose.APPLICATION)
"""The person at the application form, who is not yet known to the office."""
SYSTEM = Access("system", Role.SYSTEM, Purpose.ERASURE)
