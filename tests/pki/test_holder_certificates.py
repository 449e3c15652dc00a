"""The certificates on a card: issued together or not at all, once per number and key, revoked for good."""

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from openeoi.encoding.errors import EncodingError
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.pki.errors import (
    AlreadyRevoked,
    AuthorityMissing,
    CertificateNumberInUse,
    KeyAlreadyCertified,
    OffProfile,
    UnknownCertificate,
)
from openeoi.pki.plans import Authority
from openeoi.pki.revocation_lists import RevocationReason
from openeoi.pki.status import StatusKind
from pki.conftest import Office, point

LOW, HIGH, QUALIFIED = CredentialRole.LOW, CredentialRole.HIGH, CredentialRole.QUALIFIED


def nothing_issued(office: Office, number: str) -> bool:
    with office.store.read() as reading:
        return office.store.certificates_with_number(reading, number) == ()


def test_holder_certificates(slovenia: Office) -> None:
    issued = slovenia.authorities.issue_holder_certificates(slovenia.request("2222222222222", "Žan", "Čuk Đurić"))
    assert set(issued.by_role) == {LOW, HIGH, QUALIFIED}
    for role, one in issued.by_role.items():
        certificate = x509.load_der_x509_certificate(one.certificate)
        issuing, root = (x509.load_der_x509_certificate(raw) for raw in one.chain)
        certificate.verify_directly_issued_by(issuing)
        issuing.verify_directly_issued_by(root)
        root.verify_directly_issued_by(root)
        subject = {attribute.oid: attribute.value for attribute in certificate.subject}
        assert subject[x509.NameOID.SURNAME] == "Čuk Đurić"
        assert subject[x509.NameOID.SERIAL_NUMBER] == "2222222222222"
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
        assert usage.content_commitment is (role is QUALIFIED)
        assert usage.digital_signature is (role is not QUALIFIED)
    qualified = x509.load_der_x509_certificate(issued[QUALIFIED].certificate)
    with pytest.raises(x509.ExtensionNotFound):
        qualified.extensions.get_extension_for_class(x509.ExtendedKeyUsage)


def test_asking_again_returns_what_was_issued(montenegro: Office) -> None:
    request = montenegro.request()
    first = montenegro.authorities.issue_holder_certificates(request)
    assert montenegro.authorities.issue_holder_certificates(request) == first
    with pytest.raises(CertificateNumberInUse):
        montenegro.authorities.issue_holder_certificates(montenegro.request())


def test_no_two_cards_share_a_key(montenegro: Office) -> None:
    key = point()
    montenegro.authorities.issue_holder_certificates(montenegro.request("1000000000001", keys={QUALIFIED: key}))
    with pytest.raises(KeyAlreadyCertified):
        montenegro.authorities.issue_holder_certificates(montenegro.request("1000000000002", keys={QUALIFIED: key}))
    assert nothing_issued(montenegro, "1000000000002")


def test_one_card_has_no_key_twice(montenegro: Office) -> None:
    key = point()
    with pytest.raises(KeyAlreadyCertified):
        montenegro.authorities.issue_holder_certificates(montenegro.request(keys={HIGH: key, QUALIFIED: key}))
    assert nothing_issued(montenegro, "1234567890123")


@pytest.mark.parametrize("number", ["123", "123456789012a", "٠١٢٣٤٥٦٧٨٩٠١٢", "", " " * 13])
def test_a_wrong_certificate_number_issues_nothing(montenegro: Office, number: str) -> None:
    with pytest.raises(OffProfile):
        montenegro.authorities.issue_holder_certificates(montenegro.request(number))
    assert nothing_issued(montenegro, number)


@pytest.mark.parametrize(("given_name", "surname"), [("", "Vzorec"), ("Jana", " "), ("Ja\x00na", "Vzorec")])
def test_an_impossible_name_issues_nothing(montenegro: Office, given_name: str, surname: str) -> None:
    with pytest.raises(OffProfile):
        montenegro.authorities.issue_holder_certificates(montenegro.request(given_name=given_name, surname=surname))
    assert nothing_issued(montenegro, "1234567890123")


def test_a_country_without_such_a_credential_refuses(montenegro: Office) -> None:
    with pytest.raises(OffProfile, match="no such certificate"):
        montenegro.authorities.issue_holder_certificates(montenegro.request(keys={LOW: point()}))


def test_a_key_off_its_curve_or_of_another_kind_is_refused(montenegro: Office) -> None:
    before = montenegro.store.verify_audit()
    off_curve = point()[:-1] + b"\x00"
    with pytest.raises(EncodingError):
        montenegro.authorities.issue_holder_certificates(montenegro.request(keys={HIGH: off_curve}))
    other = ec.generate_private_key(ec.SECP256R1()).public_key()
    key = other.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(OffProfile, match="p-256"):
        montenegro.authorities.issue_holder_certificates(montenegro.request(keys={QUALIFIED: key}))
    assert nothing_issued(montenegro, "1234567890123")
    assert montenegro.store.verify_audit() == before


def test_an_issuing_authority_signs_nothing_that_outlives_it(montenegro: Office) -> None:
    montenegro.clock.advance(timedelta(days=365 * 6))
    with pytest.raises(OffProfile, match="outlives"):
        montenegro.authorities.issue_holder_certificates(montenegro.request())


def test_a_long_name_is_cut_at_a_word(slovenia: Office) -> None:
    given_name, surname = "Marija Magdalena Terezija", "Kovačević Podobnik Zupančič-Gradišnik Hudournik"
    issued = slovenia.authorities.issue_holder_certificates(slovenia.request("3333333333333", given_name, surname))
    subject = x509.load_der_x509_certificate(issued[HIGH].certificate).subject
    (common_name,) = subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    assert common_name.value == "Marija Magdalena Terezija Kovačević Podobnik (eOI - prijava)"
    assert subject.get_attributes_for_oid(x509.NameOID.SURNAME)[0].value == surname


def test_status_comes_from_what_was_issued(montenegro: Office) -> None:
    authorities = montenegro.authorities
    issued = authorities.issue_holder_certificates(montenegro.request())
    serial = issued[HIGH].serial
    assert authorities.certificate_status(serial, Authority.EID_HIGH).kind is StatusKind.GOOD
    assert authorities.certificate_status(serial + 1, Authority.EID_HIGH).kind is StatusKind.UNKNOWN
    assert authorities.certificate_status(serial, Authority.EID_QUALIFIED).kind is StatusKind.UNKNOWN
    name = x509.load_der_x509_certificate(issued[HIGH].certificate).issuer.public_bytes()
    assert authorities.certificate_status(serial, name).kind is StatusKind.GOOD
    assert authorities.certificate_status(serial, b"\x30\x00").kind is StatusKind.UNKNOWN
    authorities.revoke(serial, RevocationReason.KEY_COMPROMISE)
    status = authorities.certificate_status(serial, Authority.EID_HIGH)
    assert (status.kind, status.since, status.reason) == (
        StatusKind.REVOKED,
        montenegro.clock.now,
        RevocationReason.KEY_COMPROMISE,
    )


def test_a_revocation_is_final_and_known(montenegro: Office) -> None:
    authorities = montenegro.authorities
    issued = authorities.issue_holder_certificates(montenegro.request())
    authorities.revoke(issued[HIGH].serial, RevocationReason.SUPERSEDED)
    with pytest.raises(AlreadyRevoked):
        authorities.revoke(issued[HIGH].serial, RevocationReason.KEY_COMPROMISE)
    with pytest.raises(UnknownCertificate):
        authorities.revoke(12345, RevocationReason.KEY_COMPROMISE)
    revoked = authorities.revoke_holder_certificates("1234567890123", RevocationReason.CESSATION_OF_OPERATION)
    assert [one.role for one in revoked] == [QUALIFIED]


def test_the_next_list_holds_the_revocation(montenegro: Office) -> None:
    authorities = montenegro.authorities
    issued = authorities.issue_holder_certificates(montenegro.request())
    assert len(x509.load_der_x509_crl(authorities.crl(Authority.EID_HIGH))) == 0
    assert authorities.crl(Authority.EID_HIGH) == authorities.crl(Authority.EID_HIGH)
    authorities.revoke(issued[HIGH].serial, RevocationReason.KEY_COMPROMISE)
    second = x509.load_der_x509_crl(authorities.crl(Authority.EID_HIGH))
    entry = second.get_revoked_certificate_by_serial_number(issued[HIGH].serial)
    assert entry is not None
    assert entry.extensions.get_extension_for_class(x509.CRLReason).value.reason is x509.ReasonFlags.key_compromise
    key = x509.load_der_x509_certificate(authorities.certificate(Authority.EID_HIGH)).public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert second.is_signature_valid(key)
    assert len(x509.load_der_x509_crl(authorities.crl(Authority.EID_QUALIFIED))) == 0


def test_a_list_is_renewed_before_it_runs_out(montenegro: Office) -> None:
    first = x509.load_der_x509_crl(montenegro.authorities.crl(Authority.EID_HIGH))
    montenegro.clock.advance(timedelta(minutes=61))
    second = x509.load_der_x509_crl(montenegro.authorities.crl(Authority.EID_HIGH))
    numbers = [one.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number for one in (first, second)]
    assert numbers == [1, 2]


def test_a_travel_document_list_carries_no_reasons(montenegro: Office) -> None:
    """ICAO 9303-12: no entry extensions in the country signing authority's list."""
    signer = montenegro.authorities.certificate(Authority.DOCUMENT_SIGNER)
    serial = x509.load_der_x509_certificate(signer).serial_number
    montenegro.authorities.revoke(serial, RevocationReason.KEY_COMPROMISE)
    (entry,) = x509.load_der_x509_crl(montenegro.authorities.crl(Authority.COUNTRY_SIGNING))
    assert len(entry.extensions) == 0


def test_a_signer_has_no_list(montenegro: Office) -> None:
    with pytest.raises(AuthorityMissing):
        montenegro.authorities.crl(Authority.DOCUMENT_SIGNER)
