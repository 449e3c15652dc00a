"""The directory file of certificates, EF.CDF (PKCS #15 v1.1, 6.6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from openeoi.encoding import tlv
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.pkcs15.objects import (
    OCTET_STRING,
    SEQUENCE,
    TYPE_ATTRIBUTES,
    CommonAttributes,
    Fields,
    Objects,
    decode_objects,
    decode_path,
    encode_objects,
    encode_path,
    sequence,
)
from openeoi.encoding.tlv import Tlv

BOOLEAN: Final = 0x01
TRUE: Final = b"\xff"


@dataclass(frozen=True, slots=True)
class CertificateObject:
    """One X.509 certificate in its own file; `identifier` equals that of its private key, where the card has one."""

    label: str
    identifier: bytes
    file_id: int
    is_authority: bool = False

    def encode(self) -> bytes:
        authority = tlv.encode(BOOLEAN, TRUE) if self.is_authority else b""
        return sequence(
            CommonAttributes(self.label).encode(),
            sequence(tlv.encode(OCTET_STRING, self.identifier), authority),
            tlv.encode(TYPE_ATTRIBUTES, sequence(encode_path(self.file_id.to_bytes(2, "big")))),
        )

    @classmethod
    def from_tlv(cls, item: Tlv) -> CertificateObject:
        what = "EF.CDF"
        fields = Fields.of(item, SEQUENCE, what)
        common = CommonAttributes.take(fields)
        identity = fields.inside(SEQUENCE)
        identifier = identity.take(OCTET_STRING)
        authority = identity.optional(BOOLEAN)
        wrapper = fields.inside(TYPE_ATTRIBUTES)
        attributes = wrapper.inside(SEQUENCE)
        path = decode_path(attributes)
        for part in (identity, attributes, wrapper, fields):
            part.end()
        if authority not in (None, TRUE) or len(path) != 2:
            raise DecodingError(f"{what}: the authority flag or the file identifier is not in its form")
        return cls(common.label, identifier, int.from_bytes(path, "big"), authority is not None)


def encode_certificates(objects: Iterable[CertificateObject], gap: int = 0) -> bytes:
    return encode_objects((item.encode() for item in objects), gap)


def decode_certificates(raw: bytes) -> Objects[CertificateObject]:
    return decode_objects(raw, CertificateObject.from_tlv)
