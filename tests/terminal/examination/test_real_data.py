"""The examination of the TR-03105-5 reference document, and trust from the master list that Germany publishes."""

from datetime import UTC, datetime

from openeoi.protocols.passive_authentication import CertificateAnchors
from openeoi.protocols.passive_authentication.certificates import Certificate
from openeoi.terminal.checks import Outcome
from openeoi.terminal.examination import Evidence, Point, Trust, examine_evidence
from openeoi.terminal.examination.trust_material import TrustMaterial, read_trust_material
from reference_data import reference
from terminal.examination.test_examine import outcome, reasons

SET = "tr-03105-5"
MASTER_LIST = "master-lists/DE_ML_2026-05-28-08-28-45.ml"
AT = datetime(2026, 7, 1, tzinfo=UTC)


def evidence(*numbers: int) -> Evidence:
    groups = {number: reference(f"{SET}/Datagroup{number}.bin") for number in numbers}
    return Evidence(None, b"", reference(f"{SET}/EF_COM.bin"), reference(f"{SET}/EF_SOD.bin"), groups)


def test_the_reference_document() -> None:
    """It names its authority, which nobody trusts; everything that the signature covers is in order; its proofs were not run."""
    found = examine_evidence(evidence(1, 2, 14), Trust(CertificateAnchors([])), AT)
    for point in (Point.SIGNATURE, Point.DATA, Point.FILES):
        assert outcome(found, point) is Outcome.SUCCESSFUL, point
    assert reasons(found)[Point.TRUST] == "no_trust_anchor"
    assert reasons(found)[Point.CHIP_AUTHENTICATION] == "not_tried"
    assert reasons(found)[Point.ACTIVE_AUTHENTICATION] == "not_offered"
    assert found.content.zone is not None
    assert found.content.portrait
    assert found.outcome is not Outcome.SUCCESSFUL
    # Its EF.DG15 is not in the signed list: a key that anybody may have put there proves nothing.
    unsigned = examine_evidence(evidence(1, 2, 14, 15), Trust(CertificateAnchors([])), AT)
    assert reasons(unsigned)[Point.DATA] == "data_group_not_signed"
    assert reasons(unsigned)[Point.ACTIVE_AUTHENTICATION] == "earlier_check"


def test_the_german_master_list_as_anchors() -> None:
    material = read_trust_material(reference(MASTER_LIST))
    assert len(material.certificates) == 588
    trust = material.beside(Trust(CertificateAnchors([])), AT)
    slovenian = [Certificate.decode(raw) for raw in material.certificates if Certificate.decode(raw).country == "SI"]
    roots = [one for one in slovenian if not one.is_link]
    assert (len(roots), len(slovenian) - len(roots)) == (3, 2)
    for root in roots:
        # Root before link, told apart by key identifiers: the same key stands in both.
        found = trust.anchors.country_signing_certificates("SI", root.subject_key_identifier, root.subject)
        assert found[0] == root
    assert reasons(examine_evidence(evidence(1, 2), trust, AT))[Point.TRUST] == "no_trust_anchor"


def test_a_root_and_a_list_together() -> None:
    root = read_trust_material(reference("master-lists/DE_ROOT_CA_CSCA07.cer"))
    listed = read_trust_material(reference(MASTER_LIST))
    assert set(root.certificates) <= set(root.and_also(listed).certificates)
    assert isinstance(root, TrustMaterial)
