"""Chips of the catalogue of faults, some of each family that is about the travel document, fail in the case about it."""

import secrets

import pytest

from conformance.bench import failed, run_all
from openeoi import profiles
from openeoi.card.faults.catalogue import make_faulty_card
from openeoi.card.faults.laboratory import Laboratory
from openeoi.card.faults.specimen import CAN
from openeoi.card.memory import VolatileMemory
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.terminal.conformance.runner import Access
from openeoi.transport.in_process import InProcess

LABORATORY = Laboratory(bytes(range(32)))

FAULTS = {
    "dg2-four-gigabytes": {"OEOI-DG2-1"},
    "dg11-altered": {"OEOI-SOD-4"},
    "com-hides-group": {"OEOI-COM-5"},
    "com-tag-repeated": {"OEOI-COM-3"},
    "com-version-odd": {"OEOI-COM-2"},
    "dg14-malformed": {"OEOI-DG14-2"},
    "pace-hidden": {"OEOI-PACE-1"},
    "cardaccess-protocol-unknown": {"OEOI-PACE-1"},
    "pace-token-wrong": {"OEOI-PACE-2"},
    "pace-accepts-any-number": {"OEOI-PACE-5"},
    "sm-code-wrong": {"OEOI-SM-13", "OEOI-SM-14"},
    "sm-error-in-clear": {"OEOI-ACCESS-9"},
    "clone-with-another-active-key": {"OEOI-DG15-3"},
    "active-signature-short": {"OEOI-DG15-3"},
    "clone-with-another-chip-key": {"ISO7816_II_1"},
    "clone-without-chip-key": {"ISO7816_II_1"},
    "chip-key-off-curve": {"OEOI-DG14-4"},
    "answer-of-one-byte": {"OEOI-SM-14"},
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_faulty_chip_fails_in_its_case(name: str) -> None:
    chip = make_faulty_card(name, LABORATORY, VolatileMemory(), profiles.load("si").card, secrets.token_bytes)
    assert FAULTS[name] <= failed(run_all(InProcess(chip), Access(PacePassword.from_can(CAN))))
