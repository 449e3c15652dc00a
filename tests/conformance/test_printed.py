"""The page about the runner is in step, and says the truth about what a unit needs."""

from pathlib import Path

from openeoi.terminal.conformance.catalogue import units
from openeoi.terminal.conformance.printed import page

PRINTED = Path(__file__).parents[2] / "docs" / "conformance.md"


def test_the_page_is_in_step() -> None:
    assert PRINTED.read_text() == page(), "run: python -m openeoi.terminal.conformance.printed > docs/conformance.md"


def test_every_case_stands_on_it_once() -> None:
    text = page()
    for unit in units():
        for case in unit.cases:
            assert text.count(f"| `{case.identifier}` |") == 1, case.identifier
    assert "*not implemented: " not in text
