"""The published specimen as a filled-in form, with a portrait that we drew: what a visitor finds in the form at first."""

from functools import lru_cache

from openeoi.issuing.sample_portrait import JANA, jpeg
from openeoi.profiles.profile import CountryProfile, Delivery

_INVENTED = {
    "SI": {"place_of_birth": "Ljubljana", "street": "Vzorčna cesta 1", "post_code": "1000", "post_office": "Ljubljana"},
    "ME": {"place_of_birth": "Podgorica", "street": "Ulica primjera 1", "post_code": "81000", "post_office": "Podgorica"},
}


def sample_values(profile: CountryProfile) -> dict[str, str]:
    """The form's fields for the country's specimen; empty where the country has none. Name, number and birth as published, the
    rest invented."""
    specimen = profile.specimen
    if specimen is None:
        return {}
    units = profile.administrative_units
    return {
        "surname": specimen.surname,
        "given_names": specimen.given_names,
        "national_number": specimen.national_number,
        "date_of_birth": specimen.date_of_birth.isoformat(),
        "sex": specimen.sex.value,
        **_INVENTED[profile.country_code],
        "country_of_birth": profile.country_code,
        "administrative_unit": "Ljubljana" if "Ljubljana" in units else units[0],
        "delivery": Delivery.COLLECTION.value,
        "old_document_number": "",
    }


@lru_cache(maxsize=1)
def sample_photograph() -> bytes:
    """A drawn portrait as JPEG; nobody's photograph."""
    return jpeg(JANA)
