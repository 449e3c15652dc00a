"""OpenSC, unmodified from Debian, with a card from the issuing office in a PC/SC reader: the main referee of the card."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from interop.desk import INSIDE, Desk, verifies
from interop.issued_card import KEYS, PINS, TOKENS
from openeoi.card.parameters import PinRole
from openeoi.encoding.pkcs15.roles import CredentialRole

pytestmark = pytest.mark.interop


PIN_NAMES = {CredentialRole.HIGH: (b"Norm PIN", PinRole.NORM_PIN), CredentialRole.QUALIFIED: (b"Sig PIN", PinRole.SIG_PIN)}


def pkcs11(desk: Desk, *arguments: str, env: Mapping[str, str] | None = None, ok: bool = True) -> str:
    return desk.run("pkcs11-tool", "--module", desk.reader.module, *arguments, env=env, ok=ok)


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


# From the published listing of a real card's application without a PIN; the numbers of flags are those of PKCS #15 v1.1.
PINLESS = {
    "PIN [Norm PIN]": ["Auth ID: 4e6f726d2050554b", "ID: 4e6f726d2050494e", "Flags: [0x1D]", "Reference: 5", "Path: 0005"],
    "PIN [Norm PUK]": ["ID: 4e6f726d2050554b", "Flags: [0x59]", "Length: min_len:10, max_len:10", "Reference: 6", "Path: 0006"],
    "Private EC Key [": ["Object Flags: [0x00]", "Usage: [0x104], sign, derive", "FieldLength: 384", "Key ref: 2", "Native: yes"],
}


def test_the_application_without_a_pin_reads_like_the_real_one(desk: Desk) -> None:
    dump = desk.run("pkcs15-tool", "--dump", "--aid", "E828BD080F014E585031")
    dump = re.sub(r"^\t(.*?) *: ", r"\1: ", dump, flags=re.MULTILINE)
    assert "PKCS#15 Card [Prijava brez PIN-a]:\nVersion: 1\n" in dump
    assert "Flags: Read-only, PRN generation\n" in dump
    for beginning, expected in PINLESS.items():
        (found,) = [part for part in dump.split("\n\n") if part.lstrip().startswith(beginning)]
        assert [line for line in expected if line not in found] == [], found


@pytest.mark.parametrize("role", CredentialRole)
def test_openscs_own_test_finds_no_error(desk: Desk, role: CredentialRole) -> None:
    assert "No errors" in pkcs11(desk, "--token-label", TOKENS[role], "--login", "--pin", PINS[role], "--test")


@pytest.mark.parametrize("role", PIN_NAMES)
def test_change_block_and_unblock(desk: Desk, role: CredentialRole) -> None:
    """Unblocking as programs do it: with PKCS#15 objects (pkcs15-tool) and through PKCS#11 (C_SetPIN with the PUK)."""
    token, puk, (identifier, pin) = ["--token-label", TOKENS[role]], desk.issued.puk, PIN_NAMES[role]

    def listing(pin: str, ok: bool = True) -> str:
        return pkcs11(desk, *token, "--login", "--pin", pin, "--list-objects", ok=ok)

    def block(good: str) -> None:
        for _ in range(3):
            listing("000000", ok=False)
        assert "CKR_PIN_LOCKED" in listing(good, ok=False)
        assert desk.tries_left(pin) == 0

    pkcs11(desk, *token, "--login", "--pin", PINS[role], "--change-pin", "--new-pin", "345678")
    assert "CKR_PIN_INCORRECT" in listing(PINS[role], ok=False)
    block("345678")
    unblock = ["pkcs15-tool", "--aid", "E828BD080F014E585030", "--unblock-pin", "--auth-id", identifier.hex()]
    desk.run(*unblock, "--puk", puk, "--new-pin", "456789")
    listing("456789")
    block("456789")
    signing = {"OPENSC_CONF": desk.settings("sign.conf")}
    wrong = f"{(int(puk) + 1) % 10**10:010d}"
    pkcs11(desk, *token, "--unlock-pin", "--puk", wrong, "--new-pin", "567890", env=signing, ok=False)
    pkcs11(desk, *token, "--unlock-pin", "--puk", puk, "--new-pin", "567890", env=signing)
    listing("567890")
    assert desk.tries_left(pin) == 3
