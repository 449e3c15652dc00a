"""The document for those who have none at hand."""

from openeoi.signing import pades
from openeoi.signing.sample_document import sample_document


def test_it_is_a_document_that_the_desk_takes() -> None:
    facts = pades.describe(sample_document())
    assert (facts.pages, facts.signatures) == (1, 0)
