"""Any files in a signed container: made, judged, and taken apart by somebody who means harm."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from login.hierarchy import Issuer, SoftwareCard
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.signing import forms
from openeoi.signing.asic import container
from openeoi.signing.asic import signature as asic
from openeoi.signing.asic.container import Container
from openeoi.signing.certificates import check_signing_certificate
from openeoi.signing.errors import ContainerUnreadable, DocumentTooLarge, FileNameNotAllowed, SignatureWrong
from openeoi.signing.prepared import SignatureForm
from openeoi.signing.validation import Indication, Outcome
from signing.desk_of_tests import CARD, ISSUER, LOGIN_ISSUER, NOW, QUALIFIED, failed, validate
from signing.documents import pdf

FILES = {"pogodba č & š.txt": "Življenje je čudež.".encode(), "priloge/tabela.csv": b"a,b\r\n1,2\r\n", "p.pdf": pdf()}


def sign(content: bytes, card: SoftwareCard = CARD) -> bytes:
    prepared = forms.prepare(content, check_signing_certificate(card.certificate, [QUALIFIED], NOW), NOW)
    return forms.finish(content, prepared, card.sign_digest(prepared.digest), NOW)


SIGNED = sign(asic.bundle(FILES, NOW))


def entries(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {entry.filename: archive.read(entry) for entry in archive.infolist()}


def zipped(contents: Mapping[str, bytes]) -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return output.getvalue()


def changed(name: str, change: Callable[[bytes], bytes]) -> bytes:
    contents = entries(SIGNED)
    contents[name] = change(contents[name])
    return zipped(contents)


def in_signature(old: str, new: str) -> bytes:
    """The container with one text of its signature replaced."""

    def change(xml: bytes) -> bytes:
        assert old.encode() in xml
        return xml.replace(old.encode(), new.encode())

    return changed("META-INF/signatures0.xml", change)


def test_every_file_is_signed_and_the_report_says_so() -> None:
    report = validate(SIGNED)
    assert (report.headline, report.outcome) == ("qualified", Outcome.SUCCESSFUL)
    (signature,) = report.signatures
    assert (signature.indication, signature.subfilter) == (Indication.TOTAL_PASSED, "ASiC-E, XAdES")
    assert (signature.signer, signature.claimed_time) == ("JANA VZOREC", NOW.isoformat())
    assert {check.reason for check in signature.checks if check.name == "coverage"} == {"all_files"}


def test_the_files_come_out_as_they_went_in() -> None:
    assert container.read(SIGNED).files == FILES


def test_the_container_is_known_by_its_first_bytes() -> None:
    assert SIGNED[30:38] == b"mimetype"
    assert SIGNED[38 : 38 + len(container.MEDIA_TYPE)] == container.MEDIA_TYPE.encode()
    manifest = entries(SIGNED)["META-INF/manifest.xml"].decode()
    assert re.findall(r'full-path="([^"]+)"', manifest) == ["/", "pogodba č &amp; š.txt", "priloge/tabela.csv", "p.pdf"]


def test_a_second_signature_stands_beside_the_first() -> None:
    other = ISSUER.card()
    twice = sign(SIGNED, other)
    report = validate(twice)
    assert [signature.indication for signature in report.signatures] == [Indication.TOTAL_PASSED] * 2
    assert asic.describe(twice).signatures == 2
    assert entries(twice)["META-INF/signatures0.xml"] == entries(SIGNED)["META-INF/signatures0.xml"]


def test_what_the_holder_sees() -> None:
    facts = asic.describe(asic.bundle(FILES, NOW))
    assert (facts.form, facts.pages, facts.signatures) == (SignatureForm.ASICE, 0, 0)
    assert [(one.name, one.media_type, one.size) for one in facts.files] == [
        ("pogodba č & š.txt", "text/plain", 22),
        ("priloge/tabela.csv", "text/csv", 10),
        ("p.pdf", "application/pdf", len(pdf())),
    ]


def test_a_single_pdf_is_signed_in_itself_unless_a_container_is_wanted() -> None:
    assert forms.gather([("a.pdf", pdf())], NOW) == ("a.pdf", pdf())
    name, content = forms.gather([("a.pdf", pdf())], NOW, in_container=True)
    assert (name, forms.form_of(content)) == ("a.asice", SignatureForm.ASICE)
    assert forms.gather([("x.asice", SIGNED)], NOW) == ("x.asice", SIGNED)
    # Any other ZIP file is a file like any.
    name, content = forms.gather([("x.zip", SIGNED)], NOW)
    assert (name, list(container.read(content).files)) == ("x.asice", ["x.zip"])


def test_two_files_of_one_name_are_refused_and_none_is_lost() -> None:
    with pytest.raises(FileNameNotAllowed):
        forms.gather([("a.txt", b"1"), ("a.txt", b"2")], NOW)
    with pytest.raises(ContainerUnreadable):
        forms.gather([("a.txt", b"1"), ("A.TXT", b"2")], NOW)


@pytest.mark.parametrize(
    "name",
    ["", "../a", "/a", "a//b", "a/./b", "mimetype", "META-INF/a.xml", "meta-inf/a", "a\\b", "a\x00", "a\u202eb", "a" * 201],
)
def test_names_that_cannot_stand_in_a_container(name: str) -> None:
    with pytest.raises(FileNameNotAllowed):
        asic.bundle({name: b"x"}, NOW)


@pytest.mark.parametrize("position", [0, 47, 48, 95])
def test_a_wrong_value_never_gets_into_a_container(position: int) -> None:
    content = asic.bundle(FILES, NOW)
    prepared = forms.prepare(content, check_signing_certificate(CARD.certificate, [QUALIFIED], NOW), NOW)
    value = bytearray(CARD.sign_digest(prepared.digest))
    value[position] ^= 1
    with pytest.raises(SignatureWrong):
        forms.finish(content, prepared, bytes(value), NOW)


# --- what somebody else may do to it ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(FILES))
def test_a_changed_file_is_noticed(name: str) -> None:
    report = validate(changed(name, lambda content: content[:-1] + b"X"))
    assert (report.signatures[0].indication, report.signatures[0].sub_indication) == (Indication.TOTAL_FAILED, "HASH_FAILURE")


def test_a_missing_file_is_noticed() -> None:
    contents = entries(SIGNED)
    del contents["p.pdf"]
    assert validate(zipped(contents)).signatures[0].sub_indication == "HASH_FAILURE"


def test_a_file_that_was_slipped_in_is_noticed() -> None:
    report = validate(zipped({**entries(SIGNED), "dodatek.txt": b"slipped in"}))
    assert report.outcome is Outcome.FAILED
    assert failed(report) == {"coverage": "files_not_signed"}


def test_the_signed_time_cannot_be_changed() -> None:
    report = validate(in_signature("2026-11-22T12:00:00Z", "2026-11-22T13:00:00Z"))
    assert report.signatures[0].sub_indication == "HASH_FAILURE"


def test_a_digest_made_to_fit_breaks_the_value() -> None:
    import base64
    import hashlib

    contents = entries(SIGNED)
    old, new = (base64.b64encode(hashlib.sha384(one).digest()).decode() for one in (FILES["p.pdf"], b"other"))
    contents["p.pdf"] = b"other"
    contents["META-INF/signatures0.xml"] = contents["META-INF/signatures0.xml"].replace(old.encode(), new.encode())
    assert validate(zipped(contents)).signatures[0].sub_indication == "SIG_CRYPTO_FAILURE"


def test_another_certificate_in_its_place_is_noticed() -> None:
    import base64

    other = ISSUER.card().certificate
    old, new = (base64.b64encode(one).decode() for one in (CARD.certificate, other))
    report = validate(in_signature(old, new))
    assert report.outcome is not Outcome.SUCCESSFUL
    assert report.signatures[0].sub_indication == "SIG_CRYPTO_FAILURE"


def test_a_login_certificate_does_not_sign() -> None:
    card = LOGIN_ISSUER.card()
    content = asic.bundle(FILES, NOW)
    from openeoi.protocols.holder_certificate.certificate import HolderCertificate, parse_certificate
    from openeoi.signing.certificates import SigningCertificate

    unchecked = SigningCertificate(HolderCertificate(card.certificate, parse_certificate(card.certificate), QUALIFIED), (), "")
    prepared = asic.prepare(content, unchecked, NOW)
    signed = asic.finish(content, prepared, card.sign_digest(prepared.digest), NOW)
    report = validate(signed)
    assert report.outcome is Outcome.UNDETERMINED
    assert failed(report)["usage"] == "not_for_signatures"


def test_a_stranger_is_not_trusted() -> None:
    stranger = Issuer(CredentialRole.QUALIFIED, "stranger")
    from openeoi.signing.examination import examine

    found = examine(SIGNED, [stranger.certificate], [], NOW)
    assert found.signatures[0].trust_problem == "NO_CERTIFICATE_CHAIN_FOUND"


def test_an_expired_certificate_is_undetermined_without_proof_of_time() -> None:
    from datetime import timedelta

    report = validate(SIGNED, NOW + timedelta(days=3200))
    assert (report.outcome, report.signatures[0].sub_indication) == (Outcome.UNDETERMINED, "OUT_OF_BOUNDS_NO_POE")


WRAPPED = "<ds:Object><ds:Signature Id='x'/></ds:Object></ds:Signature>"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("</ds:Signature>", WRAPPED),  # a signature inside a signature
        ("<ds:SignedInfo>", "<ds:SignedInfo/><ds:SignedInfo>"),
        ('URI="p.pdf"', 'URI="#S0"'),  # a reference to another part
        ('URI="p.pdf"', 'URI="http://127.0.0.1/p.pdf"'),
        ('URI="p.pdf"', 'URI="p.pdf?x"'),
        ('URI="p.pdf"', 'URI=""'),
        ('Type="http://uri.etsi.org/01903#SignedProperties"', 'Type="x"'),
        ("http://www.w3.org/2001/04/xmldsig-more#sha384", "http://www.w3.org/2000/09/xmldsig#sha1"),
        ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1"),
        ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384"),
        ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384", "http://www.w3.org/2000/09/xmldsig#hmac-sha1"),
        ("http://www.w3.org/TR/2001/REC-xml-c14n-20010315", "http://www.w3.org/TR/1999/REC-xslt-19991116"),
        ('Target="#S0"', 'Target="#S1"'),
        ("<ds:X509Data>", "<ds:X509Data><ds:X509Certificate>!</ds:X509Certificate>"),
        ("<asic:XAdESSignatures", "<!DOCTYPE a [<!ENTITY e 'x'>]><asic:XAdESSignatures"),
        ("<asic:XAdESSignatures", "<?php?><asic:XAdESSignatures"),
        ("<ds:SignedInfo>", '<ds:SignedInfo xml:space="preserve">'),
        ("</asic:XAdESSignatures>", ""),
        ("asic:XAdESSignatures", "asic:Other"),
        ("2026-11-22T12:00:00Z", "yesterday"),
    ],
)
def test_what_is_no_plain_signature_is_not_read(old: str, new: str) -> None:
    report = validate(in_signature(old, new))
    assert report.outcome is Outcome.FAILED
    assert report.signatures[0].sub_indication in {"FORMAT_FAILURE", "HASH_FAILURE"}
    assert report.signatures[0].checks[0].reason in {"signature_unreadable", "bytes_changed"}


def test_without_the_signers_digest_the_certificate_is_anybodys() -> None:
    xml = entries(SIGNED)["META-INF/signatures0.xml"].decode()
    part = re.search(r"<xades:SigningCertificateV2>.*</xades:SigningCertificateV2>", xml)
    assert part is not None
    report = validate(in_signature(part.group(), ""))
    assert report.outcome is not Outcome.SUCCESSFUL
    assert failed(report)["usage"] == "signer_not_named"


@pytest.mark.parametrize(
    "content",
    [
        zipped({}),
        zipped({"a": b"x"}),
        zipped({"mimetype": b"text/plain", "a": b"x"}),
        zipped({"mimetype": container.MEDIA_TYPE.encode(), "../a": b"x"}),
        zipped({"mimetype": container.MEDIA_TYPE.encode(), **{f"{number}": b"" for number in range(101)}}),
        b"PK\x03\x04" + bytes(100),
        b"x" + SIGNED,
        SIGNED[:-10],
    ],
)
def test_what_is_no_container_is_named(content: bytes) -> None:
    assert validate(content).problem in {"container_unreadable", "unknown_format"}


def test_a_bomb_is_not_unpacked() -> None:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), container.MEDIA_TYPE)
        archive.writestr("bomb", bytes(container.LARGEST_CONTENT + 1))
    assert len(output.getvalue()) < 100_000
    with pytest.raises(DocumentTooLarge):
        container.read(output.getvalue())
    assert validate(output.getvalue()).problem == "too_large"


def test_a_container_without_a_signature_is_unsigned() -> None:
    assert validate(asic.bundle(FILES, NOW)).headline == "unsigned"


@given(
    st.dictionaries(
        st.from_regex(r"[a-zčšž0-9]{1,8}(/[a-z]{1,5})?(\.[a-z]{3})?", fullmatch=True), st.binary(max_size=50), max_size=5
    )
)
def test_what_is_written_is_read(files: dict[str, bytes]) -> None:
    try:
        content = container.write(Container(files), NOW)
    except FileNameNotAllowed:
        return
    if len({name.casefold() for name in files}) == len(files):
        assert container.read(content).files == files


@given(st.integers(0, len(SIGNED) - 1), st.integers(1, 255))
def test_one_flipped_byte_never_yields_a_valid_signature_over_other_content(position: int, flip: int) -> None:
    damaged = bytearray(SIGNED)
    damaged[position] ^= flip
    report = validate(bytes(damaged))
    if report.outcome is Outcome.SUCCESSFUL:  # a byte that says nothing: a time stamp of the ZIP file, say
        assert container.read(bytes(damaged)).files == FILES
