"""`eoi card read --evidence` and `eoi card verify`: a record, who may read it, how it holds up elsewhere, what it proves not."""

import json
import stat
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from typer.testing import CliRunner, Result

from agent.agent_sample import AUTHORITY, NOW
from card.sample_card import CAN, DOCUMENT
from document_signers import country_signer, document_signer, revocation_list
from openeoi.agent.commands import GetAgent, card_commands
from openeoi.agent.evidence_commands import evidence_commands
from openeoi.agent.office import Agent
from openeoi.encoding.cms import Signer, build_signed_data
from openeoi.encoding.defect_lists import icao
from openeoi.encoding.defect_lists.entries import Documents, Entry, ListedDefect, SignerReference
from openeoi.encoding.defect_lists.icao import DeviationList
from openeoi.encoding.lds.security_object import SecurityObject
from openeoi.encoding.master_list import CONTENT_TYPE, MasterList
from openeoi.encoding.signature_algorithms import SignatureAlgorithm
from openeoi.protocols.passive_authentication import CertificateAnchors
from openeoi.protocols.passive_authentication.certificates import Certificate
from openeoi.storage.errors import FileMissing
from openeoi.terminal.errors import EvidenceNotReadable, TrustNotReadable
from openeoi.terminal.examination import Trust
from openeoi.terminal.examination.evidence_file import decode_record, encode_record

OTHER = country_signer(SignatureAlgorithm.ECDSA_SHA256, "TEST CSCA 2", purpose="another csca")


def using(agent: Agent) -> GetAgent:
    return lambda reader: agent


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.delenv("EOI_CAN", raising=False)
    return CliRunner()


@pytest.fixture
def kept(agent: Agent, runner: CliRunner, tmp_path: Path) -> Path:
    place = tmp_path / "reading.json"
    read = runner.invoke(card_commands(using(agent)), ["read", "--can", CAN, "--evidence", str(place)])
    assert (read.exit_code, "personal data" in read.stderr) == (0, True)
    return place


def verify(runner: CliRunner, agent: Agent, *arguments: object) -> Result:
    return runner.invoke(evidence_commands(using(agent)), [str(one) for one in arguments])


def without_trust(agent: Agent) -> Agent:
    object.__setattr__(agent, "trust", Trust(CertificateAnchors([])))
    return agent


def test_a_record_is_for_its_owner_and_holds_up_elsewhere(kept: Path, agent: Agent, runner: CliRunner) -> None:
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    verified = verify(runner, agent, kept)
    assert verified.exit_code == 0
    assert "VZOREC" in verified.stdout
    assert "No signature protects the following" in verified.stdout
    facts = json.loads(verify(runner, agent, kept, "--json").stdout)
    assert (facts["outcome"], facts["record"]["read_at"]) == ("successful", "2026-06-01T10:00:00Z")
    assert all(set(one) == {"check", "data_group", "outcome", "reason"} for one in facts["checks"])


def test_the_state_of_the_world_is_an_argument(kept: Path, agent: Agent, runner: CliRunner) -> None:
    later = verify(runner, agent, kept, "--at", "2036-06-01", "--json")
    assert later.exit_code == 1
    expired = [one["reason"] for one in json.loads(later.stdout)["checks"] if one["outcome"] == "failed"]
    assert "document_expired" in expired
    assert verify(runner, agent, kept, "--at", "2026-06-02T10:30:00Z").exit_code == 0
    assert verify(runner, agent, kept, "--at", "tomorrow").exit_code == 2


def test_the_certificate_in_the_record_is_no_ground_for_trust(kept: Path, agent: Agent, runner: CliRunner) -> None:
    nobody = verify(runner, without_trust(agent), kept)
    assert nobody.exit_code == 1
    assert "OpenEOI TEST CSCA Slovenia" in nobody.stdout
    assert "--anchors" in nobody.stdout


def test_anchors_in_every_form(kept: Path, agent: Agent, runner: CliRunner, tmp_path: Path) -> None:
    without_trust(agent)
    der, pem, ml, crl = (tmp_path / name for name in ("csca.cer", "csca.pem", "list.ml", "csca.crl"))
    der.write_bytes(AUTHORITY.der)
    pem.write_bytes(b"a comment\n" + b"".join(one.certificate.public_bytes(Encoding.PEM) for one in (OTHER, AUTHORITY)))
    signer = document_signer(AUTHORITY, SignatureAlgorithm.ECDSA_SHA256, "TEST list signer")
    content = MasterList((AUTHORITY.der, OTHER.der)).encode()
    ml.write_bytes(build_signed_data(CONTENT_TYPE, content, Signer(signer.der, signer.algorithm, signer.sign)))
    for file in (der, pem, ml):
        assert verify(runner, agent, kept, "--anchors", file).exit_code == 0
    (tmp_path / "other.cer").write_bytes(OTHER.der)
    assert verify(runner, agent, kept, "--anchors", tmp_path / "other.cer").exit_code == 1
    serial = Certificate.decode(document_signer_in(kept)).serial_number
    crl.write_bytes(revocation_list(AUTHORITY, [serial], NOW))
    revoked = verify(runner, agent, kept, "--anchors", der, "--anchors", crl, "--json")
    assert {"check": "revocation", "data_group": None, "outcome": "failed", "reason": "signer_revoked"} in json.loads(
        revoked.stdout
    )["checks"]


def test_a_list_of_defects_beside_the_trust(kept: Path, agent: Agent, runner: CliRunner, tmp_path: Path) -> None:
    signer = Certificate.decode(document_signer_in(kept))
    entry = Entry(Documents(SignerReference(signer.issuer, signer.serial_number)), (ListedDefect(f"{icao.CONTENT_TYPE}.1.4"),))
    content = DeviationList((entry,)).encode()
    for usage, code in ((icao.SIGNING_KEY, 0), ("2.23.136.1.1.3", 1)):
        made = document_signer(AUTHORITY, SignatureAlgorithm.ECDSA_SHA256, "TEST deviations", extended_usage=usage)
        file = tmp_path / "deviations.der"
        listed = Signer(made.der, made.algorithm, made.sign, signing_time=NOW)
        file.write_bytes(build_signed_data(icao.CONTENT_TYPE, content, listed))
        found = verify(runner, agent, kept, "--anchors", file, "--json")
        if code:
            assert isinstance(found.exception, TrustNotReadable)
        else:
            checks = {one["check"]: one["reason"] for one in json.loads(found.stdout)["checks"]}
            assert checks["known_defects"] == "known_defect"


def document_signer_in(place: Path) -> bytes:
    return SecurityObject.decode(decode_record(place.read_bytes()).evidence.sod).certificates[0]


def test_a_revocation_list_in_the_record_is_used_and_not_believed_blindly(kept: Path, agent: Agent, runner: CliRunner) -> None:
    record = decode_record(kept.read_bytes())
    serial = Certificate.decode(document_signer_in(kept)).serial_number
    for authority, reason in ((AUTHORITY, "signer_revoked"), (OTHER, "no_list")):
        listed = replace(record, revocation_lists=(revocation_list(authority, [serial], NOW),))
        kept.write_bytes(encode_record(listed))
        found = {one["check"]: one["reason"] for one in json.loads(verify(runner, agent, kept, "--json").stdout)["checks"]}
        assert found["revocation"] == reason


@pytest.mark.parametrize(
    "garbage", [b"", b"{}", b"\xff\xfe", b"%PDF-1.7", b"[" * 5000, b'{"format": "OpenEOI document evidence"}']
)
def test_garbage_is_one_clear_line(garbage: bytes, agent: Agent, runner: CliRunner, tmp_path: Path) -> None:
    place = tmp_path / "garbage"
    place.write_bytes(garbage)
    assert isinstance(verify(runner, agent, place).exception, EvidenceNotReadable)
    assert isinstance(verify(runner, agent, tmp_path / "nothing").exception, FileMissing)


def test_garbage_is_no_trust(kept: Path, agent: Agent, runner: CliRunner, tmp_path: Path) -> None:
    for garbage in (b"", b"nothing", AUTHORITY.der[:-1], b"-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----"):
        (tmp_path / "garbage").write_bytes(garbage)
        assert isinstance(verify(runner, agent, kept, "--anchors", tmp_path / "garbage").exception, TrustNotReadable)


def test_a_forged_card_leaves_a_record_that_says_so(agent: Agent, runner: CliRunner, tmp_path: Path) -> None:
    agent.virtual_reader.insert("FORGED")
    place = tmp_path / "forged.json"
    assert runner.invoke(card_commands(using(agent)), ["read", "--can", CAN, "--evidence", str(place)]).exit_code == 1
    assert verify(runner, agent, place).exit_code == 1


def test_reading_with_the_zone(agent: Agent, runner: CliRunner) -> None:
    read = partial(runner.invoke, card_commands(using(agent)))
    zone = DOCUMENT.encode().replace("\n", " ")
    assert read(["read", "--mrz", zone]).exit_code == 0
    # The card offers PACE, so it is opened with PACE all the same.
    assert read(["read", "--mrz", zone, "--allow-basic-access", "--json"]).exit_code == 0
    assert read(["read", "--can", CAN, "--allow-basic-access"]).exit_code == 2


def test_in_slovenian(kept: Path, agent: Agent, runner: CliRunner) -> None:
    shown = runner.invoke(evidence_commands(using(agent), lambda: "sl"), [str(kept)])
    assert "Tega ne varuje noben podpis" in shown.stdout
