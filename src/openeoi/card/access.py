"""Whether an access condition holds at this moment."""

from __future__ import annotations

from dataclasses import dataclass

from openeoi.protocols.personalisation.access import (
    AllOf,
    Always,
    AnyOf,
    Condition,
    Never,
    OnContact,
    Password,
    PinVerified,
    TerminalRight,
    UnderPace,
)


@dataclass(frozen=True, slots=True)
class SecurityStatus:
    """`password`: the one that opened the secure messaging under which the running command came (None: it came in clear);
    `verified`: references of the PINs verified in that session; `data_groups`: those that terminal authentication opened."""

    contactless: bool
    password: Password | None
    verified: frozenset[int]
    data_groups: frozenset[int] = frozenset()


def is_satisfied(condition: Condition, security: SecurityStatus) -> bool:
    match condition:
        case Always():
            return True
        case Never():
            return False
        case OnContact():
            return not security.contactless
        case UnderPace(passwords):
            return security.password in passwords
        case PinVerified(reference):
            return reference in security.verified
        case TerminalRight(data_group):
            return security.password is not None and data_group in security.data_groups
        case AnyOf(conditions):
            return any(is_satisfied(part, security) for part in conditions)
        case AllOf(conditions):
            return bool(conditions) and all(is_satisfied(part, security) for part in conditions)
