"""The card that the issuing office makes, once for all tests of this folder."""

import pytest

from conformance.bench import IssuedCard
from issuing.sample_office import Clock, Printer, Stock, authorities, office, released
from openeoi.issuing.personalisation import personalise


@pytest.fixture(scope="session")
def issued_card(tmp_path_factory: pytest.TempPathFactory) -> IssuedCard:
    folder = tmp_path_factory.mktemp("conformance")
    clock = Clock()
    issuing = office(folder, authorities(folder / "pki", "si", clock), clock)
    reference = released(issuing)
    personalise(issuing, reference, "cvetka")
    assert isinstance(issuing.blank_cards, Stock) and isinstance(issuing.printer, Printer)
    (card,) = issuing.blank_cards.cards.values()
    (printed,) = issuing.printer.printed.values()
    return IssuedCard(card, printed.access_number, printed.mrz)
