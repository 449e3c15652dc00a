"""The shape of an application's rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from openeoi.card.parameters import PinRole
from openeoi.protocols.personalisation.access import Condition
from openeoi.protocols.personalisation.applications import Application
from openeoi.protocols.personalisation.shared import KeyRole


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key of an application: `access` must hold and `pin` be verified in the session, with `once` anew for each use."""

    role: KeyRole
    access: Condition
    pin: PinRole | None = None
    once: bool = False


@dataclass(frozen=True, slots=True)
class ApplicationRules:
    """`short_identifiers` lead to file identifiers; `look_inside` must hold before an EF can be selected (sizes of files tell
    cards apart, so they are not for everybody); `keys` stand in the order in which MSE counts them from A1."""

    application: Application
    short_identifiers: Mapping[int, int]
    look_inside: Condition
    keys: tuple[SigningKey, ...] = field(default=())
