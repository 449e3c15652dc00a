"""Every chip of the catalogue of faults fails in the case that is about its fault; a sound one passes all of these."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from conformance.bench import failed, run_all
from openeoi import profiles
from openeoi.card.faults.basic_access_faults import BASIC_ACCESS_ONLY
from openeoi.card.faults.catalogue import CATALOGUE, make_faulty_card
from openeoi.card.faults.conformance_cases import CASES
from openeoi.card.faults.fault import Use
from openeoi.card.faults.full_specimen import CHIP_MAPPING, DIFFIE_HELLMAN, INTEGRATED, Equipment, equipped
from openeoi.card.faults.laboratory import Laboratory
from openeoi.card.faults.specimen import CAN, NORM_PIN, ZONE, Specimen, personalise, sound_specimen
from openeoi.card.memory import VolatileMemory
from openeoi.card.virtual_card import VirtualCard
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.terminal.conformance.case import Verdict
from openeoi.terminal.conformance.certificates.folder import trust_point
from openeoi.terminal.conformance.issuer_trust import issuer_trust
from openeoi.terminal.conformance.runner import Access
from openeoi.transport.in_process import InProcess

AT = datetime(2026, 7, 20, 12, 0, tzinfo=UTC)
LABORATORY = Laboratory(bytes(range(32)))
PARAMETERS = profiles.load("si").card
ACCESS = Access(
    PacePassword.from_can(CAN),
    ZONE.encode(),
    trust_point(LABORATORY.trust_point.body, LABORATORY.trust_point_key, secrets.token_bytes),
    issuer_trust(LABORATORY.anchors, (LABORATORY.revocation_list(AT),), AT),
    NORM_PIN,
)
WITH_BASIC_ACCESS = {Use.OPEN_BY_BASIC_ACCESS, Use.OPEN_BY_WRONG_ZONE, Use.READ_BY_BASIC_ACCESS}
ALWAYS = frozenset({"DATE", "MIG"})


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_faulty_chip_fails_in_its_case(name: str) -> None:
    chip = InProcess(make_faulty_card(name, LABORATORY, VolatileMemory(), PARAMETERS, secrets.token_bytes))
    declared = ALWAYS | ({"BAC"} if CATALOGUE[name].use in WITH_BASIC_ACCESS else set())
    run = run_all(chip, ACCESS, declared=declared, alter=True, cases=frozenset({CASES[name]}))
    assert failed(run) == {CASES[name]}, [(one.verdict, one.reason) for one in run.results]
    (result,) = run.results
    assert result.reason and not run.passed


SOUND: dict[str, tuple[Callable[[Laboratory], Specimen], frozenset[str]]] = {
    "plain": (sound_specimen, ALWAYS),
    "every protocol": (equipped(), ALWAYS | {"BAC"}),
    "integrated mapping": (equipped(Equipment(offers=(INTEGRATED,), basic_access=False)), ALWAYS),
    "Diffie-Hellman": (equipped(Equipment(offers=(DIFFIE_HELLMAN,), basic_access=False)), ALWAYS),
    "chip authentication mapping": (equipped(Equipment(offers=(CHIP_MAPPING,), basic_access=False)), ALWAYS),
    "basic access control alone": (equipped(BASIC_ACCESS_ONLY), ALWAYS | {"BAC"}),
}


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_chip_passes_every_case(name: str) -> None:
    build, declared = SOUND[name]
    memory = VolatileMemory()
    personalise(build(LABORATORY), LABORATORY, memory, PARAMETERS, secrets.token_bytes)
    run = run_all(InProcess(VirtualCard(memory, secrets.token_bytes)), ACCESS, declared=declared, alter=True)
    unwanted = {Verdict.FAILED, Verdict.INCONCLUSIVE, Verdict.NOT_RUN, Verdict.NOT_IMPLEMENTED}
    assert [(one.case.identifier, one.verdict, one.reason) for one in run.results if one.verdict in unwanted] == []
    assert run.passed


def test_every_fault_has_its_case() -> None:
    assert set(CASES) == set(CATALOGUE)
