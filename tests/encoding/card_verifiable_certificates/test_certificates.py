from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openeoi.encoding import der, tlv
from openeoi.encoding.card_verifiable_certificates.certificate import (
    Authorization,
    CardVerifiableCertificate,
    CertificateBody,
    Role,
    decode_date,
    encode_date,
)
from openeoi.encoding.card_verifiable_certificates.public_keys import (
    CurveParameters,
    EllipticCurveKey,
    RsaKey,
    decode_public_key,
)
from openeoi.encoding.card_verifiable_certificates.references import (
    KeyReference,
    decode_authority_references,
    encode_authority_references,
)
from openeoi.encoding.errors import DecodingError, EncodingError

AUTHORITY, HOLDER = KeyReference("SI", "EXAMPLECV", "00001"), KeyReference("SI", "VERIFIER", "ME001")
ECDSA = "0.4.0.127.0.7.2.2.2.2.3"
CURVE_KEY = EllipticCurveKey(ECDSA, b"\x04" + bytes(range(64)))
FULL_KEY = EllipticCurveKey(ECDSA, b"\x04" + bytes(64), CurveParameters(0xFFFB, 0, 7, b"\x04\x01\x02", 0x1000, 1))
RSA_KEY = RsaKey("0.4.0.127.0.7.2.2.2.1.2", (1 << 1024) + 1, 65537)
BODY = CertificateBody(
    AUTHORITY, CURVE_KEY, HOLDER, Authorization(Role.DOMESTIC_DOCUMENT_VERIFIER, True, False), date(2026, 1, 2), date(2026, 4, 30)
)
CERTIFICATE = CardVerifiableCertificate.build(BODY, lambda data: b"signature of " + bytes((len(data) & 0xFF,)))


def test_the_bytes_of_a_certificate() -> None:
    """Written out by hand after TR-03110-3, C.1 and D.2."""
    point = "04" + bytes(range(64)).hex()
    body = (
        "5F290100"
        "421053494558414D504C4543563030303031"
        f"7F494F060A04007F000702020202038641{point}"
        "5F200F534956455249464945524D45303031"
        "7F4C0E060904007F0007030102015301" + "81" + "5F2506020600010002" + "5F2406020600040300"
    )
    body = f"7F4E{0x81:02X}{len(body) // 2:02X}{body}"
    assert CERTIFICATE.signed.hex().upper() == body.upper()
    assert CERTIFICATE.encode()[:2].hex() == "7f21"
    assert CERTIFICATE.content() == CERTIFICATE.signed + tlv.encode(0x5F37, CERTIFICATE.signature)


@pytest.mark.parametrize("key", [CURVE_KEY, FULL_KEY, RSA_KEY], ids=["curve", "curve with parameters", "RSA"])
def test_keys_round_trip(key: EllipticCurveKey | RsaKey) -> None:
    assert decode_public_key(key.encode()) == key


def test_certificates_round_trip() -> None:
    extension = tlv.Tlv(0x73, der.encode_object_identifier("0.4.0.127.0.7.3.1.3.1"))
    for body in (
        BODY,
        CertificateBody(AUTHORITY, FULL_KEY, HOLDER, Authorization(Role(3)), BODY.effective, BODY.effective, (extension,)),
    ):
        certificate = CardVerifiableCertificate.build(body, lambda data: b"s")
        assert CardVerifiableCertificate.decode(certificate.encode()) == certificate
        assert CardVerifiableCertificate.from_content(certificate.content()).body == body


@pytest.mark.parametrize(
    ("bits", "authorization"),
    [
        (0xC3, Authorization(Role.COUNTRY_VERIFYING_AUTHORITY, True, True)),
        (0x81, Authorization(Role.DOMESTIC_DOCUMENT_VERIFIER, True)),
        (0x42, Authorization(Role.FOREIGN_DOCUMENT_VERIFIER, False, True)),
        (0x23, Authorization(Role.INSPECTION_SYSTEM, True, True, 0x20)),
    ],
)
def test_authorizations(bits: int, authorization: Authorization) -> None:
    assert authorization.encode()[-1] == bits
    assert Authorization.decode(authorization.encode()) == authorization
    assert authorization.role.is_document_verifier == (bits >> 6 in (1, 2))


def test_truncation_at_every_byte() -> None:
    raw = CERTIFICATE.encode()
    for end in range(len(raw)):
        with pytest.raises(DecodingError):
            CardVerifiableCertificate.decode(raw[:end])


@given(st.integers(0, 250), st.integers(1, 255))
def test_one_changed_byte_changes_the_value_or_is_refused(position: int, change: int) -> None:
    raw = bytearray(CERTIFICATE.encode())
    raw[position % len(raw)] ^= change
    try:
        read = CardVerifiableCertificate.decode(bytes(raw))
    except DecodingError:
        return
    assert read != CERTIFICATE
    assert read.encode() == bytes(raw)


@given(st.binary(max_size=200))
def test_any_bytes_raise_only_decoding_errors(raw: bytes) -> None:
    for read in (
        CardVerifiableCertificate.decode,
        decode_public_key,
        decode_authority_references,
        KeyReference.decode,
        decode_date,
    ):
        try:
            read(raw)
        except DecodingError:
            continue


def objects_of_body() -> list[tlv.Tlv]:
    return list(tlv.decode_all(tlv.decode_expected(CERTIFICATE.signed, 0x7F4E)))


def test_data_objects_stand_in_their_one_order() -> None:
    objects = objects_of_body()
    bad = [
        objects[:-1],
        objects[1:],
        [objects[1], objects[0], *objects[2:]],
        [*objects, objects[-1]],
        [*objects, tlv.Tlv(0x53, b"")],
    ]
    bad.append([tlv.Tlv(0x5F29, b"\x01"), *objects[1:]])
    bad.append([*objects[:5], objects[6], objects[5]])
    for changed in bad:
        with pytest.raises(DecodingError):
            CertificateBody.decode(tlv.encode(0x7F4E, tlv.encode_all(changed)))


def test_a_certificate_does_not_end_before_it_begins() -> None:
    body = CertificateBody(AUTHORITY, CURVE_KEY, HOLDER, BODY.authorization, date(2026, 2, 1), date(2026, 1, 31))
    with pytest.raises(DecodingError, match="expire"):
        CertificateBody.decode(body.encode())


@pytest.mark.parametrize(
    "raw",
    [
        "7F4C0E060904007F0007030102025301C3",
        "7F4C0F060904007F0007030102015302C3C3",
        "7F4C0D060904007F00070301020153" + "00",
        "7F4C035301C3",
        "7F4C00",
    ],
)
def test_other_authorizations_are_refused(raw: str) -> None:
    with pytest.raises(DecodingError):
        Authorization.decode(bytes.fromhex(raw))


@pytest.mark.parametrize(
    "objects",
    [
        b"",
        der.encode_object_identifier(ECDSA),
        der.encode_object_identifier(ECDSA) + tlv.encode(0x81, b"\x01") + tlv.encode(0x86, b"\x04"),
        der.encode_object_identifier(RSA_KEY.algorithm) + tlv.encode(0x86, b"\x04"),
        der.encode_object_identifier(RSA_KEY.algorithm) + tlv.encode(0x81, b"\x00\x81") + tlv.encode(0x82, b"\x03"),
        der.encode_object_identifier(RSA_KEY.algorithm) + tlv.encode(0x81, b"") + tlv.encode(0x82, b"\x03"),
        der.encode_object_identifier("1.2.840.113549.1.1.1") + tlv.encode(0x81, b"\x05") + tlv.encode(0x82, b"\x03"),
    ],
)
def test_other_public_keys_are_refused(objects: bytes) -> None:
    with pytest.raises(DecodingError):
        decode_public_key(tlv.encode(0x7F49, objects))


@pytest.mark.parametrize(
    "text", ["", "SI00001", "siEXAMPLE00001", "SIEXAMPLE0000a", "SITOOLONGNAME00001", "S1EXAMPLE00001", "SIEX\x0000001"]
)
def test_other_references_are_refused(text: str) -> None:
    with pytest.raises(DecodingError):
        KeyReference.decode(text.encode("iso-8859-1"))


def test_references_are_checked_when_made() -> None:
    assert str(HOLDER) == "SIVERIFIERME001"
    assert (
        KeyReference.decode(KeyReference("SI", "ŽČ".encode("iso-8859-2").decode("iso-8859-1"), "00001").encode()).country == "SI"
    )
    for parts in (("SLO", "A", "00001"), ("SI", "", "00001"), ("SI", "A" * 10, "00001"), ("SI", "A", "001")):
        with pytest.raises(EncodingError):
            KeyReference(*parts)


def test_dates() -> None:
    assert encode_date(date(2026, 11, 22)).hex() == "020601010202"
    for bad in ("020601030202", "02060101020", "0A0601010202", "000000000000"):
        with pytest.raises(DecodingError):
            decode_date(bytes.fromhex(bad.ljust(len(bad) + len(bad) % 2, "0"))[: len(bad) // 2])
    for year in (1999, 2100):
        with pytest.raises(EncodingError):
            encode_date(date(year, 1, 1))


def test_the_file_of_authority_references() -> None:
    raw = encode_authority_references([AUTHORITY, HOLDER])
    assert raw == b"\x42\x10" + AUTHORITY.encode() + b"\x42\x0f" + HOLDER.encode() + b"\x00"
    assert decode_authority_references(raw) == (AUTHORITY, HOLDER)
    assert decode_authority_references(encode_authority_references([AUTHORITY])) == (AUTHORITY,)
    for references in ([], [AUTHORITY] * 3):
        with pytest.raises(EncodingError):
            encode_authority_references(references)
    for bad in (b"", raw[:-1], raw + b"\x00", bytes(36), raw[:-1] + b"\x01", raw.replace(b"\x42\x0f", b"\x43\x0f")):
        with pytest.raises(DecodingError):
            decode_authority_references(bad)
