"""NSS, the library of Firefox, Thunderbird and LibreOffice, with Debian's own tools: the card in its list of security devices,
TLS client authentication by tstclnt, its path building on the card's certificates."""

from __future__ import annotations

import hashlib
import json
import re

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from interop.desk import INSIDE, Desk, pem
from interop.issued_card import KEYS, PINS, TOKENS
from interop.tls_server import SERVER_CERTIFICATE, Website, website
from openeoi.card.parameters import PinRole
from openeoi.encoding.pkcs15.roles import CredentialRole

pytestmark = pytest.mark.interop

DATABASE = f"sql:{INSIDE}/nss"
WEBSITE, EMAIL_SIGNER = "0", "4"  # certificate usages as vfychain counts them: SSL client, e-mail signer


@pytest.fixture
def nss(desk: Desk) -> Desk:
    """A certificate database as a browser profile has one, with OpenSC's module in it."""
    desk.path("nss").mkdir()
    desk.run("certutil", "-N", "-d", DATABASE, "--empty-password")
    desk.run("modutil", "-dbdir", DATABASE, "-add", "OpenSC", "-libfile", desk.reader.module, "-force")
    for role, pin in PINS.items():
        desk.put(f"{role.value}.pin", f"{pin}\n")
    return desk


def trust(nss: Desk, name: str, file: str, flags: str) -> None:
    nss.run("certutil", "-A", "-d", DATABASE, "-n", name, "-t", flags, "-i", file)


def test_modutil_lists_the_tokens(nss: Desk) -> None:
    listed = nss.run("modutil", "-dbdir", DATABASE, "-list")
    assert re.findall(r"token: (\S.*)", listed.partition("2. OpenSC")[2]) == list(TOKENS.values())


@pytest.mark.parametrize("role", CredentialRole)
def test_certutil_lists_certificates_and_the_key(nss: Desk, role: CredentialRole) -> None:
    token = ["-d", DATABASE, "-h", TOKENS[role], "-f", f"{INSIDE}/{role.value}.pin"]
    certificates = nss.run("certutil", "-L", *token)
    assert re.search(rf"^{re.escape(f'{TOKENS[role]}:{KEYS[role]}')} +u,u,u$", certificates, re.MULTILINE)
    keys = nss.run("certutil", "-K", *token)
    assert re.findall(r"^<.*?> ec +[0-9a-f]{40} +(.*)$", keys, re.MULTILINE) == [KEYS[role]]


def tstclnt(nss: Desk, site: Website, role: CredentialRole, version: str, ok: bool = True) -> str:
    trust(nss, "website", SERVER_CERTIFICATE, "C,,")
    request = nss.put("request", "GET / HTTP/1.0\r\n\r\n")
    return nss.run(
        *("tstclnt", "-h", "127.0.0.1", "-p", str(site.port), "-d", DATABASE, "-V", f"{version}:{version}", "-A", request),
        *("-n", f"{TOKENS[role]}:{KEYS[role]}", "-W", f"{INSIDE}/{role.value}.pin"),
        ok=ok,
    )


@pytest.mark.parametrize(("version", "name"), [("tls1.2", "TLSv1.2"), ("tls1.3", "TLSv1.3")])
def test_tstclnt_logs_in_with_the_login_certificate(nss: Desk, version: str, name: str) -> None:
    with website(nss, CredentialRole.HIGH) as site:
        answer = tstclnt(nss, site, CredentialRole.HIGH, version)
    body = re.search(r"\{.*\}", answer)
    assert body is not None, answer
    certificate = nss.certificate(CredentialRole.HIGH).public_bytes(Encoding.DER)
    assert json.loads(body[0]) == {"version": name, "certificate": hashlib.sha256(certificate).hexdigest()}
    assert (nss.tries_left(PinRole.NORM_PIN), nss.tries_left(PinRole.SIG_PIN)) == (3, 3)


def test_a_site_for_another_level_refuses_it(nss: Desk) -> None:
    with website(nss, CredentialRole.LOW) as site:
        assert "SSL_ERROR_UNKNOWN_CA_ALERT" in tstclnt(nss, site, CredentialRole.HIGH, "tls1.2", ok=False)
    assert "served\n" not in site.log
    assert "CERTIFICATE_VERIFY_FAILED" in "".join(site.log)


def test_nss_does_not_log_in_without_a_pin(nss: Desk) -> None:
    """OpenSC 0.26 flags every token "login required". NSS finds the key of the one without a PIN before any login, and then takes
    a token that nobody logged in to for one that was pulled out: no TLS with the low credential in programs that use NSS."""
    with website(nss, CredentialRole.LOW) as site:
        refused = tstclnt(nss, site, CredentialRole.LOW, "tls1.3", ok=False)
    assert "SSL_ERROR_TOKEN_INSERTION_REMOVAL" in refused
    assert "served\n" not in site.log


def test_a_wrong_pin_opens_nothing(nss: Desk) -> None:
    nss.put(f"{CredentialRole.HIGH.value}.pin", "999999\n")
    with website(nss, CredentialRole.HIGH) as site:
        tstclnt(nss, site, CredentialRole.HIGH, "tls1.3", ok=False)
    assert "served\n" not in site.log
    assert nss.tries_left(PinRole.NORM_PIN) < 3


@pytest.mark.parametrize(
    ("role", "good", "bad"),
    [(CredentialRole.HIGH, WEBSITE, EMAIL_SIGNER), (CredentialRole.QUALIFIED, EMAIL_SIGNER, WEBSITE)],
)
def test_nss_trusts_each_certificate_for_its_own_purpose(desk: Desk, role: CredentialRole, good: str, bad: str) -> None:
    """By the path that it builds itself from the certificate to the state's root, with the policies on the way (libpkix). The
    signature certificate does not pass for a login certificate.

    The database is without OpenSC's module: certutil sets the trust of a certificate that a token has as well by creating an
    object on the token, and OpenSC 0.26 crashes where its driver for the card has no function for that.
    """
    desk.path("nss").mkdir()
    desk.run("certutil", "-N", "-d", DATABASE, "--empty-password")
    desk.certificate(role)
    command = ["vfychain", "-d", DATABASE, "-pp", "-u"]
    assert "Chain is bad!" in desk.run(*command, good, f"{INSIDE}/{role.value}.der", ok=False)
    for flags, certificates in (("CT,C,C", desk.issued.anchors.eid_roots), (",,", desk.issued.anchors.eid_issuing)):
        for number, certificate in enumerate(certificates):
            trust(desk, f"{number} {flags}", desk.put("authority.pem", pem((certificate,))), flags)
    assert "Chain is good!" in desk.run(*command, good, f"{INSIDE}/{role.value}.der")
    assert "Chain is bad!" in desk.run(*command, bad, f"{INSIDE}/{role.value}.der", ok=False)
