"""Every check and every reason that an examination can give has words in both languages, and every word is needed."""

import ast
import importlib
import pkgutil
from pathlib import Path

import pytest

import openeoi.web
from openeoi.errors import OpenEoiError
from openeoi.protocols import (
    active_authentication,
    chip_authentication,
    pace,
    passive_authentication,
    terminal_authentication,
)
from openeoi.protocols.passive_authentication.chain import RevocationState
from openeoi.terminal import examination
from openeoi.terminal.checks import Outcome
from openeoi.terminal.errors import DocumentExpired, DocumentInconsistent, TerminalError
from openeoi.terminal.examination import Point
from openeoi.terminal.examination.findings import OF_DOCUMENT, code_of, outcome_of
from openeoi.web.translation import LANGUAGES, load_catalogue

WORDS = Path(openeoi.web.__file__).parent / "translations"
# Said of the password and of the way in, before there is any examination; the offices have words of their own for them.
BEFORE = {"wrong_password", "password_blocked", "password_unknown", "pace_failed"}


def leaves(kind: type[OpenEoiError]) -> set[type[OpenEoiError]]:
    below = {leaf for one in kind.__subclasses__() for leaf in leaves(one)}
    return below or {kind}


def codes_of_errors() -> set[str]:
    for package in (active_authentication, chip_authentication, pace, passive_authentication, terminal_authentication):
        importlib.import_module(f"{package.__name__}.errors")
    found = {code_of(leaf.__new__(leaf)) for kind in OF_DOCUMENT for leaf in leaves(kind)}
    return {code for code in found if code in load("en") or code not in BEFORE}


def codes_written() -> set[str]:
    """Constants that stand where a finding or a witness gets its reason."""
    found: set[str] = set()
    for module in pkgutil.iter_modules(examination.__path__):
        if module.name in ("evidence_file", "trust_material"):
            continue  # what the file and its members are called is no reason
        tree = ast.parse((Path(examination.__path__[0]) / f"{module.name}.py").read_text())
        for node in ast.walk(tree):
            strings = [one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if name in ("add", "Witness"):
                    found |= set(strings)
            elif isinstance(node, ast.Assign) and module.name != "points":
                found |= {one for one in strings if "_" in one and one.islower()}
    return found - {""}


def load(language: str) -> set[str]:
    texts = load_catalogue(language, [WORDS / f"{language}.po"]).texts
    return {key.removeprefix("web.document.reason.") for key in texts if key.startswith("web.document.reason.")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_words(language: str) -> None:
    states = {state.name.lower() for state in RevocationState if state is not RevocationState.NOT_REVOKED}
    assert codes_of_errors() | codes_written() | states <= load(language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_check_has_words(language: str) -> None:
    texts = load_catalogue(language, [WORDS / f"{language}.po"]).texts
    assert {f"web.document.check.{point.value}" for point in Point} <= set(texts)
    assert {f"web.document.check.{point}_group" for point in ("data", "files")} <= set(texts)


def test_every_error_of_a_document_means_failed_or_undetermined() -> None:
    meanings = {outcome_of(leaf.__new__(leaf)) for kind in OF_DOCUMENT for leaf in leaves(kind)}
    assert meanings == {Outcome.FAILED, Outcome.UNDETERMINED}
    assert issubclass(DocumentInconsistent, TerminalError)
    assert outcome_of(DocumentExpired.__new__(DocumentExpired)) is Outcome.FAILED
