"""Our own card, as the issuing office makes it, passes every case that applies; a first run only reads."""

from dataclasses import replace

import pytest

from conformance.bench import Broken, IssuedCard, Process, run_all
from openeoi.encoding import mrz
from openeoi.encoding.mrz import mrz_information
from openeoi.protocols.pace.errors import WrongPassword
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.terminal.conformance.case import Verdict
from openeoi.terminal.conformance.catalogue import FEATURES, units
from openeoi.terminal.conformance.runner import Access
from openeoi.terminal.conformance.units import IMPLEMENTATIONS

PIN_COMMANDS = {0x20, 0x24, 0x2C}


EXTENDED_ACCESS = {"CA", "TA", "AA", "DG3", "DG15"}

# Fixture -> profiles that the chip must show, what its maker declares, and how many cases it passes at least.
ISSUED = {
    "issued_card": (EXTENDED_ACCESS, frozenset({"DATE", "MIG"}), 200),
    "card_of_montenegro": (set(), frozenset({"DATE"}), 90),
    "testers_card": (EXTENDED_ACCESS | {"CAM", "CA_KAT", "DH", "KeyRef"}, frozenset({"BAC", "DATE", "MIG"}), 235),
}


@pytest.mark.parametrize("name", ISSUED)
def test_issued_cards_pass_every_case_that_applies(name: str, request: pytest.FixtureRequest) -> None:
    """The whole card set as it leaves the office: files, protocols, certificates, and who signed it. Twice, for the first run has
    moved the chip's date and trust point."""
    features, declared, passes = ISSUED[name]
    issued: IssuedCard = request.getfixturevalue(name)
    for _ in range(2):
        run = run_all(issued.reader(), issued.access, declared=declared, alter=True)
        unwanted = {Verdict.FAILED, Verdict.INCONCLUSIVE, Verdict.NOT_IMPLEMENTED}
        assert [(one.case.identifier, one.reason) for one in run.results if one.verdict in unwanted] == []
        assert run.passed
        assert {"PACE", "DG1", "DG2", "DG11", "DG12", "DG14", "EFATR", "EFDIR", "MF", "OddIns"} | features <= run.features
        assert run.count(Verdict.PASSED) > passes
        assert all(one.reason for one in run.results if one.verdict is not Verdict.PASSED)


def test_our_card_passes_with_the_zone_as_password(issued_card: IssuedCard) -> None:

    access = Access(PacePassword.from_mrz(mrz_information(mrz.decode(issued_card.zone))), issued_card.zone)
    assert run_all(issued_card.reader(), access, "OEOI-PACE", "OEOI-SM").passed


def test_a_first_run_only_reads_and_uses_no_try(issued_card: IssuedCard) -> None:
    instructions: list[int] = []
    wrong_answers: list[int] = []

    def watching(command: bytes, chip: Process) -> bytes:
        answer = chip(command)
        instructions.append(command[1])
        wrong_answers.extend([answer[-2]] if answer[-2] == 0x63 else [])
        return answer

    access = replace(issued_card.access, trust_point=None)
    run = run_all(Broken(issued_card.reader(), watching), access, provoke=False)
    assert run.passed
    assert run.count(Verdict.NOT_RUN) > 5
    assert not PIN_COMMANDS & set(instructions)
    # SELECT, READ BINARY, MSE, GENERAL AUTHENTICATE; the keys that need no PIN sign: INTERNAL AUTHENTICATE, PSO.
    assert set(instructions) <= {0xA4, 0xB0, 0xB1, 0x22, 0x86, 0x88, 0x2A}
    assert wrong_answers == []


def test_no_case_at_all_sends_a_pin(issued_card: IssuedCard) -> None:
    sent: set[int] = set()

    def watching(command: bytes, chip: Process) -> bytes:
        sent.add(command[1])
        return chip(command)

    run_all(Broken(issued_card.reader(), watching), issued_card.access)
    assert not PIN_COMMANDS & sent


def test_a_wrong_access_number_ends_the_run_after_one_try(issued_card: IssuedCard) -> None:
    tokens = 0

    def counting(command: bytes, chip: Process) -> bytes:
        nonlocal tokens
        tokens += command[:2] == b"\x00\x86"
        return chip(command)

    last = str((int(issued_card.access_number[-1]) + 1) % 10)
    access = replace(issued_card.access, password=PacePassword.from_can(issued_card.access_number[:-1] + last))
    with pytest.raises(WrongPassword):
        run_all(Broken(issued_card.reader(), counting), access)
    assert tokens == 1


def test_the_catalogue_is_whole() -> None:
    identifiers = [case.identifier for unit in units() for case in unit.cases]
    assert len(identifiers) == len(set(identifiers))
    sizes = {unit.name: len(unit.cases) for unit in units()}
    # As many as TR-03105-3.2 has: version 1.5.1, units I and II version 1.4; K_1 there is a and b.
    assert {name: size for name, size in sizes.items() if not name.startswith("OEOI")} == {
        "ISO7816_H": 16,
        "ISO7816_I": 17,
        "ISO7816_II": 15,
        "ISO7816_J": 56,
        "ISO7816_K": 21,
        "ISO7816_L": 16,
        "ISO7816_M": 6,
        "ISO7816_N": 1,
        "LDS_E": 5,
        "LDS_F": 1,
        "LDS_G": 11,
        "LDS_H": 11,
        "LDS_L": 5,
    }


def test_every_case_is_implemented_or_says_why_not() -> None:
    cases = [case for unit in units() for case in unit.cases]
    assert set(IMPLEMENTATIONS) <= {case.identifier for case in cases}
    for case in cases:
        assert case.identifier in IMPLEMENTATIONS or case.missing or case.withdrawn, case.identifier
        assert set(case.profile) <= set(FEATURES), case.identifier
        assert case.purpose.endswith(".") or case.withdrawn, case.identifier
