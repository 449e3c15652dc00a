"""Public keys of key agreement; explicit curve parameters from the TR-03105-5 data set where it is at hand."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from openeoi.crypto.diffie_hellman import STANDARDISED_GROUPS
from openeoi.crypto.elliptic_curves.curves import STANDARDISED_CURVES, Curve
from openeoi.crypto.errors import CryptographicError, InvalidGroupElement, KeyNotSupported
from openeoi.crypto.public_keys import (
    PKCS_3_KEY_AGREEMENT,
    X9_42_PUBLIC_NUMBER,
    byte_group,
    decode_agreement_key,
    encode_agreement_key,
    encode_standardised_key,
)
from openeoi.encoding import der
from openeoi.encoding.errors import DecodingError
from reference_data import reference

ALL = [0, 1, 2, *range(8, 19)]


def key(algorithm: bytes, value: bytes) -> bytes:
    return der.encode_sequence(algorithm, der.encode_bit_string(value))


def explicit(curve: Curve, **changes: int) -> bytes:
    """ECParameters with single numbers changed."""
    values = {"prime": curve.prime, "a": curve.a, "b": curve.b, "order": curve.order, "cofactor": 1, "x": curve.generator.x}
    values |= changes
    size = curve.field_size
    parameters = der.encode_sequence(
        der.encode_integer(1),
        der.encode_sequence(der.encode_object_identifier("1.2.840.10045.1.1"), der.encode_integer(values["prime"])),
        der.encode_sequence(*(der.encode_octet_string(values[name].to_bytes(size, "big")) for name in ("a", "b"))),
        der.encode_octet_string(b"\x04" + values["x"].to_bytes(size, "big") + curve.generator.y.to_bytes(size, "big")),
        der.encode_integer(values["order"]),
        der.encode_integer(values["cofactor"]),
    )
    return der.encode_sequence(der.encode_object_identifier("1.2.840.10045.2.1"), parameters)


@pytest.mark.parametrize("parameter_id", ALL)
def test_standardised_domain_parameters_round_trip(parameter_id: int) -> None:
    group = byte_group(parameter_id)
    encoded = group.public_key(0xABCDEF)
    for raw in (encode_agreement_key(parameter_id, encoded), encode_standardised_key(parameter_id, encoded)):
        read = decode_agreement_key(raw)
        assert (read.parameter_id, read.encoded) == (parameter_id, encoded)
    assert read.group.shared_secret(5, encoded) == group.shared_secret(0xABCDEF, group.public_key(5))


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.BrainpoolP384R1(), ec.SECP521R1()], ids=lambda curve: curve.name)
def test_named_curves_as_openssl_writes_them(curve: ec.EllipticCurve) -> None:
    public = ec.derive_private_key(77, curve).public_key()
    read = decode_agreement_key(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    assert read.encoded == public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint) == read.group.public_key(77)


def test_explicit_parameters_must_be_a_standardised_curve_in_every_number() -> None:
    curve = STANDARDISED_CURVES[11]
    point = byte_group(11).public_key(9)
    assert decode_agreement_key(key(explicit(curve), point)).parameter_id == 11
    for name in ("prime", "a", "b", "order", "cofactor", "x"):
        change = {name: getattr(curve, name, curve.generator.x if name == "x" else 1) - 1}
        with pytest.raises(KeyNotSupported):
            decode_agreement_key(key(explicit(curve, **change), point))


@pytest.mark.parametrize(("kind", "with_order"), [(X9_42_PUBLIC_NUMBER, True), (PKCS_3_KEY_AGREEMENT, False)])
def test_diffie_hellman_with_parameters(kind: str, with_order: bool) -> None:
    group = STANDARDISED_GROUPS[1]
    value = der.encode_integer(int.from_bytes(byte_group(1).public_key(99), "big"))

    def algorithm(prime: int, generator: int, order: int) -> bytes:
        numbers = [prime, generator, order] if with_order else [prime, generator]
        parameters = der.encode_sequence(*map(der.encode_integer, numbers))
        return der.encode_sequence(der.encode_object_identifier(kind), parameters)

    assert decode_agreement_key(key(algorithm(group.prime, group.generator, group.order), value)).parameter_id == 1
    bad = [(group.prime + 2, group.generator, group.order), (group.prime, group.generator + 1, group.order)]
    bad += [(group.prime, group.generator, group.order + 2)] if with_order else []
    for numbers in bad:
        with pytest.raises(KeyNotSupported):
            decode_agreement_key(key(algorithm(*numbers), value))


@pytest.mark.parametrize("number", [-1, 0, 1, STANDARDISED_GROUPS[0].prime - 1, STANDARDISED_GROUPS[0].prime + 5, 3])
def test_numbers_outside_the_subgroup_are_refused(number: int) -> None:
    algorithm = der.encode_sequence(der.encode_object_identifier("0.4.0.127.0.7.1.2"), der.encode_integer(0))
    with pytest.raises(InvalidGroupElement):
        decode_agreement_key(key(algorithm, der.encode_integer(number)))


def test_points_off_the_curve_and_other_kinds_are_refused() -> None:
    with pytest.raises(InvalidGroupElement):
        decode_agreement_key(encode_agreement_key(12, b"\x04" + bytes(64)))
    for kind, parameters in (("1.2.840.113549.1.1.1", der.encode_null()), ("0.4.0.127.0.7.1.2", der.encode_integer(7))):
        with pytest.raises(KeyNotSupported):
            decode_agreement_key(key(der.encode_sequence(der.encode_object_identifier(kind), parameters), b"\x04"))


@given(st.integers(0, 200), st.integers(0, 255))
def test_a_changed_byte_raises_only_our_errors(position: int, value: int) -> None:
    raw = bytearray(key(explicit(STANDARDISED_CURVES[11]), byte_group(11).public_key(9)))
    raw[position % len(raw)] = value
    for damaged in (bytes(raw), bytes(raw[:position])):
        try:
            decode_agreement_key(damaged)
        except (DecodingError, CryptographicError):
            continue


def test_the_key_of_the_tr_03105_5_data_set() -> None:
    from asn1crypto import keys

    from openeoi.encoding.lds.data_group_14 import DataGroup14
    from openeoi.encoding.lds.security_infos import ChipAuthenticationPublicKeyInfo, of_kind

    (info,) = of_kind(DataGroup14.decode(reference("tr-03105-5/Datagroup14.bin")).security_infos, ChipAuthenticationPublicKeyInfo)
    read = decode_agreement_key(info.public_key)
    private = keys.PrivateKeyInfo.load(reference("tr-03105-5/DG14_sk.pkcs8"))["private_key"].parsed["private_key"].native
    assert read.parameter_id == 11
    assert read.group.public_key(private) == read.encoded
