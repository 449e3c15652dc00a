"""Programs that nobody here wrote judge our signed PDF: poppler's pdfsig, pyHanko's own validator, openssl."""

import hashlib
import re
import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import pytest

from signing.desk_of_tests import CARD, ISSUER, NOW, sign
from signing.documents import pdf

pytestmark = pytest.mark.interop

SIGNED = sign(sign(pdf("Pogodba o najemu", pages=2)))


def changed(position: int) -> bytes:
    document = bytearray(SIGNED)
    document[position] ^= 0x01
    return bytes(document)


def pdfsig(document: bytes, folder: Path) -> str:
    program = shutil.which("pdfsig")
    if program is None:
        pytest.skip("pdfsig is missing: install poppler-utils")
    file = folder / "signed.pdf"
    file.write_bytes(document)
    return subprocess.run([program, "-nocert", str(file)], capture_output=True, text=True, timeout=30, check=False).stdout


def test_pdfsig_calls_both_signatures_valid(tmp_path: Path) -> None:
    report = pdfsig(SIGNED, tmp_path)
    assert report.count("Signature Validation: Signature is Valid.") == 2
    assert report.count("ETSI.CAdES.detached") == 2
    assert report.count("SHA-384") == 2
    assert "Total document signed" in report


def test_pdfsig_notices_a_flipped_byte(tmp_path: Path) -> None:
    report = pdfsig(changed(SIGNED.index(b"Pogodba")), tmp_path)
    assert report.count("Digest Mismatch") == 2
    assert "Signature is Valid" not in report


def pyhanko(document: bytes) -> list[bool]:
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    from openeoi.signing.certificates import for_pyhanko

    reader = PdfFileReader(BytesIO(document))
    context = ValidationContext(trust_roots=[for_pyhanko(ISSUER.certificate)], moment=NOW)
    return [validate_pdf_signature(one, context).bottom_line for one in reader.embedded_regular_signatures]


def test_pyhanko_calls_both_signatures_valid_and_trusted() -> None:
    assert pyhanko(SIGNED) == [True, True]


def test_pyhanko_notices_a_flipped_byte() -> None:
    assert pyhanko(changed(SIGNED.index(b"Pogodba"))) == [False, False]


def test_openssl_verifies_the_cades_signature_over_the_signed_ranges(tmp_path: Path) -> None:
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("openssl is missing: install openssl")
    ranges = [int(number) for number in re.findall(rb"/ByteRange ?\[([0-9 ]+)\]", SIGNED)[-1].split()]
    signed_bytes = SIGNED[: ranges[1]] + SIGNED[ranges[2] : ranges[2] + ranges[3]]
    place = SIGNED[ranges[1] + 1 : ranges[2] - 1]
    (tmp_path / "signature.der").write_bytes(bytes.fromhex(place.decode()).rstrip(b"\0"))
    (tmp_path / "content").write_bytes(signed_bytes)
    (tmp_path / "root.der").write_bytes(ISSUER.certificate)
    convert = [program, "x509", "-inform", "DER", "-in", str(tmp_path / "root.der"), "-out", str(tmp_path / "root.pem")]
    subprocess.run(convert, check=True, timeout=30)
    verify = [
        *(program, "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", str(tmp_path / "signature.der")),
        *("-content", str(tmp_path / "content"), "-CAfile", str(tmp_path / "root.pem"), "-purpose", "any"),
        *("-attime", str(int(NOW.timestamp())), "-out", str(tmp_path / "out")),
    ]
    done = subprocess.run(verify, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    assert hashlib.sha384((tmp_path / "out").read_bytes()).digest() == hashlib.sha384(signed_bytes).digest()
    assert CARD.certificate in (tmp_path / "signature.der").read_bytes()
