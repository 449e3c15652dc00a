"""The published specimen as a filled-in form, and a few invented people: what a visitor finds before anyone has applied.

Portraits are drawn; numbers come from registers that belong to nobody (`synthetic_personal_number`).
"""

from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from openeoi.encoding.national_numbers import Sex, synthetic_personal_number
from openeoi.issuing.sample_portrait import SAMPLES, jpeg
from openeoi.profiles.profile import CountryProfile, Delivery

_PLACES = {
    "SI": {"place_of_birth": "Ljubljana", "street": "Vzorčna cesta 1", "post_code": "1000", "post_office": "Ljubljana"},
    "ME": {"place_of_birth": "Podgorica", "street": "Ulica primjera 1", "post_code": "81000", "post_office": "Podgorica"},
}
_UNITS = {"SI": "Ljubljana", "ME": "Podgorica"}


@dataclass(frozen=True, slots=True)
class SamplePerson:
    """A filled-in form and a photograph, drawn when it is first asked for."""

    values: dict[str, str] = field(repr=False)
    portrait: str

    @property
    def photograph(self) -> bytes:
        return _drawn(self.portrait)


def sample_values(profile: CountryProfile) -> dict[str, str]:
    """The form's fields for the country's specimen, or for the first invented person where the country has none. The specimen's
    name, number and birth are as published, the rest is invented."""
    specimen = profile.specimen
    if specimen is None:
        return sample_people(profile)[0].values
    return {
        "surname": specimen.surname,
        "given_names": specimen.given_names,
        "national_number": specimen.national_number,
        "date_of_birth": specimen.date_of_birth.isoformat(),
        "sex": specimen.sex.value,
        **_common(profile),
    }


def sample_photograph() -> bytes:
    """A drawn portrait as JPEG; nobody's photograph."""
    return _drawn("jana")


@lru_cache
def _drawn(name: str) -> bytes:
    return jpeg(SAMPLES[name])


def sample_people(profile: CountryProfile) -> tuple[SamplePerson, ...]:
    """Invented people of different ages, a child and one over seventy among them."""
    people = (
        ("Žužek", "Marko", date(1979, 11, 2), Sex.MALE, "marko"),
        ("Čarman Đurić", "Ana", date(2001, 4, 30), Sex.FEMALE, "ana"),
        ("Košćak", "Ivan", date(1948, 2, 29), Sex.MALE, "ivan"),
        ("Šinkovec", "Vesna", date(1966, 9, 17), Sex.FEMALE, "vesna"),
        ("Žužek", "Jana", date(2017, 7, 7), Sex.FEMALE, "jana"),
    )
    register = profile.number_scheme.synthetic_register
    return tuple(
        SamplePerson(
            {
                "surname": surname,
                "given_names": given_names,
                "national_number": synthetic_personal_number(born, sex, serial, register),
                "date_of_birth": born.isoformat(),
                "sex": sex.value,
                **_common(profile),
            },
            portrait,
        )
        for serial, (surname, given_names, born, sex, portrait) in enumerate(people)
    )


def _common(profile: CountryProfile) -> dict[str, str]:
    return {
        **_PLACES[profile.country_code],
        "country_of_birth": profile.country_code,
        "administrative_unit": _UNITS[profile.country_code],
        "delivery": Delivery.COLLECTION.value,
        "old_document_number": "",
    }
