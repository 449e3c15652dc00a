"""All certificates of the German master list of 28 May 2026 load, and the figures of shared/data hold."""

import warnings
from collections import Counter
from functools import cache

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtensionOID

from document_signers import country_signer
from encoding.parser_properties import check_flipped_bytes, check_trailing_bytes, check_truncation
from openeoi.encoding import der, tlv
from openeoi.encoding.cms import SignedData
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.signature_algorithms import SignatureAlgorithm
from openeoi.protocols.passive_authentication import Certificate, CertificateAnchors, Tolerance
from openeoi.protocols.passive_authentication.chain import check_issued
from openeoi.protocols.passive_authentication.errors import UnsupportedAlgorithm
from openeoi.protocols.passive_authentication.public_keys import load_public_key
from openeoi.protocols.passive_authentication.signatures import SignatureMismatch
from openeoi.protocols.passive_authentication.verify import check_signed_data
from reference_data import reference

MASTER_LIST = "master-lists/DE_ML_2026-05-28-08-28-45.ml"


def master_list_certificates() -> tuple[bytes, ...]:
    return _certificates(reference(MASTER_LIST))


@cache
def _certificates(raw: bytes) -> tuple[bytes, ...]:
    _, certificates = der.decode_sequence(SignedData.decode(raw).content)
    return tuple(one.encode() for one in tlv.decode_all(certificates.value))


def test_all_588_certificates_and_their_keys_load() -> None:
    certificates = [Certificate.decode(raw) for raw in master_list_certificates()]
    assert len(certificates) == 588
    tolerances = Counter(tolerance for one in certificates for tolerance in one.key()[1])
    assert set(tolerances) == {Tolerance.CURVE_SEED}


def test_the_roots_signed_themselves() -> None:
    # Without key identifiers a link cannot be told from a root, so only those with both identifiers are asked.
    roots = [
        one
        for one in map(Certificate.decode, master_list_certificates())
        if one.authority_key_identifier is not None and not one.is_link and one.is_self_issued
    ]
    assert len(roots) > 200
    for one in roots:
        check_issued(one, one)


def test_null_parameters_in_ecdsa_are_tolerated_by_name() -> None:
    certificates = [Certificate.decode(raw) for raw in master_list_certificates()]
    ecdsa_with, null = bytes.fromhex("2A8648CE3D04"), bytes.fromhex("0500")
    odd = [one for one in certificates if ecdsa_with in one.signature_algorithm and one.signature_algorithm.endswith(null)]
    assert Counter(one.country for one in odd) == {"LT": 5, "JP": 3, "LV": 2, "AT": 2, "AE": 1}
    roots = [one for one in odd if one.is_self_issued and not one.is_link]
    assert len(roots) == 8
    for one in roots:
        assert Tolerance.NULL_PARAMETERS_IN_ECDSA in check_issued(one, one)


def test_slovenia_has_three_roots_and_two_links_under_one_name() -> None:
    slovenia = [one for one in map(Certificate.decode, master_list_certificates()) if one.country == "SI"]
    assert Counter(one.is_link for one in slovenia) == {False: 3, True: 2}
    roots = {one.subject_key_identifier: one for one in slovenia if not one.is_link}
    for link in (one for one in slovenia if one.is_link):
        assert link.authority_key_identifier in roots
        check_issued(link, roots[link.authority_key_identifier])
        with pytest.raises(SignatureMismatch):
            check_issued(link, link)


def test_the_list_itself_is_signed_by_the_german_master_list_signer() -> None:
    signer, _ = check_signed_data(SignedData.decode(reference(MASTER_LIST)))
    assert signer.extended_key_usage == {"2.23.136.1.1.3"}
    root = Certificate.decode(reference("master-lists/DE_ROOT_CA_CSCA07.cer"))
    (found, *_) = CertificateAnchors(master_list_certificates()).country_signing_certificates(
        "DE", signer.authority_key_identifier, signer.issuer
    )
    check_issued(signer, found)
    assert root.country == "DE"


def test_a_damaged_certificate() -> None:
    raw = Certificate.decode(reference("master-lists/DE_ROOT_CA_CSCA07.cer")).raw
    check_truncation(Certificate.decode, raw)
    check_flipped_bytes(Certificate.decode, raw)
    check_trailing_bytes(Certificate.decode, raw)


def explicit_key() -> bytes:
    """An elliptic-curve key with all parameters spelled out, from the reference set's DG14."""
    key = reference("tr-03105-5/Datagroup14.bin")
    start = key.index(bytes.fromhex("3081D406072A8648CE3D0201"))
    return key[start - 4 :]


def brainpool_certificate() -> Certificate:
    for one in map(Certificate.decode, master_list_certificates()):
        if bytes.fromhex("A9FB57DBA1EEA9BC3E660A909D838D726E3BF623D52620282013481D1F6E5377") in one.public_key:
            return one
    raise AssertionError("the list holds no brainpoolP256r1 key")


# The parameters of brainpoolP256r1 (RFC 5639, 3.4): coefficients, the base point's x, the order.
PARAMETERS = {
    "a": "7D5A0975FC2C3057EEF67530417AFFE7FB8055C126DC5C6CE94A4B44F330B5D9",
    "b": "26DC5C6CE94A4B44F330B5D9BBD77CBF958416295CF7E1CE6BCCDC18FF8C07B6",
    "generator": "8BD2AEB9CB7E57CB2C4B482FFC81B7AFB9DE27E1E3BD23C23A4453BD9ACE3262",
    "order": "A9FB57DBA1EEA9BC3E660A909D838D718C397AA3B561A6F7901E0E82974856A7",
}


@pytest.mark.parametrize("parameter", PARAMETERS)
def test_a_curve_that_differs_in_one_parameter_is_refused(parameter: str) -> None:
    key = brainpool_certificate().public_key
    original = bytes.fromhex(PARAMETERS[parameter])
    load_public_key(key)
    changed = key.replace(original, original[:-1] + bytes((original[-1] ^ 2,)), 1)
    assert changed != key
    with pytest.raises(UnsupportedAlgorithm, match="other parameters"):
        load_public_key(changed)


def test_a_point_off_the_curve_is_refused() -> None:
    key = brainpool_certificate().public_key
    with pytest.raises(DecodingError):
        load_public_key(key[:-1] + bytes((key[-1] ^ 1,)))


def test_every_field_is_what_cryptography_reads() -> None:
    compared = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for raw in master_list_certificates():
            try:
                other = x509.load_der_x509_certificate(raw)
                extensions = {one.oid: one.value for one in other.extensions}
            except ValueError:
                continue
            ours = Certificate.decode(raw)
            compared += 1
            assert (ours.subject, ours.issuer) == (other.subject.public_bytes(), other.issuer.public_bytes())
            assert (ours.not_before, ours.not_after) == (other.not_valid_before_utc, other.not_valid_after_utc)
            assert (ours.serial_number, ours.signature) == (other.serial_number, other.signature)
            assert ours.signed == other.tbs_certificate_bytes
            identifier = extensions.get(ExtensionOID.SUBJECT_KEY_IDENTIFIER)
            assert ours.subject_key_identifier == (identifier and identifier.digest)
            authority = extensions.get(ExtensionOID.AUTHORITY_KEY_IDENTIFIER)
            assert ours.authority_key_identifier == (authority and authority.key_identifier)
            constraints = extensions.get(ExtensionOID.BASIC_CONSTRAINTS)
            assert ours.is_authority == bool(constraints and constraints.ca)
            usage = extensions.get(ExtensionOID.KEY_USAGE)
            assert ("key_cert_sign" in (ours.key_usage or ())) == bool(usage and usage.key_cert_sign)
            assert ("digital_signature" in (ours.key_usage or ())) == bool(usage and usage.digital_signature)
    assert compared > 500


def test_names_are_written_the_narrowest_first() -> None:
    slovenia = next(one for one in map(Certificate.decode, master_list_certificates()) if one.country == "SI")
    assert slovenia.subject_text.startswith("Common Name: ")
    assert slovenia.subject_text.endswith("Country: SI")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b"\x17\x0d260101000000Z", b"\x17\x0d260101000060Z", "no calendar"),
        (b"\x17\x0d260101000000Z", b"\x17\x0d2601010000+00", "one form"),
        (b"\x06\x03\x55\x1d\x0e\x04", b"\x06\x03\x55\x1d\x23\x04", "stands twice"),
        (b"\x0c\x09TEST CSCA", b"\x0c\x09TEST \xff\xfeCA", "no utf-8"),
    ],
)
def test_malformed_fields_are_refused(old: bytes, new: bytes, reason: str) -> None:
    raw = country_signer(SignatureAlgorithm.ECDSA_SHA256).der
    assert raw.count(old)
    with pytest.raises(DecodingError, match=reason):
        Certificate.decode(raw.replace(old, new))
