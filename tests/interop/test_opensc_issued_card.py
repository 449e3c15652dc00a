"""OpenSC on a card from the issuing office, with the certificates of the authorities, activated by its holder."""

from __future__ import annotations

import re

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from interop.desk import INSIDE, Desk, verifies
from interop.issued_card import KEYS, PINS, TOKENS
from openeoi.encoding.pkcs15.roles import CredentialRole

pytestmark = pytest.mark.interop


def pkcs11(desk: Desk, *arguments: str) -> str:
    return desk.run("pkcs11-tool", "--module", desk.reader.module, *arguments)


def test_driver_and_tokens(desk: Desk) -> None:
    assert "eOI (Slovenian eID card)" in desk.run("opensc-tool", "-n")
    assert re.findall(r"token label\s*: (.*)", pkcs11(desk, "--list-slots")) == list(TOKENS.values())


@pytest.mark.parametrize("role", CredentialRole)
def test_each_token_lists_its_key_and_the_chain_of_its_certificate(desk: Desk, role: CredentialRole) -> None:
    listed = pkcs11(desk, "--token-label", TOKENS[role], "--login", "--pin", PINS[role], "--list-objects")
    found = re.findall(r"^(\w+ \w+) Object.*?label: +(\S.*?)$.*?ID: +([0-9a-f]{40})$", listed, re.DOTALL | re.MULTILINE)
    (key,) = [item for item in found if item[0] == "Private Key"]
    assert key[1] == KEYS[role]
    certificates = re.findall(
        r"^Certificate Object.*?subject: +DN: (.*?)$.*?ID: +([0-9a-f]{40})$", listed, re.DOTALL | re.MULTILINE
    )
    assert [identifier == key[2] for _, identifier in certificates] == [True, False, False]
    subjects = [subject for subject, _ in certificates]
    assert "CN=JANA VZOREC (eOI" in subjects[0]
    assert "Root" not in subjects[1]
    assert "CN=OpenEOI TEST eID Root" in subjects[2]
    assert ("always authenticate" in listed) is (role is CredentialRole.QUALIFIED)


@pytest.mark.parametrize("role", CredentialRole)
def test_each_key_signs_over_each_digest_and_openssl_agrees(desk: Desk, role: CredentialRole) -> None:
    public = desk.certificate(role).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    desk.put("key.pem", public)
    message = desk.put("message", "what is signed\n")
    login = ["--token-label", TOKENS[role], "--login", "--pin", PINS[role]]
    for digest in ("sha256", "sha384", "sha512"):
        desk.path("signature").unlink(missing_ok=True)
        sign = ["--sign", "--label", KEYS[role], "-m", f"ECDSA-{digest.upper()}", "--signature-format", "openssl"]
        pkcs11(desk, *login, *sign, "--input-file", message, "--output-file", f"{INSIDE}/signature")
        command = ["openssl", "dgst", f"-{digest}", "-verify", "key.pem", "-signature", "signature", "message"]
        assert verifies(command, desk.reader.shared) == "Verified OK\n"


def test_the_guides_setting_for_login_shows_the_login_key_alone(desk: Desk) -> None:
    without_number = {"EOI_CAN": "", "OPENSC_CONF": desk.settings("login.conf")}
    module = ["pkcs11-tool", "--module", desk.reader.module]
    assert re.findall(r"token label\s*: (.*)", desk.run(*module, "--list-slots", env=without_number)) == ["Podpis in prijava"]
    pin = PINS[CredentialRole.HIGH]
    keys = desk.run(*module, "--login", "--pin", pin, "--list-objects", "--type", "privkey", env=without_number)
    assert re.findall(r"label: +(.*)", keys) == [KEYS[CredentialRole.HIGH]]
