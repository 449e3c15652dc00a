"""What a card is follows from the holder's age, the day of issue and the country; the same duties make them all."""

import dataclasses
from datetime import date
from pathlib import Path

import pytest

from issuing.sample_office import START, Clock, Stock, authorities, office
from openeoi import profiles
from openeoi.encoding.mrz import TravelDocument1
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.issuing.application import check
from openeoi.issuing.office import IssuingOffice
from openeoi.issuing.sample import sample_people, sample_photograph, sample_values
from openeoi.issuing.sample_issue import IssuedCard, issue
from openeoi.issuing.status import DocumentStatus, document_status
from openeoi.issuing.store import DocumentRecord
from openeoi.terminal.credentials import list_credentials
from openeoi.transport import run
from openeoi.transport.in_process import InProcess

LOW, HIGH, QUALIFIED = CredentialRole.LOW, CredentialRole.HIGH, CredentialRole.QUALIFIED
TODAY = START.date()


def card_of(office: IssuingOffice, issued: IssuedCard) -> tuple[DocumentRecord, tuple[CredentialRole, ...]]:
    assert isinstance(office.blank_cards, Stock)
    with office.store.transaction() as work:
        document = work.document(issued.document_number)
    credentials = run(list_credentials(), InProcess(office.blank_cards.cards[issued.card_serial]))
    return document, tuple(one.role for one in credentials)


@pytest.mark.parametrize(
    "number, roles, years, certificate_years",
    [
        (0, (LOW, HIGH, QUALIFIED), 10, 10),
        (1, (LOW, HIGH, QUALIFIED), 10, 10),
        (2, (LOW, HIGH, QUALIFIED), None, 10),
        (4, (LOW,), 5, 5),
    ],
    ids=["adult", "two surnames", "over seventy", "child"],
)
def test_slovenian_cards_by_age(
    slovenian_office: IssuingOffice, number: int, roles: tuple[CredentialRole, ...], years: int | None, certificate_years: int
) -> None:
    person = sample_people(slovenian_office.profile)[number]
    document, found = card_of(slovenian_office, issue(slovenian_office, person.values, person.photograph))
    assert found == roles
    assert document.expires_on == (None if years is None else TODAY.replace(year=TODAY.year + years))
    assert document.certificates_until == TODAY.replace(year=TODAY.year + certificate_years)
    assert document_status(slovenian_office, document.number) is DocumentStatus.VALID


def test_a_childs_card_of_earlier_rules_has_no_electronic_part(slovenian_office: IssuingOffice) -> None:
    earlier = dataclasses.replace(slovenian_office.profile, validity_policies=slovenian_office.profile.validity_policies[:1])
    office = dataclasses.replace(slovenian_office, profile=earlier)
    person = sample_people(earlier)[4]
    document, found = card_of(office, issue(office, person.values, person.photograph))
    assert found == () and document.certificates_until is None


@pytest.mark.parametrize("country", ["si", "me"])
def test_all_sample_people_have_valid_forms(country: str) -> None:
    profile = profiles.load(country)
    for person in sample_people(profile):
        application, _ = check(person.values, sample_photograph(), profile, TODAY)
        assert not application.specimen
        assert person.values["surname"] not in repr(person)


def test_a_montenegrin_card(tmp_path: Path, clock: Clock) -> None:
    montenegrin = office(tmp_path, authorities(tmp_path / "pki", "me", clock), clock, "me")
    values = sample_values(montenegrin.profile)
    issued = issue(montenegrin, values)
    document, found = card_of(montenegrin, issued)
    assert found == (HIGH, QUALIFIED)
    assert document.number.startswith("EL") and document.expires_on == date(2036, 5, 4)
    zone = TravelDocument1.decode(montenegrin.printer.printed[issued.card_serial].mrz)  # type: ignore[attr-defined]  # the test's
    assert (zone.issuing_state, zone.primary_identifier) == ("MNE", "ZUZEK")
