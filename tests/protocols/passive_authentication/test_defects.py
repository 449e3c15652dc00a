"""Believing lists of known defects, and which documents they speak of."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from document_signers import NOT_BEFORE, Holder, country_signer, document_signer
from openeoi.encoding import der
from openeoi.encoding.cms import Signer, build_signed_data
from openeoi.encoding.defect_lists import bsi, icao
from openeoi.encoding.defect_lists.bsi import DefectList
from openeoi.encoding.defect_lists.entries import Documents, Entry, ListedDefect, SignerReference
from openeoi.encoding.defect_lists.icao import DeviationList
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.signature_algorithms import DigestAlgorithm, SignatureAlgorithm
from openeoi.errors import OpenEoiError
from openeoi.protocols.passive_authentication import CertificateAnchors
from openeoi.protocols.passive_authentication.certificates import Certificate
from openeoi.protocols.passive_authentication.defects import (
    DefectKind,
    DocumentFacts,
    VerifiedDefectList,
    known_defects,
    verify_defect_list,
)
from openeoi.protocols.passive_authentication.errors import (
    CertificateNotForThisUse,
    DocumentSignerSignatureInvalid,
    NoTrustAnchor,
    SecurityObjectDigestMismatch,
    SignedAttributesInvalid,
    SignerExpired,
)

EC = SignatureAlgorithm.ECDSA_SHA256
AT = NOT_BEFORE + timedelta(days=200)
SIGNED = NOT_BEFORE + timedelta(days=100)
EMPTY = DefectList(DigestAlgorithm.SHA256, ()).encode()
BSI_USAGE = f"{bsi.CONTENT_TYPE}.99"
AUTHORITY = country_signer(EC, "TEST CSCA of lists", purpose="csca of lists")
ANCHORS = CertificateAnchors([AUTHORITY.der])
DOCUMENTS = Certificate.decode(document_signer(AUTHORITY, EC, "TEST DS of lists").der)
THIS_SIGNER = Documents(SignerReference(DOCUMENTS.issuer, DOCUMENTS.serial_number))
MALFORMED = ListedDefect("2.23.136.1.1.7.2.1", der.encode_integer(11), "DG11")


def list_signer(usage: str = icao.SIGNING_KEY, authority: Holder = AUTHORITY, **values: int) -> Holder:
    return document_signer(authority, EC, "TEST list signer", extended_usage=usage, **values)  # type: ignore[arg-type]


def signed(content: bytes, kind: str, signer: Holder, at: datetime | None = SIGNED) -> bytes:
    return build_signed_data(kind, content, Signer(signer.der, signer.algorithm, signer.sign, signing_time=at))


def deviations(*entries: Entry, signer: Holder | None = None, at: datetime | None = SIGNED) -> bytes:
    content = DeviationList(entries or (Entry(THIS_SIGNER, (MALFORMED,)),), DigestAlgorithm.SHA256).encode()
    return signed(content, icao.CONTENT_TYPE, signer or list_signer(), at)


def test_a_list_of_a_trusted_state() -> None:
    found = verify_defect_list(deviations(), ANCHORS, AT)
    assert (found.issuer, found.signed_at, found.only_own) == ("SI", SIGNED, True)
    (defect,) = found.defects_of(DocumentFacts(DOCUMENTS))
    assert (defect.kind, defect.groups, defect.description) == (DefectKind.DATA_GROUP_MALFORMED, {11}, "DG11")


def test_a_bsi_list_speaks_of_other_states_too() -> None:
    foreign = country_signer(EC, "TEST CSCA HR", "HR", purpose="csca of another state")
    other = Certificate.decode(document_signer(foreign, EC, "TEST DS HR").der)
    reference = SignerReference(subject_key_identifier=other.subject_key_identifier)
    entry = Entry(Documents(reference), (ListedDefect(f"{bsi.CONTENT_TYPE}.1.1"),))
    of_bsi = signed(DefectList(DigestAlgorithm.SHA256, (entry,)).encode(), bsi.CONTENT_TYPE, list_signer(BSI_USAGE))
    of_icao = deviations(Entry(Documents(reference), (ListedDefect("2.23.136.1.1.7.1.4"),)))
    facts = DocumentFacts(other)
    assert [one.kind for one in verify_defect_list(of_bsi, ANCHORS, AT).defects_of(facts)] == [DefectKind.SIGNER_REVOKED]
    # No state excuses, or accuses, another's documents in a deviation list.
    assert verify_defect_list(of_icao, ANCHORS, AT).defects_of(facts) == ()


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda: deviations(signer=list_signer("")), CertificateNotForThisUse),
        (lambda: deviations(signer=list_signer("2.23.136.1.1.3")), CertificateNotForThisUse),
        (lambda: deviations(at=None), SignedAttributesInvalid),
        (lambda: deviations(at=AT + timedelta(days=1)), SignedAttributesInvalid),
        (lambda: deviations(signer=list_signer(days=150)), SignerExpired),
        (lambda: deviations().replace(b"DG11", b"DG12"), SecurityObjectDigestMismatch),
        (lambda: signed(b"\x30\x00", icao.CONTENT_TYPE, list_signer()), DecodingError),
        (lambda: signed(b"\x30\x00", "2.23.136.1.1.2", list_signer()), DecodingError),
        (lambda: signed(EMPTY, bsi.CONTENT_TYPE, list_signer("")), CertificateNotForThisUse),
        (lambda: b"", DecodingError),
    ],
)  # fmt: skip
def test_a_list_that_cannot_be_believed(make: Callable[[], bytes], error: type[OpenEoiError]) -> None:
    with pytest.raises(error):
        verify_defect_list(make(), ANCHORS, AT)


def test_a_list_of_an_unknown_state() -> None:
    with pytest.raises(NoTrustAnchor):
        verify_defect_list(deviations(), CertificateAnchors([]), AT)
    impostor = country_signer(EC, "TEST CSCA of lists", purpose="impostor of lists")
    with pytest.raises((NoTrustAnchor, DocumentSignerSignatureInvalid)):
        verify_defect_list(deviations(signer=list_signer(authority=impostor)), ANCHORS, AT)


FACTS = DocumentFacts(DOCUMENTS, SIGNED, "CA00000AL", "C")
PERIOD = (SIGNED - timedelta(days=1), SIGNED)


@pytest.mark.parametrize(
    ("documents", "facts", "concerned"),
    [
        (THIS_SIGNER, FACTS, True),
        (Documents(SignerReference(DOCUMENTS.issuer, DOCUMENTS.serial_number + 1)), FACTS, False),
        (Documents(SignerReference(digest=DigestAlgorithm.SHA256.digest(DOCUMENTS.raw))), FACTS, True),
        (Documents(SignerReference(digest=bytes(32))), FACTS, False),
        (Documents(SignerReference(subject_key_identifier=DOCUMENTS.subject_key_identifier)), FACTS, True),
        (Documents(SignerReference(subject_key_identifier=b"x")), FACTS, False),
        (Documents(document_type="C", issued=PERIOD, numbers=frozenset({"CA00000AL"})), FACTS, True),
        (Documents(document_type="P", issued=PERIOD, numbers=frozenset({"CA00000AL"})), FACTS, False),
        (Documents(document_type="C", issued=PERIOD, numbers=frozenset({"CA00001AL"})), FACTS, False),
        (Documents(issued=PERIOD), replace(FACTS, signing_time=SIGNED + timedelta(seconds=1)), False),
        (Documents(issued=PERIOD), replace(FACTS, signing_time=None), False),
        (Documents(document_type="C"), replace(FACTS, document_type=""), False),
        (Documents(), FACTS, False),
    ],
)
def test_every_condition_must_hold(documents: Documents, facts: DocumentFacts, concerned: bool) -> None:
    listed = VerifiedDefectList("SI", SIGNED, True, DigestAlgorithm.SHA256, (Entry(documents, (MALFORMED,)),))
    assert bool(listed.defects_of(facts)) is concerned


def test_what_is_not_understood_is_another_defect() -> None:
    strange = (
        ListedDefect("1.2.3"),
        ListedDefect("2.23.136.1.1.7.2.1"),
        ListedDefect("2.23.136.1.1.7.2.1", der.encode_integer(20)),
        ListedDefect("2.23.136.1.1.7.2.2", der.encode_object_identifier("1.2")),
    )
    listed = VerifiedDefectList("SI", SIGNED, True, None, (Entry(THIS_SIGNER, strange),))
    assert {one.kind for one in known_defects((listed, listed), FACTS)} == {DefectKind.OTHER}
    # A digest without a hash function to compare it by names nobody.
    by_digest = Documents(SignerReference(digest=DigestAlgorithm.SHA256.digest(DOCUMENTS.raw)))
    assert VerifiedDefectList("SI", SIGNED, True, None, (Entry(by_digest, strange),)).defects_of(FACTS) == ()
