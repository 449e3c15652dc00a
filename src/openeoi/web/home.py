"""The journey on the first page: eight steps, each with one sentence and its state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from openeoi.web.figures import JourneyStep
from openeoi.web.translation import Translator

JOURNEY: Final = ("apply", "issue", "collect", "read", "sign", "login", "doctor", "border")


def journey(t: Translator, places: Mapping[str, tuple[str, str]]) -> tuple[JourneyStep, ...]:
    """The steps in order; `places` gives for each name of JOURNEY its state (done, current, open, blocked) and address."""
    return tuple(
        JourneyStep(t(f"web.home.{name}.title"), t(f"web.home.{name}.sentence"), *places.get(name, ("open", "")))
        for name in JOURNEY
    )
