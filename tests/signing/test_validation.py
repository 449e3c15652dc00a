"""The report about documents that are right, changed, extended, or made to mislead."""

import json
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA384
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from login.hierarchy import BEGINNING, Issuer, qualified_statements
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.protocols.holder_certificate import HolderCertificate, Status, StatusSourceUnavailable
from openeoi.protocols.holder_certificate.certificate import parse_certificate
from openeoi.signing import examination, pades
from openeoi.signing.bounded import examine_bounded
from openeoi.signing.certificates import SigningCertificate
from openeoi.signing.errors import ExaminationBroken
from openeoi.signing.findings import LARGEST_DOCUMENT
from openeoi.signing.revocation import status_from_lists
from openeoi.signing.validation import Indication, Outcome, judge
from signing.desk_of_tests import CARD, ISSUER, LOGIN_ISSUER, NOW, QUALIFIED, failed, good, sign, validate
from signing.documents import assemble, pdf

SIGNED = sign(pdf())


def place() -> tuple[int, int]:
    """Where the signature's hexadecimal digits begin and end."""
    start = SIGNED.index(b"/Contents <") + len(b"/Contents <")
    return start, SIGNED.index(b">", start)


def test_a_signature_of_the_card_is_valid_and_qualified() -> None:
    report = validate(SIGNED)
    (signature,) = report.signatures
    assert (report.headline, report.outcome) == ("qualified", Outcome.SUCCESSFUL)
    assert (signature.indication, signature.sub_indication) == (Indication.TOTAL_PASSED, "")
    assert signature.signer == "JANA VZOREC"
    assert signature.claimed_time == "2026-11-22T12:00:00+00:00"
    assert failed(report) == {}
    assert json.loads(json.dumps(report.as_json()))["signatures"][0]["qualified"] is True


def test_an_unsigned_document_says_so() -> None:
    assert (validate(pdf()).headline, validate(pdf()).outcome) == ("unsigned", Outcome.UNDETERMINED)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_changed_byte_of_the_signed_ranges_is_noticed(data: st.DataObject) -> None:
    start, end = place()
    position = data.draw(st.integers(0, start - 2) | st.integers(end + 1, len(SIGNED) - 1))
    changed = bytearray(SIGNED)
    changed[position] ^= data.draw(st.integers(1, 255))
    assert validate(bytes(changed)).outcome is not Outcome.SUCCESSFUL


def test_a_changed_signature_value_is_noticed() -> None:
    content = bytes.fromhex(SIGNED[slice(*place())].decode()).rstrip(b"\0")
    position = place()[0] + 2 * len(content) - 3
    changed = bytearray(SIGNED)
    changed[position] = ord("0") if changed[position] != ord("0") else ord("1")
    assert failed(validate(bytes(changed)))["integrity"] == "signature_wrong"


@pytest.mark.parametrize("hidden", [b"1", b" ", b"a", b"\n"])
def test_bytes_hidden_beside_the_signature_are_noticed(hidden: bytes) -> None:
    _, end = place()
    changed = SIGNED[: end - 1] + hidden + SIGNED[end:]
    report = validate(changed)
    assert report.outcome is Outcome.FAILED
    assert failed(report)["coverage"] == "hidden_bytes"


def test_a_second_signature_leaves_the_first_valid() -> None:
    report = validate(sign(SIGNED))
    assert report.headline == "qualified"
    reasons = [{check.name: check.reason for check in one.checks} for one in report.signatures]
    assert [one["coverage"] for one in reasons] == ["earlier_revision", "whole_file"]
    assert [one["changes"] for one in reasons] == ["additions_allowed", "nothing_added"]


def test_content_added_after_signing_is_noticed() -> None:
    start = SIGNED.rindex(b"startxref\n") + len(b"startxref\n")
    previous = int(SIGNED[start : SIGNED.index(b"\n", start)])
    size = SIGNED[SIGNED.rindex(b"/Size ") + 6 :].split()[0].decode()
    content = b"BT /F1 24 Tf 72 720 Td (Drugacna pogodba) Tj ET"
    update = b"5 0 obj\n<< /Length %d >>\nstream\n" % len(content) + content + b"\nendstream\nendobj\n"
    table = f"xref\n5 1\n{len(SIGNED):010d} 00000 n \n".encode()
    trailer = f"trailer\n<< /Size {size} /Root 1 0 R /Prev {previous} >>\nstartxref\n{len(SIGNED) + len(update)}\n%%EOF\n"
    report = validate(SIGNED + update + table + trailer.encode())
    assert report.outcome is Outcome.FAILED
    assert failed(report)["changes"] == "additions_suspicious"


def test_an_unknown_issuer_is_undetermined() -> None:
    stranger = Issuer(CredentialRole.QUALIFIED, "stranger")
    report = judge(examination.examine(SIGNED, [stranger.certificate], [], NOW), [QUALIFIED], good, NOW)
    assert report.signatures[0].indication is Indication.INDETERMINATE
    assert failed(report)["chain"] == "not_trusted"


def test_no_anchor_at_all_is_undetermined_and_not_the_systems_own_list() -> None:
    report = judge(examination.examine(SIGNED, [], [], NOW), [QUALIFIED], good, NOW)
    assert failed(report)["chain"] == "not_trusted"


def test_an_expired_certificate_is_undetermined_without_proof_of_time() -> None:
    report = validate(SIGNED, NOW + timedelta(days=3200))
    assert (report.outcome, report.signatures[0].sub_indication) == (Outcome.UNDETERMINED, "OUT_OF_BOUNDS_NO_POE")


def other(certificate: bytes, card: object = None) -> bytes:
    """A document signed with a certificate that the desk itself would refuse."""
    unchecked = HolderCertificate(certificate, parse_certificate(certificate), QUALIFIED)
    prepared = pades.prepare(pdf(), SigningCertificate(unchecked, (), ""), NOW)
    return pades.finish(prepared, card.sign_digest(prepared.digest))  # type: ignore[attr-defined]


def test_a_signature_with_a_login_certificate_is_not_accepted() -> None:
    card = LOGIN_ISSUER.card()
    found = examination.examine(other(card.certificate, card), [LOGIN_ISSUER.certificate], [], NOW)
    report = judge(found, [QUALIFIED], good, NOW)
    assert report.outcome is Outcome.UNDETERMINED
    assert failed(report)["usage"] == "not_for_signatures"


def test_a_certificate_without_statements_gives_a_valid_signature_that_is_not_qualified() -> None:
    for extensions in ([], [qualified_statements("0.4.0.1862.1.1")], [broken_statements()]):
        card = ISSUER.card(extensions=extensions)
        report = validate(other(card.certificate, card))
        assert (report.headline, failed(report)) == ("valid", {"qualified": "no_statements"})


def broken_statements() -> x509.UnrecognizedExtension:
    return x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3"), b"\x30\x05\x01")


# Revocation


def revocation_list(serials: list[int], issuer: Issuer = ISSUER, days: int = 1) -> bytes:
    builder = x509.CertificateRevocationListBuilder(issuer.name, NOW - timedelta(hours=1), NOW + timedelta(days=days))
    for serial in serials:
        revoked = x509.RevokedCertificateBuilder(serial, BEGINNING)
        builder = builder.add_revoked_certificate(revoked.build())
    return builder.sign(issuer.key, SHA384()).public_bytes(Encoding.DER)


def test_revocation_lists_answer_for_their_issuer_while_they_are_current() -> None:
    serial = x509.load_der_x509_certificate(CARD.certificate).serial_number
    forged = Issuer(CredentialRole.QUALIFIED)  # the same name, another key

    def judged(lists: list[bytes], hours: int = 0) -> str:
        at = NOW + timedelta(hours=hours)
        status = status_from_lists(lambda: lists, lambda: [ISSUER.certificate], lambda: at)
        report = judge(examination.examine(SIGNED, [ISSUER.certificate], [], at), [QUALIFIED], status, at)
        return report.signatures[0].sub_indication or report.headline

    assert judged([revocation_list([])]) == "qualified"
    assert judged([revocation_list([serial])]) == "REVOKED_NO_POE"
    assert judged([]) == "TRY_LATER"
    assert judged([revocation_list([])], hours=25) == "TRY_LATER"
    assert judged([revocation_list([], forged)]) == "TRY_LATER"
    assert judged([revocation_list([], forged), revocation_list([serial])]) == "REVOKED_NO_POE"


def test_without_a_status_a_signature_is_undetermined() -> None:
    def unavailable(serial: int, issuer: x509.Name) -> Status:
        raise StatusSourceUnavailable("down")

    found = examination.examine(SIGNED, [ISSUER.certificate], [], NOW)
    assert failed(judge(found, [QUALIFIED], unavailable, NOW)) == {"revocation": "status_unavailable"}
    assert failed(judge(found, [QUALIFIED], lambda serial, issuer: Status.UNKNOWN, NOW)) == {"revocation": "status_unknown"}


# Hostile documents


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (b"", "unknown_format"),
        (b"MZ\x90\x00", "unknown_format"),
        (b"%PDF-1.7\n", "unreadable"),
        (SIGNED[:-100], "unreadable"),
        (b"%PDF-1.7\n" + b"[" * 100_000, "unreadable"),
        (bytes(LARGEST_DOCUMENT + 1), "too_large"),
    ],
)
def test_what_is_no_readable_pdf_gets_an_answer(document: bytes, problem: str) -> None:
    assert validate(document).problem == problem


def with_field(signature: bytes) -> bytes:
    return assemble(
        [
            b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [3 0 R] /SigFlags 3 >> >>",
            b"<< /Type /Pages /Kids [] /Count 0 >>",
            b"<< /FT /Sig /T (Signature1) /V 4 0 R >>",
            signature,
        ]
    )


@pytest.mark.parametrize(
    "signature",
    [
        b"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /ByteRange [0 1 2 3] /Contents <00> >>",
        b"<< /Type /Sig /ByteRange [0 99999999 99999999 1] /Contents <3000> >>",
        b"<< /Type /Sig /ByteRange [-5 -5 -5 -5] /Contents <3000> >>",
        b"<< /Type /Sig /Contents <3000> >>",
        b"<< >>",
    ],
)
def test_a_signature_of_any_making_gets_an_answer(signature: bytes) -> None:
    report = validate(with_field(signature))
    assert report.outcome is not Outcome.SUCCESSFUL


def test_the_bounded_examination_finds_the_same() -> None:
    found = examine_bounded(SIGNED, [ISSUER.certificate], [], NOW)
    assert found == examination.examine(SIGNED, [ISSUER.certificate], [], NOW)
    assert examine_bounded(b"%PDF-1.7\n", [], [], NOW).problem == "unreadable"


def test_a_process_killed_by_its_limits_is_a_finding_and_a_broken_one_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interpreter = tmp_path / "python"
    interpreter.write_text("#!/bin/sh\ncat >/dev/null\nkill -KILL $$\n")
    interpreter.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(interpreter))
    assert examine_bounded(SIGNED, [], [], NOW).problem == "too_costly"
    interpreter.write_text("#!/bin/sh\ncat >/dev/null\nexit 1\n")
    with pytest.raises(ExaminationBroken):
        examine_bounded(SIGNED, [], [], NOW)
