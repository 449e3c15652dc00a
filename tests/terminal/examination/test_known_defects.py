"""What published defects change: never into a success, only for documents whose signer is certified, never who the holder is."""

from dataclasses import replace
from datetime import timedelta
from functools import cache

import pytest

from card.faults.lab import AT, LABORATORY, TRUST
from openeoi.card.faults.chip_faults import Document, proving
from openeoi.card.faults.laboratory import SIGNERS_FROM
from openeoi.encoding import der, tlv
from openeoi.encoding.defect_lists import bsi
from openeoi.encoding.defect_lists.entries import Documents, Entry, ListedDefect, SignerReference
from openeoi.encoding.signature_algorithms import DigestAlgorithm
from openeoi.protocols.passive_authentication import CertificateAnchors
from openeoi.protocols.passive_authentication.certificates import Certificate
from openeoi.protocols.passive_authentication.defects import VerifiedDefectList
from openeoi.terminal.checks import Outcome
from openeoi.terminal.examination import Examination, Point, Trust, examine_evidence
from terminal.examination import documents
from terminal.examination.documents import examined, full_document
from terminal.examination.test_examine import document_with_mapping, outcome, reasons

SIGNER = Certificate.decode(LABORATORY.signer.certificate)
REVOKED, CHIP_KEYS, ACTIVE_KEYS = (f"{bsi.CONTENT_TYPE}.1.{number}" for number in (1, 3, 4))
MALFORMED, COM, CARD_SECURITY = (f"{bsi.CONTENT_TYPE}.{arcs}" for arcs in ("2.1", "2.3", "4.1"))
HASH_WRONG = "2.23.136.1.1.7.2.2"


def listed(*defects: ListedDefect) -> Trust:
    """The laboratory's trust with a list that names the signer of its sound documents."""
    entry = Entry(Documents(SignerReference(SIGNER.issuer, SIGNER.serial_number)), defects)
    known = VerifiedDefectList("SI", SIGNERS_FROM + timedelta(days=1), False, DigestAlgorithm.SHA256, (entry,))
    return replace(TRUST, defect_lists=(known,))


@cache
def sound() -> Examination:
    return examined(full_document())


def again(found: Examination, trust: Trust) -> Examination:
    """The same evidence under a list; a judgement as of the reading would be the same with the chip there."""
    return examine_evidence(found.evidence, trust, AT)


def test_without_a_list_and_with_one_that_says_nothing() -> None:
    assert outcome(sound(), Point.KNOWN_DEFECTS) is Outcome.NOT_SUPPORTED
    other = VerifiedDefectList("SI", SIGNERS_FROM, False, None, ())
    found = again(sound(), replace(TRUST, defect_lists=(other,)))
    assert (outcome(found, Point.KNOWN_DEFECTS), found.outcome) == (Outcome.SUCCESSFUL, Outcome.SUCCESSFUL)


def test_a_signer_revoked_by_a_list() -> None:
    found = again(sound(), listed(ListedDefect(REVOKED)))
    assert (reasons(found)[Point.REVOCATION], found.outcome) == ("signer_revoked", Outcome.FAILED)


def test_proofs_by_compromised_keys_count_for_nothing() -> None:
    trust = listed(ListedDefect(CHIP_KEYS))
    one = examined(full_document(), trust=trust)
    assert (reasons(one)[Point.CHIP_AUTHENTICATION], one.outcome) == ("key_compromised", Outcome.UNDETERMINED)
    assert outcome(one, Point.GENUINE_CHIP) is Outcome.SUCCESSFUL  # the other key has signed
    both = examined(full_document(), trust=listed(ListedDefect(CHIP_KEYS), ListedDefect(ACTIVE_KEYS)))
    assert reasons(both)[Point.GENUINE_CHIP] == "key_compromised"
    # A copy remains one.
    copy = examined(documents.chip(proving(Document(active_key="forger"))(LABORATORY)), trust=listed(ListedDefect(ACTIVE_KEYS)))
    assert copy.outcome is Outcome.FAILED


@pytest.mark.parametrize(("number", "excused"), [(12, True), (11, True), (1, False), (2, False), (14, False), (15, False)])
def test_a_known_wrong_digest_is_excused_for_details_only(number: int, excused: bool) -> None:
    groups = dict(sound().evidence.data_groups)
    groups[number] = groups[number][:-1] + bytes((groups[number][-1] ^ 1,))
    changed = replace(sound(), evidence=replace(sound().evidence, data_groups=groups))
    found = again(changed, listed(ListedDefect(HASH_WRONG, der.encode_integer(number))))
    assert (found.outcome is Outcome.UNDETERMINED) == excused
    assert found.outcome is not Outcome.SUCCESSFUL
    # The list speaks of this group and of no other.
    assert again(changed, listed(ListedDefect(HASH_WRONG, der.encode_integer(16)))).outcome is Outcome.FAILED


def test_a_malformed_group_that_is_known() -> None:
    groups = documents.full_groups()
    groups[12] = tlv.encode(0x6C, b"nothing")
    chip = full_document(groups)
    assert examined(chip).outcome is Outcome.FAILED
    known = examined(chip, trust=listed(ListedDefect(MALFORMED, der.encode_set_of([der.encode_integer(12)]))))
    assert (reasons(known)[Point.FILES], known.outcome) == ("known_defect", Outcome.UNDETERMINED)
    assert known.defects[0].identifier == MALFORMED


def test_known_differences_of_unsigned_files() -> None:
    chip = full_document(change=documents.without_listing(12))
    assert reasons(examined(chip))[Point.COMPLETENESS] == "files_differ"
    assert reasons(examined(chip, trust=listed(ListedDefect(COM))))[Point.COMPLETENESS] == "known_defect"
    broken = document_with_mapping(card_security=b"\x30\x03\x02\x01\x00")
    assert (reasons(broken)[Point.CHIP_MAPPING], broken.outcome) == ("decoding_error", Outcome.FAILED)
    assert reasons(again(broken, listed(ListedDefect(CARD_SECURITY))))[Point.CHIP_MAPPING] == "known_defect"


def test_a_signer_that_nobody_certified_is_excused_nothing() -> None:
    chip = full_document(change=documents.without_listing(12))
    trust = replace(listed(ListedDefect(COM)), anchors=CertificateAnchors([]))
    found = examined(chip, trust=trust)
    assert reasons(found)[Point.COMPLETENESS] == "files_differ"
    assert found.defects == ()
