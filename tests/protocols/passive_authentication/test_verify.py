"""What passive authentication accepts, and a catalogue of what it must refuse, each with the error expected."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from asn1crypto import algos
from cryptography.hazmat.primitives import serialization

from document_signers import (
    NOT_BEFORE,
    Holder,
    country_signer,
    document_signer,
    link_certificate,
    revocation_list,
)
from openeoi.encoding.cms import SignedData, SignerIdentification
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.lds.security_object import LDS_SECURITY_OBJECT, build_security_object, encode_lds_security_object
from openeoi.encoding.signature_algorithms import SignatureAlgorithm
from openeoi.protocols.passive_authentication import (
    Certificate,
    CertificateAnchors,
    PassiveAuthenticationError,
    RevocationState,
    Tolerance,
    VerifiedSecurityObject,
    verify_data_group,
    verify_security_object,
)
from openeoi.protocols.passive_authentication.chain import check_validity, find_chain
from openeoi.protocols.passive_authentication.errors import (
    AuthorityExpired,
    CertificateNotForThisUse,
    CertificateNotYetValid,
    DataGroupHashMismatch,
    DataGroupNotSigned,
    DocumentSignerSignatureInvalid,
    KeyUsedOutsideItsPeriod,
    NoTrustAnchor,
    SecurityObjectDigestMismatch,
    SecurityObjectSignatureInvalid,
    SignedAttributesInvalid,
    SignerCertificateMissing,
    SignerExpired,
    SignerRevoked,
)
from openeoi.protocols.passive_authentication.signatures import verify
from openeoi.protocols.passive_authentication.verify import check_signature, check_signed_data
from reference_data import reference

ECDSA, PSS = SignatureAlgorithm.ECDSA_SHA256, SignatureAlgorithm.RSA_PSS_SHA256
DATA_GROUPS = {1: b"data group 1", 2: b"data group 2", 14: b"data group 14"}
AT = NOT_BEFORE + timedelta(days=100)


def signed_by(
    signer: Holder,
    identification: SignerIdentification = SignerIdentification.ISSUER_AND_SERIAL_NUMBER,
    signing_time: datetime | None = None,
) -> bytes:
    digest = signer.algorithm.digest
    content = encode_lds_security_object(digest, {number: digest.digest(file) for number, file in DATA_GROUPS.items()})
    return build_security_object(
        content,
        signer.der,
        digest,
        signer.algorithm,
        signer.sign,
        identification=identification,
        signing_time=signing_time,
    )


def checked(sod: bytes, *authorities: Holder, at: datetime = AT) -> VerifiedSecurityObject:
    return verify_security_object(sod, CertificateAnchors([one.der for one in authorities]), at)


@pytest.mark.parametrize(
    "authority_algorithm", [PSS, ECDSA, SignatureAlgorithm.RSA_PKCS1_SHA256, SignatureAlgorithm.ECDSA_SHA384]
)
@pytest.mark.parametrize("algorithm", [PSS, ECDSA, SignatureAlgorithm.RSA_PKCS1_SHA512])
@pytest.mark.parametrize("identification", SignerIdentification)
def test_a_signed_document_is_accepted(
    authority_algorithm: SignatureAlgorithm, algorithm: SignatureAlgorithm, identification: SignerIdentification
) -> None:
    authority = country_signer(authority_algorithm)
    signer = document_signer(authority, algorithm)
    found = checked(signed_by(signer, identification, AT), authority)
    assert (found.signer.raw, found.authority.raw) == (signer.der, authority.der)
    assert (found.revocation, found.tolerances, found.signing_time) == (RevocationState.NO_LIST, (), AT)
    for number, content in DATA_GROUPS.items():
        verify_data_group(found, number, content)


def test_a_changed_or_unsigned_data_group() -> None:
    authority = country_signer(ECDSA)
    found = checked(signed_by(document_signer(authority, ECDSA)), authority)
    with pytest.raises(DataGroupHashMismatch) as mismatch:
        verify_data_group(found, 2, b"data group 2 of someone else")
    assert mismatch.value.number == 2
    with pytest.raises(DataGroupNotSigned):
        verify_data_group(found, 11, b"data group 11")


@pytest.mark.parametrize("algorithm", [ECDSA, PSS])
def test_a_flipped_byte_anywhere_is_never_accepted_as_the_same_document(algorithm: SignatureAlgorithm) -> None:
    authority = country_signer(algorithm)
    sod = signed_by(document_signer(authority, algorithm), signing_time=AT)
    anchors = CertificateAnchors([authority.der])
    genuine = verify_security_object(sod, anchors, AT)
    random = Random(1)
    for position in range(len(sod)):
        damaged = bytearray(sod)
        damaged[position] ^= random.randrange(1, 256)
        try:
            found = verify_security_object(bytes(damaged), anchors, AT)
        except (DecodingError, PassiveAuthenticationError):
            continue
        # Some bytes are not covered by any signature (the list of digest algorithms); they may not change what was verified.
        assert (found.lds, found.signer, found.signing_time) == (genuine.lds, genuine.signer, genuine.signing_time), position


def test_signed_content_exchanged() -> None:
    authority = country_signer(ECDSA)
    signed = SignedData.decode(signed_by(document_signer(authority, ECDSA))[4:])
    other = encode_lds_security_object(ECDSA.digest, {1: bytes(32), 2: bytes(32)})
    with pytest.raises(SecurityObjectDigestMismatch):
        check_signed_data(replace(signed, content=other))


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (
            lambda info: replace(info, signature=info.signature[:-1] + bytes((info.signature[-1] ^ 1,))),
            SecurityObjectSignatureInvalid,
        ),
        (lambda info: replace(info, signed_attributes=info.signed_attributes + b"\x00"), SecurityObjectSignatureInvalid),
        (lambda info: replace(info, signed_attributes=None), SignedAttributesInvalid),
        (lambda info: replace(info, content_type="1.2.840.113549.1.7.1"), SignedAttributesInvalid),
        (lambda info: replace(info, message_digest=bytes(32)), SecurityObjectDigestMismatch),
        (lambda info: replace(info, serial_number=1), SignerCertificateMissing),
        (lambda info: replace(info, signature_algorithm=PSS.algorithm_identifier()), SecurityObjectSignatureInvalid),
    ],
)
def test_a_contradictory_signature_is_refused(change: Callable[..., object], error: type[Exception]) -> None:
    signed = SignedData.decode(signed_by(document_signer(country_signer(ECDSA), ECDSA))[4:])
    assert signed.content_type == LDS_SECURITY_OBJECT
    with pytest.raises(error):
        check_signed_data(replace(signed, signer_infos=(change(signed.signer_infos[0]),)))  # type: ignore[arg-type]


def test_another_authority_of_the_same_name_is_not_the_anchor() -> None:
    genuine, other = country_signer(ECDSA), country_signer(SignatureAlgorithm.ECDSA_SHA384)
    assert genuine.certificate.subject == other.certificate.subject
    with pytest.raises(NoTrustAnchor) as missing:
        checked(signed_by(document_signer(genuine, ECDSA)), other)
    assert missing.value.country == "SI"


def test_an_authority_that_only_claims_the_key_identifier_did_not_sign() -> None:
    genuine = country_signer(ECDSA)
    impostor = Certificate.decode(country_signer(SignatureAlgorithm.ECDSA_SHA384).der)
    signer = Certificate.decode(document_signer(genuine, ECDSA).der)

    class Anchors:
        def country_signing_certificates(self, country: str, key_identifier: bytes | None, name: bytes) -> list[Certificate]:
            return [replace(impostor, subject_key_identifier=key_identifier)]

    with pytest.raises(DocumentSignerSignatureInvalid):
        find_chain(signer, Anchors())


def test_an_authority_of_another_country_is_no_anchor() -> None:
    genuine = country_signer(ECDSA)
    foreign = replace(Certificate.decode(genuine.der), country="ME")

    class Anchors(CertificateAnchors):
        def __init__(self) -> None:
            super().__init__([])
            self._certificates = (foreign,)

    with pytest.raises(NoTrustAnchor):
        find_chain(Certificate.decode(document_signer(genuine, ECDSA).der), Anchors())


def test_a_document_signed_by_an_unknown_document_signer() -> None:
    unknown = country_signer(ECDSA, "FORGED CSCA", purpose="forger")
    with pytest.raises(NoTrustAnchor):
        checked(signed_by(document_signer(unknown, ECDSA)), country_signer(PSS))
    with pytest.raises(NoTrustAnchor):
        checked(signed_by(document_signer(unknown, ECDSA)))


def test_an_expired_document_signer() -> None:
    authority = country_signer(ECDSA)
    sod = signed_by(document_signer(authority, ECDSA, days=30))
    with pytest.raises(SignerExpired) as expired:
        checked(sod, authority)
    assert expired.value.valid_until == NOT_BEFORE + timedelta(days=30)
    with pytest.raises(CertificateNotYetValid):
        checked(sod, authority, at=NOT_BEFORE - timedelta(days=1))


def test_an_expired_authority() -> None:
    authority = country_signer(ECDSA, years=1)
    with pytest.raises(AuthorityExpired):
        checked(signed_by(document_signer(authority, ECDSA)), authority, at=NOT_BEFORE + timedelta(days=500))


def test_signed_after_the_end_of_the_private_keys_usage() -> None:
    authority = country_signer(ECDSA)
    signer = document_signer(authority, ECDSA, usage_days=90)
    checked(signed_by(signer, signing_time=NOT_BEFORE + timedelta(days=90)), authority)
    with pytest.raises(KeyUsedOutsideItsPeriod):
        checked(signed_by(signer, signing_time=NOT_BEFORE + timedelta(days=91)), authority)


def test_a_signer_issued_after_the_end_of_its_authoritys_key_usage() -> None:
    authority = country_signer(ECDSA)
    chain = find_chain(Certificate.decode(document_signer(authority, ECDSA).der), CertificateAnchors([authority.der]))
    ended = replace(chain.authority.private_key_usage, end=NOT_BEFORE - timedelta(days=1))
    with pytest.raises(KeyUsedOutsideItsPeriod):
        check_validity(replace(chain, authority=replace(chain.authority, private_key_usage=ended)), AT, None)


def test_an_authority_may_not_sign_documents_and_a_signer_may_not_certify() -> None:
    authority = country_signer(ECDSA)
    certificate = Certificate.decode(document_signer(authority, ECDSA).der)
    anchors = CertificateAnchors([authority.der])
    with pytest.raises(CertificateNotForThisUse):
        find_chain(replace(certificate, is_authority=True), anchors)
    with pytest.raises(CertificateNotForThisUse):
        find_chain(replace(certificate, key_usage=frozenset({"crl_sign"})), anchors)


def test_a_trusted_link_certificate_is_enough() -> None:
    old = country_signer(ECDSA)
    new = country_signer(SignatureAlgorithm.ECDSA_SHA384)
    link = link_certificate(old, new).public_bytes(serialization.Encoding.DER)
    assert Certificate.decode(link).is_link
    assert not Certificate.decode(new.der).is_link
    sod = signed_by(document_signer(new, ECDSA))
    found = verify_security_object(sod, CertificateAnchors([old.der, link]), AT)
    assert found.authority.raw == link
    # The root is preferred where both are trusted.
    assert verify_security_object(sod, CertificateAnchors([link, new.der]), AT).authority.raw == new.der


def test_found_by_name_where_there_is_no_key_identifier() -> None:
    authority = country_signer(ECDSA)
    signer = replace(Certificate.decode(document_signer(authority, ECDSA).der), authority_key_identifier=None)
    chain = find_chain(signer, CertificateAnchors([authority.der]))
    assert Tolerance.AUTHORITY_KEY_IDENTIFIER_MISSING in chain.tolerances
    # TR-03135: in a search by name nothing is refuted, there is only no anchor.
    with pytest.raises(NoTrustAnchor):
        find_chain(signer, CertificateAnchors([country_signer(SignatureAlgorithm.ECDSA_SHA384).der]))


class Lists:
    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    def revocation_list(self, authority: Certificate) -> bytes:
        return self._raw


@pytest.mark.parametrize("algorithm", [ECDSA, PSS])
def test_revocation(algorithm: SignatureAlgorithm) -> None:
    authority = country_signer(algorithm)
    signer = document_signer(authority, ECDSA)
    sod, anchors = signed_by(signer), CertificateAnchors([authority.der])
    at = NOT_BEFORE + timedelta(days=10)

    def state(raw: bytes, at: datetime = at) -> RevocationState:
        return verify_security_object(sod, anchors, at, Lists(raw)).revocation

    assert state(revocation_list(authority, [])) is RevocationState.NOT_REVOKED
    assert state(revocation_list(authority, [4711])) is RevocationState.NOT_REVOKED
    assert state(revocation_list(authority, []), NOT_BEFORE + timedelta(days=91)) is RevocationState.LIST_OUTDATED
    other = country_signer(SignatureAlgorithm.ECDSA_SHA384)
    assert state(revocation_list(other, [signer.certificate.serial_number])) is RevocationState.LIST_UNUSABLE
    with pytest.raises(SignerRevoked) as revoked:
        state(revocation_list(authority, [4711, signer.certificate.serial_number]))
    assert revoked.value.since == NOT_BEFORE
    with pytest.raises(SignerRevoked):
        state(revocation_list(authority, [signer.certificate.serial_number]), NOT_BEFORE + timedelta(days=91))


def test_the_reference_document_of_tr_03105_5() -> None:
    sod = reference("tr-03105-5/EF_SOD.bin")
    signed = check_signature(sod)
    assert "HJP PB DS" in signed.signer.subject_text
    for number in (1, 2, 3, 4, 14):
        verify_data_group(signed, number, reference(f"tr-03105-5/Datagroup{number}.bin"))
    with pytest.raises(DataGroupNotSigned):
        verify_data_group(signed, 15, reference("tr-03105-5/Datagroup15.bin"))
    # Its country signing certificate is not part of the set: the signature holds, the trust is open.
    with pytest.raises(NoTrustAnchor):
        verify_security_object(sod, CertificateAnchors([]), datetime(2014, 6, 1, tzinfo=UTC))


def test_salt_length_and_hash_come_from_the_signer_info() -> None:
    # Flipping only the salt length inside the parameters makes the same signature invalid.
    signed = SignedData.decode(reference("tr-03105-5/EF_SOD.bin")[4:])
    info = signed.signer_infos[0]
    check_signed_data(signed)
    other = info.signature_algorithm.replace(bytes.fromhex("A203020120"), bytes.fromhex("A203020114"))
    assert other != info.signature_algorithm
    with pytest.raises(SecurityObjectSignatureInvalid):
        check_signed_data(replace(signed, signer_infos=(replace(info, signature_algorithm=other),)))


@pytest.mark.parametrize("salt", [-1, 1025, 1 << 70])
def test_a_salt_that_fits_no_key_is_malformed(salt: int) -> None:
    identifier = algos.SignedDigestAlgorithm(
        {
            "algorithm": "rsassa_pss",
            "parameters": {
                "hash_algorithm": {"algorithm": "sha256"},
                "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": {"algorithm": "sha256"}},
                "salt_length": salt,
            },
        }
    ).dump()
    key = country_signer(PSS).key.public_key()
    with pytest.raises(DecodingError, match="salt"):
        verify(key, identifier, b"data", bytes(256))
