"""Texts of the screens: gettext catalogues with dotted keys, and a translator bound to one language.

Keys begin with the name of the office that owns them (`issuing.apply.title`). Placeholders are `{name}`; a message with
plural forms takes its number as `count`. An unknown key or a missing value raises: a test finds it before a person does.
"""

from __future__ import annotations

import gettext
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from babel.dates import format_date, format_datetime
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from openeoi.errors import OpenEoiError

LANGUAGES: Final = ("sl", "en")  # the first is the one a visitor gets who asks for nothing we have
NATIVE_NAMES: Final = {"sl": "Slovenščina", "en": "English"}


class TranslationError(OpenEoiError):
    """A text is missing, stands twice, or is marked fuzzy; `key` names it."""

    def __init__(self, key: str, language: str, reason: str) -> None:
        self.key = key
        self.language = language
        super().__init__(f"text {key!r} in {language!r}: {reason}")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All texts of one language: key -> its forms (one, or as many as the language has plurals)."""

    language: str
    texts: Mapping[str, tuple[str, ...]]
    plural: Callable[[int], int]


def load_catalogue(language: str, files: Iterable[Path]) -> Catalogue:
    """Read `.po` files into one catalogue; raises TranslationError for a key that stands twice, is empty or fuzzy."""
    texts: dict[str, tuple[str, ...]] = {}
    rule = gettext.c2py("n != 1")
    for file in files:
        with file.open("rb") as stream:
            catalogue = read_po(stream, locale=language, abort_invalid=True)
        rule = gettext.c2py(catalogue.plural_expr)
        for message in catalogue:
            if not message.id:
                continue
            key = message.id if isinstance(message.id, str) else message.id[0]
            forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ("",))
            if key in texts:
                raise TranslationError(key, language, "stands twice")
            if message.fuzzy or not all(forms):
                raise TranslationError(key, language, "is empty or fuzzy")
            texts[key] = forms
    return Catalogue(language, texts, rule)


class Translator:
    """`t(key, **values)` for one language; also writes dates, moments and numbers the way that language does."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self.language = catalogue.language
        self.language_name = NATIVE_NAMES.get(catalogue.language, catalogue.language)

    def __call__(self, key: str, /, **values: object) -> str:
        """The text of `key` with its placeholders filled; dates and moments among the values are written out.

        Raises TranslationError when the key is unknown or a placeholder has no value.
        """
        forms = self._catalogue.texts.get(key)
        if forms is None:
            raise TranslationError(key, self.language, "is unknown")
        count = values.get("count")
        form = forms[self._catalogue.plural(abs(count))] if isinstance(count, int) and len(forms) > 1 else forms[0]
        try:
            return form.format_map({name: self._written(value) for name, value in values.items()})
        except KeyError as missing:
            raise TranslationError(key, self.language, f"placeholder {missing} got no value") from missing

    def knows(self, key: str) -> bool:
        return key in self._catalogue.texts

    def date(self, value: date) -> str:
        """A calendar day: `28. 6. 1985`, `28 Jun 1985`."""
        return format_date(value, "d. M. y" if self.language == "sl" else "d MMM y", locale=self.language)

    def moment(self, value: datetime) -> str:
        """A moment in UTC to the second, with its zone."""
        pattern = "d. M. y 'ob' HH:mm:ss 'UTC'" if self.language == "sl" else "d MMM y, HH:mm:ss 'UTC'"
        return format_datetime(value.astimezone(UTC), pattern, locale=self.language)

    def number(self, value: float) -> str:
        return format_decimal(value, locale=self.language)

    def _written(self, value: object) -> str:
        if isinstance(value, datetime):
            return self.moment(value)
        if isinstance(value, date):
            return self.date(value)
        return self.number(value) if isinstance(value, float) else str(value)
