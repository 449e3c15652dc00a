import re

import pytest

from openeoi.card.errors import DamagedCardFile
from openeoi.errors import OpenEoiError
from openeoi.main.explanations import explain, translator
from openeoi.main.settings import WrongSetting
from openeoi.protocols.pin.errors import WrongPin
from openeoi.storage.errors import DatabaseNewer


def test_a_wrong_pin_tells_the_tries_left_in_both_languages() -> None:
    error = WrongPin(5, attempts_remaining=2)
    assert "2" in explain(error, "sl").text
    assert "2" in explain(error, "en").text
    assert explain(error, "sl").text != explain(error, "en").text


def test_wrong_settings_are_wrong_use_and_the_rest_is_a_failed_check() -> None:
    assert explain(WrongSetting("port", "EOI_PORT", "a port is a number"), "en").exit_code == 2
    assert explain(DatabaseNewer("var/db/issuing.sqlite"), "en").exit_code == 1


def test_a_class_without_a_text_speaks_for_itself() -> None:
    assert explain(DamagedCardFile("checksum"), "sl").text == "the card's file is damaged: checksum"


def every_error(kind: type[OpenEoiError] = OpenEoiError) -> set[str]:
    return {kind.__name__}.union(*(every_error(child) for child in kind.__subclasses__()))


@pytest.mark.parametrize("language", ["sl", "en"])
def test_every_text_belongs_to_an_error_that_exists(language: str) -> None:
    import openeoi.main.tour  # noqa: F401 - loads the offices, so that their errors are known

    texts = translator(language)._catalogue.texts
    named = {match.group(1) for key in texts if (match := re.fullmatch(r"main\.error\.(\w+)", key))}
    assert named <= every_error()
