"""The directory file of PIN objects, EF.AODF (PKCS #15 v1.1, 6.8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from openeoi.encoding import tlv
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.pkcs15.objects import (
    BIT_STRING,
    ENUMERATED,
    INTEGER,
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

CASE_SENSITIVE: Final = 0
CHANGE_DISABLED: Final = 2
UNBLOCK_DISABLED: Final = 3
INITIALIZED: Final = 4
UNBLOCKING_PIN: Final = 6

PIN_TYPE_UTF8: Final = 2
REFERENCE_TAG: Final = 0x80


@dataclass(frozen=True, slots=True)
class PinObject:
    """One PIN or PUK. `identifier` is ASCII text on this card; `unblocked_by` the identifier of its PUK; lengths in bytes;
    `reference` is P2 of the PIN commands; `flags` are bit numbers of PinFlags."""

    label: str
    identifier: bytes
    flags: frozenset[int]
    minimum_length: int
    stored_length: int
    maximum_length: int
    reference: int
    path: bytes
    unblocked_by: bytes | None = None

    def encode(self) -> bytes:
        attributes = sequence(
            encode_flags(self.flags),
            encode_number(PIN_TYPE_UTF8, ENUMERATED),
            encode_number(self.minimum_length),
            encode_number(self.stored_length),
            encode_number(self.maximum_length),
            tlv.encode(REFERENCE_TAG, bytes((self.reference,))),
            tlv.encode(OCTET_STRING, b"\x00"),
            encode_path(self.path),
        )
        return sequence(
            CommonAttributes(self.label, authentication_id=self.unblocked_by).encode(),
            sequence(tlv.encode(OCTET_STRING, self.identifier)),
            tlv.encode(TYPE_ATTRIBUTES, attributes),
        )

    @classmethod
    def from_tlv(cls, item: Tlv) -> PinObject:
        what = "EF.AODF"
        fields = Fields.of(item, SEQUENCE, what)
        common = CommonAttributes.take(fields)
        identity = fields.inside(SEQUENCE)
        identifier = identity.take(OCTET_STRING)
        identity.end()
        wrapper = fields.inside(TYPE_ATTRIBUTES)
        pin = wrapper.inside(SEQUENCE)
        flags = decode_flags(pin.take(BIT_STRING))
        pin_type = decode_number(pin.take(ENUMERATED))
        minimum, stored, maximum = (decode_number(pin.take(INTEGER)) for _ in range(3))
        reference = pin.take(REFERENCE_TAG)
        padding = pin.take(OCTET_STRING)
        path = decode_path(pin)
        for part in (pin, wrapper, fields):
            part.end()
        if pin_type != PIN_TYPE_UTF8 or padding != b"\x00" or len(reference) != 1 or not minimum <= maximum:
            raise DecodingError(f"{what}: PIN type, padding, reference or lengths are not those of a PIN of this card")
        return cls(
            common.label, identifier, flags, minimum, stored, maximum, reference[0], path, unblocked_by=common.authentication_id
        )


def encode_authentication_objects(objects: Iterable[PinObject], gap: int = 0) -> bytes:
    return encode_objects((item.encode() for item in objects), gap)


def decode_authentication_objects(raw: bytes) -> Objects[PinObject]:
    return decode_objects(raw, PinObject.from_tlv)
