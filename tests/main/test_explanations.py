import importlib
import pkgutil
import re

import pytest

import openeoi
from openeoi.errors import OpenEoiError
from openeoi.exchange.errors import CountryUnknown, DeskUnknown
from openeoi.issuing.errors import ApplicationInvalid, FieldProblem
from openeoi.main import explanations
from openeoi.main.explanations import explain, translator
from openeoi.main.settings import WrongSetting
from openeoi.protocols.pin.errors import WrongPin
from openeoi.storage.errors import DatabaseNewer

AT_THE_EDGE = {"agent", "issuing", "signing", "login", "health", "border", "exchange", "pki", "storage", "terminal", "main"}


def every_error() -> set[type[OpenEoiError]]:
    """All subclasses, after every module of the package was loaded."""
    for module in pkgutil.walk_packages(openeoi.__path__, "openeoi."):
        if "migrations" not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)

    def below(kind: type[OpenEoiError]) -> set[type[OpenEoiError]]:
        return {kind}.union(*(below(child) for child in kind.__subclasses__()))

    return {kind for kind in below(OpenEoiError) if kind.__module__.startswith("openeoi.")}


def test_a_wrong_pin_tells_the_tries_left_in_both_languages() -> None:
    error = WrongPin(5, attempts_remaining=2)
    assert "2" in explain(error, "sl").text
    assert "2" in explain(error, "en").text
    assert explain(error, "sl").text != explain(error, "en").text


def test_wrong_settings_are_wrong_use_and_the_rest_is_a_failed_check() -> None:
    assert explain(WrongSetting("port", "EOI_PORT", "a port is a number"), "en").exit_code == 2
    assert explain(DatabaseNewer("var/db/issuing.sqlite"), "en").exit_code == 1


def test_an_office_says_its_errors_as_on_its_pages() -> None:
    assert explain(CountryUnknown("HR"), "en").text == "The chosen list has no certificates of this state (HR)."
    assert explain(DeskUnknown("hr", ("si", "me")), "en").text.endswith("There are: si, me.")
    form = ApplicationInvalid((FieldProblem("date_of_birth", "issuing.field.no_date"),))
    assert explain(form, "sl").text.splitlines()[1].startswith("  date_of_birth: To ni datum")


def test_what_the_operating_system_says_is_one_line() -> None:
    said = explain(PermissionError(13, "Permission denied", "/etc/shadow"), "en")
    assert (said.exit_code, said.text) == (
        1,
        "File or folder /etc/shadow: permission denied. Check the path and the permissions.",
    )


@pytest.mark.parametrize("language", ["sl", "en"])
def test_every_text_belongs_to_an_error_that_exists(language: str) -> None:
    texts = translator(language)._catalogue.texts
    named = {match.group(1) for key in texts if (match := re.fullmatch(r"main\.error\.(\w+)", key))}
    assert named <= {kind.__name__ for kind in every_error()} | {"OSError", "NoAnswer"}


def test_every_error_has_a_text_of_its_own_or_of_its_family() -> None:
    t = translator("sl")
    silent = []
    for kind in every_error() - {OpenEoiError}:
        own = [parent for parent in kind.__mro__ if parent is not OpenEoiError and t.knows(f"main.error.{parent.__name__}")]
        # Below the offices an error reaches the command line as a check's finding, or says its own sentence.
        at_the_edge = kind.__module__.split(".")[1] in AT_THE_EDGE and kind.__module__.endswith(".errors")
        if at_the_edge and not own:
            silent.append(kind.__qualname__)
    assert silent == []


def test_what_counts_as_wrong_use_exists() -> None:
    assert {kind.__name__ for kind in every_error()} >= explanations.WRONG_USE_KINDS
