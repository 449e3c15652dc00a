"""Every faulty chip is refused by our readers exactly as the catalogue says; a sound one passes the same tests."""

import re
import secrets
from pathlib import Path

import pytest

from card.faults import lab
from openeoi.border import checks
from openeoi.card.faults.basic_access_faults import BASIC_ACCESS_ONLY
from openeoi.card.faults.catalogue import CATALOGUE, SOUND, UnknownFault, find_fault, make_faulty_card
from openeoi.card.faults.chip_faults import proving
from openeoi.card.faults.conformance_cases import CASES
from openeoi.card.faults.defects import Defect
from openeoi.card.faults.fault import NOT_OPENED, Family, Fault, Use
from openeoi.card.faults.faulty_card import FaultyCard
from openeoi.card.faults.full_specimen import equipped
from openeoi.card.faults.printed import page
from openeoi.card.faults.specimen import personalise, sound_specimen
from openeoi.card.memory import VolatileMemory
from openeoi.terminal.checks import Outcome
from openeoi.terminal.examination import Point
from openeoi.transport.in_process import InProcess

NAMES = list(CATALOGUE)
INSPECTED = [name for name, fault in CATALOGUE.items() if fault.inspection is not None]


def code(name: str) -> str:
    """The code of an error class."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def in_reader(name: str) -> InProcess:
    chip = InProcess(make_faulty_card(name, lab.LABORATORY, VolatileMemory(), lab.PARAMETERS, secrets.token_bytes))
    chip.reset()
    return chip


@pytest.fixture(scope="module")
def sound() -> InProcess:
    memory = VolatileMemory()
    personalise(sound_specimen(lab.LABORATORY), lab.LABORATORY, memory, lab.PARAMETERS, secrets.token_bytes)
    return InProcess(FaultyCard(memory, secrets.token_bytes, Defect))


@pytest.mark.parametrize("use", [Use.READ_DOCUMENT, Use.SIGN_WITHOUT_PIN, Use.SIGN_WITH_PIN, Use.ASK_FOR_TRIES])
def test_a_sound_chip_passes_every_use(sound: InProcess, use: Use) -> None:
    sound.reset()
    assert lab.errors(sound, use) == set()


def test_a_sound_chip_refuses_what_is_wrong(sound: InProcess) -> None:
    sound.reset()
    assert lab.errors(sound, Use.OPEN_WITH_WRONG_NUMBER) == {"wrong_password"}
    sound.reset()
    assert lab.errors(sound, Use.SIGN_WITH_WRONG_PIN) == {"wrong_pin"}


def test_a_sound_chip_passes_inspection(sound: InProcess) -> None:
    sound.reset()
    report = lab.inspected(sound)
    assert report.outcome is Outcome.SUCCESSFUL, report.checks


@pytest.mark.parametrize("use", [Use.READ_DOCUMENT, Use.AUTHENTICATE_ACTIVELY, Use.AUTHENTICATE_CHIP])
def test_a_sound_chip_with_keys_proves_that_it_is_genuine(use: Use) -> None:
    memory = VolatileMemory()
    personalise(proving()(lab.LABORATORY), lab.LABORATORY, memory, lab.PARAMETERS, secrets.token_bytes)
    chip = InProcess(FaultyCard(memory, secrets.token_bytes, Defect))
    chip.reset()
    assert lab.errors(chip, use) == set()


FULL_USES = [Use.READ_DOCUMENT, Use.AUTHENTICATE_ACTIVELY_TWICE, Use.AUTHENTICATE_CHIP, Use.AUTHENTICATE_BY_MAPPING]


@pytest.mark.parametrize("use", [*FULL_USES, Use.OPEN_BY_BASIC_ACCESS, Use.READ_FINGERPRINTS])
def test_a_sound_chip_with_every_protocol_passes_every_use(use: Use) -> None:
    memory = VolatileMemory()
    personalise(equipped()(lab.LABORATORY), lab.LABORATORY, memory, lab.PARAMETERS, secrets.token_bytes)
    chip = InProcess(FaultyCard(memory, secrets.token_bytes, Defect))
    chip.reset()
    assert lab.errors(chip, use) == set()
    chip.reset()
    assert lab.errors(chip, Use.OPEN_BY_WRONG_ZONE) == {"wrong_machine_readable_zone"}
    chip.reset()
    assert lab.inspected(chip).outcome is Outcome.SUCCESSFUL


def test_a_sound_chip_with_basic_access_control_alone_passes_its_uses() -> None:
    memory = VolatileMemory()
    personalise(equipped(BASIC_ACCESS_ONLY)(lab.LABORATORY), lab.LABORATORY, memory, lab.PARAMETERS, secrets.token_bytes)
    for use in (Use.OPEN_BY_BASIC_ACCESS, Use.READ_BY_BASIC_ACCESS):
        chip = InProcess(FaultyCard(memory, secrets.token_bytes, Defect))
        chip.reset()
        assert lab.errors(chip, use) == set()


@pytest.mark.parametrize("name", NAMES)
def test_a_terminal_says_what_the_catalogue_says(name: str) -> None:
    fault = find_fault(name)
    found = lab.errors(in_reader(name), fault.use)
    assert found == set() if fault.error is None else code(fault.error) in found


COPIES = [name for name in INSPECTED if CATALOGUE[name].family is Family.CHIP and CATALOGUE[name].inspection != NOT_OPENED]


@pytest.mark.parametrize("name", COPIES)
def test_a_holders_reader_notices_a_copy_when_it_reads(name: str) -> None:
    expected = find_fault(name).inspection
    assert expected is not None
    assert expected.reason in lab.errors(in_reader(name), Use.READ_DOCUMENT)


@pytest.mark.parametrize("name", INSPECTED)
def test_an_inspection_finds_what_the_catalogue_says(name: str) -> None:
    expected = find_fault(name).inspection
    assert expected is not None
    report = lab.inspected(in_reader(name))
    check = report.check(expected.check)
    assert check is not None
    assert (check.outcome.value, check.reason) == (expected.verdict.value, expected.reason)
    assert report.outcome is not Outcome.SUCCESSFUL
    assert (report.outcome is Outcome.FAILED) == (expected.verdict.value == Outcome.FAILED.value)


@pytest.mark.parametrize("name", [name for name, fault in CATALOGUE.items() if fault.family is Family.TERMINAL])
def test_a_reader_with_the_right_to_fingerprints_says_why_it_gets_none(name: str) -> None:
    """A terminal that the chip refuses has learnt nothing against the holder."""
    examination = lab.examined_with_the_right(in_reader(name))
    error = find_fault(name).error
    terminal, prints = (examination.finding(point) for point in (Point.TERMINAL, Point.FINGERPRINTS))
    assert terminal is not None and prints is not None
    assert examination.outcome is Outcome.SUCCESSFUL
    if error is None:
        assert (terminal.outcome, prints.outcome) == (Outcome.SUCCESSFUL, Outcome.SUCCESSFUL)
    else:
        assert (terminal.outcome, terminal.reason) == (Outcome.UNDETERMINED, code(error))
        assert prints.outcome is Outcome.NOT_SUPPORTED


@pytest.mark.parametrize("fault", CATALOGUE.values(), ids=NAMES)
def test_an_entry_is_complete(fault: Fault) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", fault.name)
    assert fault.sentence.endswith(".")
    assert fault.clause
    assert fault.error is None or fault.error.isidentifier()
    assert fault.error is not None or fault.inspection is None
    assert fault.name in CASES
    assert fault.inspection is None or fault.inspection.check in checks.WEIGHTS


def test_the_catalogue_is_large_and_covers_every_family() -> None:
    assert len(CATALOGUE) >= 60
    assert {fault.family for fault in CATALOGUE.values()} == set(Family)


def test_the_sound_one_is_made_by_its_name_and_is_no_fault() -> None:
    assert find_fault("none") is SOUND
    assert "none" not in CATALOGUE
    assert lab.examined_with_the_right(in_reader("none")).outcome is Outcome.SUCCESSFUL


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(UnknownFault):
        find_fault("no-such-fault")


def test_the_printed_catalogue_is_in_step() -> None:
    printed = Path(__file__).parents[3] / "docs" / "faulty-chips.md"
    assert printed.read_text() == page(), "run: python -m openeoi.card.faults.printed > docs/faulty-chips.md"
