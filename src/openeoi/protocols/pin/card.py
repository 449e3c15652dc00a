"""PINs as the card keeps them.

What a command does, by the state of the PIN:

| state | VERIFY with data | VERIFY without data | CHANGE | RESET RETRY COUNTER |
|---|---|---|---|---|
| not set, or used up | 6984 | 6984 | if its initial password, or its PUK, is verified: set | 6984 |
| usable | try it | 63Cx, or 9000 if verified | if it, or its PUK, is verified: set | if its PUK is verified: all tries back |
| blocked | 6983 | 6983 | if its PUK is verified: set | if its PUK is verified: all tries back |

Rules:

- A try is taken off the counter and *persisted before* the comparison; it is given back only after the right value was presented.
  A card that loses power at any moment has lost at most one try, and an attacker has won none.
- A value whose length or characters cannot be right is refused with 6700 before any try: everybody may know those rules.
- What was verified is a matter of the session, not of the memory: a reset forgets it.
- An authorisation serves once where it came from a PUK: after CHANGE the PUK must be verified again. The initial password stays
  good until every PIN that it opens has been set (till then it can set one again), so that a power cut in between locks nobody
  out; then it is erased.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from openeoi.crypto.comparison import equal_in_constant_time
from openeoi.encoding.errors import EncodingError
from openeoi.errors import OpenEoiError
from openeoi.iso7816 import status
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.protocols.pin import shared


@dataclass(frozen=True, slots=True)
class Pin:
    """One reference datum. `value` is empty where none is set.

    `unblocked_by` is the reference of its PUK, `initialised_by` of the one-use password that lets the holder set it first.
    """

    minimum_length: int
    maximum_length: int
    tries_maximum: int
    tries_remaining: int
    value: bytes = field(default=b"", repr=False)
    digits_only: bool = True
    changeable: bool = True
    unblocked_by: int | None = None
    initialised_by: int | None = None

    @property
    def is_set(self) -> bool:
        return bool(self.value)

    @property
    def is_blocked(self) -> bool:
        return self.tries_remaining == 0

    def allows(self, value: bytes) -> bool:
        """Whether the value can be one of this PIN, by length and characters."""
        fits = self.minimum_length <= len(value) <= self.maximum_length
        return fits and (not self.digits_only or (value.isascii() and value.isdigit()))

    def with_value(self, value: bytes) -> Pin:
        """The PIN with a new value and all tries. Raises EncodingError where `allows` says no."""
        if not self.allows(value):
            raise EncodingError("PIN", "the value has a length or characters that are not allowed")
        return replace(self, value=value, tries_remaining=self.tries_maximum)

    def without_value(self) -> Pin:
        """The PIN as it is before it was set, or after a one-use password was used up."""
        return replace(self, value=b"")


Persist = Callable[[Mapping[int, Pin]], None]
"""Writes all PINs so that they survive a power cut; returns only when they do; where it raises, the try is not made."""


class _Refused(OpenEoiError):
    def __init__(self, status_word: int) -> None:
        self.status = status_word
        super().__init__(f"{status_word:04X}")


class PinCardSide:
    """All PINs of a card, by reference, and which of them the present session has verified."""

    def __init__(self, pins: Mapping[int, Pin], persist: Persist) -> None:
        self._pins = dict(pins)
        self._persist = persist
        self._verified: set[int] = set()

    @property
    def pins(self) -> Mapping[int, Pin]:
        return dict(self._pins)

    @property
    def verified(self) -> frozenset[int]:
        """References of the PINs and PUKs that count as proved now."""
        return frozenset(self._verified)

    def forget(self, references: Iterable[int] | None = None) -> None:
        """Ends the proof of these PINs (of all, after a reset): a signature PIN that serves for one signature, for instance."""
        self._verified -= set(self._verified if references is None else references)

    def replace_pins(self, pins: Mapping[int, Pin]) -> None:
        """New reference data, as personalisation writes them; already persisted by the caller. Nothing is verified afterwards."""
        self._pins = dict(pins)
        self._verified.clear()

    @staticmethod
    def handles(command: CommandApdu) -> bool:
        return command.ins in (shared.VERIFY, shared.CHANGE_REFERENCE_DATA, shared.RESET_RETRY_COUNTER)

    def process(self, command: CommandApdu) -> ResponseApdu:
        """Answers any command with a status word. Only what `persist` raises passes through."""
        reference = command.p2 & ~shared.SPECIFIC_REFERENCE
        try:
            if command.cla != 0:
                raise _Refused(status.CLASS_NOT_SUPPORTED)
            if reference not in self._pins:
                raise _Refused(status.REFERENCED_DATA_NOT_FOUND)
            match command.ins, command.p1:
                case shared.VERIFY, 0x00:
                    return self._verify(reference, command.data)
                case shared.CHANGE_REFERENCE_DATA, shared.NEW_VALUE_ONLY:
                    return self._change(reference, command.data)
                case shared.RESET_RETRY_COUNTER, shared.COUNTER_ONLY:
                    return self._reset_counter(reference, command.data)
                case _:
                    raise _Refused(status.INCORRECT_P1_P2)
        except _Refused as refusal:
            return ResponseApdu(refusal.status)

    def _verify(self, reference: int, presented: bytes) -> ResponseApdu:
        pin = self._pins[reference]
        if not pin.is_set:
            raise _Refused(status.REFERENCE_DATA_NOT_USABLE)
        if pin.is_blocked:
            raise _Refused(status.AUTHENTICATION_METHOD_BLOCKED)
        if not presented:
            raise _Refused(status.SUCCESS if reference in self._verified else _tries(pin))
        if not pin.allows(presented):
            raise _Refused(status.WRONG_LENGTH)
        self._verified.discard(reference)
        self._store({reference: replace(pin, tries_remaining=pin.tries_remaining - 1)})
        if not equal_in_constant_time(presented, pin.value):
            raise _Refused(_tries(self._pins[reference]))
        self._store({reference: replace(pin, tries_remaining=pin.tries_maximum)})
        self._verified.add(reference)
        return ResponseApdu(status.SUCCESS)

    def _change(self, reference: int, new: bytes) -> ResponseApdu:
        pin = self._pins[reference]
        if not pin.changeable or not self._may_change(reference, pin):
            raise _Refused(status.SECURITY_STATUS_NOT_SATISFIED)
        if not pin.allows(new):
            raise _Refused(status.WRONG_LENGTH)
        changes = {reference: pin.with_value(new)}
        self._store(changes | self._used_up_by(changes))
        self._verified.discard(reference)
        if pin.unblocked_by is not None:
            self._verified.discard(pin.unblocked_by)
        self._verified -= {known for known in self._verified if not self._pins[known].is_set}
        return ResponseApdu(status.SUCCESS)

    def _may_change(self, reference: int, pin: Pin) -> bool:
        return not self._verified.isdisjoint({reference, pin.unblocked_by, pin.initialised_by})

    def _used_up_by(self, changes: dict[int, Pin]) -> dict[int, Pin]:
        """The one-use passwords that have nothing left to initialise once these changes are made."""
        after = self._pins | changes
        initial = {pin.initialised_by for pin in changes.values()} - {None}
        needed = {pin.initialised_by for pin in after.values() if not pin.is_set}
        return {one: after[one].without_value() for one in initial - needed if one is not None and one in after}

    def _reset_counter(self, reference: int, data: bytes) -> ResponseApdu:
        pin = self._pins[reference]
        if data:
            raise _Refused(status.WRONG_LENGTH)
        if not pin.is_set:
            raise _Refused(status.REFERENCE_DATA_NOT_USABLE)
        if pin.unblocked_by is None or pin.unblocked_by not in self._verified:
            raise _Refused(status.SECURITY_STATUS_NOT_SATISFIED)
        self._store({reference: replace(pin, tries_remaining=pin.tries_maximum)})
        return ResponseApdu(status.SUCCESS)

    def _store(self, changes: dict[int, Pin]) -> None:
        after = self._pins | changes
        self._persist(after)
        self._pins = after


def _tries(pin: Pin) -> int:
    if pin.is_blocked:
        return status.AUTHENTICATION_METHOD_BLOCKED
    return status.COUNTER | min(pin.tries_remaining, 0x0F)
