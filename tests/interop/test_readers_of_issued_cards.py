"""Other people's readers and the card from the issuing office of either state, signed by the state's own authorities."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from interop import host_reader, rival_cards, rival_programs
from interop.issued_card import IssuedCard, issue
from interop.rival_programs import Rival
from openeoi.pki.authorities import Authorities
from openeoi.pki.encrypted_files import EncryptedFiles
from openeoi.pki.inspection_rights import AskedState
from openeoi.pki.verifying_keys import VerifyingKey


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


@pytest.mark.interop
def test_jmrtd_with_the_states_own_right_to_fingerprints(jmrtd: Rival, inside: Sequence[str], tmp_path: Path) -> None:
    # Cards of Slovenia alone have fingerprints.
    with in_the_reader(inside, tmp_path, "si") as (issued, told):
        terminal = str(right_to_fingerprints(issued.authorities, tmp_path / "terminal"))
        found = jmrtd.read(None, can=issued.access_number, terminal=terminal, **told)
    assert found.refusals == ()
    assert "3" in found.notes["groups"].strip("[]").split(", ")


def right_to_fingerprints(state: Authorities, folder: Path) -> Path:
    """What a border post of this state shows to its own cards; the key comes out of the test's key store: JMRTD signs itself."""
    authority = state.verifying_certificates()[-1].body.holder
    credentials = state.inspection_credentials((authority,), AskedState(state, state), datetime.now(UTC))
    assert credentials is not None
    keys, held = state._key_store, getattr(credentials.sign, "__self__", None)
    assert isinstance(keys, EncryptedFiles)
    assert isinstance(held, VerifyingKey)
    _, key = keys._open(held.key)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return rival_cards.write_credentials(folder, (credentials.others[-1], credentials.certificate), key)


@pytest.mark.parametrize("country", ["si", "me"])
def test_gmrtd(gmrtd: Rival, inside: Sequence[str], tmp_path: Path, country: str) -> None:
    # Not marked: see test_gmrtd.py.
    with in_the_reader(inside, tmp_path, country) as (issued, told):
        found = rival_programs.one_of_three(lambda: gmrtd.read(None, can=issued.access_number, **told))
    assert found.refusals == ()
    assert found.notes["holder"] in issued.mrz
