import re
from datetime import date
from pathlib import Path

import pytest

from openeoi import profiles
from openeoi.encoding import mrz
from openeoi.encoding.errors import EncodingError
from openeoi.encoding.national_numbers import Sex, WrongCheckDigit, WrongRegister, synthetic_personal_number
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.encoding.transliteration import CannotTransliterate
from openeoi.profiles.profile import CountryProfile
from openeoi.profiles.validity import Restriction, age, years_later

VECTORS = Path(__file__).parents[1] / "vectors" / "mrz"
SI = profiles.load("si")
ME = profiles.load("me")
ALL = (CredentialRole.LOW, CredentialRole.HIGH, CredentialRole.QUALIFIED)
TODAY = date(2026, 11, 22)


def test_profiles_by_code() -> None:
    assert profiles.load("si") is SI
    with pytest.raises(profiles.UnknownProfile) as caught:
        profiles.load("de")
    assert caught.value.known == ("si", "me")


def test_the_slovenian_profile_writes_the_official_specimen() -> None:
    specimen = SI.specimen
    assert specimen is not None
    zone = SI.machine_readable_zone(
        specimen.document_number,
        specimen.national_number,
        specimen.surname,
        specimen.given_names,
        specimen.date_of_birth,
        specimen.sex,
        date(2032, 3, 28),
    )
    assert zone.encode() == (VECTORS / "td1_vzorec_jana.txt").read_text("ascii").strip()


def test_a_wrong_number_in_a_zone_is_a_note() -> None:
    document = mrz.decode((VECTORS / "td1_vzorec_jana.txt").read_text("ascii").strip())
    note = SI.national_number_in(document)
    assert note is not None
    assert note.text == "2806985505145"
    assert isinstance(note.problem, WrongCheckDigit)
    assert ME.national_number_in(document) is None


def test_a_right_number_in_a_zone_has_no_problem() -> None:
    born = date(1990, 2, 3)
    number = synthetic_personal_number(born, Sex.MALE, 7, SI.number_scheme.synthetic_register)
    zone = SI.machine_readable_zone("OE0000001", number, "Žižek-Črnič", "Đuro Ćiril", born, "M", None)
    assert zone.encode().splitlines()[2] == "ZIZEK<CRNIC<<DURO<CIRIL<<<<<<<"
    assert zone.date_of_expiry == "<<<<<<"
    note = SI.national_number_in(mrz.decode(zone.encode()))
    assert note is not None
    assert (note.text, note.problem) == (number, None)


def test_long_names_are_truncated_and_foreign_ones_refused() -> None:
    zone = SI.machine_readable_zone("OE0000001", "", "A" * 40, "B" * 5, date(1990, 1, 1), "F", date(2030, 1, 1))
    assert zone.encode().splitlines()[2] == "A" * 27 + "<<B"
    with pytest.raises(CannotTransliterate) as caught:
        SI.machine_readable_zone("OE0000001", "", "Novak", "Əli", date(1990, 1, 1), "M", date(2030, 1, 1))
    assert caught.value.field == "given_names"


def test_montenegrin_names_and_numbers() -> None:
    number = synthetic_personal_number(date(1980, 5, 6), Sex.FEMALE, 0, ME.number_scheme.synthetic_register)
    zone = ME.machine_readable_zone("EL0000001", number, "Грубачић", "Зорица", date(1980, 5, 6), "F", date(2036, 1, 1))
    assert mrz.decode(zone.encode()) == zone
    assert (zone.document_code, zone.issuing_state, zone.optional_data_1) == ("ID", "MNE", "")
    assert (zone.primary_identifier, zone.secondary_identifier) == ("GRUBACIC", "ZORICA")
    assert ME.read_national_number(number).sex is Sex.FEMALE
    with pytest.raises(WrongRegister):
        SI.read_national_number(number)


@pytest.mark.parametrize(
    ("born", "issued", "expires", "certificates", "roles", "fingerprints"),
    [
        (date(2023, 12, 1), date(2026, 3, 31), date(2029, 3, 31), None, (), 0),
        (date(2023, 12, 1), date(2026, 4, 1), date(2029, 4, 1), date(2029, 4, 1), (CredentialRole.LOW,), 0),
        (date(2023, 11, 22), TODAY, date(2031, 11, 22), date(2031, 11, 22), (CredentialRole.LOW,), 0),
        (date(2014, 11, 23), TODAY, date(2031, 11, 22), date(2031, 11, 22), (CredentialRole.LOW,), 0),
        (date(2014, 11, 22), TODAY, date(2031, 11, 22), date(2031, 11, 22), ALL, 2),
        (date(2008, 11, 22), TODAY, date(2036, 11, 22), date(2036, 11, 22), ALL, 2),
        (date(1956, 11, 23), TODAY, date(2036, 11, 22), date(2036, 11, 22), ALL, 2),
        (date(1956, 11, 22), TODAY, None, date(2036, 11, 22), ALL, 2),
        (date(1985, 6, 28), date(2022, 3, 28), date(2032, 3, 28), date(2032, 3, 28), ALL, 2),
        (date(1985, 6, 28), date(2028, 2, 29), date(2038, 2, 28), date(2038, 2, 28), ALL, 2),
    ],
)
def test_slovenian_validity_by_age_and_day(
    born: date,
    issued: date,
    expires: date | None,
    certificates: date | None,
    roles: tuple[CredentialRole, ...],
    fingerprints: int,
) -> None:
    validity = SI.validity(born, issued)
    assert (validity.expires_on, validity.certificates_expire_on) == (expires, certificates)
    assert (validity.roles, validity.fingerprints, validity.has_electronic_part) == (roles, fingerprints, bool(roles))


def test_restricted_cards_are_valid_one_year() -> None:
    lost = SI.validity(date(1985, 6, 28), TODAY, Restriction.REPEATED_LOSSES)
    assert (lost.expires_on, lost.certificates_expire_on, lost.fingerprints) == (date(2027, 11, 22), date(2027, 11, 22), 2)
    hurt = SI.validity(date(1940, 6, 28), TODAY, Restriction.FINGERPRINTS_IMPOSSIBLE)
    assert (hurt.expires_on, hurt.fingerprints) == (date(2027, 11, 22), 0)


def test_no_card_before_the_policy_or_before_birth() -> None:
    with pytest.raises(EncodingError, match="date of issue"):
        SI.validity(date(1985, 6, 28), date(2022, 3, 27))
    with pytest.raises(EncodingError, match="date of birth"):
        SI.validity(date(2027, 1, 1), TODAY)


def test_montenegrin_validity() -> None:
    assert ME.validity(date(2023, 1, 1), TODAY).expires_on == date(2030, 11, 22)
    assert ME.validity(date(2010, 1, 1), TODAY).roles == (CredentialRole.HIGH,)
    old = ME.validity(date(1950, 1, 1), TODAY)
    assert (old.expires_on, old.certificates_expire_on) == (date(2066, 11, 22), date(2036, 11, 22))


def test_ages_are_completed_years() -> None:
    assert age(date(2008, 2, 29), date(2026, 2, 28)) == 17
    assert age(date(2008, 2, 29), date(2026, 3, 1)) == 18
    assert years_later(date(2024, 2, 29), 4) == date(2028, 2, 29)


@pytest.mark.parametrize("profile", [SI, ME])
def test_no_authority_claims_to_be_a_real_one(profile: CountryProfile) -> None:
    names = profile.certificates.names
    common = [names.country_signing, names.document_signer, names.master_list_signer, names.eid_root, *names.eid.values()]
    assert all(name.startswith("OpenEOI TEST ") for name in common)
    assert len(set(common)) == len(common)
    assert "test" in names.organization
    assert all(oid.startswith("1.3.6.1.4.1.32473.") for oid in profile.certificates.policies.values())


@pytest.mark.parametrize("profile", [SI, ME])
def test_each_credential_of_the_cards_is_named(profile: CountryProfile) -> None:
    roles = {role for policy in profile.validity_policies for row in policy.rows for role in row.roles}
    parameters = profile.certificates
    for named in (parameters.names.eid, parameters.policies, parameters.subject_endings, parameters.labels):
        assert set(named) == roles


@pytest.mark.parametrize("profile", [SI, ME])
def test_pin_objects_do_not_collide(profile: CountryProfile) -> None:
    card = profile.card
    pins = [card.norm_pin, card.sig_pin, card.puk, card.initial_password]
    assert len({pin.reference for pin in pins}) == len({pin.path for pin in pins}) == 4
    assert all(0 < pin.minimum_length <= pin.maximum_length and pin.tries > 0 for pin in pins)


def test_units_and_document_numbers() -> None:
    assert len(SI.administrative_units) == len(set(SI.administrative_units)) == 58
    assert len(ME.administrative_units) == len(set(ME.administrative_units)) == 25
    assert SI.card.document_numbers.number(42) == "OE0000042"
    with pytest.raises(EncodingError):
        SI.card.document_numbers.number(10**7)
    assert re.fullmatch(SI.post_code_pattern, "1000")
    assert not re.fullmatch(SI.post_code_pattern, "100")
