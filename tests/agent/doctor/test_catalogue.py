"""Every diagnosis has its texts in both languages; what is said names what it should and no one."""

import re
from pathlib import Path

import pytest

import openeoi.agent
from agent.doctor.test_rules import CASES
from openeoi.agent.doctor.catalogue import CATALOGUE, Area, Severity
from openeoi.agent.doctor.diagnose import diagnose
from openeoi.agent.doctor.printed import catalogue_in_words, english, guide_with_section
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


def test_the_holder_s_guide_is_in_step() -> None:
    guide = Path(__file__).parents[3] / "docs" / "holder.md"
    text = guide.read_text(encoding="utf-8")
    assert text == guide_with_section(text, english()), "run: python -m openeoi.agent.doctor.printed docs/holder.md"
    assert text.count("\n| ") > len(CATALOGUE) - len([one for one in CATALOGUE.values() if one.severity is Severity.GOOD])


@pytest.mark.parametrize("language", LANGUAGES)
def test_in_print_every_trouble_stands_once(language: str) -> None:
    told = [said.diagnosis.id for troubles in catalogue_in_words(texts(language)).values() for said in troubles]
    assert sorted(told) == sorted(name for name, entry in CATALOGUE.items() if entry.severity is not Severity.GOOD)
