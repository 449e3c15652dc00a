"""pyHanko's command line, with python-pkcs11 and Debian's OpenSC, signs a PDF with the card's qualified certificate; poppler's
pdfsig judges the signature. Nothing of ours takes part but the card."""

from __future__ import annotations

import re
import shutil

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from interop import trixie
from interop.desk import INSIDE, Desk, verifies
from interop.issued_card import KEYS, SIG_PIN, TOKENS
from openeoi.card.parameters import PinRole
from openeoi.encoding.pkcs15.roles import CredentialRole
from signing.documents import pdf

pytestmark = pytest.mark.interop

ROLE = CredentialRole.QUALIFIED


def sign(desk: Desk, source: str, target: str, field: str, pin: str, ok: bool = True) -> str:
    return desk.run(
        *("python3", "-m", "pyhanko", "sign", "addsig", "--field", field, "--use-pades", "pkcs11"),
        *("--lib", desk.reader.module, "--token-label", TOKENS[ROLE], "--cert-label", KEYS[ROLE], "--other-cert", "CA 3"),
        *(f"{INSIDE}/{source}", f"{INSIDE}/{target}"),
        env={"PYTHONPATH": f"/{trixie.PYHANKO}", "PYHANKO_PKCS11_PIN": pin},
        ok=ok,
    )


def pdfsig(desk: Desk, name: str) -> str:
    program = shutil.which("pdfsig")
    if program is None:
        pytest.skip("pdfsig is missing: install poppler-utils")
    return verifies([program, "-nocert", name], desk.reader.shared)


def test_pyhanko_signs_and_pdfsig_agrees(desk: Desk) -> None:
    desk.put("contract.pdf", pdf("Pogodba o najemu", pages=2))
    sign(desk, "contract.pdf", "signed.pdf", "Najemnik", SIG_PIN)
    sign(desk, "signed.pdf", "signed-twice.pdf", "Najemodajalec", SIG_PIN)
    report = pdfsig(desk, "signed-twice.pdf")
    assert report.count("Signature Validation: Signature is Valid.") == 2
    assert re.findall(r"Signature Field Name: (\S+)", report) == ["Najemnik", "Najemodajalec"]
    assert report.count("ETSI.CAdES.detached") == report.count("SHA-384") == 2
    assert report.count("(eOI - podpis)") >= 2
    assert "Total document signed" in report
    signed = desk.path("signed.pdf").read_bytes()
    assert desk.certificate(ROLE).public_bytes(Encoding.DER).hex() in signed.decode("latin-1").lower()

    changed = signed.replace(b"Pogodba", b"Prodaja", 1)
    assert changed != signed
    desk.put("changed.pdf", changed)
    assert "Digest Mismatch" in pdfsig(desk, "changed.pdf")


def test_the_wrong_pin_signs_nothing(desk: Desk) -> None:
    desk.put("contract.pdf", pdf("Pogodba o najemu"))
    sign(desk, "contract.pdf", "signed.pdf", "Najemnik", "999999", ok=False)
    assert desk.tries_left(PinRole.SIG_PIN) == 2
    assert not desk.path("signed.pdf").exists() or desk.path("signed.pdf").read_bytes() == b""
