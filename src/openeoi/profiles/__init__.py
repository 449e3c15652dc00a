"""One folder per country: names, numbers, validity rules, certificate names, card parameters, languages."""

from collections.abc import Callable

from openeoi.errors import OpenEoiError
from openeoi.profiles import me, si
from openeoi.profiles.profile import CountryProfile

PROFILES: dict[str, Callable[[], CountryProfile]] = {"si": si.profile, "me": me.profile}


class UnknownProfile(OpenEoiError):
    """No country of this code has a profile; `known` lists those that do."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.known = tuple(PROFILES)
        super().__init__(f"no profile {code!r}, there are {', '.join(PROFILES)}")


def load(country_code: str) -> CountryProfile:
    """The profile of a country by its code in small letters. Raises UnknownProfile."""
    if country_code not in PROFILES:
        raise UnknownProfile(country_code)
    return PROFILES[country_code]()
