"""Both languages hold the same texts with the same placeholders; every text that screens name exists, none is idle."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import openeoi
from openeoi.web.translation import LANGUAGES, Catalogue, TranslationError, Translator, load_catalogue

SOURCE = Path(openeoi.__file__).parent
OFFICES = sorted(folder.parent.name for folder in SOURCE.glob("*/translations"))
KEY = r"[a-z0-9_]+(?:\.[a-z0-9_]+)+"


def catalogue(office: str, language: str) -> Catalogue:
    return load_catalogue(language, [SOURCE / office / "translations" / f"{language}.po"])


def named_in_sources() -> tuple[set[str], set[str]]:
    """Whole keys, and beginnings of keys that are completed at run time (`"web.outcome." ~ outcome`, f"a.b.{c}")."""
    text = "\n".join(file.read_text() for pattern in ("*.py", "*.html") for file in SOURCE.rglob(pattern))
    whole = set(re.findall(rf"[\"']({KEY})[\"']", text))
    begun = set(re.findall(rf"[\"']({KEY}\.)[\"']\s*[~+]", text)) | set(re.findall(rf"f[\"']({KEY}\.)\{{", text))
    return whole, begun


@pytest.mark.parametrize("office", OFFICES)
def test_both_languages_have_the_same_keys_and_placeholders(office: str) -> None:
    first, second = (catalogue(office, language).texts for language in LANGUAGES)
    assert set(first) == set(second)
    for key in first:
        holes = [{hole for form in texts[key] for hole in re.findall(r"\{(\w+)", form)} for texts in (first, second)]
        assert holes[0] == holes[1], key
    assert all(key.startswith(f"{office}.") for key in first)


@pytest.mark.parametrize("office", OFFICES)
def test_no_text_is_idle(office: str) -> None:
    whole, begun = named_in_sources()
    suffixes = {
        key.rpartition(".")[0]
        for key in catalogue(office, "sl").texts
        if key.rpartition(".")[2] in ("title", "what", "lost", "next")
    }
    problems = {base for base in suffixes if base in whole or any(base.startswith(start) for start in begun)}
    idle = {
        key
        for key in catalogue(office, "sl").texts
        if key not in whole and not any(key.startswith(start) for start in begun) and key.rpartition(".")[0] not in problems
    }
    assert not idle


def test_every_text_that_a_template_names_exists() -> None:
    known = {key for office in OFFICES for key in catalogue(office, "sl").texts}
    for template in SOURCE.rglob("*.html"):
        text = re.sub(r"\{#.*?#\}", "", template.read_text(), flags=re.DOTALL)
        named = set(re.findall(rf"\bt\(\s*[\"']({KEY})[\"']\s*[,)]", text))
        assert named <= known, f"{template.name}: {sorted(named - known)}"


def test_plural_forms_follow_the_language() -> None:
    slovenian, english = (Translator(catalogue("web", language)) for language in LANGUAGES)
    assert [slovenian("web.trace.tries", count=n) for n in (1, 2, 3, 5, 101)] == [
        "še 1 poskus", "še 2 poskusa", "še 3 poskusi", "še 5 poskusov", "še 101 poskus",
    ]  # fmt: skip
    assert [english("web.trace.tries", count=n) for n in (1, 0, 2)] == ["1 try left", "0 tries left", "2 tries left"]


def test_dates_are_written_as_the_language_does() -> None:
    slovenian, english = (Translator(catalogue("web", language)) for language in LANGUAGES)
    assert (slovenian.date(date(1985, 6, 28)), english.date(date(1985, 6, 28))) == ("28. 6. 1985", "28 Jun 1985")
    moment = datetime(2026, 3, 1, 9, 5, 7, tzinfo=UTC)
    assert slovenian.moment(moment) == "1. 3. 2026 ob 09:05:07 UTC"
    assert english.moment(moment) == "1 Mar 2026, 09:05:07 UTC"


def test_unknown_keys_and_missing_values_raise() -> None:
    translator = Translator(catalogue("web", "en"))
    with pytest.raises(TranslationError):
        translator("web.nothing")
    with pytest.raises(TranslationError):
        translator("web.trace.tries")


@pytest.mark.parametrize("entry", ['msgid "a.b"\nmsgstr ""\n', '#, fuzzy\nmsgid "a.b"\nmsgstr "x"\n'])
def test_empty_and_fuzzy_texts_are_refused(tmp_path: Path, entry: str) -> None:
    file = tmp_path / "sl.po"
    file.write_text('msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n' + entry)
    with pytest.raises(TranslationError):
        load_catalogue("sl", [file])
