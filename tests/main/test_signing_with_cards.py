"""`eoi sign` with the cards that people have: a good one, a wrong or blocked PIN, one that is not activated."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import pytest

from interop.test_signed_documents import pdfsig
from main.installation_sample import opened
from main.program import eoi
from openeoi.main.samples import NORM_PIN, SIG_PIN, sample_cards
from openeoi.pki.plans import Authority
from signing.documents import pdf

WRONG = "000000"


@pytest.fixture
def document(tmp_path: Path) -> Path:
    file = tmp_path / "pogodba.pdf"
    file.write_bytes(pdf())
    return file


@pytest.fixture
def can(root: Path) -> str:
    return sample_cards(opened(root))[0].access_number


def sign(root: Path, document: Path, *lines: str, options: tuple[str, ...] = ()) -> tuple[int, str, str]:
    return eoi(root, "sign", str(document), *options, lines=lines)


def tries(root: Path, can: str, which: str = "sig_pin") -> object:
    return json.loads(eoi(root, "pin", "status", "--can", can, "--json")[1])[which]["tries_left"]


def refused(answer: tuple[int, str, str], document: Path, *words: str) -> None:
    """One clear line with these words, exit code 1, and nothing written."""
    code, output, errors = answer
    assert (code, output) == (1, ""), answer
    assert errors.count("\n") == 1 and "Traceback" not in errors
    assert all(word in errors for word in words), errors
    assert not document.with_name("pogodba.signed.pdf").exists()


@pytest.mark.interop
def test_a_signature_that_other_programs_call_valid(root: Path, document: Path, can: str) -> None:
    code, output, errors = sign(root, document, can, SIG_PIN)
    assert (code, errors) == (0, ""), output
    signed = document.with_name("pogodba.signed.pdf").read_bytes()
    report = pdfsig(signed, document.parent)
    assert report.count("Signature Validation: Signature is Valid.") == 1
    assert "ETSI.CAdES.detached" in report and "Total document signed" in report
    assert _pyhanko(root, signed) == [True]
    assert eoi(root, "validate", str(document.with_name("pogodba.signed.pdf")))[0] == 0
    assert document.read_bytes() == pdf()


def _pyhanko(root: Path, document: bytes) -> list[bool]:
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    from openeoi.signing.certificates import for_pyhanko

    authorities = opened(root).authorities
    context = ValidationContext(
        trust_roots=[for_pyhanko(authorities.certificate(Authority.EID_ROOT))],
        other_certs=[for_pyhanko(authorities.certificate(Authority.EID_QUALIFIED))],
    )
    reader = PdfFileReader(BytesIO(document))
    return [validate_pdf_signature(one, context).bottom_line for one in reader.embedded_regular_signatures]


def test_a_wrong_pin_costs_one_try_and_says_how_many_are_left(root: Path, document: Path, can: str) -> None:
    refused(sign(root, document, can, WRONG), document, "Tries left: 2")
    assert tries(root, can) == 2
    code, output, _ = sign(root, document, can, WRONG, options=("--json",))
    told = json.loads(output)
    assert (code, told["error"], told["attempts_remaining"]) == (1, "WrongPin", 1)
    assert sign(root, document, can, SIG_PIN)[0] == 0
    assert tries(root, can) == 3


def test_the_pin_for_logging_in_does_not_sign(root: Path, document: Path, can: str) -> None:
    refused(sign(root, document, can, NORM_PIN), document, "Tries left: 2")
    assert (tries(root, can), tries(root, can, "norm_pin")) == (2, 3)


def test_a_blocked_pin_is_said_with_the_way_out_and_the_puk_helps(root: Path, document: Path, can: str) -> None:
    for _ in range(3):
        sign(root, document, can, WRONG)
    refused(sign(root, document, can, SIG_PIN), document, "blocked", "eoi pin unblock")
    assert "pin_blocked" in eoi(root, "doctor", "--reader", "virtual", "--can", can, "--json")[1]


def test_a_card_that_is_not_activated_says_so(root: Path, document: Path) -> None:
    made = json.loads(eoi(root, "card", "new", "--json")[1])
    eoi(root, "card", "insert", made["card"])
    refused(sign(root, document, made["can"], SIG_PIN), document, "eoi pin activate")
    assert "not_activated" in eoi(root, "doctor", "--reader", "virtual", "--can", made["can"], "--json")[1]
    activated = eoi(
        root, "pin", "activate", "--can", made["can"], "--stdin", lines=(made["initial_password"], "135790", "246801")
    )
    assert activated[0] == 0, activated
    assert sign(root, document, made["can"], "246801")[0] == 0


def test_a_wrong_can_and_an_input_that_ends_early_cost_no_try(root: Path, document: Path, can: str) -> None:
    refused(sign(root, document, "000001", SIG_PIN), document, "CAN")
    code, _, errors = sign(root, document, can)
    assert code == 2 and errors.count("\n") == 1
    assert tries(root, can) == 3
