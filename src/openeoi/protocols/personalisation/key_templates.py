"""GENERATE ASYMMETRIC KEY PAIR (ISO/IEC 7816-8): which key the chip makes, and the public key that it answers.

| template | key | answer |
|---|---|---|
| B6{84 number} | a credential's key on P-384 | 7F49{86 point} |
| A6{80 parameter id, 82 ciphers, 83 key id (may be absent)} | chip authentication | 7F49{86 point}, or 7F49{84 public value} |
| A4{80 hash, 83 parameter id} | active authentication on a curve | 7F49{86 point} |
| A4{80 hash, 81 bits} | active authentication with RSA | 7F49{81 modulus, 82 exponent} |

Points are uncompressed. The content of A6 and A4 is our choice; ciphers and hashes are numbered as in PUT DATA 0124.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

from openeoi.crypto.byte_group import ByteGroup
from openeoi.crypto.ciphers import Cipher
from openeoi.crypto.diffie_hellman import STANDARDISED_GROUPS
from openeoi.crypto.domain_parameters import elliptic_curve_group
from openeoi.crypto.errors import CryptographicError
from openeoi.crypto.message_recovery import RsaPublicKey
from openeoi.crypto.public_keys import EllipticCurvePublicKey, byte_group
from openeoi.encoding import tlv
from openeoi.encoding.errors import DecodingError, EncodingError
from openeoi.encoding.signature_algorithms import DigestAlgorithm
from openeoi.protocols.personalisation.document_protocols import CIPHER_NUMBERS, CIPHERS, DIGESTS
from openeoi.protocols.personalisation.shared import KEY_NUMBERS, KeyRole

CREDENTIAL: Final = 0xB6
CHIP_AUTHENTICATION: Final = 0xA6
ACTIVE_AUTHENTICATION: Final = 0xA4
PUBLIC_KEY: Final = 0x7F49

RSA_BITS: Final = (1024, 1280, 1536, 2048, 3072)
"""OUR CHOICE of what the chip makes; each fits its hash and a response in extended length."""


@dataclass(frozen=True, slots=True)
class ChipKeyTemplate:
    """A key of chip authentication on standardised domain parameters; `key_id` where the chip has several."""

    parameter_id: int
    ciphers: frozenset[Cipher]
    key_id: int | None = None


@dataclass(frozen=True, slots=True)
class ActiveKeyTemplate:
    """A key of active authentication: on the curve `parameter_id`, or RSA with `rsa_bits`."""

    digest: DigestAlgorithm
    parameter_id: int | None = None
    rsa_bits: int | None = None


KeyTemplate: TypeAlias = KeyRole | ChipKeyTemplate | ActiveKeyTemplate


def encode_key_template(template: KeyTemplate) -> bytes:
    match template:
        case KeyRole():
            return tlv.encode(CREDENTIAL, tlv.encode(0x84, bytes((KEY_NUMBERS[template],))))
        case ChipKeyTemplate():
            numbers = bytes(sorted(CIPHER_NUMBERS[cipher] for cipher in template.ciphers))
            content = tlv.encode(0x80, bytes((template.parameter_id,))) + tlv.encode(0x82, numbers)
            key_id = b"" if template.key_id is None else tlv.encode(0x83, bytes((template.key_id,)))
            return tlv.encode(CHIP_AUTHENTICATION, content + key_id)
        case ActiveKeyTemplate():
            digest = tlv.encode(0x80, bytes((DIGESTS.index(template.digest),)))
            if template.rsa_bits is not None:
                return tlv.encode(ACTIVE_AUTHENTICATION, digest + tlv.encode(0x81, template.rsa_bits.to_bytes(2, "big")))
            if template.parameter_id is None:
                raise EncodingError("key template", "a key is on a curve or RSA")
            return tlv.encode(ACTIVE_AUTHENTICATION, digest + tlv.encode(0x83, bytes((template.parameter_id,))))


def decode_key_template(raw: bytes) -> KeyTemplate:
    """Strict inverse. Raises DecodingError, also for keys that the card cannot make."""
    template = tlv.decode(raw)
    objects = tlv.decode_all(template.value)
    values = {item.tag: item.value for item in objects}
    found: KeyTemplate | None = None
    try:
        match template.tag, tuple(item.tag for item in objects):
            case (0xB6, (0x84,)):
                found = {bytes((number,)): role for role, number in KEY_NUMBERS.items()}.get(values[0x84])
            case (0xA6, (0x80, 0x82) | (0x80, 0x82, 0x83)):
                found = _chip_key(values)
            case (0xA4, (0x80, 0x83) | (0x80, 0x81)):
                found = _active_key(values)
    except (CryptographicError, KeyError, ValueError) as error:
        raise DecodingError(f"a key that this card cannot make: {error}") from error
    if found is None or encode_key_template(found) != raw:
        raise DecodingError("no key of this card is named like that")
    return found


def _chip_key(values: dict[int, bytes]) -> ChipKeyTemplate:
    (parameter_id,) = values[0x80]
    ciphers = frozenset(CIPHERS[number] for number in values[0x82])
    if not ciphers:
        raise DecodingError("a key of chip authentication has a cipher")
    byte_group(parameter_id)
    key_id = values.get(0x83)
    if key_id is not None and len(key_id) != 1:
        raise DecodingError("the number of a key has one byte")
    return ChipKeyTemplate(parameter_id, ciphers, None if key_id is None else key_id[0])


def _active_key(values: dict[int, bytes]) -> ActiveKeyTemplate:
    (number,) = values[0x80]
    if number >= len(DIGESTS):
        raise DecodingError("an unknown hash function")
    if 0x81 in values:
        bits = int.from_bytes(values[0x81], "big")
        if bits not in RSA_BITS:
            raise DecodingError(f"an RSA key of {bits} bits")
        return ActiveKeyTemplate(DIGESTS[number], rsa_bits=bits)
    (parameter_id,) = values[0x83]
    elliptic_curve_group(parameter_id)
    return ActiveKeyTemplate(DIGESTS[number], parameter_id)


def encode_point(point: bytes) -> bytes:
    return tlv.encode(PUBLIC_KEY, tlv.encode(0x86, point))


def encode_agreement_value(parameter_id: int, public_key: bytes) -> bytes:
    """A point, or the public value of a multiplicative group, as protocols send it."""
    return tlv.encode(PUBLIC_KEY, tlv.encode(0x84 if parameter_id in STANDARDISED_GROUPS else 0x86, public_key))


def encode_rsa_key(key: RsaPublicKey) -> bytes:
    modulus = key.modulus.to_bytes(key.size, "big")
    exponent = key.exponent.to_bytes((key.exponent.bit_length() + 7) // 8, "big")
    return tlv.encode(PUBLIC_KEY, tlv.encode(0x81, modulus) + tlv.encode(0x82, exponent))


def decode_credential_key(raw: bytes) -> bytes:
    """The uncompressed point on P-384: 04 and two coordinates of 48 bytes."""
    point = tlv.decode_expected(tlv.decode_expected(raw, PUBLIC_KEY), 0x86)
    if len(point) != 97 or point[0] != 4:
        raise DecodingError("the public key is no uncompressed point on P-384")
    return point


def decode_agreement_value(raw: bytes, parameter_id: int) -> bytes:
    """As protocols send it, checked to be in its group. Raises DecodingError."""
    group: ByteGroup = byte_group(parameter_id)
    value = tlv.decode_expected(tlv.decode_expected(raw, PUBLIC_KEY), 0x84 if parameter_id in STANDARDISED_GROUPS else 0x86)
    try:
        group.check(value)
    except CryptographicError as error:
        raise DecodingError(f"the public key is not in its group: {error}") from error
    return value


def decode_active_key(raw: bytes, template: ActiveKeyTemplate) -> RsaPublicKey | EllipticCurvePublicKey:
    """Raises DecodingError, also where the chip has made another kind of key than it was asked for."""
    objects = tlv.decode_all(tlv.decode_expected(raw, PUBLIC_KEY))
    tags, values = tuple(item.tag for item in objects), [int.from_bytes(item.value, "big") for item in objects]
    if template.rsa_bits is not None:
        if tags != (0x81, 0x82) or values[0].bit_length() != template.rsa_bits:
            raise DecodingError(f"the public key is no RSA key of {template.rsa_bits} bits")
        return RsaPublicKey(values[0], values[1])
    if template.parameter_id is None or tags != (0x86,):
        raise DecodingError("the public key is no point")
    group = elliptic_curve_group(template.parameter_id)
    try:
        return EllipticCurvePublicKey(group, group.decode(objects[0].value))
    except CryptographicError as error:
        raise DecodingError(f"the public key is not on its curve: {error}") from error
