"""Signatures with a time stamp: what it proves, and what a false one does not."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from openeoi.pki.plans import Authority
from openeoi.signing import examination, forms
from openeoi.signing.asic import container
from openeoi.signing.asic import signature as asic
from openeoi.signing.asic.container import Container
from openeoi.signing.certificates import check_signing_certificate
from openeoi.signing.errors import TimeStampRefused, TimeStampUnavailable
from openeoi.signing.time_stamps import TimeStamps
from openeoi.signing.validation import Indication, Outcome, ValidationReport, judge
from pki.conftest import Clock, Office
from signing.desk_of_tests import CARD, ISSUER, NOW, QUALIFIED, failed, good
from signing.documents import pdf

LATER = NOW + timedelta(days=3200)  # the signer's certificate has expired, the unit's has not


def random(size: int) -> bytes:
    return bytes(range(1, size + 1))


@pytest.fixture(scope="module")
def unit() -> Office:
    office = Office("me", Clock(NOW))
    office.authorities.found()
    return office


@pytest.fixture(params=["pdf", "container"])
def document(request: pytest.FixtureRequest) -> bytes:
    return pdf() if request.param == "pdf" else asic.bundle({"a.txt": b"a", "b.txt": b"b"}, NOW)


def sign(document: bytes, source: Callable[[bytes], bytes]) -> bytes:
    prepared = forms.prepare(document, check_signing_certificate(CARD.certificate, [QUALIFIED], NOW), NOW)
    return forms.finish(document, prepared, CARD.sign_digest(prepared.digest), NOW, TimeStamps(source, random))


def validate(signed: bytes, unit: Office | None, at: object = NOW) -> ValidationReport:
    roots = [] if unit is None else [unit.authorities.certificate(Authority.EID_ROOT)]
    return judge(examination.examine(signed, [ISSUER.certificate, *roots], [], at), [QUALIFIED], good, at)  # type: ignore[arg-type]  # a time


def test_a_stamped_signature_is_valid_and_its_time_is_proved(document: bytes, unit: Office) -> None:
    report = validate(sign(document, unit.authorities.time_stamp), unit)
    (signature,) = report.signatures
    assert signature.indication is Indication.TOTAL_PASSED
    assert signature.stamped_at == NOW.isoformat()
    assert {check.reason for check in signature.checks if check.name == "time"} == {"stamped"}


def test_it_stays_valid_when_the_signers_certificate_has_expired(document: bytes, unit: Office) -> None:
    report = validate(sign(document, unit.authorities.time_stamp), unit, LATER)
    assert (report.outcome, report.headline) == (Outcome.SUCCESSFUL, "qualified")


def test_a_stamp_made_after_the_expiry_does_not_help(document: bytes) -> None:
    late = Office("me", Clock(LATER))
    late.authorities.found()
    report = validate(sign(document, late.authorities.time_stamp), late, LATER + timedelta(days=1))
    assert report.signatures[0].sub_indication == "OUT_OF_BOUNDS_NO_POE"


def test_a_unit_that_is_not_trusted_proves_nothing(document: bytes, unit: Office) -> None:
    signed = sign(document, unit.authorities.time_stamp)
    report = validate(signed, None)
    assert report.outcome is Outcome.SUCCESSFUL  # as good as one without a stamp
    assert failed(report) == {"time": "stamp_not_trusted"}
    assert report.signatures[0].stamped_at == ""
    assert validate(signed, None, LATER).signatures[0].sub_indication == "OUT_OF_BOUNDS_NO_POE"


def test_the_stamp_of_another_signature_proves_nothing(unit: Office) -> None:
    first, second = (sign(asic.bundle({"a.txt": text}, NOW), unit.authorities.time_stamp) for text in (b"1", b"2"))
    opened, other = container.read(first), container.read(second)
    stamp = re.compile(rb"<xades:EncapsulatedTimeStamp>.*?</xades:EncapsulatedTimeStamp>")
    ((name, xml),) = opened.signatures.items()
    ((_, other_xml),) = other.signatures.items()
    found = stamp.search(other_xml)
    assert found is not None
    moved = container.write(Container(opened.files, {name: stamp.sub(lambda match: found.group(), xml)}), NOW)
    report = validate(moved, unit)
    assert failed(report) == {"time": "stamp_wrong"}
    assert validate(moved, unit, LATER).signatures[0].sub_indication == "OUT_OF_BOUNDS_NO_POE"


def test_an_unreadable_stamp_proves_nothing(unit: Office) -> None:
    opened = container.read(sign(asic.bundle({"a.txt": b"1"}, NOW), unit.authorities.time_stamp))
    ((name, xml),) = opened.signatures.items()
    spoilt = re.sub(rb"(<xades:EncapsulatedTimeStamp>)[^<]*", rb"\1AAAA", xml)
    report = validate(container.write(Container(opened.files, {name: spoilt}), NOW), unit)
    assert failed(report) == {"time": "stamp_unreadable"}


def _down(request: bytes) -> bytes:
    raise TimeStampUnavailable("down")


def test_what_is_no_answer_to_the_question_is_refused(document: bytes, unit: Office) -> None:
    kept: list[bytes] = []

    def keep(request: bytes) -> bytes:
        kept.append(unit.authorities.time_stamp(request))
        return kept[0]

    sign(document, keep)
    other = asic.bundle({"other.txt": b"other"}, NOW)
    cases: list[Callable[[bytes], bytes]] = [
        lambda request: b"",
        lambda request: b"\x30\x00",
        lambda request: unit.authorities.time_stamp(b""),  # a rejection
        lambda request: kept[0],  # an old answer
        lambda request: bytes(70_000),
    ]
    for source in cases:
        with pytest.raises(TimeStampRefused):
            sign(other, source)
    with pytest.raises(TimeStampUnavailable):
        sign(other, _down)
