"""A country's profile: everything national that the offices need, as data, and the few rules that follow from it.

What is publicly known about the real cards has its source in the profile's file; everything else is marked OUR CHOICE there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from openeoi.encoding.mrz import TravelDocument, TravelDocument1, dates, truncate_names
from openeoi.encoding.national_numbers import NationalNumberError, PersonalNumber, Sex, decode_personal_number
from openeoi.encoding.transliteration import TransliterationTable, transliterate
from openeoi.profiles.card import CardParameters
from openeoi.profiles.certificates import CertificateParameters
from openeoi.profiles.validity import Restriction, Validity, ValidityPolicy, validity

NO_EXPIRY = "<<<<<<"


class Delivery(StrEnum):
    """How a card reaches its holder."""

    COLLECTION = "collection"
    POST = "post"


@dataclass(frozen=True, slots=True)
class Specimen:
    """The published specimen holder of a state: its data may be used by everyone, and its number may fail its own check."""

    national_number: str
    surname: str
    given_names: str
    date_of_birth: date
    sex: Sex
    document_number: str


@dataclass(frozen=True, slots=True)
class NumberScheme:
    """`registers` are the state's within EMŠO and JMBG, `synthetic_register` the one of numbers for samples and tests."""

    registers: range
    synthetic_register: int
    name: str


@dataclass(frozen=True, slots=True)
class NationalNumberNote:
    """The national number that a zone holds, as it stands, and what is wrong with it. A note, never a reason to refuse the zone:
    even the official specimen has a wrong check digit."""

    text: str
    problem: NationalNumberError | None


@dataclass(frozen=True, slots=True)
class CountryProfile:
    """`country_code` ISO 3166-1 alpha-2, `issuing_state` the three letters of the zone, `state_names` by language, `languages` in
    order of preference."""

    country_code: str
    issuing_state: str
    state_names: Mapping[str, str]
    languages: tuple[str, ...]
    document_code: str
    number_scheme: NumberScheme
    number_in_optional_data: bool
    transliteration_table: TransliterationTable
    validity_policies: tuple[ValidityPolicy, ...]
    card: CardParameters
    certificates: CertificateParameters
    administrative_units: tuple[str, ...]
    post_code_pattern: str
    delivery_kinds: tuple[Delivery, ...]
    specimen: Specimen | None = None

    def transliterate(self, name: str, field: str = "name") -> str:
        """A name in A to Z by the country's table. Raises CannotTransliterate."""
        return transliterate(name, field, self.transliteration_table)

    def read_national_number(self, text: str, today: date | None = None, check_digit: bool = True) -> PersonalNumber:
        """The person's number of this state. Raises the errors of `encoding.national_numbers`."""
        return decode_personal_number(text, self.number_scheme.registers, today, check_digit)

    def validity(self, born: date, issued_on: date, restriction: Restriction | None = None) -> Validity:
        return validity(self.validity_policies, born, issued_on, restriction)

    def machine_readable_zone(
        self,
        document_number: str,
        national_number: str,
        surname: str,
        given_names: str,
        date_of_birth: date,
        sex: str,
        expires_on: date | None,
    ) -> TravelDocument1:
        """The zone of a citizen's card: names transliterated and truncated to the field, the national number in optional data 1
        where the country writes it there, fillers for a card without expiry (OUR CHOICE). `sex` F, M or the filler."""
        primary, secondary = truncate_names(
            self.transliterate(surname, "surname"),
            self.transliterate(given_names, "given_names") if given_names else "",
            TravelDocument1.NAME_WIDTH,
        )
        return TravelDocument1(
            document_code=self.document_code,
            issuing_state=self.issuing_state,
            document_number=document_number,
            optional_data_1=national_number if self.number_in_optional_data else "",
            date_of_birth=dates.encode(date_of_birth),
            sex=sex,
            date_of_expiry=NO_EXPIRY if expires_on is None else dates.encode(expires_on),
            nationality=self.issuing_state,
            optional_data_2="",
            primary_identifier=primary,
            secondary_identifier=secondary,
        )

    def national_number_in(self, document: TravelDocument) -> NationalNumberNote | None:
        """The national number of a zone, with the problem it has, if any; None where this state writes none into the zone."""
        text = document.optional_data_1
        if not self.number_in_optional_data or document.issuing_state != self.issuing_state or not text:
            return None
        try:
            self.read_national_number(text)
        except NationalNumberError as error:
            return NationalNumberNote(text, error)
        return NationalNumberNote(text, None)
