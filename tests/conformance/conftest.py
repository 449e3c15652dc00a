"""The cards that the issuing offices of both states make, once for all tests of this folder."""

import secrets
from dataclasses import replace

import pytest

from conformance.bench import IssuedCard, StoredKey
from issuing.sample_office import Clock, Printer, Stock, authorities, office, released
from openeoi.card.faults.full_specimen import BRAINPOOL, CHIP_MAPPING, DIFFIE_HELLMAN, INTEGRATED, MODP
from openeoi.crypto.ciphers import Cipher
from openeoi.encoding.signature_algorithms import DigestAlgorithm
from openeoi.issuing.personalisation import personalise
from openeoi.pki.encrypted_files import QUICK_COST, EncryptedFiles
from openeoi.pki.key_files import Directory
from openeoi.pki.key_store import KeyPurpose
from openeoi.pki.verifying_keys import VerifyingKey
from openeoi.profiles.card import ActiveAuthenticationParameters, ChipAuthenticationParameters, TravelDocumentParameters
from openeoi.terminal.conformance.certificates.authority import TrustPoint
from openeoi.terminal.conformance.certificates.drafts import Holder
from openeoi.terminal.conformance.issuer_trust import issuer_trust

EVERYTHING = TravelDocumentParameters(
    pace_infos=(INTEGRATED, CHIP_MAPPING, DIFFIE_HELLMAN),
    chip_authentication=(
        ChipAuthenticationParameters(BRAINPOOL, frozenset({Cipher.AES_256, Cipher.TRIPLE_DES})),
        ChipAuthenticationParameters(MODP, frozenset({Cipher.AES_128, Cipher.TRIPLE_DES})),
    ),
    active_authentication=ActiveAuthenticationParameters(DigestAlgorithm.SHA256, rsa_bits=1280),
    terminal_authentication=True,
    basic_access=True,
)
"""A tester's card with every protocol, all keys made on the chip."""


def issue(folder: pytest.TempPathFactory, country: str, document: TravelDocumentParameters | None = None) -> IssuedCard:
    place = folder.mktemp(f"conformance-{country}")
    clock = Clock()
    pki = authorities(place / "pki", country, clock)
    issuing = office(place, pki, clock, country)
    if document is not None:
        card_profile = replace(issuing.profile.card, document=document)
        issuing = replace(issuing, profile=replace(issuing.profile, card=card_profile))
    reference = released(issuing)
    personalise(issuing, reference, "cvetka")
    assert isinstance(issuing.blank_cards, Stock) and isinstance(issuing.printer, Printer)
    (card,) = issuing.blank_cards.cards.values()
    (printed,) = issuing.printer.printed.values()
    root = pki.trust_point().body
    keys = EncryptedFiles(Directory(place / "pki" / "keys"), "test", QUICK_COST)
    stored = keys.keys()
    (label,) = [key for key in stored if keys.describe(key).purpose is KeyPurpose.COUNTRY_VERIFYING]
    key = StoredKey(VerifyingKey(keys, label, KeyPurpose.COUNTRY_VERIFYING))
    point = TrustPoint(Holder(root.holder, key), root.effective, root.expires, secrets.token_bytes(32))
    trust = issuer_trust((pki.country_signing_certificate(),), (), clock())
    return IssuedCard(card, printed.access_number, printed.mrz, point, trust)


@pytest.fixture(scope="session")
def issued_card(tmp_path_factory: pytest.TempPathFactory) -> IssuedCard:
    return issue(tmp_path_factory, "si")


@pytest.fixture(scope="session")
def card_of_montenegro(tmp_path_factory: pytest.TempPathFactory) -> IssuedCard:
    return issue(tmp_path_factory, "me")


@pytest.fixture(scope="session")
def testers_card(tmp_path_factory: pytest.TempPathFactory) -> IssuedCard:
    return issue(tmp_path_factory, "si", EVERYTHING)
