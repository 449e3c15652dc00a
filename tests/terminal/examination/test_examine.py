"""What an examination finds, document by document: genuine ones, copies, hidden offers, rights; and again from its evidence."""

from dataclasses import replace

import pytest

from card.faults.lab import AT, LABORATORY, TRUST
from card.test_document_protocols import PROTOCOLS
from openeoi.card.faults.chip_faults import Document, KeepsOldKeys, proving
from openeoi.card.faults.specimen import sound_specimen
from openeoi.encoding.lds.data_group_14 import DataGroup14
from openeoi.encoding.lds.security_infos import PaceInfo
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.protocols.passive_authentication import CertificateAnchors
from openeoi.protocols.personalisation.document_protocols import DocumentProtocols
from openeoi.terminal.checks import Outcome
from openeoi.terminal.errors import PaceNotOffered
from openeoi.terminal.examination import Evidence, Examination, Point, Task, Trust, Witness, examine_evidence
from openeoi.terminal.examination.points import PROOFS
from protocols.terminal_authentication.certificates import ROOT
from terminal.examination import documents
from terminal.examination.documents import GENERIC, MAPPING, MRZ, Credentials, examined, full_document, full_groups

WITHOUT_RIGHT = {Point.TERMINAL: "no_right", Point.FINGERPRINTS: "no_right"}


def reasons(found: Examination) -> dict[Point, str]:
    """Of everything that was not simply successful. No list of known defects is at hand in most tests."""
    told = (one for one in found.findings if one.outcome is not Outcome.SUCCESSFUL or one.reason)
    return {one.point: one.reason for one in told if one.reason != "no_defect_list"}


def outcome(found: Examination, point: Point) -> Outcome:
    finding = found.finding(point)
    assert finding is not None
    return finding.outcome


def test_a_document_with_everything() -> None:
    found = examined(full_document())
    assert reasons(found) == {Point.CHIP_MAPPING: "not_offered", **WITHOUT_RIGHT}
    assert found.outcome is Outcome.SUCCESSFUL
    assert found.content.zone is not None
    assert found.content.portrait
    assert found.content.fingers is None
    assert 3 not in found.evidence.data_groups
    assert {one.point for one in found.findings} == set(Point)


def test_a_plain_document_promises_no_proof() -> None:
    found = examined(documents.chip(sound_specimen(LABORATORY)))
    assert found.outcome is Outcome.SUCCESSFUL
    assert reasons(found) == dict.fromkeys((*PROOFS, Point.GENUINE_CHIP), "not_offered") | dict.fromkeys(
        (Point.TERMINAL, Point.FINGERPRINTS), "no_fingerprints"
    )


def test_fingerprints_with_a_right() -> None:
    source = Credentials()
    found = examined(full_document(), Task(documents.ALL, source))
    assert reasons(found) == {Point.CHIP_MAPPING: "not_offered"}
    assert source.asked == (ROOT.body.holder,)
    assert found.content.fingers == 2


def test_a_source_that_has_no_right_for_this_chip() -> None:
    found = examined(full_document(), Task(documents.ALL, Credentials(None)))
    assert reasons(found) == {Point.CHIP_MAPPING: "not_offered", **WITHOUT_RIGHT}


def test_a_refused_terminal_casts_no_doubt_on_the_document() -> None:
    wrong = replace(documents.CREDENTIALS, sign=lambda data: bytes(64))
    found = examined(full_document(), Task(documents.ALL, Credentials(wrong)))
    assert (reasons(found)[Point.TERMINAL], found.outcome) == ("authentication_refused", Outcome.SUCCESSFUL)
    assert found.content.fingers is None


def test_nothing_is_proved_before_the_key_is_confirmed() -> None:
    """A document signer's list over another EF.DG14: the key in the file may be anybody's, so no proof is run with it."""
    groups = full_groups()
    found = examined(full_document(change=lambda content: content.with_group(14, DataGroup14((GENERIC,)).encode())))
    assert found.evidence.proofs.chip_authentication is None
    assert reasons(found)[Point.DATA] == "data_group_hash_mismatch"
    assert reasons(found)[Point.CHIP_AUTHENTICATION] == "earlier_check"
    assert found.outcome is Outcome.FAILED
    assert found.evidence.data_groups[15] == groups[15]


def test_chip_authentication_comes_before_the_rest_is_read() -> None:
    """A copy that cannot share the new keys gives no portrait: after its failure there is no channel."""
    found = examined(documents.chip(proving()(LABORATORY), KeepsOldKeys))
    assert found.outcome is Outcome.FAILED
    assert reasons(found)[Point.GENUINE_CHIP] == "chip_not_genuine"
    assert set(found.evidence.data_groups) == {14}
    assert reasons(found)[Point.FILES] == "chip_not_genuine"


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (Document(active_key="forger"), "chip_not_genuine"),
        (Document(active_key=""), "active_authentication_refused"),
        (Document(chip_key="forger"), "chip_not_genuine"),
        (Document(chip_key=""), "chip_authentication_refused"),
    ],
)
def test_a_promised_proof_that_fails_makes_a_copy_whatever_the_other_says(document: Document, reason: str) -> None:
    found = examined(documents.chip(proving(document)(LABORATORY)))
    assert (outcome(found, Point.GENUINE_CHIP), reasons(found)[Point.GENUINE_CHIP]) == (Outcome.FAILED, reason)
    assert found.outcome is Outcome.FAILED


@pytest.mark.parametrize(("number", "point"), [(14, Point.CHIP_AUTHENTICATION), (15, Point.ACTIVE_AUTHENTICATION)])
def test_a_signed_key_that_the_chip_keeps_back_is_a_copys_way_out(number: int, point: Point) -> None:
    found = examined(full_document(defect=documents.keeps_back(number), change=documents.without_listing(number)))
    assert reasons(found)[point] == "key_withheld"
    assert outcome(found, Point.GENUINE_CHIP) is Outcome.FAILED
    assert reasons(found)[Point.COMPLETENESS] == "files_differ"


def test_a_proof_that_cannot_be_judged_leaves_the_whole_undetermined() -> None:
    found = examined(documents.chip(proving(Document(names_algorithm=False))(LABORATORY)))
    assert outcome(found, Point.CHIP_AUTHENTICATION) is Outcome.SUCCESSFUL
    assert outcome(found, Point.GENUINE_CHIP) is Outcome.SUCCESSFUL
    assert reasons(found)[Point.ACTIVE_AUTHENTICATION] == "not_decidable"
    assert found.outcome is Outcome.UNDETERMINED


def document_with_mapping(
    protocols: DocumentProtocols = PROTOCOLS, card_security: bytes | None = None
) -> Examination:  # fmt: skip
    offers = (GENERIC, MAPPING)
    chip = full_document(full_groups(offers), replace(protocols, pace_infos=(MAPPING,)), offers, card_security)
    return examined(chip)


def test_mapping_proves_the_chip_with_a_signed_card_security() -> None:
    found = document_with_mapping(card_security=documents.signed_card_security())
    assert found.evidence.pace == MAPPING
    assert reasons(found) == WITHOUT_RIGHT
    assert found.outcome is Outcome.SUCCESSFUL


def test_mapping_by_a_chip_without_the_key() -> None:
    keys = (replace(PROTOCOLS.static_keys[0], private=99), PROTOCOLS.static_keys[1])
    found = document_with_mapping(replace(PROTOCOLS, static_keys=keys), documents.signed_card_security())
    assert reasons(found)[Point.CHIP_MAPPING] == "chip_not_genuine"
    assert found.outcome is Outcome.FAILED


def test_mapping_with_a_card_security_that_nobody_trusted_signed() -> None:
    raw = documents.signed_card_security()
    assert reasons(document_with_mapping(card_security=raw[:-1] + bytes((raw[-1] ^ 1,))))[Point.CHIP_MAPPING] == (
        "security_object_signature_invalid"
    )
    assert reasons(document_with_mapping())[Point.CHIP_MAPPING] == "chip_key_missing"


@pytest.mark.parametrize(
    ("offered", "promised"),
    [((GENERIC,), (GENERIC, MAPPING)), ((GENERIC, PaceInfo("0.4.0.127.0.7.2.2.4.2.2", 13)), (GENERIC,))],
    ids=["hidden", "added"],
)
def test_offers_that_differ_from_the_signed_ones(offered: tuple[PaceInfo, ...], promised: tuple[PaceInfo, ...]) -> None:
    found = examined(full_document(full_groups(promised), card_access=offered))
    assert reasons(found)[Point.CARD_ACCESS] == "card_access_differs"
    assert found.outcome is Outcome.FAILED


def test_a_document_without_a_signed_copy_of_its_offers() -> None:
    found = examined(full_document(full_groups(())))
    assert reasons(found)[Point.CARD_ACCESS] == "no_signed_copy"
    assert found.outcome is Outcome.SUCCESSFUL


def test_basic_access_control_only_by_name_and_never_unnoticed() -> None:
    password = PacePassword.from_mrz(MRZ)
    old = full_document(full_groups(()), card_access=None)
    with pytest.raises(PaceNotOffered):
        examined(old, password=password)
    found = examined(old, password=password, basic_access=MRZ)
    assert (outcome(found, Point.ACCESS), reasons(found)[Point.ACCESS]) == (Outcome.SUCCESSFUL, "basic_access_control")
    assert found.evidence.pace is None
    assert outcome(found, Point.GENUINE_CHIP) is Outcome.SUCCESSFUL
    # Whoever hides EF.CardAccess to be opened that way has signed data that says otherwise.
    hidden = examined(full_document(card_access=None), password=password, basic_access=MRZ)
    assert (reasons(hidden)[Point.CARD_ACCESS], hidden.outcome) == ("card_access_differs", Outcome.FAILED)


def test_basic_access_control_is_not_used_where_pace_is_offered() -> None:
    found = examined(full_document(), password=PacePassword.from_mrz(MRZ), basic_access=MRZ)
    assert found.evidence.pace == GENERIC


def test_without_trust_nothing_is_refuted() -> None:
    found = examined(full_document(), trust=Trust(CertificateAnchors([])))
    assert reasons(found)[Point.TRUST] == "no_trust_anchor"
    assert found.outcome is Outcome.UNDETERMINED


def test_the_time_of_examination_is_an_argument() -> None:
    assert reasons(examined(full_document(), at=AT.replace(year=2041)))[Point.VALIDITY] == "signer_expired"


# Again, without the chip.


def again(found: Examination, **changed: object) -> Examination:
    return examine_evidence(replace(found.evidence, **changed), TRUST, AT)  # type: ignore[arg-type]


def test_what_convinces_who_was_not_there() -> None:
    present = document_with_mapping(card_security=documents.signed_card_security())
    later = again(present)
    deniable = dict.fromkeys((Point.CHIP_MAPPING, Point.CHIP_AUTHENTICATION), "deniable")
    assert reasons(later) == {**WITHOUT_RIGHT, **deniable}
    assert outcome(later, Point.ACTIVE_AUTHENTICATION) is Outcome.SUCCESSFUL
    assert later.outcome is Outcome.SUCCESSFUL
    assert later.content.zone == present.content.zone


def test_without_a_signature_of_the_chip_nobody_later_knows_that_it_was_no_copy() -> None:
    groups = {number: content for number, content in full_groups().items() if number != 15}
    present = examined(full_document(groups, replace(PROTOCOLS, pace_infos=(), active_key=None)))
    assert outcome(present, Point.GENUINE_CHIP) is Outcome.SUCCESSFUL
    later = again(present)
    assert (outcome(later, Point.GENUINE_CHIP), reasons(later)[Point.GENUINE_CHIP]) == (Outcome.NOT_SUPPORTED, "deniable")


def test_a_reported_failure_stays_one() -> None:
    found = examined(documents.chip(proving(Document(chip_key=""))(LABORATORY)))
    assert again(found).outcome is Outcome.FAILED


@pytest.mark.parametrize("number", [1, 2, 11, 12, 14, 15])
def test_a_file_changed_later_is_noticed(number: int) -> None:
    found = examined(full_document())
    groups = dict(found.evidence.data_groups)
    groups[number] = groups[number][:-1] + bytes((groups[number][-1] ^ 1,))
    assert again(found, data_groups=groups).outcome is Outcome.FAILED


def test_another_challenge_or_signature_is_noticed() -> None:
    found = examined(full_document())
    proof = found.evidence.proofs.active_authentication
    assert proof is not None
    assert not isinstance(proof, Witness)
    for other in (replace(proof, challenge=bytes(8)), replace(proof, signature=bytes(len(proof.signature)))):
        changed = again(found, proofs=replace(found.evidence.proofs, active_authentication=other))
        assert reasons(changed)[Point.GENUINE_CHIP] == "chip_not_genuine"


def test_a_proof_left_out_is_named() -> None:
    found = examined(full_document())
    proofs = replace(found.evidence.proofs, active_authentication=None, chip_authentication=None)
    changed = again(found, proofs=proofs)
    assert reasons(changed)[Point.ACTIVE_AUTHENTICATION] == "not_tried"
    assert changed.outcome is Outcome.UNDETERMINED


def test_nothing_at_all_is_undetermined_or_failed_and_never_an_exception() -> None:
    found = examine_evidence(Evidence(None, b"", b"", b"", {}), TRUST, AT)
    assert found.outcome is Outcome.FAILED
    assert outcome(found, Point.EXPIRY) is Outcome.UNDETERMINED
