"""Chips' public keys in SubjectPublicKeyInfo, as EF.DG14, EF.DG15 and EF.CardSecurity hold them (ICAO 9303-11, 9.2.5 and 9.5).

For key agreement three kinds of algorithm identifiers lead to a group: standardised domain parameters by id (BSI), curves by
name or with all parameters spelled out, and Diffie-Hellman after X9.42 or PKCS#3. Spelled-out parameters must be those of a
standardised group in every number: one changed number lets its author choose the private key.
"""

from __future__ import annotations

from dataclasses import dataclass

from openeoi.crypto.byte_group import ByteGroup, EncodedGroup
from openeoi.crypto.diffie_hellman import STANDARDISED_GROUPS
from openeoi.crypto.domain_parameters import elliptic_curve_group, multiplicative_group
from openeoi.crypto.elliptic_curves.curves import STANDARDISED_CURVES, Point
from openeoi.crypto.elliptic_curves.explicit_parameters import standardised_curve
from openeoi.crypto.elliptic_curves.group import EllipticCurveGroup
from openeoi.crypto.errors import InvalidGroupElement, InvalidKey, KeyNotSupported
from openeoi.crypto.message_recovery import RsaPublicKey
from openeoi.encoding import der, tlv
from openeoi.encoding.errors import DecodingError

STANDARDISED_DOMAIN_PARAMETERS = "0.4.0.127.0.7.1.2"
ELLIPTIC_CURVE_PUBLIC_KEY = "1.2.840.10045.2.1"
X9_42_PUBLIC_NUMBER = "1.2.840.10046.2.1"
PKCS_3_KEY_AGREEMENT = "1.2.840.113549.1.3.1"
RSA_ENCRYPTION = "1.2.840.113549.1.1.1"

RSA_BITS_MINIMUM = 1024


@dataclass(frozen=True, slots=True)
class AgreementKey:
    """A public key in its group; `encoded` as protocols send it, `parameter_id` of the standardised domain parameters."""

    parameter_id: int
    group: ByteGroup
    encoded: bytes


@dataclass(frozen=True, slots=True)
class EllipticCurvePublicKey:
    group: EllipticCurveGroup
    point: Point


def byte_group(parameter_id: int) -> ByteGroup:
    """The group with this id. Raises UnknownDomainParameters."""
    if parameter_id in STANDARDISED_GROUPS:
        return EncodedGroup(multiplicative_group(parameter_id))
    return EncodedGroup(elliptic_curve_group(parameter_id))


def encode_agreement_key(parameter_id: int, public_key: bytes) -> bytes:
    """SubjectPublicKeyInfo: curves by name, Diffie-Hellman after X9.42. In EF.DG14 other people's readers know these
    forms only."""
    known = STANDARDISED_GROUPS.get(parameter_id)
    if known is None:
        kind, value = ELLIPTIC_CURVE_PUBLIC_KEY, public_key
        parameters = der.encode_object_identifier(elliptic_curve_group(parameter_id).curve.object_identifier)
    else:
        kind, value = X9_42_PUBLIC_NUMBER, der.encode_integer(int.from_bytes(public_key, "big"))
        parameters = der.encode_sequence(*(der.encode_integer(one) for one in (known.prime, known.generator, known.order)))
    algorithm = der.encode_sequence(der.encode_object_identifier(kind), parameters)
    return der.encode_sequence(algorithm, der.encode_bit_string(value))


def encode_standardised_key(parameter_id: int, public_key: bytes) -> bytes:
    """SubjectPublicKeyInfo with standardised domain parameters by id (9.5.1), as EF.CardSecurity has it for the mapping."""
    algorithm = der.encode_sequence(
        der.encode_object_identifier(STANDARDISED_DOMAIN_PARAMETERS), der.encode_integer(parameter_id)
    )
    value = der.encode_integer(int.from_bytes(public_key, "big")) if parameter_id in STANDARDISED_GROUPS else public_key
    return der.encode_sequence(algorithm, der.encode_bit_string(value))


def decode_agreement_key(subject_public_key_info: bytes) -> AgreementKey:
    """Raises DecodingError for what is malformed, KeyNotSupported for other kinds, InvalidGroupElement for a bad public key."""
    algorithm, parameters, value = _split(subject_public_key_info)
    parameter_id = _parameter_id(algorithm, parameters)
    group = byte_group(parameter_id)
    encoded = _encoded(parameter_id, value)
    group.check(encoded)
    return AgreementKey(parameter_id, group, encoded)


def decode_signature_key(subject_public_key_info: bytes) -> RsaPublicKey | EllipticCurvePublicKey:
    """A key of active authentication. Raises DecodingError, KeyNotSupported, InvalidGroupElement, InvalidKey."""
    algorithm, parameters, value = _split(subject_public_key_info)
    if algorithm != RSA_ENCRYPTION:
        group = elliptic_curve_group(_curve_parameter_id(algorithm, parameters))
        return EllipticCurvePublicKey(group, group.decode(value))
    der.decode_null(parameters)
    numbers = der.decode_sequence(value)
    if len(numbers) != 2:
        raise DecodingError("an RSA public key is a modulus and an exponent")
    modulus, exponent = map(der.decode_integer, numbers)
    if modulus.bit_length() < RSA_BITS_MINIMUM or modulus % 2 == 0 or exponent < 3 or exponent % 2 == 0 or exponent >= modulus:
        raise InvalidKey(
            f"an RSA key of {modulus.bit_length()} bits that is too short, or even, or has no odd exponent from 3 on"
        )
    return RsaPublicKey(modulus, exponent)


def encode_signature_key(key: RsaPublicKey | EllipticCurvePublicKey) -> bytes:
    """SubjectPublicKeyInfo, curves by name."""
    if isinstance(key, RsaPublicKey):
        algorithm = der.encode_sequence(der.encode_object_identifier(RSA_ENCRYPTION), der.encode_null())
        value = der.encode_sequence(der.encode_integer(key.modulus), der.encode_integer(key.exponent))
    else:
        name = der.encode_object_identifier(key.group.curve.object_identifier)
        algorithm = der.encode_sequence(der.encode_object_identifier(ELLIPTIC_CURVE_PUBLIC_KEY), name)
        value = key.group.encode(key.point)
    return der.encode_sequence(algorithm, der.encode_bit_string(value))


def _split(subject_public_key_info: bytes) -> tuple[str, tlv.Tlv, bytes]:
    """Algorithm, its parameters, and the key's bytes."""
    members = der.decode_sequence(subject_public_key_info)
    if len(members) != 2:
        raise DecodingError(f"a SubjectPublicKeyInfo has two members, not {len(members)}")
    algorithm = der.decode_sequence(members[0])
    bits = der.decode_bit_string(members[1])
    if len(algorithm) != 2 or bits.unused:
        raise DecodingError("a public key has an algorithm with parameters and whole bytes")
    return der.decode_object_identifier(algorithm[0]), algorithm[1], bits.value


def _encoded(parameter_id: int, value: bytes) -> bytes:
    known = STANDARDISED_GROUPS.get(parameter_id)
    if known is None:
        return value
    number = der.decode_integer(value)
    if not 0 < number < known.prime:
        raise InvalidGroupElement(f"the public key is no element of {known.name}")
    return known.encode(number)


def _parameter_id(algorithm: str, parameters: tlv.Tlv) -> int:
    if algorithm in (X9_42_PUBLIC_NUMBER, PKCS_3_KEY_AGREEMENT):
        return _group_id(parameters, with_order=algorithm == X9_42_PUBLIC_NUMBER)
    if algorithm == STANDARDISED_DOMAIN_PARAMETERS and der.decode_integer(parameters) in STANDARDISED_GROUPS:
        return der.decode_integer(parameters)
    return _curve_parameter_id(algorithm, parameters)


def _curve_parameter_id(algorithm: str, parameters: tlv.Tlv) -> int:
    if algorithm == ELLIPTIC_CURVE_PUBLIC_KEY:
        return _curve_id(parameters)
    if algorithm == STANDARDISED_DOMAIN_PARAMETERS and der.decode_integer(parameters) in STANDARDISED_CURVES:
        return der.decode_integer(parameters)
    raise KeyNotSupported(f"a public key of the kind {algorithm}, or its domain parameters")


def _curve_id(parameters: tlv.Tlv) -> int:
    if parameters.tag == der.OBJECT_IDENTIFIER:
        name = der.decode_object_identifier(parameters)
        for parameter_id, curve in STANDARDISED_CURVES.items():
            if curve.object_identifier == name:
                return parameter_id
        raise KeyNotSupported(f"the elliptic curve {name}")
    return standardised_curve(der.decode_sequence(parameters)).parameter_id


def _group_id(parameters: tlv.Tlv, *, with_order: bool) -> int:
    """X9.42: prime, generator, order, and what proves them; PKCS#3: prime, generator, perhaps the length of private values."""
    members = der.decode_sequence(parameters)
    if len(members) < (3 if with_order else 2):
        raise DecodingError("Diffie-Hellman parameters are incomplete")
    prime, generator = der.decode_integer(members[0]), der.decode_integer(members[1])
    for parameter_id, group in STANDARDISED_GROUPS.items():
        if (prime, generator) == (group.prime, group.generator):
            if with_order and der.decode_integer(members[2]) != group.order:
                break
            return parameter_id
    raise KeyNotSupported("Diffie-Hellman parameters of a group that is not standardised")
