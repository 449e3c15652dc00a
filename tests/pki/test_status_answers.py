"""OCSP: answers from the issuance database, the question repeated as sent, strangers' bytes answered with an error."""

import base64
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from asn1crypto import ocsp as asn1_ocsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.testclient import TestClient

from openeoi.encoding import der
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.pki import api
from openeoi.pki.holders import HolderCertificate
from openeoi.pki.pages import routes
from openeoi.pki.plans import Authority
from openeoi.pki.revocation_lists import RevocationReason
from openeoi.pki.status_answers import MALFORMED, UNAUTHORIZED, error
from openeoi.web.kit import Settings, WebKit
from pki.conftest import Office


@pytest.fixture
def holder(montenegro: Office) -> HolderCertificate:
    return montenegro.authorities.issue_holder_certificates(montenegro.request())[CredentialRole.HIGH]


def question(
    holder: HolderCertificate, serial: int | None = None, algorithm: hashes.HashAlgorithm | None = None, nonce: bytes = b""
) -> bytes:
    certificate, issuer = (x509.load_der_x509_certificate(raw) for raw in (holder.certificate, holder.chain[0]))
    builder = ocsp.OCSPRequestBuilder()
    if serial is None:
        builder = builder.add_certificate(certificate, issuer, algorithm or hashes.SHA256())
    else:
        first = builder.add_certificate(certificate, issuer, hashes.SHA256()).build()
        builder = builder.add_certificate_by_hash(first.issuer_name_hash, first.issuer_key_hash, serial, hashes.SHA256())
    if nonce:
        builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
    return builder.build().public_bytes(Encoding.DER)


def ask(office: Office, request: bytes) -> ocsp.OCSPResponse:
    return ocsp.load_der_ocsp_response(office.authorities.answer_status(request))


def test_good_revoked_unknown(montenegro: Office, holder: HolderCertificate) -> None:
    answer = ask(montenegro, question(holder))
    assert answer.certificate_status is ocsp.OCSPCertStatus.GOOD
    assert answer.this_update_utc == montenegro.clock.now
    assert ask(montenegro, question(holder, serial=holder.serial + 1)).certificate_status is ocsp.OCSPCertStatus.UNKNOWN
    montenegro.authorities.revoke(holder.serial, RevocationReason.KEY_COMPROMISE)
    answer = ask(montenegro, question(holder))
    assert answer.certificate_status is ocsp.OCSPCertStatus.REVOKED
    assert answer.revocation_time_utc == montenegro.clock.now
    assert answer.revocation_reason is x509.ReasonFlags.key_compromise


def test_the_signature_is_the_responders(montenegro: Office, holder: HolderCertificate) -> None:
    answer = ask(montenegro, question(holder))
    (responder,) = answer.certificates
    responder.verify_directly_issued_by(x509.load_der_x509_certificate(holder.chain[0]))
    key = responder.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    key.verify(answer.signature, answer.tbs_response_bytes, ec.ECDSA(hashes.SHA256()))
    usage = responder.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [x509.ExtendedKeyUsageOID.OCSP_SIGNING]
    assert responder.extensions.get_extension_for_class(x509.OCSPNoCheck)


@pytest.mark.parametrize("algorithm", [hashes.SHA1(), hashes.SHA256(), hashes.SHA384()])
def test_the_question_is_repeated_as_it_was_sent(
    montenegro: Office, holder: HolderCertificate, algorithm: hashes.HashAlgorithm
) -> None:
    """With NULL parameters of the hash algorithm, as cryptography writes them, and without, as RFC 5754 wants."""
    asked = asn1_ocsp.OCSPRequest.load(question(holder, algorithm=algorithm))
    with_null = asked["tbs_request"]["request_list"][0]["req_cert"].dump()
    hash_algorithm, *others = der.decode_sequence(with_null)
    oid, _ = der.decode_sequence(hash_algorithm)
    without_null = der.encode_sequence(der.encode_sequence(oid.encode()), *(one.encode() for one in others))
    for identifier in (with_null, without_null):
        request = der.encode_sequence(der.encode_sequence(der.encode_sequence(der.encode_sequence(identifier))))
        answered = asn1_ocsp.OCSPResponse.load(montenegro.authorities.answer_status(request))
        single = answered.response_data["responses"][0]
        assert single["cert_id"].dump() == identifier
        assert single["cert_status"].name == "good"


@pytest.mark.parametrize("length", [1, 32, 128])
def test_the_nonce_comes_back(montenegro: Office, holder: HolderCertificate, length: int) -> None:
    answer = ask(montenegro, question(holder, nonce=bytes(length)))
    assert answer.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce == bytes(length)
    assert len(ask(montenegro, question(holder)).extensions) == 0


def test_strangers(montenegro: Office, slovenia: Office, holder: HolderCertificate) -> None:
    answer = montenegro.authorities.answer_status
    for raw in (b"", b"\x30\x00", b"GET / HTTP/1.0", question(holder)[:-1], question(holder) + b"\x00", bytes(20000)):
        assert answer(raw) == error(MALFORMED)
    assert answer(question(holder, nonce=bytes(129))) == error(MALFORMED)
    foreign = slovenia.authorities.issue_holder_certificates(slovenia.request("7777777777777"))[CredentialRole.LOW]
    assert answer(question(foreign)) == error(UNAUTHORIZED)


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_any_flipped_byte_is_answered(slovenia: Office, data: st.DataObject) -> None:
    found = slovenia.authorities.certificate(Authority.EID_LOW), slovenia.authorities.certificate(Authority.EID_ROOT)
    raw = question(HolderCertificate(CredentialRole.LOW, 1, found[0], found), serial=12345)
    position = data.draw(st.integers(0, len(raw) - 1))
    spoilt = raw[:position] + bytes((raw[position] ^ data.draw(st.integers(1, 255)),)) + raw[position + 1 :]
    answer = ask(slovenia, spoilt)
    if answer.response_status is ocsp.OCSPResponseStatus.SUCCESSFUL:
        assert answer.certificate_status is ocsp.OCSPCertStatus.UNKNOWN


def test_a_responder_whose_month_is_over_gets_a_successor(montenegro: Office, holder: HolderCertificate) -> None:
    first = ask(montenegro, question(holder)).certificates
    montenegro.clock.advance(timedelta(days=31))
    answer = ask(montenegro, question(holder))
    assert answer.certificates != first
    assert answer.certificates[0].not_valid_after_utc > montenegro.clock.now
    responders = [one for one in montenegro.authorities.generations() if one.authority is Authority.EID_HIGH_STATUS]
    assert len(responders) == 2


def test_over_http(montenegro: Office, holder: HolderCertificate) -> None:
    kit = WebKit([("pki", "openeoi.pki")])
    app = Starlette(
        routes=routes({"me": montenegro.authorities}, kit),
        middleware=kit.middleware(Settings(secret="for this test only", cross_site=api.CROSS_SITE)),
    )
    client, asked = TestClient(app), question(holder)
    certificate = x509.load_der_x509_certificate(holder.certificate)
    access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    (address,) = [str(one.access_location.value) for one in access if one.access_method.dotted_string.endswith(".48.1")]
    path = address.removeprefix("http://127.0.0.1:8000")
    answers = [
        client.post(path, content=asked, headers={"content-type": "application/ocsp-request"}),
        client.get(f"{path}/{base64.b64encode(asked).decode().replace('/', '%2F').replace('+', '%2B').replace('=', '%3D')}"),
    ]
    for answer in answers:
        assert answer.headers["content-type"] == "application/ocsp-response"
        assert ocsp.load_der_ocsp_response(answer.content).certificate_status is ocsp.OCSPCertStatus.GOOD
    assert client.get(f"{path}/not-base64").content == error(MALFORMED)
    assert client.post("/pki/xx/ocsp", content=asked).status_code == 404


@pytest.mark.interop
@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the package openssl")
def test_openssl_asks_and_believes(montenegro: Office, holder: HolderCertificate, tmp_path: Path) -> None:
    for name, raw in (("own", holder.certificate), ("issuer", holder.chain[0]), ("root", holder.chain[1])):
        (tmp_path / f"{name}.pem").write_bytes(x509.load_der_x509_certificate(raw).public_bytes(Encoding.PEM))

    def openssl(*arguments: str) -> str:
        command = ["openssl", "ocsp", "-issuer", "issuer.pem", "-cert", "own.pem", *arguments]
        answer = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
        return answer.stdout + answer.stderr

    openssl("-no_nonce", "-reqout", "request")
    for wanted in ("own.pem: good", "own.pem: revoked"):
        (tmp_path / "answer").write_bytes(montenegro.authorities.answer_status((tmp_path / "request").read_bytes()))
        moment = str(int(montenegro.clock.now.timestamp()) + 1)
        believed = openssl(
            "-no_nonce", "-respin", "answer", "-CAfile", "root.pem", "-attime", moment, "-validity_period", "999999999"
        )
        assert "Response verify OK" in believed
        assert wanted in believed
        if wanted.endswith("good"):
            montenegro.authorities.revoke(holder.serial, RevocationReason.SUPERSEDED)
