"""Time stamps: what is granted, what is rejected and how, and what openssl makes of both."""

import hashlib
import secrets
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from asn1crypto import algos, tsp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.testclient import TestClient

from openeoi.encoding import der, tlv
from openeoi.pki import api
from openeoi.pki.pages import routes
from openeoi.pki.plans import Authority
from openeoi.pki.time_stamps import BAD_ALGORITHM, BAD_DATA_FORMAT, BAD_REQUEST, UNACCEPTED_EXTENSION, UNACCEPTED_POLICY
from openeoi.web.kit import Settings, WebKit
from pki.conftest import Office

CONTENT = "Življenje je čudež.".encode()


def query(algorithm: str = "sha256", **fields: object) -> bytes:
    digest = hashlib.new(algorithm, CONTENT).digest()
    imprint = {"hash_algorithm": algos.DigestAlgorithm({"algorithm": algorithm}), "hashed_message": digest}
    return bytes(tsp.TimeStampReq({"version": 1, "message_imprint": imprint, **fields}).dump())


def answer(office: Office, request: bytes) -> tsp.TimeStampResp:
    return tsp.TimeStampResp.load(office.authorities.time_stamp(request), strict=True)


def status(raw: bytes) -> tsp.PKIStatusInfo:
    """Of an answer without a token, which asn1crypto's own type for answers does not foresee."""
    (item,) = der.decode_sequence(raw)
    return tsp.PKIStatusInfo.load(tlv.encode(item.tag, item.value), strict=True)


def information(response: tsp.TimeStampResp) -> tsp.TSTInfo:
    return response["time_stamp_token"]["content"]["encap_content_info"]["content"].parsed


@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512"])
def test_a_token_says_what_was_asked_and_when(montenegro: Office, algorithm: str) -> None:
    nonce = secrets.randbits(64)
    response = answer(montenegro, query(algorithm, nonce=nonce, cert_req=True))
    assert response["status"]["status"].native == "granted"
    said = information(response)
    assert said["version"].native == "v1"
    assert said["policy"].dotted == montenegro.authorities.plan.time_stamping_policy
    assert said["message_imprint"].dump() == tsp.TimeStampReq.load(query(algorithm))["message_imprint"].dump()
    assert said["gen_time"].native == montenegro.clock.now
    assert (said["nonce"].native, said["accuracy"]["seconds"].native) == (nonce, 1)
    (certificate,) = response["time_stamp_token"]["content"]["certificates"]
    assert certificate.chosen.dump() == montenegro.authorities.certificate(Authority.TIME_STAMPING)


def test_the_certificate_comes_only_when_wanted_and_the_nonce_only_when_sent(montenegro: Office) -> None:
    response = answer(montenegro, query())
    assert response["time_stamp_token"]["content"]["certificates"].native is None
    assert information(response)["nonce"].native is None


def test_no_two_tokens_have_the_same_number(montenegro: Office) -> None:
    numbers = {information(answer(montenegro, query()))["serial_number"].native for _ in range(20)}
    assert len(numbers) == 20
    assert all(0 < number < 1 << 160 for number in numbers)


def test_the_token_names_the_certificate_that_signed_it(montenegro: Office) -> None:
    (signer,) = answer(montenegro, query())["time_stamp_token"]["content"]["signer_infos"]
    attributes = {one["type"].native: one["values"][0] for one in signer["signed_attrs"]}
    (named,) = attributes["signing_certificate_v2"]["certs"]
    certificate = montenegro.authorities.certificate(Authority.TIME_STAMPING)
    assert named["cert_hash"].native == hashlib.sha256(certificate).digest()


def extension() -> list[dict[str, object]]:
    return [{"extn_id": "1.2.3.4", "critical": False, "extn_value": b"\x05\x00"}]


@pytest.mark.parametrize(
    ("request_", "failure"),
    [
        (b"", BAD_DATA_FORMAT),
        (b"\x30\x00", BAD_DATA_FORMAT),
        (bytes(5000), BAD_DATA_FORMAT),
        (query() + b"\x00", BAD_DATA_FORMAT),
        (query("sha1"), BAD_ALGORITHM),
        (query().replace(hashlib.sha256(CONTENT).digest(), b"\x00" * 32)[:-1], BAD_DATA_FORMAT),
        (query(req_policy="1.2.3.4.5"), UNACCEPTED_POLICY),
        (query(nonce=1 << 600), BAD_REQUEST),
        (query(extensions=extension()), UNACCEPTED_EXTENSION),
    ],
)
def test_a_rejection_says_why(montenegro: Office, request_: bytes, failure: int) -> None:
    said = status(montenegro.authorities.time_stamp(request_))
    assert said["status"].native == "rejection"
    names = {0: "bad_alg", 2: "bad_request", 5: "bad_data_format", 15: "unaccepted_policy", 16: "unaccepted_extensions"}
    assert said["fail_info"].native == {names[failure]}
    assert said["status_string"].native


@given(content=st.binary(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_of_a_stranger_break_the_unit(montenegro: Office, content: bytes) -> None:
    assert status(montenegro.authorities.time_stamp(content))["status"].native == "rejection"


def test_the_unit_changes_its_key_when_the_signing_period_is_over(montenegro: Office) -> None:
    before = montenegro.authorities.certificate(Authority.TIME_STAMPING)
    montenegro.clock.advance(timedelta(days=366))
    assert information(answer(montenegro, query()))["gen_time"].native == montenegro.clock.now
    assert montenegro.authorities.certificate(Authority.TIME_STAMPING) != before


def test_over_http(montenegro: Office) -> None:
    kit = WebKit([("pki", "openeoi.pki")])
    countries = {"me": montenegro.authorities}
    app = Starlette(
        routes=[*routes(countries, kit), *api.routes(countries), *kit.static_routes()],
        middleware=kit.middleware(Settings("session-secret", cross_site=api.CROSS_SITE)),
    )
    client = TestClient(app)
    sent = client.post("/pki/me/timestamps", content=query(), headers={"content-type": "application/timestamp-query"})
    assert (sent.status_code, sent.headers["content-type"]) == (200, "application/timestamp-reply")
    assert tsp.TimeStampResp.load(sent.content)["status"]["status"].native == "granted"
    assert client.post("/pki/me/timestamps", content=query(), headers={"content-type": "text/plain"}).status_code == 415
    assert client.post("/pki/xx/timestamps", content=query()).status_code == 404


@pytest.mark.interop
@pytest.mark.parametrize("with_certificate", [True, False])
def test_openssl_asks_and_verifies(montenegro: Office, tmp_path: Path, with_certificate: bool) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs openssl (Debian package openssl)")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([openssl, *arguments], capture_output=True, text=True, cwd=tmp_path)

    (tmp_path / "content").write_bytes(CONTENT)
    wanted = ["-cert"] if with_certificate else []
    assert run("ts", "-query", "-data", "content", "-sha384", *wanted, "-out", "query").returncode == 0
    (tmp_path / "answer").write_bytes(montenegro.authorities.time_stamp((tmp_path / "query").read_bytes()))
    for name, authority in (("root", Authority.EID_ROOT), ("unit", Authority.TIME_STAMPING)):
        (tmp_path / f"{name}.der").write_bytes(montenegro.authorities.certificate(authority))
        run("x509", "-inform", "DER", "-in", f"{name}.der", "-out", f"{name}.pem")
    at = str(int(montenegro.clock.now.timestamp()))
    known = [] if with_certificate else ["-untrusted", "unit.pem"]
    verify = ["ts", "-verify", "-in", "answer", "-CAfile", "root.pem", *known, "-attime", at]
    for question in (["-queryfile", "query"], ["-data", "content"]):
        result = run(*verify, *question)
        assert "Verification: OK" in result.stdout, result.stderr
    (tmp_path / "content").write_bytes(CONTENT + b"!")
    assert "Verification: FAILED" in run(*verify, "-data", "content").stdout
