"""A card that takes its time: for testers, who want to know what their program does while the chip thinks."""

from __future__ import annotations

import time
from collections.abc import Callable

from openeoi.transport.in_process import Card


class SlowCard:
    """Answers each command `seconds` late, and otherwise as the card does. Satisfies `in_process.Card`."""

    def __init__(self, card: Card, seconds: float, sleep: Callable[[float], None] = time.sleep) -> None:
        self._card = card
        self._seconds = seconds
        self._sleep = sleep

    def process(self, command: bytes) -> bytes:
        self._sleep(self._seconds)
        return self._card.process(command)

    def power_on(self, contactless: bool) -> None:
        self._card.power_on(contactless)

    def reset(self) -> None:
        self._card.reset()

    def atr(self, contactless: bool) -> bytes:
        return self._card.atr(contactless)
