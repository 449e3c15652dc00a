"""Two-step PAdES: what is signed, by whom, and what is refused before the card is asked."""

from datetime import timedelta
from io import BytesIO

import pytest
from asn1crypto import cms
from hypothesis import given, settings
from hypothesis import strategies as st

from login.hierarchy import BEGINNING, POLICIES, Issuer, qualified_statements
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.protocols.browser_card import DocumentDescription, SigningDetails
from openeoi.protocols.holder_certificate import Status, StatusSourceUnavailable
from openeoi.signing import pades
from openeoi.signing.certificates import check_signing_certificate, check_status, find_signing_certificate
from openeoi.signing.errors import (
    CertificateNotValidNow,
    CertificateRevoked,
    CertificateUnreadable,
    DocumentEncrypted,
    DocumentLocked,
    DocumentTooLarge,
    DocumentUnreadable,
    IssuerNotTrusted,
    NoSigningCertificate,
    NotASigningCertificate,
    SignatureWrong,
    StatusUnavailable,
)
from openeoi.signing.ports import HeldCertificate
from signing.desk_of_tests import CARD, ISSUER, LOGIN_ISSUER, NOW, QUALIFIED, sign
from signing.documents import assemble, pdf

CERTIFICATE = check_signing_certificate(CARD.certificate, [QUALIFIED], NOW)


def content_of(document: bytes) -> cms.SignedData:
    from pyhanko.pdf_utils.reader import PdfFileReader

    return PdfFileReader(BytesIO(document)).embedded_regular_signatures[0].signed_data


def test_the_document_stays_as_it_was_and_the_signature_is_added_behind() -> None:
    document = pdf()
    assert sign(document).startswith(document)


def test_the_signature_has_the_profile_b_b() -> None:
    signed = sign(pdf())
    assert b"/SubFilter /ETSI.CAdES.detached" in signed
    (signer,) = content_of(signed)["signer_infos"]
    assert signer["digest_algorithm"]["algorithm"].native == "sha384"
    assert signer["signature_algorithm"]["algorithm"].native == "sha384_ecdsa"
    attributes = {attribute["type"].native for attribute in signer["signed_attrs"]}
    assert attributes == {"content_type", "message_digest", "signing_certificate_v2"}  # no signing time: EN 319 142-1, 6.3


def test_what_the_card_signs_is_what_the_agent_may_sign() -> None:
    prepared = pades.prepare(pdf(), CERTIFICATE, NOW)
    (facts,) = pades.describe(pdf()).files
    description = DocumentDescription("pogodba.pdf", "application/pdf", facts.size, facts.digest)
    assert SigningDetails((description,), prepared.to_be_signed).to_be_signed == prepared.to_be_signed


def test_a_second_signature_stands_beside_the_first() -> None:
    twice = sign(sign(pdf()))
    assert pades.describe(twice).signatures == 2


def test_what_the_holder_sees_of_a_document() -> None:
    facts = pades.describe(pdf(pages=3))
    assert (facts.pages, facts.signatures, facts.files[0].size) == (3, 0, len(pdf(pages=3)))


@pytest.mark.parametrize("position", [0, 47, 48, 95])
def test_a_wrong_signature_never_gets_into_a_document(position: int) -> None:
    prepared = pades.prepare(pdf(), CERTIFICATE, NOW)
    signature = bytearray(CARD.sign_digest(prepared.digest))
    signature[position] ^= 1
    for wrong in (bytes(signature), b"", bytes(96), CARD.sign_digest(bytes(48))):
        with pytest.raises(SignatureWrong):
            pades.finish(prepared, wrong)


def test_documents_that_cannot_be_shown_reliably_are_refused() -> None:
    for document, error in (
        (b"", DocumentUnreadable),
        (b"%PDF-1.7\n", DocumentUnreadable),
        (pdf()[:-60], DocumentUnreadable),
        (assemble([b"<< /Type /Catalog >>"]), DocumentUnreadable),
        (assemble([b"<< /Type /Catalog /Pages 1 0 R /Count 1 >>"]), DocumentUnreadable),
        (bytes(pades.LARGEST_DOCUMENT + 1), DocumentTooLarge),
    ):
        with pytest.raises(error):
            pades.prepare(document, CERTIFICATE, NOW)


def test_an_encrypted_document_is_refused() -> None:
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.pdf_utils.writer import copy_into_new_writer

    writer = copy_into_new_writer(PdfFileReader(BytesIO(pdf())))
    writer.encrypt("owner", "user")
    encrypted = BytesIO()
    writer.write(encrypted)
    with pytest.raises(DocumentEncrypted):
        pades.prepare(encrypted.getvalue(), CERTIFICATE, NOW)


def test_a_document_certified_against_changes_is_refused() -> None:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from pyhanko.keys import load_private_key_from_pemder_data
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import signers
    from pyhanko.sign.fields import MDPPerm
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    from openeoi.signing.certificates import for_pyhanko

    key = CARD.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    signer = signers.SimpleSigner(
        signing_cert=for_pyhanko(CARD.certificate),
        signing_key=load_private_key_from_pemder_data(key, None),
        cert_registry=SimpleCertificateStore(),
    )
    metadata = signers.PdfSignatureMetadata(field_name="Certified", certify=True, docmdp_permissions=MDPPerm.NO_CHANGES)
    certified = signers.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf())), metadata, signer=signer).getvalue()
    with pytest.raises(DocumentLocked):
        pades.prepare(certified, CERTIFICATE, NOW)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_document_is_refused_or_signed_and_nothing_else(data: st.DataObject) -> None:
    document = bytearray(pdf())
    document[data.draw(st.integers(0, len(document) - 1))] = data.draw(st.integers(0, 255))
    try:
        pades.prepare(bytes(document), CERTIFICATE, NOW)
    except (DocumentUnreadable, DocumentEncrypted, DocumentLocked):
        return


# The certificate


def test_the_signing_certificate_is_found_wherever_it_stands() -> None:
    login = HeldCertificate(LOGIN_ISSUER.card().certificate)
    signing = HeldCertificate(CARD.certificate)
    for held in ([login, signing], [signing, login], [HeldCertificate(b"junk"), login, signing]):
        assert find_signing_certificate(held, [QUALIFIED], NOW).certificate == CARD.certificate
    with pytest.raises(NoSigningCertificate):
        find_signing_certificate([login], [QUALIFIED], NOW)
    with pytest.raises(CertificateNotValidNow):
        find_signing_certificate([login, signing], [QUALIFIED], NOW + timedelta(days=3200))


def test_certificates_that_may_not_sign_documents_are_refused() -> None:
    stranger = Issuer(CredentialRole.QUALIFIED, "stranger")
    for raw, error in (
        (LOGIN_ISSUER.card().certificate, NotASigningCertificate),
        (ISSUER.card(usages=("digital_signature",)).certificate, NotASigningCertificate),
        (ISSUER.card(policy=POLICIES[CredentialRole.HIGH]).certificate, NotASigningCertificate),
        (ISSUER.card(extensions=[]).certificate, NotASigningCertificate),
        (ISSUER.card(extensions=[qualified_statements("0.4.0.1862.1.1")]).certificate, NotASigningCertificate),
        (stranger.card().certificate, IssuerNotTrusted),
        (ISSUER.card(not_after=BEGINNING + timedelta(days=1)).certificate, CertificateNotValidNow),
        (b"", CertificateUnreadable),
        (CARD.certificate[:-1], CertificateUnreadable),
    ):
        with pytest.raises(error):
            check_signing_certificate(raw, [QUALIFIED], NOW)


def test_no_signature_is_prepared_with_a_certificate_of_doubtful_status() -> None:
    def unavailable(serial: int, issuer: object) -> Status:
        raise StatusSourceUnavailable("down")

    check_status(CERTIFICATE, lambda serial, issuer: Status.GOOD)
    with pytest.raises(CertificateRevoked):
        check_status(CERTIFICATE, lambda serial, issuer: Status.REVOKED)
    with pytest.raises(StatusUnavailable):
        check_status(CERTIFICATE, lambda serial, issuer: Status.UNKNOWN)
    with pytest.raises(StatusUnavailable):
        check_status(CERTIFICATE, unavailable)
