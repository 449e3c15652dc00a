"""Other people's readers and the card from the issuing office of either state, signed by the state's own authorities."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from interop import host_reader, rival_cards, rival_programs
from interop.issued_card import IssuedCard, issue
from interop.rival_programs import Rival


@contextmanager
def in_the_reader(inside: Sequence[str], folder: Path, country: str) -> Iterator[tuple[IssuedCard, dict[str, str]]]:
    """A new card of this country, and what a reader is told of authorities and time."""
    issued = issue(folder, country)
    trust = rival_cards.write_certificates(folder / "trust", issued.anchors.country_signing)
    with host_reader.card_in(inside, issued.file(folder).path):
        yield issued, {"trust": str(trust), "at": datetime.now(UTC).isoformat().replace("+00:00", "Z")}


@pytest.mark.interop
@pytest.mark.parametrize("country", ["si", "me"])
def test_jmrtd(jmrtd: Rival, inside: Sequence[str], tmp_path: Path, country: str) -> None:
    with in_the_reader(inside, tmp_path, country) as (issued, told):
        found = jmrtd.read(None, can=issued.access_number, **told)
    assert found.refusals == ()
    assert found.notes["holder"] in issued.mrz
    assert f"C={country.upper()}" in found.notes["trust"]
    print(dict(found.notes))


@pytest.mark.parametrize("country", ["si", "me"])
def test_gmrtd(gmrtd: Rival, inside: Sequence[str], tmp_path: Path, country: str) -> None:
    # Not marked: see test_gmrtd.py.
    with in_the_reader(inside, tmp_path, country) as (issued, told):
        found = rival_programs.one_of_three(lambda: gmrtd.read(None, can=issued.access_number, **told))
    assert found.refusals == ()
    assert found.notes["holder"] in issued.mrz
    print(dict(found.notes))
