"""`eoi sign` and `eoi validate`: outcomes, exit codes, and that the input is never touched."""

import json
import secrets
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from openeoi.signing.commands import commands
from openeoi.signing.desk import SigningDesk
from openeoi.signing.ports import HeldCertificate
from openeoi.signing.store import MIGRATIONS
from openeoi.storage.database import Database
from signing.desk_of_tests import CARD, LOGIN_ISSUER, NOW, QUALIFIED, good, sign, validate
from signing.documents import pdf

RUNNER = CliRunner()


class Card:
    """A key holder with the login certificate first, as on the real card."""

    def __init__(self, *, signing: bool = True) -> None:
        self._signing = signing

    def certificates(self) -> Sequence[HeldCertificate]:
        login = HeldCertificate(LOGIN_ISSUER.card().certificate)
        return [login, HeldCertificate(CARD.certificate)] if self._signing else [login]

    def sign_digest(self, certificate: bytes, digest: bytes) -> bytes:
        assert certificate == CARD.certificate
        return CARD.sign_digest(digest)


@pytest.fixture
def desk(tmp_path: Path) -> SigningDesk:
    database = Database.in_file(tmp_path / "var" / "signing.sqlite", MIGRATIONS)
    origin = "http://127.0.0.1:8000"
    return SigningDesk(database, origin, origin, lambda: NOW, secrets.token_bytes, lambda: [QUALIFIED], good)


@pytest.fixture
def document(tmp_path: Path) -> Path:
    file = tmp_path / "pogodba.pdf"
    file.write_bytes(pdf())
    return file


def run(desk: SigningDesk, *arguments: str, signing: bool = True, language: str = "en") -> tuple[int, str]:
    app = commands(lambda: desk, lambda card, reader, agreed: Card(signing=signing), lambda: language)
    result = RUNNER.invoke(app, arguments)
    return result.exit_code, result.output


def test_a_document_is_signed_and_validated(desk: SigningDesk, document: Path) -> None:
    code, output = run(desk, "sign", str(document), "--json")
    signed = document.with_name("pogodba.signed.pdf")
    assert code == 0
    assert json.loads(output)["signed"] == str(signed)
    assert validate(signed.read_bytes()).headline == "qualified"
    assert document.read_bytes() == pdf()
    code, output = run(desk, "validate", str(signed))
    assert code == 0
    assert output.startswith("The signature is valid and qualified.")
    assert "JANA VZOREC" in output
    code, output = run(desk, "validate", str(signed), "--json")
    assert (code, json.loads(output)["headline"]) == (0, "qualified")
    assert run(desk, "validate", str(signed), language="sl")[1].startswith("Podpis je veljaven in kvalificiran.")


def test_a_check_that_fails_exits_with_one(desk: SigningDesk, document: Path, tmp_path: Path) -> None:
    changed = tmp_path / "changed.pdf"
    changed.write_bytes(sign(pdf()).replace(b"Pogodba", b"pogodba"))
    assert run(desk, "validate", str(changed))[0] == 1
    assert run(desk, "validate", str(document))[0] == 1
    code, output = run(desk, "sign", str(document), "--json", signing=False)
    assert (code, json.loads(output)["error"]) == (1, "no_signing_certificate")
    assert run(desk, "sign", str(document), signing=False)[1].startswith("The card holds no certificate")
    assert not document.with_name("pogodba.signed.pdf").exists()


def test_wrong_use_exits_with_two_and_writes_nothing(desk: SigningDesk, document: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.pdf"
    other.write_bytes(b"mine")
    assert run(desk, "sign", str(tmp_path / "missing.pdf"))[0] == 2
    assert run(desk, "sign", str(document), "--out", str(document), "--replace")[0] == 2
    assert run(desk, "sign", str(document), "--out", str(other))[0] == 2
    assert other.read_bytes() == b"mine"
    assert document.read_bytes() == pdf()
    assert run(desk, "sign", str(document), "--out", str(other), "--replace")[0] == 0


def test_help_has_examples(desk: SigningDesk) -> None:
    for command in ("sign", "validate"):
        assert f"Example: eoi {command} pogodba" in run(desk, command, "--help")[1]


def test_several_files_go_into_one_container(desk: SigningDesk, document: Path, tmp_path: Path) -> None:
    other = tmp_path / "priloga č.txt"
    other.write_text("Priloga.")
    code, output = run(desk, "sign", str(document), str(other), "--json")
    assert code == 0
    signed = tmp_path / "pogodba.signed.asice"
    assert json.loads(output)["level"] == "ASiC-E, XAdES B-B"
    assert json.loads(output)["signed"] == str(signed)
    code, output = run(desk, "validate", str(signed), "--json")
    assert (code, json.loads(output)["headline"]) == (0, "qualified")
    code, _ = run(desk, "sign", str(signed))
    assert code == 0
    code, output = run(desk, "validate", str(tmp_path / "pogodba.signed.signed.asice"), "--json")
    assert (code, len(json.loads(output)["signatures"])) == (0, 2)


def test_two_files_of_one_name_are_refused(desk: SigningDesk, document: Path, tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    twin = tmp_path / "b" / document.name
    twin.write_bytes(b"other")
    code, output = run(desk, "sign", str(document), str(twin))
    assert code == 1
    assert "same name" in output
