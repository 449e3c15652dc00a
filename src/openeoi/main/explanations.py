"""One place that says an error to a person at the command line: what happened, whether anything was lost, what to do.

Texts stand in `translations/{sl,en}.po` under `main.error.<name of the exception class>`, with the exception's fields as
placeholders. A class without a text of its own
is said with the nearest parent's; the last resort is the exception's own sentence.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from openeoi.errors import OpenEoiError
from openeoi.main.output import CHECK_FAILED, WRONG_USE
from openeoi.main.settings import WrongSetting
from openeoi.web.translation import LANGUAGES, Translator, load_catalogue


@dataclass(frozen=True)
class Explanation:
    text: str
    exit_code: int


def explain(error: OpenEoiError, language: str | None = None) -> Explanation:
    """The error in `language`, by default the one of the terminal (`EOI_LANGUAGE`, `LC_ALL`, `LANG`)."""
    t = translator(language or terminal_language())
    fields = {name: str(getattr(error, name)) for name in dir(error) if not name.startswith("_")} | {"message": str(error)}
    for kind in type(error).__mro__:
        key = f"main.error.{kind.__name__}"
        if t.knows(key):
            return Explanation(t(key, **fields), WRONG_USE if isinstance(error, WrongSetting) else CHECK_FAILED)
    return Explanation(str(error), CHECK_FAILED)


def terminal_language() -> str:
    wanted = next((os.environ[name] for name in ("EOI_LANGUAGE", "LC_ALL", "LANG") if os.environ.get(name)), "en")
    return wanted[:2] if wanted[:2] in LANGUAGES else "en"


@cache
def translator(language: str) -> Translator:
    """The texts of `main`: the command line's own."""
    file = Path(str(resources.files("openeoi.main"))) / "translations" / f"{language}.po"
    return Translator(load_catalogue(language, [file]))
