"""Files that are no master list, or one that nobody may believe: each is refused by name and changes nothing."""

import hashlib
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from exchange.conftest import State
from openeoi.encoding import cms, der, tlv
from openeoi.encoding.master_list import CONTENT_TYPE, MasterList
from openeoi.exchange.errors import (
    MasterListRefused,
    NotAMasterList,
    SignatureInvalid,
    SignerNotAllowed,
    SignerNotInList,
    SigningTimeUnusable,
)
from openeoi.exchange.verification import verify_master_list
from openeoi.pki.key_store import KeyId, KeyPurpose
from openeoi.pki.plans import Authority
from openeoi.pki.quick_plans import with_small_keys
from reference_data import reference


def own(state: State) -> bytes:
    return state.office.authorities.country_signing_certificate()


def signed_over(state: State, content: bytes, content_type: str = CONTENT_TYPE) -> bytes:
    return state.office.authorities.sign_master_list(content_type, content)


def refused(state: State, raw: bytes, error: type[MasterListRefused]) -> MasterListRefused:
    with pytest.raises(error) as caught:
        state.desk.import_master_list(raw, "00" * 32)
    assert state.desk.lists() == ()
    assert state.desk.verify_audit() == 0
    return caught.value


def test_truncated(slovenia: State, montenegro: State) -> None:
    whole = slovenia.desk.export_master_list()
    for end in (*range(40), len(whole) // 2, len(whole) - 1):
        refused(montenegro, whole[:end], MasterListRefused)
    refused(montenegro, whole + b"\x00", NotAMasterList)


def test_flipped_bytes(slovenia: State, montenegro: State) -> None:
    """Every 19th byte: either unreadable, or the signature or the signer does not fit; never believed."""
    whole = slovenia.desk.export_master_list()
    for position in range(0, len(whole), 19):
        spoilt = whole[:position] + bytes((whole[position] ^ 0x01,)) + whole[position + 1 :]
        with pytest.raises(MasterListRefused):
            montenegro.desk.import_master_list(spoilt, "00" * 32)
    assert montenegro.desk.lists() == ()


def test_something_else_in_the_envelope(slovenia: State, montenegro: State) -> None:
    content = MasterList((own(slovenia),)).encode()
    refused(montenegro, signed_over(slovenia, content, "2.23.136.1.1.1"), NotAMasterList)
    refused(montenegro, own(slovenia), NotAMasterList)
    refused(montenegro, b"not ASN.1 at all", NotAMasterList)
    refused(montenegro, slovenia.office.authorities.sign_security_object({1: b"a", 2: b"b"}), NotAMasterList)


def test_an_empty_list_and_a_doubled_certificate(slovenia: State, montenegro: State) -> None:
    for certificates in (b"", own(slovenia) * 2):
        content = der.encode_sequence(der.encode_integer(0), tlv.encode(der.SET, certificates))
        refused(montenegro, signed_over(slovenia, content), NotAMasterList)


def test_something_that_is_no_certificate_in_the_list(slovenia: State, montenegro: State) -> None:
    content = MasterList((own(slovenia), der.encode_sequence(der.encode_integer(1)))).encode()
    refused(montenegro, signed_over(slovenia, content), NotAMasterList)


def test_a_signer_whose_authority_is_not_in_the_list(slovenia: State, montenegro: State) -> None:
    refused(montenegro, signed_over(slovenia, MasterList((own(montenegro),)).encode()), SignerNotInList)


def test_a_changed_content_under_the_old_signature(slovenia: State, montenegro: State) -> None:
    whole = slovenia.desk.export_master_list()
    content = MasterList((own(slovenia),)).encode()
    assert whole.count(content) == 1
    version_and_list = content.replace(own(slovenia)[-20:], bytes(20))
    refused(montenegro, whole.replace(content, version_and_list), SignatureInvalid)


def test_a_document_signer_may_not_sign_lists(slovenia: State, montenegro: State) -> None:
    office = slovenia.office
    content = MasterList((own(slovenia),)).encode()
    algorithm = with_small_keys(office.authorities.plan).definition(Authority.DOCUMENT_SIGNER).signature_algorithm

    def sign(data: bytes) -> bytes:
        return office.keys.sign(KeyId("si-document-signer-1"), KeyPurpose.DOCUMENT_SIGNING, data, algorithm)

    certificate = office.authorities.certificate(Authority.DOCUMENT_SIGNER)
    signer = cms.Signer(certificate, algorithm, sign, signing_time=slovenia.clock.now)
    raw = cms.build_signed_data(CONTENT_TYPE, content, signer, [own(slovenia)])
    assert "extended key usage" in str(refused(montenegro, raw, SignerNotAllowed))


def test_signing_times(slovenia: State, montenegro: State) -> None:
    office = slovenia.office
    algorithm = office.authorities.plan.definition(Authority.MASTER_LIST_SIGNER).signature_algorithm

    def sign(data: bytes) -> bytes:
        return office.keys.sign(KeyId("si-master-list-signer-1"), KeyPurpose.MASTER_LIST_SIGNING, data, algorithm)

    def at(moment: timedelta | None) -> bytes:
        time = None if moment is None else montenegro.clock.now + moment
        certificate = office.authorities.certificate(Authority.MASTER_LIST_SIGNER)
        signer = cms.Signer(certificate, algorithm, sign, signing_time=time)
        return cms.build_signed_data(CONTENT_TYPE, MasterList((own(slovenia),)).encode(), signer, [own(slovenia)])

    refused(montenegro, at(None), SigningTimeUnusable)
    refused(montenegro, at(timedelta(hours=1)), SigningTimeUnusable)
    refused(montenegro, at(timedelta(days=-400)), SignerNotAllowed)
    montenegro.clock.advance(timedelta(days=500))
    refused(montenegro, at(timedelta()), SignerNotAllowed)


def test_an_expired_country_signing_certificate(slovenia: State, montenegro: State) -> None:
    raw = slovenia.desk.export_master_list()
    montenegro.clock.advance(timedelta(days=365 * 20))
    refused(montenegro, raw, SignerNotAllowed)


def test_the_german_master_list_loads_whole(montenegro: State) -> None:
    """588 certificates, among them 100 with curves spelled out."""
    raw = reference("master-lists/DE_ML_2026-05-28-08-28-45.ml")
    verified = verify_master_list(raw, montenegro.clock.now)
    assert (verified.issuer, len(verified.certificates)) == ("DE", 588)
    root = reference("master-lists/DE_ROOT_CA_CSCA07.cer")
    assert verified.authority.raw == root
    result = montenegro.desk.import_master_list(raw, hashlib.sha256(verified.authority.raw).hexdigest())
    assert (result.appeared, result.held.certificates) == (588, 588)
    montenegro.desk.trust("SI", "DE", "Slovenia's certificates by way of the German list")
    standings = {one.country: one for one in montenegro.desk.standings()}
    assert standings["SI"].certificates == 5
    (one,) = [
        anchor
        for anchor in montenegro.desk.country_signing_certificates("SI", None, _slovenian_name(verified.certificates))
        if not anchor.is_link and anchor.not_after.year == 2040
    ]
    one.key()


def _slovenian_name(certificates: tuple[object, ...]) -> bytes:
    from openeoi.protocols.passive_authentication import Certificate

    return next(one.subject for one in certificates if isinstance(one, Certificate) and one.country == "SI")


@pytest.mark.interop
@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the package openssl")
def test_openssl_verifies_our_list(slovenia: State, montenegro: State, tmp_path: Path) -> None:
    slovenia.desk.import_master_list(montenegro.desk.export_master_list(), montenegro.desk.own_fingerprints()[0])
    (tmp_path / "list.ml").write_bytes(slovenia.desk.export_master_list())
    root = x509.load_der_x509_certificate(own(slovenia)).public_bytes(Encoding.PEM)
    (tmp_path / "root.pem").write_bytes(root)
    moment = str(int(slovenia.clock.now.timestamp()) + 1)
    command = ["openssl", "cms", "-verify", "-inform", "DER", "-in", "list.ml", "-CAfile", "root.pem", "-purpose", "any"]
    answer = subprocess.run(
        [*command, "-attime", moment, "-out", "content"], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert "CMS Verification successful" in answer.stderr
    content = MasterList.decode((tmp_path / "content").read_bytes())
    assert set(content.certificates) == {own(slovenia), own(montenegro)}
