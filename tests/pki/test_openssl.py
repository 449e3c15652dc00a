"""OpenSSL judges every chain, revocation list and security object."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from openeoi.encoding import tlv
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.pki.holders import HolderCertificates
from openeoi.pki.plans import HOLDER_ISSUERS, Authority
from openeoi.pki.revocation_lists import RevocationReason
from pki.conftest import Office

pytestmark = [
    pytest.mark.interop,
    pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the package openssl"),
]

Verify = Callable[..., str]


@pytest.fixture
def openssl(tmp_path: Path) -> Verify:
    def run(*arguments: str | Path) -> str:
        answer = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, check=False, cwd=tmp_path)
        return answer.stdout + answer.stderr

    return run


def certificate(folder: Path, name: str, content: bytes) -> Path:
    path = folder / f"{name}.pem"
    path.write_bytes(x509.load_der_x509_certificate(content).public_bytes(Encoding.PEM))
    return path


def revocation_list(folder: Path, office: Office, issuer: Authority) -> Path:
    path = folder / f"{issuer}.crl"
    path.write_bytes(x509.load_der_x509_crl(office.authorities.crl(issuer)).public_bytes(Encoding.PEM))
    return path


def at(office: Office) -> tuple[str, str]:
    return "-attime", str(int(office.clock.now.timestamp()) + 1)


def verify_holder(openssl: Verify, folder: Path, office: Office, issued: HolderCertificates, role: CredentialRole) -> str:
    own = certificate(folder, "holder", issued[role].certificate)
    issuing, root = (certificate(folder, f"above-{number}", raw) for number, raw in enumerate(issued[role].chain))
    lists = [revocation_list(folder, office, one) for one in (HOLDER_ISSUERS[role], Authority.EID_ROOT)]
    options = ("-x509_strict", "-crl_check_all", "-CRLfile", lists[0], "-CRLfile", lists[1], *at(office))
    return openssl("verify", *options, "-CAfile", root, "-untrusted", issuing, own)


def test_holder_chains(openssl: Verify, tmp_path: Path, slovenia: Office, montenegro: Office) -> None:
    for office in (slovenia, montenegro):
        issued = office.authorities.issue_holder_certificates(office.request("4444444444444"))
        for role in issued.by_role:
            assert "holder.pem: OK" in verify_holder(openssl, tmp_path, office, issued, role)


def test_a_revoked_certificate(openssl: Verify, tmp_path: Path, montenegro: Office) -> None:
    issued = montenegro.authorities.issue_holder_certificates(montenegro.request())
    montenegro.authorities.revoke(issued[CredentialRole.HIGH].serial, RevocationReason.KEY_COMPROMISE)
    answer = verify_holder(openssl, tmp_path, montenegro, issued, CredentialRole.HIGH)
    assert "certificate revoked" in answer


def test_travel_document_chain(openssl: Verify, tmp_path: Path, slovenia: Office) -> None:
    root = certificate(tmp_path, "root", slovenia.authorities.country_signing_certificate())
    revoked = revocation_list(tmp_path, slovenia, Authority.COUNTRY_SIGNING)
    options = ("-x509_strict", "-crl_check", "-CRLfile", revoked, *at(slovenia), "-CAfile", root)
    for authority in (Authority.DOCUMENT_SIGNER, Authority.MASTER_LIST_SIGNER):
        signer = certificate(tmp_path, authority, slovenia.authorities.certificate(authority))
        assert f"{authority}.pem: OK" in openssl("verify", *options, signer)


def test_openssl_refuses_curves_that_are_spelled_out(openssl: Verify, tmp_path: Path, montenegro: Office) -> None:
    """ICAO 9303-12 wants what OpenSSL refuses in a chain; `protocols.passive_authentication` verifies these."""
    root = certificate(tmp_path, "root", montenegro.authorities.country_signing_certificate())
    signer = certificate(tmp_path, "signer", montenegro.authorities.certificate(Authority.DOCUMENT_SIGNER))
    assert "explicit ECC parameters" in openssl("verify", *at(montenegro), "-CAfile", root, signer)


def test_the_same_chain_with_named_curves(openssl: Verify, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Montenegrin travel document chain, made by the same code but for how curves are written: OpenSSL takes it."""
    monkeypatch.setattr("openeoi.pki.issuance.spell_out", lambda public_key: public_key)
    named = Office("me")
    named.authorities.found()
    root = certificate(tmp_path, "root", named.authorities.country_signing_certificate())
    revoked = revocation_list(tmp_path, named, Authority.COUNTRY_SIGNING)
    options = ("-x509_strict", "-crl_check", "-CRLfile", revoked, *at(named), "-CAfile", root)
    for authority in (Authority.DOCUMENT_SIGNER, Authority.MASTER_LIST_SIGNER):
        signer = certificate(tmp_path, authority, named.authorities.certificate(authority))
        assert f"{authority}.pem: OK" in openssl("verify", *options, signer)
    signed = tlv.decode(named.authorities.sign_security_object({1: b"one", 2: b"two"})).value
    (tmp_path / "sod").write_bytes(signed)
    trust = ("-CAfile", root, "-purpose", "any", *at(named))
    answer = openssl("cms", "-verify", "-inform", "DER", "-in", "sod", *trust, "-out", "content")
    named.database.close()
    assert "CMS Verification successful" in answer


def test_security_object(openssl: Verify, tmp_path: Path, slovenia: Office, montenegro: Office) -> None:
    """The Montenegrin signature is verified without its chain, for the reason above."""
    for office, chain in ((slovenia, True), (montenegro, False)):
        signed = tlv.decode(office.authorities.sign_security_object({1: b"one", 2: b"two"})).value
        (tmp_path / "sod").write_bytes(signed)
        root = certificate(tmp_path, "root", office.authorities.country_signing_certificate())
        trust = ("-CAfile", root, "-purpose", "any", *at(office)) if chain else ("-noverify",)
        answer = openssl("cms", "-verify", "-inform", "DER", "-in", "sod", *trust, "-out", "content")
        assert "CMS Verification successful" in answer


def test_certificates_in_words(openssl: Verify, tmp_path: Path, slovenia: Office) -> None:
    issued = slovenia.authorities.issue_holder_certificates(slovenia.request("5555555555555"))
    path = certificate(tmp_path, "qualified", issued[CredentialRole.QUALIFIED].certificate)
    text = openssl("x509", "-in", path, "-noout", "-text")
    for wanted in ("Non Repudiation", "ecdsa-with-SHA384", "serialNumber = 5555555555555", "qcStatements", "0.4.0.194112.1.2"):
        assert wanted in text
    assert "Extended Key Usage" not in text
    root = certificate(tmp_path, "root", slovenia.authorities.country_signing_certificate())
    text = openssl("x509", "-in", root, "-noout", "-text")
    for wanted in ("rsassaPss", "CA:TRUE, pathlen:0", "Private Key Usage Period", "DirName:/L=SVN", "Certificate Sign, CRL Sign"):
        assert wanted in text
