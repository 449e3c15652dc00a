import pytest

from encoding.parser_properties import check_flipped_bytes, check_trailing_bytes, check_truncation
from openeoi.encoding import tlv
from openeoi.encoding.card_verifiable_certificates.public_keys import CurveParameters, EllipticCurveKey
from openeoi.encoding.card_verifiable_certificates.references import KeyReference
from openeoi.encoding.card_verifiable_certificates.requests import AuthenticatedRequest, CertificateRequest
from openeoi.encoding.errors import DecodingError

AUTHORITY, HOLDER = KeyReference("SI", "CV", "00001"), KeyReference("ME", "DV", "SI001")
VOUCHER = KeyReference("ME", "CV", "00001")
KEY = EllipticCurveKey("0.4.0.127.0.7.2.2.2.2.3", b"\x04" + bytes(64), CurveParameters(0xFFFB, 0, 7, b"\x04\x01\x02", 0x1000, 1))
REQUEST = CertificateRequest.build(AUTHORITY, KEY, HOLDER, lambda data: b"inner %d" % len(data))
AUTHENTICATED = AuthenticatedRequest.build(REQUEST, VOUCHER, lambda data: b"outer %d" % len(data))


def test_round_trip() -> None:
    assert CertificateRequest.decode(REQUEST.encode()) == REQUEST
    assert AuthenticatedRequest.decode(AUTHENTICATED.encode()) == AUTHENTICATED


def test_what_is_signed() -> None:
    """TR-03110-3, C.2: inside the body alone; outside the request and the reference of who vouches."""
    assert REQUEST.signature == b"inner %d" % len(REQUEST.signed)
    assert AUTHENTICATED.signed == REQUEST.encode() + bytes.fromhex("4209") + b"MECV00001"
    assert AUTHENTICATED.signature == b"outer %d" % len(AUTHENTICATED.signed)
    assert AUTHENTICATED.encode()[:1] == b"\x67"
    assert REQUEST.encode()[:2] == b"\x7f\x21"


@pytest.mark.parametrize("kind", [CertificateRequest, AuthenticatedRequest])
def test_damaged_input(kind: type[CertificateRequest] | type[AuthenticatedRequest]) -> None:
    raw = (REQUEST if kind is CertificateRequest else AUTHENTICATED).encode()
    check_truncation(kind.decode, raw)
    check_flipped_bytes(kind.decode, raw)
    check_trailing_bytes(kind.decode, raw)


def test_other_forms_are_refused() -> None:
    body = tlv.decode_all(tlv.decode_expected(REQUEST.signed, 0x7F4E))
    other_profile = tlv.encode(0x7F4E, tlv.encode(0x5F29, b"\x01") + b"".join(one.encode() for one in body[1:]))
    without_name = tlv.encode(0x7F4E, b"".join(one.encode() for one in body[:-1]))
    for signed in (other_profile, without_name):
        with pytest.raises(DecodingError):
            CertificateRequest.decode(tlv.encode(0x7F21, signed + tlv.encode(0x5F37, b"x")))
    with pytest.raises(DecodingError):
        CertificateRequest.decode(tlv.encode(0x7F21, REQUEST.signed))
    with pytest.raises(DecodingError):
        AuthenticatedRequest.decode(tlv.encode(0x67, REQUEST.encode()))
