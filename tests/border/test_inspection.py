"""What an inspection finds, document by document; and that nothing about the holder stays behind."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from border import sample_post as sample
from card.faults.lab import AT, LABORATORY, TRUST
from document_signers import NOT_BEFORE, country_signer, document_signer
from openeoi.border import checks
from openeoi.border.access import Access, CardAccessNumber, MachineReadableZone, read_access
from openeoi.border.errors import AccessNotReadable, NoDocument
from openeoi.border.inspection import inspect
from openeoi.border.ports import DocumentState
from openeoi.border.post import BorderPost
from openeoi.border.report import InspectionReport
from openeoi.border.store import MIGRATIONS, Store
from openeoi.border.training_specimen import copy_with_another_face
from openeoi.card.faults.chip_faults import Document, proving
from openeoi.card.faults.specimen import ZONE
from openeoi.encoding.lds import files as lds
from openeoi.encoding.lds.common import Com
from openeoi.encoding.lds.data_group_1 import DataGroup1
from openeoi.encoding.lds.data_group_2 import DataGroup2
from openeoi.encoding.signature_algorithms import SignatureAlgorithm
from openeoi.protocols.passive_authentication import CertificateAnchors
from openeoi.storage.database import Database
from openeoi.terminal.checks import Check, Outcome
from openeoi.terminal.examination import Point, Trust
from openeoi.terminal.examination.points import OF_CHIP, PROOFS
from openeoi.transport.errors import CardRemoved
from openeoi.transport.in_process import InProcess
from terminal.examination import documents

ALL = set(checks.WEIGHTS)


def outcomes(report: InspectionReport) -> dict[str, str]:
    return {check.name: check.outcome.value for check in report.checks if check.outcome is not Outcome.SUCCESSFUL}


def reason(report: InspectionReport, name: str) -> str:
    found = report.check(name)
    assert found is not None
    return found.reason


def inspected(files: Mapping[int, bytes] | None = None, access: Access = sample.BY_ZONE, **values: object) -> InspectionReport:
    return inspect(sample.post(sample.card(files), **values), access, sample.ENTRY)  # type: ignore[arg-type]


def test_a_genuine_card_with_its_zone() -> None:
    issuer = sample.Issuer()
    report = inspected(issuer=issuer)
    assert report.outcome is Outcome.SUCCESSFUL
    without = (Point.REVOCATION, *PROOFS, Point.GENUINE_CHIP, Point.TERMINAL, Point.FINGERPRINTS, Point.KNOWN_DEFECTS)
    assert outcomes(report) == dict.fromkeys(without, "not supported")
    assert {check.name for check in report.checks} == ALL
    assert report.zone == sample.ZONE
    assert report.portrait == sample.PORTRAIT
    assert issuer.asked == [("SVN", "IE7654321")]
    assert report.signatures is not None
    assert "TEST DS" in report.signatures.signer
    assert "TEST CSCA" in report.signatures.authority
    assert {exchange.step for exchange in report.exchanges} == {"border.step.unlock", "border.step.read"}


def test_a_genuine_card_with_its_access_number() -> None:
    report = inspected(access=sample.BY_NUMBER)
    assert report.outcome is Outcome.SUCCESSFUL
    assert (report.check(checks.OPTICAL), report.typed_zone) == (
        Check(checks.OPTICAL, Outcome.NOT_SUPPORTED, "no_printed_zone", checks.WEIGHTS[checks.OPTICAL]),
        None,
    )


def test_no_more_is_read_than_the_purpose_needs() -> None:
    report = inspected()
    selected = {exchange.plain_command.p1 & 0x1F for exchange in report.exchanges if exchange.plain_command.p1 & 0x80}
    assert selected & set(range(1, 17)) == {1, 2, 14}


@pytest.mark.parametrize("access", [sample.BY_NUMBER, sample.BY_ZONE], ids=["CAN", "MRZ"])
def test_a_copied_chip_with_an_altered_face_fails(access: Access) -> None:
    post = sample.post()
    copy = copy_with_another_face(sample.card(), access, post.profile.card, post.random)
    post.reader.transport = copy  # type: ignore[attr-defined]  # the sample's desk
    report = inspect(post, access, sample.ENTRY)
    assert report.outcome is Outcome.FAILED
    assert outcomes(report)[Point.DATA] == "failed"
    assert reason(report, Point.DATA) == "data_group_hash_mismatch"
    assert report.check(Point.SIGNATURE).outcome is Outcome.SUCCESSFUL  # type: ignore[union-attr]
    assert report.portrait != sample.PORTRAIT


def test_a_copied_chip_with_altered_data_fails() -> None:
    files = sample.signed_files(sample.data_groups())
    younger = sample.changed(date_of_birth="160101")
    files[lds.data_group(1).file_id] = DataGroup1(younger.encode()).encode()
    report = inspected(files)
    assert (report.outcome, reason(report, Point.DATA)) == (Outcome.FAILED, "data_group_hash_mismatch")
    assert (report.check(checks.OPTICAL).outcome, reason(report, checks.OPTICAL)) == (Outcome.FAILED, "print_differs")  # type: ignore[union-attr]


def test_a_forger_with_a_document_signer_of_his_own() -> None:
    forger = country_signer(SignatureAlgorithm.ECDSA_SHA256, purpose="forger")
    files = sample.signed_files(sample.data_groups(), document_signer(forger, SignatureAlgorithm.ECDSA_SHA256, "FORGED DS"))
    report = inspected(files)
    # Not refuted, but not trusted either: the officer sees which authority is unknown.
    assert (report.outcome, reason(report, Point.TRUST)) == (Outcome.UNDETERMINED, "no_trust_anchor")
    assert report.check(Point.VALIDITY).outcome is Outcome.UNDETERMINED  # type: ignore[union-attr]


def test_a_damaged_security_object() -> None:
    files = sample.signed_files(sample.data_groups())
    sod = bytearray(files[lds.SOD.file_id])
    sod[-1] ^= 1
    files[lds.SOD.file_id] = bytes(sod)
    report = inspected(files)
    assert (report.outcome, reason(report, Point.SIGNATURE)) == (Outcome.FAILED, "security_object_signature_invalid")
    assert report.check(Point.DATA).outcome is Outcome.UNDETERMINED  # type: ignore[union-attr]


def test_a_data_group_hidden_from_com() -> None:
    files = sample.signed_files(sample.data_groups())
    files[lds.COM.file_id] = Com((1, 2, 11)).encode()
    report = inspected(files)
    assert (report.outcome, reason(report, Point.COMPLETENESS)) == (Outcome.FAILED, "files_differ")


def test_an_expired_document_signer() -> None:
    signer = document_signer(sample.authority(), SignatureAlgorithm.RSA_PSS_SHA256, days=30)
    report = inspected(sample.signed_files(sample.data_groups(), signer))
    assert (report.outcome, reason(report, Point.VALIDITY)) == (Outcome.FAILED, "signer_expired")


def test_a_malformed_portrait() -> None:
    groups = sample.data_groups()
    groups[2] = DataGroup2.of(sample.PORTRAIT).encode().replace(b"\xff\xd8\xff", b"\x00\x00\x00", 1)
    report = inspected(sample.signed_files(groups))
    assert (report.outcome, reason(report, Point.FILES)) == (Outcome.FAILED, "decoding_error")


def test_a_chip_of_another_country_than_its_signer() -> None:
    croatian = sample.changed(issuing_state="HRV")
    report = inspected(sample.signed_files(sample.data_groups(croatian)), sample.BY_NUMBER)
    assert (report.outcome, reason(report, Point.COUNTRY)) == (Outcome.FAILED, "country_differs")


def test_an_expired_document() -> None:
    zone = sample.changed(date_of_expiry="260301")
    report = inspect(sample.post(sample.card(zone=zone)), MachineReadableZone(zone), sample.ENTRY)
    assert (report.outcome, outcomes(report)[Point.EXPIRY]) == (Outcome.FAILED, "failed")


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (DocumentState.STOLEN, Outcome.FAILED),
        (DocumentState.LOST, Outcome.FAILED),
        (DocumentState.REVOKED, Outcome.FAILED),
        (DocumentState.UNKNOWN, Outcome.UNDETERMINED),
        (None, Outcome.UNDETERMINED),
    ],
)
def test_what_the_issuer_says(state: DocumentState | None, expected: Outcome) -> None:
    assert inspected(issuer=sample.Issuer(state)).outcome is expected


def test_a_wrong_number_ends_without_a_verdict() -> None:
    report = inspected(access=CardAccessNumber("000000"))
    assert report.outcome is Outcome.ABORTED
    assert reason(report, Point.ACCESS) == "wrong_password"
    assert report.zone is None


def test_a_stolen_document_is_told_even_where_the_chip_does_not_open() -> None:
    other = sample.changed(document_number="IE0000001")
    report = inspected(access=MachineReadableZone(other), issuer=sample.Issuer(DocumentState.STOLEN))
    assert (report.outcome, reason(report, checks.STATUS)) == (Outcome.FAILED, "status_stolen")


class Broken:
    """A chip that stops answering after some commands."""

    def __init__(self, card: object, answers: int) -> None:
        self._card, self._left = card, answers

    def exchange(self, command: bytes) -> bytes:
        if not self._left:
            raise CardRemoved("the card was taken out")
        self._left -= 1
        return self._card.exchange(command)  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize("answers", [*range(12), 20, 40])
def test_an_unreadable_chip_is_undetermined_and_never_a_suspicion(answers: int) -> None:
    report = inspect(sample.post(Broken(sample.card(), answers)), sample.BY_ZONE, sample.ENTRY)
    assert report.outcome is Outcome.UNDETERMINED
    assert not [check for check in report.checks if check.outcome is Outcome.FAILED]
    assert {check.name for check in report.checks} >= set(OF_CHIP)


class WithoutPace:
    """A chip of the first generation: no EF.CardAccess. Counts whether anybody asks for a challenge (basic access control)."""

    def __init__(self) -> None:
        self.instructions: set[int] = set()

    def exchange(self, command: bytes) -> bytes:
        self.instructions.add(command[1])
        return bytes.fromhex("9000" if command[1] == 0xA4 else "6A82")


def test_there_is_no_fall_back_to_basic_access_control() -> None:
    chip = WithoutPace()
    report = inspect(sample.post(chip), sample.BY_ZONE, sample.ENTRY)
    assert (report.outcome, outcomes(report)[Point.ACCESS]) == (Outcome.UNDETERMINED, "not supported")
    assert reason(report, Point.ACCESS) == "pace_not_offered"
    assert 0x84 not in chip.instructions


def test_garbage_from_the_chip_is_undetermined() -> None:
    class Noise:
        def exchange(self, command: bytes) -> bytes:
            return b"\xff" * 40 + b"\x90\x00"

    assert inspect(sample.post(Noise()), sample.BY_ZONE, sample.ENTRY).outcome is Outcome.UNDETERMINED


def test_an_empty_reader() -> None:
    with pytest.raises(NoDocument):
        inspect(sample.post(), sample.BY_ZONE, sample.ENTRY)


def test_no_personal_marker_is_left_behind(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "border.sqlite"
    database = Database.in_file(path, MIGRATIONS)
    caplog.set_level(logging.DEBUG)
    reports = [
        inspect(sample.post(sample.card(), database=database), access, sample.ENTRY)
        for access in (sample.BY_NUMBER, sample.BY_ZONE, CardAccessNumber("000000"))
    ]
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    stored = b"".join(file.read_bytes() for file in files)
    assert reports[0].transaction_id.encode() in stored
    shown = " ".join(map(repr, reports)) + caplog.text
    for marker in sample.PERSONAL_MARKERS:
        assert marker.encode() not in stored, marker
        assert marker not in shown, marker
    assert sample.PORTRAIT[20:80] not in stored
    store = Store(database, sample.clock)
    assert {one.transaction_id for one in store.latest()} == {report.transaction_id for report in reports}
    assert store.verify_log() == 3
    logged = {one.transaction_id: one for one in store.latest()}
    assert logged[reports[0].transaction_id] == reports[0].logged()
    assert logged[reports[1].transaction_id].issuing_state == "SVN"


def test_a_revoked_document_signer() -> None:
    from document_signers import revocation_list

    authority = sample.authority()
    signer = document_signer(authority, SignatureAlgorithm.RSA_PSS_SHA256)

    class Lists:
        def revocation_list(self, _: object) -> bytes:
            return revocation_list(authority, [signer.certificate.serial_number], NOT_BEFORE + timedelta(days=190))

    post = replace(
        sample.post(sample.card(sample.signed_files(sample.data_groups(), signer))),
        trust=Trust(CertificateAnchors([authority.der]), Lists()),
    )
    report = inspect(post, sample.BY_ZONE, sample.ENTRY)
    assert (report.outcome, reason(report, Point.REVOCATION)) == (Outcome.FAILED, "signer_revoked")


def test_a_post_that_has_imported_nothing_cannot_decide() -> None:
    post = replace(sample.post(sample.card()), trust=Trust(CertificateAnchors([])))
    assert inspect(post, sample.BY_ZONE, sample.ENTRY).outcome is Outcome.UNDETERMINED


def test_what_is_typed() -> None:
    assert read_access(" 123 456 ") == CardAccessNumber("123456")
    typed = read_access(sample.ZONE.encode().replace("\n", "\r\n"))
    assert isinstance(typed, MachineReadableZone)
    assert typed.zone == sample.ZONE
    for text in ("", "hello", "12345", "A" * 90):
        with pytest.raises(AccessNotReadable):
            read_access(text)


def of_the_laboratory(chip: InProcess, **values: object) -> BorderPost:
    return replace(sample.post(chip), trust=TRUST, clock=lambda: AT, **values)  # type: ignore[arg-type]


BY_ITS_ZONE = MachineReadableZone(ZONE)


def test_fingerprints_are_counted_with_a_right_and_not_kept() -> None:
    post = of_the_laboratory(documents.full_document(), terminal_credentials=documents.Credentials())
    report = inspect(post, BY_ITS_ZONE, sample.ENTRY)
    assert (report.outcome, report.fingers) == (Outcome.SUCCESSFUL, 2)
    assert report.check(Point.FINGERPRINTS).outcome is Outcome.SUCCESSFUL  # type: ignore[union-attr]
    clear = b"".join(one.plain_response.data for one in report.exchanges if one.plain_response is not None)
    assert documents.full_groups()[1][8:40] in clear
    assert b" print" not in clear
    assert len(report.exchanges) > 40
    without = inspect(of_the_laboratory(documents.full_document()), BY_ITS_ZONE, sample.ENTRY)
    assert (without.outcome, without.fingers, reason(without, Point.TERMINAL)) == (Outcome.SUCCESSFUL, None, "no_right")


def test_a_document_from_before_pace_is_opened_only_when_the_officer_says_so() -> None:
    old = documents.full_document(documents.full_groups(()), card_access=None)
    refused = inspect(of_the_laboratory(old), BY_ITS_ZONE, sample.ENTRY)
    assert reason(refused, Point.ACCESS) == "pace_not_offered"
    old.reset()
    allowed = replace(sample.ENTRY, basic_access=True)
    report = inspect(of_the_laboratory(old), BY_ITS_ZONE, allowed)
    assert (report.outcome, reason(report, Point.ACCESS)) == (Outcome.SUCCESSFUL, "basic_access_control")
    old.reset()
    # Without the zone there is nothing to open it with.
    by_number = inspect(of_the_laboratory(old), CardAccessNumber(sample.CAN), allowed)
    assert reason(by_number, Point.ACCESS) == "pace_not_offered"
    old.reset()
    other = MachineReadableZone(replace(ZONE, document_number="FC0000002"))
    assert inspect(of_the_laboratory(old), other, allowed).outcome is Outcome.ABORTED


def test_a_complete_copy_without_the_keys_fails() -> None:
    chip = documents.chip(proving(Document(chip_key="", active_key=""))(LABORATORY))
    report = inspect(of_the_laboratory(chip), BY_ITS_ZONE, sample.ENTRY)
    assert report.outcome is Outcome.FAILED
    assert reason(report, Point.GENUINE_CHIP) == "chip_authentication_refused"
    assert report.check(Point.DATA).outcome is Outcome.SUCCESSFUL  # type: ignore[union-attr]
