"""One place that says an error to a person at the command line: what happened, whether anything was lost, what to do.

Texts stand in `translations/{sl,en}.po` under `main.error.<name of the exception class>`, with the exception's fields as
placeholders; an office whose errors have a `key` says them with its own texts, the same as on its pages. A class without a text
of its own is said with the nearest parent's.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final

from openeoi.main.output import CHECK_FAILED, INTERRUPTED, WRONG_USE
from openeoi.web.translation import LANGUAGES, Translator, load_catalogue

# By name, so that explaining one error does not load the offices of all others.
WRONG_USE_KINDS: Final = frozenset(
    {
        "WrongSetting",
        "UnknownProfile",
        "UnknownCard",
        "CardMissing",
        "NoCardInReader",
        "ReaderNotFound",
        "ReaderAmbiguous",
        "PcscNotAvailable",
        "ConsentNeeded",
        "RelayAddressUnusable",
        "RelayCertificatesUnusable",
        "AccessNumberNeeded",
        "ApplicationInvalid",
        "ApplicationUnknown",
        "DocumentUnknown",
        "DeskUnknown",
        "StateUnknown",
        "AuthorityUnknown",
        "AccessNotReadable",
        "NoDocument",
        "ReasonMissing",
        "PinLengthRefused",
        "CardOptionsInvalid",
    }
)
EXIT_CODES: Final = {"StoppedEarly": INTERRUPTED}


@dataclass(frozen=True)
class Explanation:
    text: str
    exit_code: int


def explain(error: Exception, language: str | None = None) -> Explanation:
    """The error in `language`, by default the one of the terminal (`EOI_LANGUAGE`, `LC_ALL`, `LANG`).

    `error`: an OpenEoiError, or an OSError that nobody below has named.
    """
    language = language or terminal_language()
    code = WRONG_USE if type(error).__name__ in WRONG_USE_KINDS else EXIT_CODES.get(type(error).__name__, CHECK_FAILED)
    if isinstance(error, OSError):
        place, reason = str(error.filename or ""), (error.strerror or type(error).__name__).lower()
        return Explanation(translator(language)("main.error.OSError", place=place, reason=reason), CHECK_FAILED)
    return Explanation(_text(error, language), code)


def fields_of(error: Exception) -> dict[str, str | int]:
    """The error's plain fields, for machines: names, positions, tries left. Errors hold no secrets."""
    return {name: value for name, value in vars(error).items() if not name.startswith("_") and isinstance(value, (str, int))}


def terminal_language() -> str:
    wanted = next((os.environ[name] for name in ("EOI_LANGUAGE", "LC_ALL", "LANG") if os.environ.get(name)), "en")
    return wanted[:2] if wanted[:2] in LANGUAGES else "en"


@cache
def translator(language: str, office: str = "main") -> Translator:
    """The texts of `main`, the command line's own, or of an office."""
    file = Path(str(resources.files(f"openeoi.{office}"))) / "translations" / f"{language}.po"
    return Translator(load_catalogue(language, [file]))


def _text(error: Exception, language: str) -> str:
    t, fields = translator(language), _fields(error)
    own, *families = (f"main.error.{kind.__name__}" for kind in type(error).__mro__)
    if not t.knows(own) and (office := _office_text(error, fields, language)):
        return office
    # The last parent with a text is OpenEoiError, which says the exception's own sentence.
    return t(next(key for key in (own, *families) if t.knows(key)), **fields)


def _office_text(error: Exception, fields: Mapping[str, str], language: str) -> str:
    key = getattr(error, "key", "")
    office = key.partition(".")[0] if isinstance(key, str) else ""
    if not office or not translator(language, office).knows(key):
        return ""
    t = translator(language, office)
    values = getattr(error, "values", {"state": fields.get("country", "")})
    lines = [t(key, **{**fields, **values})]
    for problem in getattr(error, "problems", ()):
        lines.append(f"  {problem.field}: {t(problem.key, **problem.values)}")
    return "\n".join(lines)


def _fields(error: Exception) -> dict[str, str]:
    return {name: str(getattr(error, name)) for name in dir(error) if not name.startswith("_")} | {"message": str(error)}
