"""The application for a card: its values, and the rules that a form must satisfy, each told at its field.

The fields are those of the real application (e-Uprava; Zakon o osebni izkaznici). National rules (numbers, transliteration,
units, ages) come from the country's profile.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from openeoi.encoding.errors import EncodingError
from openeoi.encoding.national_numbers import (
    ImpossibleDate,
    NationalNumberError,
    NoCheckDigit,
    NotDigits,
    PersonalNumber,
    Sex,
    WrongCheckDigit,
    WrongLength,
    WrongRegister,
)
from openeoi.encoding.transliteration import CannotTransliterate
from openeoi.issuing.errors import ApplicationInvalid, FieldProblem
from openeoi.issuing.photograph import PhotographRefused, Portrait, examine
from openeoi.profiles.profile import CountryProfile, Delivery

FIELDS = (
    "surname",
    "given_names",
    "national_number",
    "date_of_birth",
    "sex",
    "place_of_birth",
    "country_of_birth",
    "street",
    "post_code",
    "post_office",
    "administrative_unit",
    "delivery",
    "old_document_number",
)
"""The text fields of the form; the photograph is the field `photo`."""

NAME_LENGTH_MAXIMUM = 60
OLDEST_AGE = 130
ADDRESS_PUNCTUATION = " -'.’,/()&+"
"""What an address may hold beside letters and digits; `<` parts the lines in data group 11 (ICAO 9303-10, 4.7.11)."""


@dataclass(frozen=True, slots=True)
class Person:
    surname: str = field(repr=False)
    given_names: str = field(repr=False)
    national_number: str = field(repr=False)
    date_of_birth: date = field(repr=False)
    sex: Sex = field(repr=False)
    place_of_birth: str = field(repr=False)
    country_of_birth: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Address:
    street: str = field(repr=False)
    post_code: str = field(repr=False)
    post_office: str = field(repr=False)

    @property
    def lines(self) -> tuple[str, str]:
        return self.street, f"{self.post_code} {self.post_office}"


@dataclass(frozen=True, slots=True)
class Application:
    """`specimen`: the person is the published specimen, whose national number fails its own check digit. That is the one
    exception to the number's rule, and it is recorded here, in the log, and nowhere silently."""

    person: Person = field(repr=False)
    address: Address = field(repr=False)
    administrative_unit: str
    delivery: Delivery
    old_document_number: str | None = field(default=None, repr=False)
    specimen: bool = False


def check(values: Mapping[str, str], photo: bytes, profile: CountryProfile, at: date) -> tuple[Application, Portrait]:
    """The application and its portrait from what a form sent. Raises ApplicationInvalid with every problem found."""
    values = {name: _cleaned(values.get(name, "")) for name in FIELDS}
    problems = [*_empty_fields(values)]
    missing = {problem.field for problem in problems}
    checks = (_names, _birth, _number, _address, _choices, _old_document)
    for rule in checks:
        problems += (problem for problem in rule(values, profile, at) if problem.field not in missing)
    portrait = None
    try:
        portrait = examine(photo, at)
    except PhotographRefused as refused:
        problems.append(refused.problem)
    if problems or portrait is None:
        raise ApplicationInvalid(tuple(problems))
    return _application(values, profile), portrait


def _cleaned(text: str) -> str:
    """Composed letters (NFC), single blanks, none at the ends: as the registers hold it, whatever keyboard it came from."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def is_specimen(values: Mapping[str, str], profile: CountryProfile) -> bool:
    """Whether the form names the published specimen: number, surname and given name, all three."""
    specimen = profile.specimen
    return specimen is not None and (
        (values["national_number"], values["surname"].upper(), values["given_names"].upper())
        == (specimen.national_number, specimen.surname, specimen.given_names)
    )


def parse_date(text: str) -> date | None:
    """A day as browsers send it (1985-06-28) or as people write it (28. 6. 1985); None when it is neither."""
    people = re.fullmatch(r"(\d{1,2})\.\s*(\d{1,2})\.\s*(\d{4})", text)
    try:
        if people:
            return date(int(people[3]), int(people[2]), int(people[1]))
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else None
    except ValueError:
        return None


def _empty_fields(values: Mapping[str, str]) -> Iterator[FieldProblem]:
    for name in FIELDS:
        if name != "old_document_number" and not values.get(name, ""):
            yield FieldProblem(name, "issuing.field.missing")


def _names(values: Mapping[str, str], profile: CountryProfile, at: date) -> Iterator[FieldProblem]:
    for name in ("surname", "given_names", "place_of_birth"):
        text = values.get(name, "")
        if len(text) > NAME_LENGTH_MAXIMUM:
            yield FieldProblem(name, "issuing.field.too_long", {"maximum": NAME_LENGTH_MAXIMUM})
            continue
        odd = sorted({character for character in text if not (character.isalpha() or character in " -'.’")})
        if odd:
            yield FieldProblem(name, "issuing.field.odd_characters", {"characters": " ".join(odd)})
            continue
        if name != "place_of_birth":
            try:
                profile.transliterate(text)
            except CannotTransliterate as error:
                yield FieldProblem(name, "issuing.field.cannot_be_transliterated", {"character": error.character})
            except EncodingError:
                yield FieldProblem(name, "issuing.field.no_letters")


def _birth(values: Mapping[str, str], profile: CountryProfile, at: date) -> Iterator[FieldProblem]:
    born = parse_date(values.get("date_of_birth", ""))
    if born is None:
        yield FieldProblem("date_of_birth", "issuing.field.no_date")
    elif born > at:
        yield FieldProblem("date_of_birth", "issuing.field.born_in_the_future")
    elif at.year - born.year > OLDEST_AGE:
        yield FieldProblem("date_of_birth", "issuing.field.too_old", {"maximum": OLDEST_AGE})
    if values.get("sex") not in {sex.value for sex in Sex}:
        yield FieldProblem("sex", "issuing.field.choose")


def _number(values: Mapping[str, str], profile: CountryProfile, at: date) -> Iterator[FieldProblem]:
    """The number's own rule (waived for the specimen only), then its agreement with the birth date and the sex beside it."""
    number = values.get("national_number", "")
    try:
        told = profile.read_national_number(number, at, check_digit=not is_specimen(_filled(values), profile))
    except NationalNumberError as error:
        yield _number_problem(error)
        return
    yield from _disagreements(values, told)


def _number_problem(error: NationalNumberError) -> FieldProblem:
    key: str
    told: dict[str, object]
    match error:
        case WrongLength():
            key, told = "issuing.number.length", {"expected": error.expected, "length": error.length}
        case WrongRegister():
            key, told = "issuing.number.register", {"register": f"{error.register:02}"}
        case NotDigits():
            key, told = "issuing.number.digits", {}
        case ImpossibleDate():
            key, told = "issuing.number.date", {}
        case WrongCheckDigit() | NoCheckDigit():
            key, told = "issuing.number.check_digit", {}
        case _:
            key, told = "issuing.number.wrong", {}
    return FieldProblem("national_number", key, told)


def _disagreements(values: Mapping[str, str], told: PersonalNumber) -> Iterator[FieldProblem]:
    born = parse_date(values.get("date_of_birth", ""))
    if born is not None and told.date_of_birth != born:
        yield FieldProblem("date_of_birth", "issuing.number.other_birth_date", {"told": told.date_of_birth})
    if values.get("sex") in {sex.value for sex in Sex} and told.sex != values["sex"]:
        yield FieldProblem("sex", "issuing.number.other_sex")


def _address(values: Mapping[str, str], profile: CountryProfile, at: date) -> Iterator[FieldProblem]:
    for name in ("street", "post_office"):
        text = values.get(name, "")
        odd = sorted({character for character in text if not (character.isalnum() or character in ADDRESS_PUNCTUATION)})
        if len(text) > NAME_LENGTH_MAXIMUM:
            yield FieldProblem(name, "issuing.field.too_long", {"maximum": NAME_LENGTH_MAXIMUM})
        elif odd:
            yield FieldProblem(name, "issuing.field.odd_characters_here", {"characters": " ".join(odd)})
    if not re.fullmatch(profile.post_code_pattern, values.get("post_code", "")):
        yield FieldProblem("post_code", "issuing.field.post_code")


def _choices(values: Mapping[str, str], profile: CountryProfile, at: date) -> Iterator[FieldProblem]:
    if values.get("administrative_unit") not in profile.administrative_units:
        yield FieldProblem("administrative_unit", "issuing.field.choose")
    if values.get("delivery") not in {delivery.value for delivery in profile.delivery_kinds}:
        yield FieldProblem("delivery", "issuing.field.choose")
    if not re.fullmatch(r"[A-Z]{2,3}", values.get("country_of_birth", "")):
        yield FieldProblem("country_of_birth", "issuing.field.country_code")


def _old_document(values: Mapping[str, str], profile: CountryProfile, at: date) -> Iterator[FieldProblem]:
    old = values.get("old_document_number", "")
    if old and not re.fullmatch(r"[A-Z0-9]{5,12}", old):
        yield FieldProblem("old_document_number", "issuing.field.document_number")


def _filled(values: Mapping[str, str]) -> dict[str, str]:
    return {name: values.get(name, "") for name in FIELDS}


def _application(values: Mapping[str, str], profile: CountryProfile) -> Application:
    born = parse_date(values["date_of_birth"])
    if born is None:  # excluded by _birth
        raise ApplicationInvalid((FieldProblem("date_of_birth", "issuing.field.no_date"),))
    person = Person(
        surname=values["surname"],
        given_names=values["given_names"],
        national_number=values["national_number"],
        date_of_birth=born,
        sex=Sex(values["sex"]),
        place_of_birth=values["place_of_birth"],
        country_of_birth=values["country_of_birth"],
    )
    return Application(
        person=person,
        address=Address(values["street"], values["post_code"], values["post_office"]),
        administrative_unit=values["administrative_unit"],
        delivery=Delivery(values["delivery"]),
        old_document_number=values.get("old_document_number") or None,
        specimen=is_specimen(_filled(values), profile),
    )


def application_to_json(application: Application) -> dict[str, str | bool | None]:
    """Flat, as stored."""
    person, address = application.person, application.address
    return {
        "surname": person.surname,
        "given_names": person.given_names,
        "national_number": person.national_number,
        "date_of_birth": person.date_of_birth.isoformat(),
        "sex": person.sex.value,
        "place_of_birth": person.place_of_birth,
        "country_of_birth": person.country_of_birth,
        "street": address.street,
        "post_code": address.post_code,
        "post_office": address.post_office,
        "administrative_unit": application.administrative_unit,
        "delivery": application.delivery.value,
        "old_document_number": application.old_document_number,
        "specimen": application.specimen,
    }


def application_from_json(stored: Mapping[str, str | bool | None]) -> Application:
    def text(name: str) -> str:
        return str(stored[name])

    old = stored["old_document_number"]
    return Application(
        person=Person(
            surname=text("surname"),
            given_names=text("given_names"),
            national_number=text("national_number"),
            date_of_birth=date.fromisoformat(text("date_of_birth")),
            sex=Sex(text("sex")),
            place_of_birth=text("place_of_birth"),
            country_of_birth=text("country_of_birth"),
        ),
        address=Address(text("street"), text("post_code"), text("post_office")),
        administrative_unit=text("administrative_unit"),
        delivery=Delivery(text("delivery")),
        old_document_number=None if old is None else str(old),
        specimen=bool(stored["specimen"]),
    )
