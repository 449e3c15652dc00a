"""What certificates point to is served, people can look at it, and the command line gives the same."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from starlette.applications import Starlette
from starlette.testclient import TestClient
from typer.testing import CliRunner

from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.pki.commands import commands
from openeoi.pki.errors import AuthorityUnknown, StateUnknown
from openeoi.pki.pages import routes
from openeoi.pki.plans import Authority
from openeoi.web.kit import Settings, WebKit
from pki.conftest import Office


@pytest.fixture
def client(slovenia: Office, montenegro: Office) -> TestClient:
    kit = WebKit([("pki", "openeoi.pki")])
    countries = {"si": slovenia.authorities, "me": montenegro.authorities}
    settings = Settings(secret="for this test only")
    app = Starlette(
        routes=[*routes(countries, kit), *kit.static_routes()],
        middleware=kit.middleware(settings),
        exception_handlers=kit.exception_handlers(),
    )
    return TestClient(app)


def test_every_address_in_a_certificate_is_served(client: TestClient, slovenia: Office) -> None:
    issued = slovenia.authorities.issue_holder_certificates(slovenia.request("6666666666666"))
    certificate = x509.load_der_x509_certificate(issued[CredentialRole.LOW].certificate)
    points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    (name,) = points[0].full_name or ()
    answer = client.get(str(name.value).removeprefix("http://127.0.0.1:8000"))
    assert answer.headers["content-type"] == "application/pkix-crl"
    assert answer.headers["cache-control"] == "no-cache"
    assert x509.load_der_x509_crl(answer.content).issuer == certificate.issuer
    access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    (place,) = (str(one.access_location.value) for one in access if "certificates" in str(one.access_location.value))
    answer = client.get(place.removeprefix("http://127.0.0.1:8000"))
    assert answer.headers["content-type"] == "application/pkix-cert"
    certificate.verify_directly_issued_by(x509.load_der_x509_certificate(answer.content))


@pytest.mark.parametrize(
    "path",
    [
        "/pki/xx/certificates/eid-low.cer",
        "/pki/me/certificates/eid-low.cer",
        "/pki/si/certificates/nobody.cer",
        "/pki/si/crl/document-signer.crl",
        "/pki/si/crl/..%2f..%2fkeys.crl",
    ],
)
def test_what_is_not_there_is_not_found(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_overview(client: TestClient) -> None:
    for language, wanted in (("sl", "Izdajatelji potrdil"), ("en", "Certification authorities")):
        page = client.get(f"/pki?lang={language}").text
        assert wanted in page
        assert "OpenEOI TEST CSCA Slovenia" in page
        assert "OpenEOI TEST CSCA Montenegro" in page
        assert "/pki/si/crl/eid-qualified.crl" in page


def test_commands_about_the_right_to_fingerprints(make_office: Callable[[str], Office]) -> None:
    office = make_office("me")
    office.authorities.found_verifying_authority()
    app, runner = commands(lambda: {"me": office.authorities}), CliRunner()
    listed = json.loads(runner.invoke(app, ["rights", "--country", "me", "--json"]).stdout)
    assert [(one["holder"], one["role"]) for one in listed] == [("MEOETESTCV00001", "country verifying authority")]
    said = runner.invoke(app, ["roll-over", "--country", "me"]).stdout
    assert said == "MEOETESTCV00002 signs from now on; MEOETESTCV00001 has signed its link certificate\n"
    made = json.loads(runner.invoke(app, ["roll-over", "--country", "me", "--json"]).stdout)
    assert (made["root"]["holder"], made["link"]["holder"]) == ("MEOETESTCV00003", "MEOETESTCV00003")
    assert made["link"]["authority"] == "MEOETESTCV00002"
    assert len(runner.invoke(app, ["rights", "--country", "me"]).stdout.splitlines()) == 5


def test_commands(slovenia: Office, tmp_path: Path) -> None:
    app = commands(lambda: {"si": slovenia.authorities})
    runner = CliRunner()
    listed = json.loads(runner.invoke(app, ["list", "--json"]).stdout)
    assert [one["authority"] for one in listed] == [one.authority for one in slovenia.authorities.plan.definitions]
    assert "country-signing" in runner.invoke(app, ["list"]).stdout
    shown = runner.invoke(app, ["show", "country-signing"]).stdout
    assert x509.load_pem_x509_certificate(shown.encode()).issuer.rfc4514_string().startswith("CN=OpenEOI TEST CSCA")
    path = tmp_path / "list.crl"
    assert runner.invoke(app, ["crl", "eid-high", "--out", str(path)]).exit_code == 0
    assert path.read_bytes() == slovenia.authorities.crl(Authority.EID_HIGH)
    assert isinstance(runner.invoke(app, ["list", "--country", "xx"]).exception, StateUnknown)
    assert isinstance(runner.invoke(app, ["crl", "document-signer"]).exception, AuthorityUnknown)
    assert json.loads(runner.invoke(app, ["crl", "eid-high", "--json"]).stdout)["revoked"] == []
    assert runner.invoke(app, ["show", "nobody"]).exit_code == 2
