import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openeoi.encoding.errors import EncodingError
from openeoi.encoding.mrz import truncate_names
from openeoi.encoding.transliteration import CYRILLIC, LATIN, CannotTransliterate, table, transliterate


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Novak", "NOVAK"),
        ("Žižek-Črešnar", "ZIZEK CRESNAR"),
        ("Đorđević", "DORDEVIC"),
        ("Müller", "MUELLER"),
        ("Weiß", "WEISS"),
        ("WEIẞ", "WEISS"),
        ("Szűcs Győző", "SZUCS GYOZO"),
        ("D'Artagnan", "DARTAGNAN"),
        ("D’Angelo", "DANGELO"),
        ("O`Brien", "OBRIEN"),
        ("Anna, Maria", "ANNA MARIA"),
        ("Marie-Élise", "MARIE ELISE"),
        ("Åse Ørsted Þór", "AASE OERSTED THOR"),
        ("Niccolò", "NICCOLO"),
        ("Téresa Cañon", "TERESA CANON"),
        ("İnönü ırmak", "INOENUE IRMAK"),
        ("Țepeș", "TEPES"),
        ("ǅevad Ljubić", "DZEVAD LJUBIC"),
        ("dr. Prešeren", "DR PRESEREN"),
        ("  Ana   Marija ", "ANA MARIJA"),
        ("C\u030cater", "CATER"),
        ("Łukasz ĳsberg", "LUKASZ IJSBERG"),
    ],
)
def test_latin_letters(name: str, written: str) -> None:
    assert transliterate(name, "surname") == written


@pytest.mark.parametrize(
    ("language", "name", "written"),
    [
        (None, "Щербаков Юрий", "SHCHERBAKOV IURII"),
        ("sr", "Ђорђевић Жељко", "DORDEVIC ZELJKO"),
        ("sr", "Његош Шћепан Џаковић", "NJEHOS SCEPAN DZAKOVIC"),
        ("mk", "Ѓорѓи Ќосев Џемаил Цветан", "GJORGJI KJOSEV DJEMAIL CVETAN"),
        ("uk", "Юлія Гнатюк Їжак", "YULIIA HNATIUK YIZHAK"),
        ("bg", "Щерев", "SHTEREV"),
        ("be", "Ёва", "IOVA"),
    ],
)
def test_cyrillic_letters(language: str | None, name: str, written: str) -> None:
    assert transliterate(name, "surname", table(language)) == written


def test_a_state_overrides_the_standard() -> None:
    assert transliterate("Грубачић", "surname", table("sr")) == "HRUBACIC"
    assert transliterate("Грубачић", "surname", table("sr", {"Г": "G"})) == "GRUBACIC"
    assert transliterate("Müller", "surname", table(overrides={"Ü": "U"})) == "MULLER"


@pytest.mark.parametrize(
    ("name", "character"),
    [("Ana 2", "2"), ("Ələkbər", "Ə"), ("Ωmega", "Ω"), ("王", "王"), ("A\u0323\u0301", "Ạ"), ("A+B", "+"), ("محمد", "م")],
)
def test_names_that_cannot_be_written_name_field_and_character(name: str, character: str) -> None:
    with pytest.raises(CannotTransliterate) as caught:
        transliterate(name, "given name")
    assert caught.value.field == "given name"
    assert unicodedata.category(caught.value.character) == unicodedata.category(character)
    assert name not in str(caught.value)


@pytest.mark.parametrize("name", ["", "  ", "-", "'.'"])
def test_a_name_without_letters(name: str) -> None:
    with pytest.raises(EncodingError):
        transliterate(name, "surname")


def test_the_tables_are_whole() -> None:
    """Table A has 30 letters of Latin-1, 65 beyond it and the sharp s; every one is a capital with letters A to Z for it."""
    assert sum("À" <= letter <= "Þ" for letter in LATIN) == 30
    assert all(re.fullmatch("[A-Z]{1,4}", written) for written in (*LATIN.values(), *CYRILLIC.values()))
    assert all(letter.isupper() or letter == "ı" for letter in (*LATIN, *CYRILLIC))
    assert set("АБВГДЂЕЖЗИЈКЛЉМНЊОПРСТЋУФХЦЧЏШ") <= set(CYRILLIC)


@given(st.text(st.sampled_from([*LATIN, *CYRILLIC, *"ABCxyz -'"]), min_size=1, max_size=60))
def test_what_comes_out_goes_into_the_zone(name: str) -> None:
    try:
        written = transliterate(name, "surname")
    except EncodingError:
        return
    assert re.fullmatch(r"[A-Z]+( [A-Z]+)*", written)
    truncate_names(written, "", 30)
    assert transliterate(written, "surname") == written


@given(st.text(max_size=30))
def test_nothing_but_encoding_errors(name: str) -> None:
    try:
        transliterate(name, "surname")
    except EncodingError as error:
        assert error.field == "surname"
