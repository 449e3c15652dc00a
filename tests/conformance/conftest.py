"""The cards that the issuing offices of both states make, once for all tests of this folder."""

import secrets

import pytest

from conformance.bench import IssuedCard, StoredKey
from issuing.sample_office import Clock, Printer, Stock, authorities, office, released
from openeoi.issuing.personalisation import personalise
from openeoi.pki.encrypted_files import QUICK_COST, EncryptedFiles
from openeoi.pki.key_files import Directory
from openeoi.pki.key_store import KeyPurpose
from openeoi.pki.verifying_keys import VerifyingKey
from openeoi.terminal.conformance.certificates.authority import TrustPoint
from openeoi.terminal.conformance.certificates.drafts import Holder
from openeoi.terminal.conformance.issuer_trust import issuer_trust


def issue(folder: pytest.TempPathFactory, country: str) -> IssuedCard:
    place = folder.mktemp(f"conformance-{country}")
    clock = Clock()
    pki = authorities(place / "pki", country, clock)
    issuing = office(place, pki, clock, country)
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


@pytest.fixture(scope="session", params=["si", "me"])
def card_of_each_state(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> IssuedCard:
    if request.param == "si":
        card: IssuedCard = request.getfixturevalue("issued_card")
        return card
    return issue(tmp_path_factory, request.param)
