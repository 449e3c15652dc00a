"""The life of a card.

| from | to | who | when |
|---|---|---|---|
| blank | personalised | office | CAN and MRZ information are set; if there is a key, PUK and initial password too |
| personalised | handed over | office | - |
| handed over | active | holder | Norm PIN is set, with a qualified key Sig PIN too, by initial password or PUK |
| handed over | blocked | card | initial password and PUK are used up |
| active | blocked | card | Norm PIN, Sig PIN and PUK are used up |
| every state | terminated | office | secrets, keys and files are erased |

| in this state | PACE with | usable secrets | usable keys |
|---|---|---|---|
| blank | office key | - | - |
| personalised | office key, CAN, MRZ | - | - |
| handed over | office key, CAN, MRZ | initial password, PUK | low |
| active | office key, CAN, MRZ | Norm PIN, Sig PIN, PUK | low, high, qualified |
| blocked | office key, CAN, MRZ | - | low |
| terminated | - | - | - |

Activation is one step: the initial password is spent in the same write that makes the card active, not earlier.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from openeoi.card.parameters import PinRole
from openeoi.card.state import CardState
from openeoi.protocols.personalisation.shared import KeyRole, LifeCycle

USABLE_SECRETS: Final[Mapping[LifeCycle, frozenset[PinRole]]] = MappingProxyType(
    {
        LifeCycle.HANDED_OVER: frozenset({PinRole.INITIAL_PASSWORD, PinRole.PUK}),
        LifeCycle.ACTIVE: frozenset({PinRole.NORM_PIN, PinRole.SIG_PIN, PinRole.PUK}),
    }
)

USABLE_KEYS: Final[Mapping[LifeCycle, frozenset[KeyRole]]] = MappingProxyType(
    {
        LifeCycle.HANDED_OVER: frozenset({KeyRole.LOW}),
        LifeCycle.ACTIVE: frozenset(KeyRole),
        LifeCycle.BLOCKED: frozenset({KeyRole.LOW}),
    }
)

HOLDER_PINS: Final = (PinRole.NORM_PIN, PinRole.SIG_PIN)


def needed_pins(state: CardState) -> tuple[PinRole, ...]:
    """The PINs without which the card is not active."""
    return HOLDER_PINS if KeyRole.QUALIFIED in state.keys else (PinRole.NORM_PIN,)


def may_be_personalised(state: CardState) -> bool:
    electronic = not state.keys or all(state.pins[role].value for role in (PinRole.PUK, PinRole.INITIAL_PASSWORD))
    return bool(state.can and state.mrz_information) and electronic


def settled(state: CardState, blocking: bool = True) -> CardState:
    """The state after the card's own transitions: to active when all PINs are set, to blocked when nothing is left to try.

    `blocking` is False while the last try is taken off a counter before the comparison: that try may still succeed.
    """
    if state.life_cycle is LifeCycle.HANDED_OVER and all(state.pins[role].value for role in needed_pins(state)):
        spent = replace(state.pins[PinRole.INITIAL_PASSWORD], value=b"", tries_left=0)
        return replace(state.with_pin(PinRole.INITIAL_PASSWORD, spent), life_cycle=LifeCycle.ACTIVE)
    if not blocking:
        return state
    secrets = [state.pins[role] for role in USABLE_SECRETS.get(state.life_cycle, ())]
    if any(pin.value for pin in secrets) and not any(pin.tries_left for pin in secrets if pin.value):
        return replace(state, life_cycle=LifeCycle.BLOCKED)
    return state


def entered(state: CardState, wanted: LifeCycle) -> CardState:
    """The state after a transition by the office, which the personalisation table has allowed."""
    if wanted is LifeCycle.TERMINATED:
        return replace(state.erased(), life_cycle=wanted)
    return replace(state, life_cycle=wanted)
