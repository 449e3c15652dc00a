"""JMRTD, unmodified from its Maven repository, reads our card over PC/SC: every protocol that it knows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest

from interop import host_reader, rival_cards
from interop.rival_cards import DIFFIE_HELLMAN, GENERIC, INTEGRATED, MAPPING, Signature
from interop.rival_programs import Finding, Rival
from openeoi.card.faults.full_specimen import NUMBER_KEY
from openeoi.card.faults.specimen import CAN, ZONE
from openeoi.encoding.lds.security_infos import PaceInfo
from openeoi.storage.atomic_files import AtomicFile

pytestmark = pytest.mark.interop

MRZ = f"{ZONE.document_number},{ZONE.date_of_birth},{ZONE.date_of_expiry}"
READABLE = "[1, 2, 11, 12, 14, 15]"
WITH_FINGERPRINTS = "[1, 2, 3, 4, 11, 12, 14, 15]"
SIGNER = "CN=OpenEOI TEST document signer 1,O=OpenEOI faulty chips laboratory,C=SI"

# JMRTD sends a nonce t as long as s. With AES-192 they differ: t is a key (24 bytes), s two blocks (ICAO 9303-11, 4.4.3.3.2).
TOO_LONG = INTEGRATED[2]

CARDS = {
    "everything": rival_cards.everything,
    "RSA": partial(rival_cards.everything, signature=Signature.RSA),
}


@pytest.fixture(scope="module", params=["everything"])
def card(
    request: pytest.FixtureRequest, jmrtd: Rival, inside: Sequence[str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """The card of this name lies in the reader; JMRTD is built before the card waits."""
    file = tmp_path_factory.mktemp("cards") / "card"
    AtomicFile(file).save(CARDS[request.param]())
    with host_reader.card_in(inside, file):
        yield


def accepted(found: Finding, groups: str = READABLE) -> None:
    """The holder was read, the document and the chip are genuine, and JMRTD had nothing to say against them."""
    assert found.refusals == ()
    assert (found.notes["holder"], found.notes["groups"]) == (ZONE.primary_identifier, groups)
    assert (found.notes["signature"], found.notes["digests"], found.notes["trust"]) == ("SHA256withECDSA", "SHA-256", SIGNER)


@pytest.mark.parametrize("password", [{"can": CAN}, {"mrz": MRZ}], ids=["can", "mrz"])
@pytest.mark.usefixtures("card")
def test_pace_with_each_password(jmrtd: Rival, trust: dict[str, str], password: dict[str, str]) -> None:
    found = jmrtd.read(None, **password, **trust)
    accepted(found)
    assert found.notes["access"] == "id-PACE-ECDH-GM-AES-CBC-CMAC-256/13"
    assert found.notes["chip authentication"] == "0.4.0.127.0.7.2.2.3.2.4"
    assert found.notes["active authentication"] == "EC"


@pytest.mark.parametrize(
    ("offer", "name"),
    [
        (GENERIC, "id-PACE-ECDH-GM-AES-CBC-CMAC-256/13"),
        (MAPPING, "id-PACE-ECDH-CAM-AES-CBC-CMAC-256/13"),
        (INTEGRATED[0], "id-PACE-ECDH-IM-3DES-CBC-CBC/13"),
        (INTEGRATED[1], "id-PACE-ECDH-IM-AES-CBC-CMAC-128/13"),
        (INTEGRATED[3], "id-PACE-ECDH-IM-AES-CBC-CMAC-256/13"),
        (DIFFIE_HELLMAN[0], "id-PACE-DH-GM-AES-CBC-CMAC-128/2"),
        (DIFFIE_HELLMAN[1], "id-PACE-DH-IM-AES-CBC-CMAC-128/2"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@pytest.mark.usefixtures("card")
def test_each_way_to_run_pace(jmrtd: Rival, trust: dict[str, str], offer: PaceInfo, name: str) -> None:
    found = jmrtd.read(None, can=CAN, pace=f"{offer.protocol}/{offer.parameter_id}", **trust)
    accepted(found)
    assert found.notes["access"] == name
    assert ("chip authentication mapping" in found.notes) == (offer is MAPPING)


@pytest.mark.usefixtures("card")
def test_integrated_mapping_with_aes_192_is_beyond_it(jmrtd: Rival, trust: dict[str, str]) -> None:
    found = jmrtd.read(None, can=CAN, pace=f"{TOO_LONG.protocol}/{TOO_LONG.parameter_id}", **trust)
    assert [(one.step, one.judge) for one in found.refusals] == [("PACE", "library")]


@pytest.mark.usefixtures("card")
def test_basic_access_control(jmrtd: Rival, trust: dict[str, str]) -> None:
    found = jmrtd.read(None, bac=MRZ, **trust)
    accepted(found)
    assert found.notes["access"] == "BAC"


@pytest.mark.parametrize("password", [{"can": CAN}, {"mrz": MRZ}, {"bac": MRZ}], ids=["can", "mrz", "bac"])
@pytest.mark.usefixtures("card")
def test_terminal_authentication_opens_the_fingerprints(
    jmrtd: Rival, trust: dict[str, str], tmp_path: Path, password: dict[str, str]
) -> None:
    found = jmrtd.read(None, **password, **trust, terminal=str(rival_cards.write_terminal(tmp_path / "terminal")))
    accepted(found, WITH_FINGERPRINTS)
    assert found.notes["terminal authentication"] == rival_cards.TERMINAL.name


@pytest.mark.usefixtures("card")
def test_without_the_right_the_fingerprints_stay_shut(jmrtd: Rival, trust: dict[str, str]) -> None:
    found = jmrtd.read(None, can=CAN, groups="1,3", **trust)
    assert [(one.step, one.judge) for one in found.refusals] == [("DG3", "library")]


@pytest.mark.parametrize("password", [{"can": "999999"}, {"bac": MRZ.replace("390101", "390102")}], ids=["can", "bac"])
@pytest.mark.usefixtures("card")
def test_a_wrong_password_opens_nothing(jmrtd: Rival, trust: dict[str, str], password: dict[str, str]) -> None:
    found = jmrtd.read(None, **password, **trust)
    assert [one.judge for one in found.refusals] == ["library"]
    assert "access" not in found.notes


@pytest.mark.parametrize("card", ["RSA"], indirect=True)
@pytest.mark.usefixtures("card")
def test_active_authentication_with_rsa(jmrtd: Rival, trust: dict[str, str]) -> None:
    found = jmrtd.read(None, can=CAN, **trust)
    accepted(found)
    assert found.notes["active authentication"] == "RSA"


@pytest.mark.usefixtures("card")
def test_chip_authentication_with_diffie_hellman(jmrtd: Rival, trust: dict[str, str]) -> None:
    found = jmrtd.read(None, can=CAN, chip=str(NUMBER_KEY), **trust)
    accepted(found)
    assert found.notes["chip authentication"] == "0.4.0.127.0.7.2.2.3.1.2"
