"""Certificate chains, effective rights, updates: a chip with every protocol passes, with ECDSA and with RSA, again and again."""

import secrets
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from conformance.bench import run_all
from openeoi import profiles
from openeoi.card import state as card_state
from openeoi.card.faults.full_specimen import Equipment, equipped
from openeoi.card.faults.laboratory import Laboratory
from openeoi.card.faults.specimen import CAN, ZONE, Specimen, personalise
from openeoi.card.memory import VolatileMemory
from openeoi.card.virtual_card import VirtualCard
from openeoi.encoding.card_verifiable_certificates.certificate import CardVerifiableCertificate, Role
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.protocols.terminal_authentication.trust import Trust
from openeoi.terminal.conformance.case import Verdict
from openeoi.terminal.conformance.catalogue import units
from openeoi.terminal.conformance.certificates.authority import TrustPoint
from openeoi.terminal.conformance.certificates.folder import TrustPointNotUsable, read_trust_point, trust_point
from openeoi.terminal.conformance.runner import Access, Run
from openeoi.transport.in_process import InProcess
from protocols.terminal_authentication.certificates import RSA_KEY, RsaHolder, certify

LABORATORY = Laboratory(bytes(range(32)))
DECLARED = frozenset({"BAC", "DATE", "MIG"})
UNITS = tuple(unit.name for unit in units() if unit.name.startswith(("ISO7816", "LDS")))
NOT_PASSED = {Verdict.FAILED, Verdict.INCONCLUSIVE, Verdict.NOT_IMPLEMENTED, Verdict.NOT_RUN}


def access(point: TrustPoint | None = None) -> Access:
    given = point or trust_point(LABORATORY.trust_point.body, LABORATORY.trust_point_key, secrets.token_bytes)
    return Access(PacePassword.from_can(CAN), ZONE.encode(), given)


def chip(specimen: Specimen | None = None) -> tuple[InProcess, VolatileMemory]:
    memory = VolatileMemory()
    content = specimen or equipped()(LABORATORY)
    personalise(content, LABORATORY, memory, profiles.load("si").card, secrets.token_bytes)
    return InProcess(VirtualCard(memory, secrets.token_bytes)), memory


def not_passed(run: Run) -> list[tuple[str, str]]:
    return [(one.case.identifier, one.reason) for one in run.results if one.verdict in NOT_PASSED]


def trust_of(memory: VolatileMemory) -> Trust:
    trust = card_state.decode(memory.load()).document.trust
    assert trust is not None
    return trust


def test_a_chip_with_every_protocol_passes_everything_again_and_again() -> None:
    reader, memory = chip()
    before = trust_of(memory)
    run = run_all(reader, access(), *UNITS, declared=DECLARED)
    assert {identifier for identifier, _ in not_passed(run)} == {f"ISO7816_M_{number}" for number in range(1, 7)} | {
        "ISO7816_N_1"
    }
    assert trust_of(memory) == before, "a run that was not asked to alter the chip leaves it as it was"
    for _ in range(2):
        run = run_all(reader, access(), *UNITS, declared=DECLARED, alter=True)
        assert not_passed(run) == []
        assert run.passed and run.count(Verdict.PASSED) > 140
    assert trust_of(memory).current_date > date(2040, 1, 1)


def test_a_chip_that_trusts_rsa() -> None:
    holder = RsaHolder("SIAUTHORITY00001")
    root = certify(holder, holder, Role.COUNTRY_VERIFYING_AUTHORITY)
    specimen = equipped()(LABORATORY)
    protocols = replace(specimen.protocols, trust=Trust((root,), root.body.effective))
    reader, _ = chip(replace(specimen, protocols=protocols))
    key = RSA_KEY.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    given = access(trust_point(root.body, key, secrets.token_bytes))
    run = run_all(reader, given, "ISO7816_J", "ISO7816_K", "ISO7816_L", declared=DECLARED)
    assert not_passed(run) == []
    verdicts = {one.case.identifier: one.verdict for one in run.results}
    assert {verdicts[f"ISO7816_J_{number}"] for number in (32, 39, 40, 55, 56)} == {Verdict.PASSED}
    assert verdicts["ISO7816_J_33"] is Verdict.NOT_APPLICABLE
    links = run_all(reader, given, "ISO7816_M", "ISO7816_N", declared=DECLARED, alter=True)
    verdicts = {one.case.identifier: one.verdict for one in links.results}
    assert verdicts["ISO7816_M_1"] is verdicts["ISO7816_M_2"] is verdicts["ISO7816_N_1"] is Verdict.PASSED
    assert verdicts["ISO7816_M_3"] is Verdict.NOT_IMPLEMENTED, "links of RSA keys are not made"


def test_without_certificates_nothing_is_claimed() -> None:
    reader, _ = chip()
    given = replace(access(), trust_point=None)
    run = run_all(reader, given, "ISO7816_J", "ISO7816_K", "ISO7816_L", "ISO7816_M", "LDS_G", declared=DECLARED, alter=True)
    assert run.count(Verdict.PASSED) == run.count(Verdict.FAILED) == 0
    reasons = {one.reason for one in run.results if one.verdict is Verdict.NOT_RUN}
    assert reasons == {"the case needs a key that the chip trusts; give it with --certificates"}


def test_units_that_need_an_option_claim_nothing_without_it() -> None:
    reader, _ = chip()
    given = replace(access(), trust_point=None, zone="")
    needing = [unit.name for unit in units() if unit.needs]
    run = run_all(reader, given, *needing, declared=DECLARED, alter=True)
    assert {one.verdict for one in run.results} <= {Verdict.NOT_RUN, Verdict.NOT_APPLICABLE}
    assert not run.passed
    assert {one.case.unit for one in run.results if one.verdict is Verdict.NOT_RUN} == set(needing)


def test_a_chip_that_trusts_somebody_else() -> None:
    specimen = equipped(Equipment())(LABORATORY)
    other = Laboratory(bytes(32)).trust_point
    assert specimen.protocols.trust is not None
    renamed = certify(RsaHolder("SISTRANGER00001"), RsaHolder("SISTRANGER00001"), Role.COUNTRY_VERIFYING_AUTHORITY)
    for root, verdict in ((renamed, Verdict.INCONCLUSIVE), (other, Verdict.FAILED)):
        protocols = replace(specimen.protocols, trust=Trust((root,), root.body.effective))
        reader, _ = chip(replace(specimen, protocols=protocols))
        (result,) = run_all(reader, access(), cases=frozenset({"ISO7816_J_1"})).results
        assert result.verdict is verdict, result.reason


def write(folder: Path, certificate: CardVerifiableCertificate, key: bytes) -> None:
    (folder / "trust-point.cvcert").write_bytes(certificate.encode())
    (folder / "trust-point.key").write_bytes(key)


def test_a_makers_folder_is_read(tmp_path: Path) -> None:
    write(tmp_path, LABORATORY.trust_point, LABORATORY.trust_point_key)
    point = read_trust_point(tmp_path, secrets.token_bytes)
    assert point.holder.reference == LABORATORY.trust_point.body.holder
    again = trust_point(LABORATORY.trust_point.body, LABORATORY.trust_point_key, secrets.token_bytes)
    assert point.next(point.root).holder.reference == again.next(again.root).holder.reference
    assert point.next(point.root).holder.key.certified(True) == again.next(again.root).holder.key.certified(True)
    pem = LABORATORY.key("cvca").private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write(tmp_path, LABORATORY.trust_point, pem)
    assert read_trust_point(tmp_path, secrets.token_bytes).seed == point.seed


def pkcs8(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize(
    ("key", "text"),
    [
        (b"no key", "no private key"),
        (pkcs8(ec.generate_private_key(ec.SECP256R1())), "does not belong"),
        (pkcs8(RSA_KEY), "does not belong"),
    ],
)
def test_a_key_that_is_not_the_trust_points(tmp_path: Path, key: bytes, text: str) -> None:
    write(tmp_path, LABORATORY.trust_point, key)
    with pytest.raises(TrustPointNotUsable, match=text):
        read_trust_point(tmp_path, secrets.token_bytes)


def test_a_folder_without_the_files(tmp_path: Path) -> None:
    with pytest.raises(TrustPointNotUsable, match="cannot be read"):
        read_trust_point(tmp_path, secrets.token_bytes)
    write(tmp_path, LABORATORY.trust_point, LABORATORY.trust_point_key)
    (tmp_path / "trust-point.cvcert").write_bytes(b"nothing")
    with pytest.raises(TrustPointNotUsable, match="no certificate"):
        read_trust_point(tmp_path, secrets.token_bytes)
