import pytest
from hypothesis import given
from hypothesis import strategies as st

from encoding.parser_properties import check_flipped_bytes, check_truncation
from openeoi.crypto.ciphers import Cipher
from openeoi.crypto.message_recovery import RsaPublicKey
from openeoi.crypto.public_keys import EllipticCurvePublicKey, byte_group
from openeoi.encoding.errors import DecodingError, EncodingError
from openeoi.encoding.signature_algorithms import DigestAlgorithm
from openeoi.protocols.personalisation import key_templates
from openeoi.protocols.personalisation.key_templates import ActiveKeyTemplate, ChipKeyTemplate, KeyTemplate
from openeoi.protocols.personalisation.shared import KeyRole

TEMPLATES: tuple[KeyTemplate, ...] = (
    *KeyRole,
    ChipKeyTemplate(13, frozenset({Cipher.AES_256}), 1),
    ChipKeyTemplate(2, frozenset({Cipher.TRIPLE_DES, Cipher.AES_128})),
    ActiveKeyTemplate(DigestAlgorithm.SHA256, 12),
    ActiveKeyTemplate(DigestAlgorithm.SHA1, rsa_bits=1024),
)


@pytest.mark.parametrize("template", TEMPLATES, ids=str)
def test_round_trip_and_damage(template: KeyTemplate) -> None:
    raw = key_templates.encode_key_template(template)
    assert key_templates.decode_key_template(raw) == template
    check_truncation(key_templates.decode_key_template, raw)
    check_flipped_bytes(key_templates.decode_key_template, raw)


def test_the_bytes() -> None:
    """The form of a credential's key is as it always was; those of the travel document name what they are for."""
    assert key_templates.encode_key_template(KeyRole.LOW).hex() == "b603840102"
    assert key_templates.encode_key_template(TEMPLATES[3]).hex() == "a60980010d820104830101"
    assert key_templates.encode_key_template(TEMPLATES[6]).hex() == "a407800100" + "81020400"


@pytest.mark.parametrize(
    "raw",
    [
        "b603840109",  # no such credential
        "a606800107" + "820104",  # no such domain parameters
        "a60580010d8200",  # no cipher
        "a60680010d820109",  # no such cipher
        "a60780010d82020402",  # not in rising order
        "a60680010182" + "0105",
        "a4078001008102" + "0200",  # 512 bits
        "a4078001098102" + "0400",  # no such hash
        "a406800102830100",  # a multiplicative group
        "a403800102",
        "a80380010d",
    ],
)
def test_keys_that_the_card_does_not_make(raw: str) -> None:
    with pytest.raises(DecodingError):
        key_templates.decode_key_template(bytes.fromhex(raw))


def test_a_template_without_a_kind_of_key() -> None:
    with pytest.raises(EncodingError):
        key_templates.encode_key_template(ActiveKeyTemplate(DigestAlgorithm.SHA1))


def test_public_keys_round_trip() -> None:
    for parameter_id in (0, 13):
        value = byte_group(parameter_id).public_key(4711)
        raw = key_templates.encode_agreement_value(parameter_id, value)
        assert key_templates.decode_agreement_value(raw, parameter_id) == value
        check_truncation(lambda cut, number=parameter_id: key_templates.decode_agreement_value(cut, number), raw)
    key = RsaPublicKey((1 << 1023) + 1, 65537)
    template = ActiveKeyTemplate(DigestAlgorithm.SHA1, rsa_bits=1024)
    assert key_templates.decode_active_key(key_templates.encode_rsa_key(key), template) == key
    point = byte_group(12).public_key(4711)
    curve = key_templates.decode_active_key(key_templates.encode_point(point), ActiveKeyTemplate(DigestAlgorithm.SHA1, 12))
    assert isinstance(curve, EllipticCurvePublicKey)
    assert curve.group.encode(curve.point) == point


@given(st.binary(max_size=40))
def test_what_a_chip_may_answer(raw: bytes) -> None:
    for decode in (
        lambda: key_templates.decode_agreement_value(raw, 13),
        lambda: key_templates.decode_active_key(raw, ActiveKeyTemplate(DigestAlgorithm.SHA1, 12)),
        lambda: key_templates.decode_active_key(raw, ActiveKeyTemplate(DigestAlgorithm.SHA1, rsa_bits=1024)),
        lambda: key_templates.decode_credential_key(raw),
    ):
        with pytest.raises(DecodingError):
            decode()


def test_another_kind_of_key_than_was_asked_for() -> None:
    point, modulus = key_templates.encode_point(byte_group(12).public_key(5)), RsaPublicKey((1 << 1279) + 1, 65537)
    for raw, template in (
        (point, ActiveKeyTemplate(DigestAlgorithm.SHA1, rsa_bits=1024)),
        (key_templates.encode_rsa_key(modulus), ActiveKeyTemplate(DigestAlgorithm.SHA1, rsa_bits=1024)),
        (key_templates.encode_rsa_key(modulus), ActiveKeyTemplate(DigestAlgorithm.SHA1, 12)),
        (point, ActiveKeyTemplate(DigestAlgorithm.SHA1, 13)),
    ):
        with pytest.raises(DecodingError):
            key_templates.decode_active_key(raw, template)
    with pytest.raises(DecodingError):
        key_templates.decode_agreement_value(point, 13)
