"""From national letters to the letters A to Z of the machine readable zone (ICAO 9303-3, 4.6 and section 6, tables A and B).

`transliterate` turns a name into components of A to Z with one space between them, as `encoding.mrz` takes it: hyphen, comma and
space part components, other punctuation vanishes, digits and letters of no table are refused (4.6). A language chooses its column
of the Cyrillic table; what a state does otherwise than the standard recommends are `overrides`, data of its profile.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from openeoi.encoding.errors import EncodingError

_PARTING = frozenset("-‐‑–,")


class CannotTransliterate(EncodingError):
    """`character` of the element `field` has no counterpart in A to Z."""

    def __init__(self, field: str, character: str) -> None:
        self.character = character
        super().__init__(field, f"the character U+{ord(character):04X} cannot be written in the machine readable zone")


def _groups(text: str) -> dict[str, str]:
    """Shape: "AE ÄÆ\\nTH Þ", the letters of each line become its first word."""
    return {letter: written for written, letters in (line.split() for line in text.splitlines()) for letter in letters}


# Table A. Where it offers a choice: Ä AE, Å AA, Ñ N, Ö OE, Ü UE (the others are A, A, NXX, O, UXX or U).
LATIN: Mapping[str, str] = MappingProxyType(
    _groups(
        """A ÀÁÂÃĀĂĄ
AA Å
AE ÄÆ
C ÇĆĈĊČ
D ÐĎĐ
E ÈÉÊËĒĔĖĘĚ
G ĜĞĠĢ
H ĤĦ
I ÌÍÎÏĨĪĬĮİı
IJ Ĳ
J Ĵ
K Ķ
L ĹĻĽĿŁ
N ÑŃŅŇŊ
O ÒÓÔÕŌŎŐ
OE ÖØŒ
R ŔŖŘ
S ŚŜŞŠ
SS ẞ
T ŢŤŦ
TH Þ
U ÙÚÛŨŪŬŮŰŲ
UE Ü
W Ŵ
Y ÝŶŸ
Z ŹŻŽ"""
    )
)

# Letters that table A lacks. OUR CHOICE: Romanian comma below as the cedilla in its place in table A, digraphs by their parts.
LATIN_ADDITIONS: Mapping[str, str] = MappingProxyType(_groups("S Ș\nT Ț\nDZ ǄǅǱǲ\nLJ Ǉǈ\nNJ Ǌǋ"))

# Table B. It prints Һ (U+04BA) and Ғ (U+0492) where Serbian Ћ (U+040B) and Macedonian Ѓ (U+0403) are meant; both are taken.
CYRILLIC: Mapping[str, str] = MappingProxyType(
    _groups(
        """A А
B Б
C ЋҺ
CH Ч
D ДЂ
DZ ЅЏ
E ЕЁЭ
F Ф
G ГҐҒЃ
I ИІЇЙ
IA Я
IE ЄЪ
IU Ю
J Ј
K КЌ
KH Х
L Л
LJ Љ
M М
N Н
NJ Њ
O О
P П
R Р
S С
SH Ш
SHCH Щ
T Т
TS Ц
U УЎѪ
V В
Y ЫѴ
Z З
ZH Ж"""
    )
)

# The exceptions that table B names, by ISO 639-1 code. The standard writes Serbian Г as H; Serbia and Montenegro write G, and
# their own profiles say so.
CYRILLIC_BY_LANGUAGE: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "be": {"Ё": "IO", "Г": "H"},
        "bg": {"Щ": "SHT"},
        "mk": {"Ѓ": "GJ", "Ғ": "GJ", "Ќ": "KJ", "Џ": "DJ", "Х": "H", "Ц": "C"},
        "sr": {"Г": "H", "Ж": "Z", "Х": "H", "Ц": "C", "Ч": "C", "Ш": "S"},
        "uk": {"Г": "H", "И": "Y"},
    }
)
INITIAL_BY_LANGUAGE: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {"uk": {"Є": "YE", "Ї": "YI", "Й": "Y", "Ю": "YU", "Я": "YA"}}
)


@dataclass(frozen=True, slots=True)
class TransliterationTable:
    """What each upper-case letter becomes; `initial` replaces it at the start of a component."""

    letters: Mapping[str, str]
    initial: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def table(language: str | None = None, overrides: Mapping[str, str] | None = None) -> TransliterationTable:
    """The standard's tables with the exceptions of a language (ISO 639-1: be, bg, mk, sr, uk; others have none) and a state's
    `overrides` (upper-case letter to letters A to Z)."""
    letters = {**LATIN, **LATIN_ADDITIONS, **CYRILLIC, **CYRILLIC_BY_LANGUAGE.get(language or "", {}), **(overrides or {})}
    return TransliterationTable(MappingProxyType(letters), INITIAL_BY_LANGUAGE.get(language or "", MappingProxyType({})))


STANDARD = table()


def transliterate(name: str, field: str, letters: TransliterationTable = STANDARD) -> str:
    """The components of `name` in A to Z, one space between them. `field` names the element in errors ("surname").

    Raises CannotTransliterate for a digit or letter that no table knows, EncodingError where nothing remains of the name.
    """
    components = []
    for component in _parted(name).split():
        written = "".join(_letter(character, not position, field, letters) for position, character in enumerate(component))
        if written:
            components.append(written)
    if not components:
        raise EncodingError(field, "no letter remains for the machine readable zone")
    return " ".join(components)


def _parted(name: str) -> str:
    composed = unicodedata.normalize("NFC", name).replace("ẞ", "SS")
    capitals = unicodedata.normalize("NFC", composed.upper())
    return "".join(" " if character in _PARTING else character for character in capitals)


def _letter(character: str, is_initial: bool, field: str, letters: TransliterationTable) -> str:
    if "A" <= character <= "Z":
        return character
    written = letters.initial.get(character) if is_initial else None
    written = letters.letters.get(character) if written is None else written
    if written is not None:
        return written
    if unicodedata.category(character).startswith("P") or character in "ʼʹ´`":
        return ""
    raise CannotTransliterate(field, character)
