"""OpenSC, unmodified from Debian, and a card of the laboratory: other certificates than the office's, gaps between its objects as
on the real card, a key that needs no PIN used without one."""

from __future__ import annotations

import hashlib
import re
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from card.sample_card import CAN, NORM_PIN, SIG_PIN, SampleCard, application_files, sample_card
from interop.issued_card import TOKENS
from interop.reader import MODULE, VirtualReader
from openeoi.encoding.pkcs15.files import PRIVATE_KEYS
from openeoi.encoding.pkcs15.private_keys import decode_private_keys
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.protocols.personalisation.applications import Application
from openeoi.storage.atomic_files import AtomicFile

pytestmark = pytest.mark.interop

# pkcs11-tool insists on a login even at the token whose key needs none; it has the Norm PIN.
PINS = {CredentialRole.LOW: NORM_PIN, CredentialRole.HIGH: NORM_PIN, CredentialRole.QUALIFIED: SIG_PIN}
ENVIRONMENT = {"EOI_CAN": CAN}


@pytest.fixture
def card_file(tmp_path: Path) -> Path:
    return tmp_path / "card"


@pytest.fixture
def sample(card_file: Path) -> SampleCard:
    return sample_card(memory=AtomicFile(card_file), gap=2)


def pkcs11(reader: VirtualReader, *arguments: str) -> str:
    finished = reader.run("pkcs11-tool", "--module", MODULE, *arguments, env=ENVIRONMENT)
    return finished.stdout + finished.stderr


def openssl_verifies(reader: VirtualReader, digest: str) -> None:
    verify = ["openssl", "dgst", f"-{digest}", "-verify", "key.pem", "-signature", "signature", "message"]
    verified = subprocess.run(verify, cwd=reader.shared, capture_output=True, text=True)
    assert verified.stdout.strip() == "Verified OK", verified.stderr


def test_the_driver_recognises_the_card_and_its_three_tokens(
    reader: VirtualReader, sample: SampleCard, card_file: Path, contactless: bool
) -> None:
    with reader.card(card_file, contactless):
        assert "eOI (Slovenian eID card)" in reader.run("opensc-tool", "-n", env=ENVIRONMENT).stdout
        slots = pkcs11(reader, "--list-slots")
    assert re.findall(r"token label\s*: (.*)", slots) == list(TOKENS.values())


def test_the_low_credential_signs_without_any_pin(
    reader: VirtualReader, sample: SampleCard, card_file: Path, contactless: bool
) -> None:
    key = sample.certificates[CredentialRole.LOW].public_key()
    (reader.shared / "key.pem").write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    (reader.shared / "message").write_bytes(b"what is signed\n")
    (reader.shared / "digest").write_bytes(hashlib.sha256(b"what is signed\n").digest())
    identifier = decode_private_keys(application_files(sample)[Application.PINLESS][PRIVATE_KEYS]).values[0].identifier.hex()
    sign = ["pkcs15-crypt", "--aid", "E828BD080F014E585031", "--sign", "--key", identifier, "--sha-256"]
    with reader.card(card_file, contactless):
        reader.run(
            *sign, "--signature-format", "openssl", "--input", "/mnt/digest", "--output", "/mnt/signature", env=ENVIRONMENT
        )
    openssl_verifies(reader, "sha256")


@pytest.mark.parametrize("role", CredentialRole)
def test_each_key_signs_and_openssl_agrees(
    reader: VirtualReader, sample: SampleCard, card_file: Path, contactless: bool, role: CredentialRole
) -> None:
    key = sample.certificates[role].public_key()
    (reader.shared / "key.pem").write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    (reader.shared / "message").write_bytes(b"what is signed\n")
    login = ["--login", "--pin", PINS[role]]
    with reader.card(card_file, contactless):
        objects = pkcs11(reader, "--token-label", TOKENS[role], *login, "--list-objects")
        private = re.search(r"Private Key Object.*?ID:\s*([0-9a-f]+)", objects, re.DOTALL)
        assert private is not None, objects
        sign = ["--sign", "--id", private[1], "-m", "ECDSA-SHA384", "--signature-format", "openssl"]
        files = ["--input-file", "/mnt/message", "--output-file", "/mnt/signature"]
        pkcs11(reader, "--token-label", TOKENS[role], *login, *sign, *files)
    openssl_verifies(reader, "sha384")
