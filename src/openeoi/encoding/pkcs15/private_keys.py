"""The directory file of private keys, EF.PrKDF (PKCS #15 v1.1, 6.3): P-384 keys that never leave the card."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from openeoi.encoding import tlv
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.pkcs15.objects import (
    BIT_STRING,
    INTEGER,
    OBJECT_PRIVATE,
    OCTET_STRING,
    SEQUENCE,
    TYPE_ATTRIBUTES,
    CommonAttributes,
    Fields,
    Objects,
    decode_flags,
    decode_number,
    decode_objects,
    decode_path,
    encode_flags,
    encode_number,
    encode_objects,
    encode_path,
    sequence,
)
from openeoi.encoding.tlv import Tlv

SIGN: Final = 2
DERIVE: Final = 8
NON_REPUDIATION: Final = 9

ACCESS_SENSITIVE: Final = 0
ELLIPTIC_CURVE_KEY: Final = 0xA0
OBJECT_IDENTIFIER: Final = 0x06
SECP384R1: Final = bytes.fromhex("2B81040022")


@dataclass(frozen=True, slots=True)
class PrivateKeyObject:
    """One private key. `authentication_id` is the identifier of its PIN object (None: usable without a PIN), `usage` holds bit
    numbers of KeyUsageFlags, `user_consent` 1 means one signature per PIN entry; MSE does not take `key_reference`."""

    label: str
    identifier: bytes
    usage: frozenset[int]
    key_reference: int
    authentication_id: bytes | None = None
    user_consent: int | None = None
    path: bytes = b""

    def encode(self) -> bytes:
        flags = frozenset({OBJECT_PRIVATE}) if self.authentication_id is not None else frozenset[int]()
        key = sequence(
            tlv.encode(OCTET_STRING, self.identifier),
            encode_flags(self.usage),
            encode_flags(frozenset({ACCESS_SENSITIVE})),
            encode_number(self.key_reference),
        )
        # The real card gives the curve as an object identifier where PKCS #15 has a field size (a quirk that upstream reads).
        attributes = sequence(encode_path(self.path), sequence(tlv.encode(OBJECT_IDENTIFIER, SECP384R1)))
        common = CommonAttributes(self.label, flags, self.authentication_id, self.user_consent)
        return tlv.encode(ELLIPTIC_CURVE_KEY, common.encode() + key + tlv.encode(TYPE_ATTRIBUTES, attributes))

    @classmethod
    def from_tlv(cls, item: Tlv) -> PrivateKeyObject:
        what = "EF.PrKDF"
        fields = Fields.of(item, ELLIPTIC_CURVE_KEY, what)
        common = CommonAttributes.take(fields)
        key = fields.inside(SEQUENCE)
        identifier = key.take(OCTET_STRING)
        usage = decode_flags(key.take(BIT_STRING))
        access = decode_flags(key.take(BIT_STRING))
        reference = decode_number(key.take(INTEGER))
        wrapper = fields.inside(TYPE_ATTRIBUTES)
        attributes = wrapper.inside(SEQUENCE)
        path = decode_path(attributes)
        information = attributes.inside(SEQUENCE)
        curve = information.take(OBJECT_IDENTIFIER)
        for part in (key, information, attributes, wrapper, fields):
            part.end()
        if curve != SECP384R1:
            raise DecodingError(f"{what}: the curve is not secp384r1")
        if access != {ACCESS_SENSITIVE} or (OBJECT_PRIVATE in common.flags) != (common.authentication_id is not None):
            raise DecodingError(f"{what}: a key is sensitive, and private exactly if a PIN guards it")
        return cls(common.label, identifier, usage, reference, common.authentication_id, common.user_consent, path)


def encode_private_keys(objects: Iterable[PrivateKeyObject], gap: int = 0) -> bytes:
    return encode_objects((item.encode() for item in objects), gap)


def decode_private_keys(raw: bytes) -> Objects[PrivateKeyObject]:
    return decode_objects(raw, PrivateKeyObject.from_tlv)
