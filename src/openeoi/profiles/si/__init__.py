"""Slovenia. Sources: Zakon o osebni izkaznici (UL RS 35/2011, 41/2021) and its amendment of 2025, public pages of SI-TRUST and
e-Uprava on the card, the official specimen of 2022, OpenSC's description of the chip."""

from datetime import date

from openeoi.crypto.ciphers import Cipher
from openeoi.encoding.national_numbers import Sex
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.encoding.signature_algorithms import DigestAlgorithm
from openeoi.encoding.transliteration import table
from openeoi.profiles.card import (
    ActiveAuthenticationParameters,
    CardParameters,
    ChipAuthenticationParameters,
    DocumentNumberFormat,
    PinParameters,
    TravelDocumentParameters,
)
from openeoi.profiles.profile import CountryProfile, Delivery, NumberScheme, Specimen
from openeoi.profiles.si.administrative_units import ADMINISTRATIVE_UNITS
from openeoi.profiles.si.certificates import CERTIFICATES
from openeoi.profiles.validity import AgeRule, ValidityPolicy

BRAINPOOL_P256R1 = 13
ALL = (CredentialRole.LOW, CredentialRole.HIGH, CredentialRole.QUALIFIED)
OLDER = (
    AgeRule(12, 5, ALL, fingerprints=2),
    AgeRule(18, 10, ALL, fingerprints=2),
    # From 70 a card has no expiry, its certificates do: a document for life that stops being an eID.
    AgeRule(70, None, ALL, fingerprints=2, certificate_years=10),
)
VALIDITY_POLICIES = (
    ValidityPolicy(
        in_force_from=date(2022, 3, 28),
        rows=(AgeRule(0, 3, (), fingerprints=0), AgeRule(3, 5, (), fingerprints=0), *OLDER),
        restricted_years=1,
    ),
    # The amendment of 2025 gives children's cards an electronic part "from spring 2026", so that they serve as a health card.
    # OUR CHOICE: the day, and that it is the credential without PIN alone.
    ValidityPolicy(
        in_force_from=date(2026, 4, 1),
        rows=(
            AgeRule(0, 3, (CredentialRole.LOW,), fingerprints=0),
            AgeRule(3, 5, (CredentialRole.LOW,), fingerprints=0),
            *OLDER,
        ),
        restricted_years=1,
    ),
)

# Known of the real card: Norm PIN and Norm PUK with length, reference and path. OUR CHOICE: the rest, with all numbers of tries.
CARD = CardParameters(
    pace_oid="0.4.0.127.0.7.2.2.4.2.4",  # ECDH, generic mapping, AES-CBC-CMAC-256. OUR CHOICE
    pace_parameter_id=BRAINPOOL_P256R1,  # OUR CHOICE
    access_number_length=6,
    norm_pin=PinParameters(6, 6, tries=3, reference=5, path=b"\x00\x05"),
    sig_pin=PinParameters(6, 6, tries=3, reference=8, path=b"\x00\x08"),
    puk=PinParameters(10, 10, tries=10, reference=6, path=b"\x00\x06"),
    initial_password=PinParameters(8, 8, tries=5, reference=7, path=b"\x00\x07", one_use=True),
    # The one known number, the specimen's, has two letters and seven digits. OUR CHOICE: the letters, not the specimen's.
    document_numbers=DocumentNumberFormat(prefix="OE", digits=7),
    # Known of the real card: zero bytes stand between the objects, and programs read over them. OUR CHOICE: how many.
    object_gap=2,
    # Not known of the real card, but that fingerprints stand behind extended access control (Regulation (EU) 2025/1208). OUR
    # CHOICE: everything else.
    document=TravelDocumentParameters(
        chip_authentication=(ChipAuthenticationParameters(BRAINPOOL_P256R1, frozenset({Cipher.AES_256})),),
        active_authentication=ActiveAuthenticationParameters(DigestAlgorithm.SHA256, BRAINPOOL_P256R1),
        terminal_authentication=True,
    ),
)

SPECIMEN = Specimen(
    national_number="2806985505145",
    surname="VZOREC",
    given_names="JANA",
    date_of_birth=date(1985, 6, 28),
    sex=Sex.FEMALE,
    document_number="IE9876543",
)

_PROFILE = CountryProfile(
    country_code="SI",
    issuing_state="SVN",
    state_names={"sl": "Slovenija", "en": "Slovenia"},
    languages=("sl", "en"),
    document_code="I",
    number_scheme=NumberScheme(registers=range(50, 60), synthetic_register=59, name="EMŠO"),
    number_in_optional_data=True,
    transliteration_table=table(),
    validity_policies=VALIDITY_POLICIES,
    card=CARD,
    certificates=CERTIFICATES,
    administrative_units=ADMINISTRATIVE_UNITS,
    post_code_pattern=r"[1-9][0-9]{3}",
    delivery_kinds=(Delivery.COLLECTION, Delivery.POST),
    specimen=SPECIMEN,
)


def profile() -> CountryProfile:
    return _PROFILE
