"""What the identity provider needs from elsewhere; `main` connects it."""

from dataclasses import dataclass, field
from datetime import date
from typing import Protocol


@dataclass(frozen=True)
class Person:
    """Who a certificate number belongs to. `person_id` is opaque and stays when the card or the EMŠO changes."""

    person_id: str
    given_name: str = field(repr=False)
    family_name: str = field(repr=False)
    date_of_birth: date = field(repr=False)


class PersonResolver(Protocol):
    """The person whose certificates carry this 13-digit certificate number; None when there is nobody."""

    def __call__(self, certificate_number: str, /) -> Person | None: ...
