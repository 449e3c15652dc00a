"""gmrtd, unmodified from the Go module proxy, reads our card over PC/SC.

Without the mark of the other interop tests: some networks' module proxies refuse this one module, which no package can replace.
So a skip here is no failure, not even in CI. What it found where it could be had stands in docs/who-notices-faulty-chips.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import pytest

from interop import host_reader, rival_cards, rival_programs
from interop.rival_cards import GENERIC, INTEGRATED, MAPPING, Signature
from interop.rival_programs import Rival
from openeoi.card.faults.specimen import CAN, ZONE
from openeoi.storage.atomic_files import AtomicFile

MRZ = f"{ZONE.document_number},{ZONE.date_of_birth},{ZONE.date_of_expiry}"
ONE_OFFER = partial(rival_cards.everything, offers=(GENERIC,))
CARDS = {
    "generic mapping": ONE_OFFER,
    "chip authentication": partial(ONE_OFFER, signature=Signature.NONE),
    "mapping": partial(rival_cards.everything, offers=(GENERIC, MAPPING), signature=Signature.NONE),
    "RSA": partial(ONE_OFFER, signature=Signature.RSA),
    "integrated mapping": partial(rival_cards.everything, offers=INTEGRATED[1:2]),
}

# A response of 256 bytes and its protection do not fit into a short APDU; gmrtd asks for no more unless told.
EXTENDED = "4096"


@pytest.fixture(scope="module", params=["generic mapping"])
def card(
    request: pytest.FixtureRequest, gmrtd: Rival, inside: Sequence[str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """The card of this name lies in the reader; gmrtd is built before the card waits."""
    file = tmp_path_factory.mktemp("cards") / "card"
    AtomicFile(file).save(CARDS[request.param]())
    with host_reader.card_in(inside, file):
        yield


@pytest.mark.parametrize("password", [{"can": CAN}, {"mrz": MRZ}], ids=["can", "mrz"])
@pytest.mark.parametrize(
    ("card", "maximum", "access", "proof"),
    [
        ("generic mapping", "256", "0.4.0.127.0.7.2.2.4.2.4", "Active Authentication"),
        ("RSA", EXTENDED, "0.4.0.127.0.7.2.2.4.2.4", "Active Authentication"),
        ("chip authentication", "256", "0.4.0.127.0.7.2.2.4.2.4", "Chip Authentication"),
        ("mapping", "256", "0.4.0.127.0.7.2.2.4.6.4", "PACE-CAM"),
    ],
    indirect=["card"],
)
@pytest.mark.usefixtures("card")
def test_the_document_and_its_chip_are_genuine(
    gmrtd: Rival, trust: dict[str, str], password: dict[str, str], maximum: str, access: str, proof: str
) -> None:
    found = rival_programs.one_of_three(lambda: gmrtd.read(None, **password, **trust, maximum=maximum))
    assert found.refusals == ()
    assert (found.notes["holder"], found.notes["access"], found.notes["chip"]) == (ZONE.primary_identifier, access, proof)


@pytest.mark.usefixtures("card")
def test_a_wrong_card_access_number_opens_nothing(gmrtd: Rival, trust: dict[str, str]) -> None:
    found = gmrtd.read(None, can="999999", **trust)
    assert found.refusals[0].step == "PACE"
    assert "access" not in found.notes


@pytest.mark.parametrize("card", ["integrated mapping"], indirect=True)
@pytest.mark.usefixtures("card")
def test_without_its_mapping_it_falls_back_to_basic_access_control_and_says_so(gmrtd: Rival, trust: dict[str, str]) -> None:
    found = gmrtd.read(None, mrz=MRZ, **trust)
    assert [one.step for one in found.refusals] == ["PACE"]
    assert found.notes["access"] == "BAC"
