"""curl, unmodified from Debian, shows a web server the card's login certificate: through libp11's OpenSSL engine and through
pkcs11-provider, its successor."""

from __future__ import annotations

import hashlib
import json

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from interop.desk import Desk, address
from interop.issued_card import NORM_PIN
from interop.tls_server import SERVER_CERTIFICATE, website
from openeoi.card.parameters import PinRole
from openeoi.encoding.pkcs15.roles import CredentialRole

pytestmark = pytest.mark.interop

VERSIONS = {"TLSv1.3": ["--tlsv1.3"], "TLSv1.2": ["--tls-max", "1.2"]}


@pytest.fixture(params=["engine", "provider"])
def way(request: pytest.FixtureRequest, desk: Desk) -> tuple[list[str], dict[str, str]]:
    """Options and environment by which curl takes PKCS#11 addresses."""
    if request.param == "engine":
        return ["--engine", "pkcs11", "--cert-type", "ENG", "--key-type", "ENG"], {"PKCS11_MODULE_PATH": desk.reader.module}
    return ["--cert-type", "PROV", "--key-type", "PROV"], {"OPENSSL_CONF": desk.settings("provider.conf")}


def curl(
    desk: Desk,
    way: tuple[list[str], dict[str, str]],
    port: int,
    role: CredentialRole,
    pin: str,
    version: str = "TLSv1.3",
    ok: bool = True,
) -> str:
    options, environment = way
    source = f"file:{desk.put('pin', pin)}"
    return desk.run(
        *("curl", "--silent", "--show-error", "--max-time", "20", "--cacert", SERVER_CERTIFICATE, *VERSIONS[version], *options),
        *("--cert", address(role, "cert"), "--key", address(role, "private", pin_source=source), f"https://127.0.0.1:{port}/"),
        env=environment,
        ok=ok,
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_the_login_certificate_opens_the_website(desk: Desk, way: tuple[list[str], dict[str, str]], version: str) -> None:
    with website(desk, CredentialRole.HIGH) as site:
        seen = json.loads(curl(desk, way, site.port, CredentialRole.HIGH, NORM_PIN, version))
    certificate = desk.certificate(CredentialRole.HIGH).public_bytes(Encoding.DER)
    assert seen == {"version": version, "certificate": hashlib.sha256(certificate).hexdigest()}
    assert (desk.tries_left(PinRole.NORM_PIN), desk.tries_left(PinRole.SIG_PIN)) == (3, 3)


def test_neither_a_wrong_pin_nor_a_lower_level_opens_it(desk: Desk, way: tuple[list[str], dict[str, str]]) -> None:
    with website(desk, CredentialRole.HIGH) as site:
        curl(desk, way, site.port, CredentialRole.HIGH, "999999", ok=False)
        assert desk.tries_left(PinRole.NORM_PIN) < 3
        curl(desk, way, site.port, CredentialRole.LOW, NORM_PIN, ok=False)
    assert "served\n" not in site.log
    assert "CERTIFICATE_VERIFY_FAILED" in "".join(site.log)
