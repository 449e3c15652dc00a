"""Every diagnosis has its texts in both languages; what is said names what it should and no one."""

import re
from pathlib import Path

import pytest

import openeoi.agent
from agent.doctor.test_rules import CASES
from openeoi.agent.doctor.catalogue import CATALOGUE, Area, Severity
from openeoi.agent.doctor.diagnose import diagnose
from openeoi.agent.doctor.report import words
from openeoi.web.translation import LANGUAGES, Translator, load_catalogue

TRANSLATIONS = Path(openeoi.agent.__file__).parent / "translations"


def texts(language: str) -> Translator:
    return Translator(load_catalogue(language, [TRANSLATIONS / f"{language}.po"]))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CATALOGUE)
def test_a_diagnosis_says_what_was_seen_what_it_means_and_what_to_do(name: str, language: str) -> None:
    t = texts(language)
    for diagnosis in diagnose(CASES[name]):
        said = words(t, diagnosis)
        assert said.seen and "{" not in said.seen
        assert bool(said.means) == bool(said.next) == (CATALOGUE[diagnosis.id].severity is not Severity.GOOD)
        assert not re.search(r"\{\w+\}", said.means + said.next + diagnosis.command)


@pytest.mark.parametrize("language", LANGUAGES)
def test_areas_and_severities_have_names(language: str) -> None:
    t = texts(language)
    assert all(t(f"agent.doctor.area.{area.value}") for area in Area)
    assert all(t(f"agent.doctor.severity.{severity.value}") for severity in Severity)


def test_both_languages_say_something_of_their_own() -> None:
    first, second = (texts(language) for language in LANGUAGES)
    for name in CATALOGUE:
        (one, *_), (other, *_) = (
            [words(t, found) for found in diagnose(CASES[name]) if found.id == name] for t in (first, second)
        )
        assert one.seen != other.seen
