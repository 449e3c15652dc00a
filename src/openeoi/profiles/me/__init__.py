"""Montenegro, as far as a second state needs to be. Source: the ministry's public pages on the card (ca.servis.mup.gov.me):
validity by age, certificates by age, lengths and tries of PIN and PUK."""

from datetime import date

from openeoi.crypto.ciphers import Cipher
from openeoi.encoding.lds.security_infos import PACE, PaceInfo
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
from openeoi.profiles.me.certificates import CERTIFICATES
from openeoi.profiles.profile import CountryProfile, Delivery, NumberScheme
from openeoi.profiles.validity import AgeRule, ValidityPolicy

P_256 = 12
MINOR = (CredentialRole.HIGH,)
ADULT = (CredentialRole.HIGH, CredentialRole.QUALIFIED)
VALIDITY_POLICIES = (
    ValidityPolicy(
        in_force_from=date(2020, 6, 1),
        rows=(
            # No prints, the ten years of certificates on a card of forty, and one year where restricted: OUR CHOICE.
            AgeRule(0, 4, MINOR, fingerprints=0),
            AgeRule(4, 10, MINOR, fingerprints=0),
            AgeRule(18, 10, ADULT, fingerprints=0),
            AgeRule(65, 40, ADULT, fingerprints=0, certificate_years=10),
        ),
        restricted_years=1,
    ),
)

# Published: PIN of 6 to 20 letters, digits and signs with 5 tries, PUK with 5 tries. OUR CHOICE: the rest.
CARD = CardParameters(
    pace_oid="0.4.0.127.0.7.2.2.4.2.4",
    pace_parameter_id=13,
    access_number_length=6,
    norm_pin=PinParameters(6, 20, tries=5, reference=5, path=b"\x00\x05", digits_only=False),
    sig_pin=PinParameters(6, 20, tries=5, reference=8, path=b"\x00\x08", digits_only=False),
    puk=PinParameters(10, 10, tries=5, reference=6, path=b"\x00\x06"),
    initial_password=PinParameters(8, 8, tries=5, reference=7, path=b"\x00\x07", one_use=True),
    document_numbers=DocumentNumberFormat(prefix="EL", digits=7),
    # OUR CHOICE: other protocols than Slovenia's, so that both are used. No fingerprints, so no terminal authentication. No PACE
    # with integrated mapping: OpenSC's library, which has the generic one, gives EF.CardAccess up as a whole where it finds it,
    # and no holder could use a PIN on Linux. The chip authentication mapping it passes over.
    document=TravelDocumentParameters(
        pace_infos=(PaceInfo(f"{PACE}.6.4", P_256),),
        chip_authentication=(ChipAuthenticationParameters(P_256, frozenset({Cipher.AES_128, Cipher.AES_256})),),
        active_authentication=ActiveAuthenticationParameters(DigestAlgorithm.SHA256, P_256),
    ),
)

# The 25 municipalities, each with an office that takes applications.
ADMINISTRATIVE_UNITS = (
    "Andrijevica",
    "Bar",
    "Berane",
    "Bijelo Polje",
    "Budva",
    "Cetinje",
    "Danilovgrad",
    "Gusinje",
    "Herceg Novi",
    "Kolašin",
    "Kotor",
    "Mojkovac",
    "Nikšić",
    "Petnjica",
    "Plav",
    "Pljevlja",
    "Plužine",
    "Podgorica",
    "Rožaje",
    "Šavnik",
    "Tivat",
    "Tuzi",
    "Ulcinj",
    "Zeta",
    "Žabljak",
)

_PROFILE = CountryProfile(
    country_code="ME",
    issuing_state="MNE",
    state_names={"cnr": "Crna Gora", "sl": "Črna gora", "en": "Montenegro"},
    languages=("cnr", "en"),
    document_code="ID",  # OUR CHOICE
    number_scheme=NumberScheme(registers=range(20, 30), synthetic_register=20, name="JMBG"),
    number_in_optional_data=False,  # OUR CHOICE
    # ICAO recommends H for Serbian Г; names of the state's own registers have G.
    transliteration_table=table("sr", {"Г": "G"}),
    validity_policies=VALIDITY_POLICIES,
    card=CARD,
    certificates=CERTIFICATES,
    administrative_units=ADMINISTRATIVE_UNITS,
    post_code_pattern=r"8[0-9]{4}",
    delivery_kinds=(Delivery.COLLECTION,),
)


def profile() -> CountryProfile:
    return _PROFILE
