"""What is said about a code, to the counter and to the vendor, in both languages; for answers to programs.

Screens take the same texts from the web kit.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path

from openeoi.web.translation import LANGUAGES, Translator, load_catalogue


def key(code: str) -> str:
    """ "POC-104" -> "poc_104", as in the keys of the texts."""
    return code.lower().replace("-", "_")


def advice(code: str) -> dict[str, dict[str, str]]:
    """Shape: {"counter": {"sl": ..., "en": ...}, "vendor": {...}}."""
    translators = _translators()
    counter = {language: translator(f"health.code.{key(code)}.counter") for language, translator in translators.items()}
    vendor = {language: translator(f"health.code.{key(code)}.vendor") for language, translator in translators.items()}
    return {"counter": counter, "vendor": vendor}


@cache
def _translators() -> dict[str, Translator]:
    folder = Path(str(resources.files("openeoi.health") / "translations"))
    return {language: Translator(load_catalogue(language, [folder / f"{language}.po"])) for language in LANGUAGES}
