"""EF.CardSecurity, and the wider forms of CMS that real signers write."""

from dataclasses import replace

import pytest

from document_signers import country_signer, document_signer
from encoding.parser_properties import check_flipped_bytes, check_trailing_bytes, check_truncation
from openeoi.encoding import der, tlv
from openeoi.encoding.cms import SIGNED_DATA, SignedData, Signer, build_signed_data
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.lds.card_security import CardSecurity, build_card_security
from openeoi.encoding.lds.security_infos import ChipAuthenticationInfo, PaceInfo
from openeoi.encoding.signature_algorithms import SignatureAlgorithm
from openeoi.protocols.passive_authentication.verify import check_signed_data

INFOS = (ChipAuthenticationInfo("0.4.0.127.0.7.2.2.3.2.4"), PaceInfo("0.4.0.127.0.7.2.2.4.2.4", 13))


def signer() -> Signer:
    holder = document_signer(country_signer(SignatureAlgorithm.ECDSA_SHA256), SignatureAlgorithm.ECDSA_SHA256)
    return Signer(holder.der, holder.algorithm, holder.sign)


def test_signed_security_infos_read_back_and_verify() -> None:
    by = signer()
    read = CardSecurity.decode(build_card_security(INFOS, by))
    assert set(read.security_infos) == set(INFOS)
    found, _ = check_signed_data(read.signed_data)
    assert found.raw == by.certificate


def test_damage() -> None:
    raw = build_card_security(INFOS, signer())
    check_truncation(CardSecurity.decode, raw)
    check_flipped_bytes(CardSecurity.decode, raw)
    check_trailing_bytes(CardSecurity.decode, raw)


def test_other_signed_content_is_no_card_security() -> None:
    with pytest.raises(DecodingError, match=r"holds 1\.2\.3\.4"):
        CardSecurity.decode(build_signed_data("1.2.3.4", b"content", signer()))


def test_indefinite_lengths_around_the_signed_data_are_read() -> None:
    # One state's security objects are BER: the wrapping has no lengths (RFC 5652 allows it), what is signed is DER.
    raw = build_card_security(INFOS, signer())
    content_type, content = der.decode_sequence(raw)
    signed = tlv.decode(content.value)
    end = b"\x00\x00"
    wide = b"\x30\x80" + content_type.encode() + b"\xa0\x80" + b"\x30\x80" + signed.value + end + end + end
    assert der.decode_object_identifier(content_type) == SIGNED_DATA
    assert wide != raw
    assert CardSecurity.decode(wide) == replace(CardSecurity.decode(raw), signed_data=SignedData.decode(wide))
    check_signed_data(SignedData.decode(wide))
