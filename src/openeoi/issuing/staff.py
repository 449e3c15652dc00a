"""Who works in the office, and what each may do. Roles are kept apart: nobody approves and releases, nobody checks themselves.

The sample staff stand for a real directory: a person is chosen on the screen. Signing in with a password and a second factor
belongs to the complete office.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from openeoi.issuing.errors import RoleMissing, StaffUnknown


class Role(StrEnum):
    CLERK = "clerk"  # takes, checks and approves applications; hands cards over
    RELEASER = "releaser"  # the second pair of eyes
    PRODUCTION = "production"  # personalises cards, prints envelopes
    AUDITOR = "auditor"  # reads the log, changes nothing
    HOLDER = "holder"  # the applicant at the counter's screen; not a member of the staff
    SYSTEM = "system"  # jobs that run by the clock


INCOMPATIBLE = (
    frozenset({Role.CLERK, Role.RELEASER}),
    frozenset({Role.CLERK, Role.PRODUCTION}),
    frozenset({Role.RELEASER, Role.PRODUCTION}),
    *(frozenset({Role.AUDITOR, role}) for role in (Role.CLERK, Role.RELEASER, Role.PRODUCTION)),
)
"""Pairs that no one person may hold."""


class Purpose(StrEnum):
    """Why personal data is touched. Every entry of the audit chain carries one."""

    APPLICATION = "application"
    DECISION = "decision"
    RELEASE = "release"
    PRODUCTION = "production"
    ENVELOPE = "envelope"
    HAND_OVER = "hand_over"
    STATUS = "status"
    ERASURE = "erasure"
    IDENTIFICATION = "identification"
    OWN_DATA = "own_data"
    AUDIT = "audit"


@dataclass(frozen=True, slots=True)
class StaffMember:
    """`name` is the short name that the log holds."""

    name: str
    full_name: str
    roles: frozenset[Role]

    def __post_init__(self) -> None:
        for pair in INCOMPATIBLE:
            if pair <= self.roles:
                raise ValueError(f"{self.name} may not be {' and '.join(sorted(pair))} at once")


@dataclass(frozen=True, slots=True)
class Access:
    """Who acts, in which role, and why: goes with every call that touches personal data, and into the log."""

    actor: str
    role: Role
    purpose: Purpose


class Staff:
    """The directory of the office."""

    def __init__(self, members: Iterable[StaffMember]) -> None:
        self._members = {member.name: member for member in members}

    def member(self, name: str) -> StaffMember:
        """Raises StaffUnknown."""
        try:
            return self._members[name]
        except KeyError:
            raise StaffUnknown(name) from None

    def acting(self, name: str, role: Role, purpose: Purpose) -> Access:
        """The person's access in that role. Raises StaffUnknown, RoleMissing."""
        if role not in self.member(name).roles:
            raise RoleMissing(name, role)
        return Access(name, role, purpose)

    def holding(self, role: Role) -> tuple[StaffMember, ...]:
        return tuple(member for member in self._members.values() if role in member.roles)

    def __iter__(self) -> Iterator[StaffMember]:
        yield from self._members.values()


SAMPLE_STAFF = Staff(
    (
        StaffMember("ana", "Ana Testna", frozenset({Role.CLERK})),
        StaffMember("bojan", "Bojan Testni", frozenset({Role.RELEASER})),
        StaffMember("cvetka", "Cvetka Testna", frozenset({Role.PRODUCTION})),
        StaffMember("drago", "Drago Testni", frozenset({Role.CLERK})),
        StaffMember("eva", "Eva Testna", frozenset({Role.RELEASER})),
        StaffMember("franc", "Franc Testni", frozenset({Role.AUDITOR})),
    )
)
"""Invented people."""
