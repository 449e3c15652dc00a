"""The table of who notices which faulty chip is what the readers say today."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from interop import rival_programs, who_notices
from interop.rival_programs import Rival
from openeoi.card.faults.catalogue import CATALOGUE

# gmrtd loses about one reading in a hundred.
ATTEMPTS = 4
RENEW = "run: PYTHONPATH=src:tests python -m interop.who_notices"


def differences(make: Callable[[], Rival], folder: Path) -> dict[str, tuple[str, str | None]]:
    """What the reader says now, and what the table says, where they differ."""
    told, found = who_notices.words(folder), {}
    with rival_programs.running(rival_programs.or_skip(lambda _: make())) as rival:
        written = who_notices.cells(rival.name)
        for name in CATALOGUE:
            said = [who_notices.one_reading(rival, name, told)]
            while said[-1] != written.get(name) and len(said) < ATTEMPTS:
                said.append(who_notices.one_reading(rival, name, told))
            if said[-1] != written.get(name):
                found[name] = (said[-1], written.get(name))
    return found


@pytest.mark.interop
def test_what_jmrtd_says(tmp_path: Path) -> None:
    assert not differences(rival_programs.jmrtd, tmp_path), RENEW


def test_what_gmrtd_says(tmp_path: Path) -> None:
    # Not marked: see test_gmrtd.py.
    assert not differences(rival_programs.gmrtd, tmp_path), RENEW


def test_our_terminal_notices_all() -> None:
    assert who_notices.cells(who_notices.OURS) == {name: who_notices.our_cell(name) for name in CATALOGUE}, RENEW
    # What no reader can notice has no error in the catalogue.
    expected = {name: fault.error or who_notices.ACCEPTS for name, fault in CATALOGUE.items()}
    assert who_notices.cells(who_notices.OURS) == expected


def test_the_page_is_in_step() -> None:
    assert who_notices.PAGE.read_text() == who_notices.page(), RENEW
