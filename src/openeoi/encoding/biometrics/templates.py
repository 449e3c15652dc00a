"""Biometric information templates around biometric records (ISO/IEC 7816-11, 19785-3; ICAO 9303-10, 4.7.2.1).

7F61 { 02 number of instances, 7F60 { A1 { header }, 5F2E record | 7F2E { record data objects } }, ... }
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from openeoi.encoding import tlv
from openeoi.encoding.errors import DecodingError, EncodingError

GROUP_TAG = 0x7F61
TEMPLATE_TAG = 0x7F60
HEADER_TAG = 0xA1
COUNT_TAG = 0x02
PRIMITIVE_DATA = 0x5F2E
CONSTRUCTED_DATA = 0x7F2E

# Biometric types of ISO/IEC 19785-3, and who owns the formats: ISO/IEC JTC 1/SC 37.
FACIAL_FEATURES = bytes((0x02,))
FINGERPRINT = bytes((0x08,))
SC37 = bytes.fromhex("0101")


@dataclass(frozen=True, slots=True)
class BiometricHeader:
    """All values as on the chip. `format_owner` and `format_type` two bytes each; `created` 7 bytes (BCD YYYYMMDDhhmmss),
    `validity` 8 bytes (from and through, BCD YYYYMMDD each), `creator` two bytes."""

    format_type: bytes
    format_owner: bytes = SC37
    version: bytes | None = None
    biometric_type: bytes | None = None
    biometric_subtype: bytes | None = None
    created: bytes | None = None
    validity: bytes | None = None
    creator: bytes | None = None

    def encode(self) -> bytes:
        fields = ((tag, getattr(self, name)) for tag, name, _ in _HEADER_FIELDS)
        return tlv.encode(HEADER_TAG, b"".join(tlv.encode(tag, value) for tag, value in fields if value is not None))


# Tag, field, allowed sizes in bytes (ICAO 9303-10, table 41).
_HEADER_FIELDS = (
    (0x80, "version", (2,)),
    (0x81, "biometric_type", (1, 2, 3)),
    (0x82, "biometric_subtype", (1,)),
    (0x83, "created", (7,)),
    (0x85, "validity", (8,)),
    (0x86, "creator", (2,)),
    (0x87, "format_owner", (2,)),
    (0x88, "format_type", (2,)),
)


@dataclass(frozen=True, slots=True)
class BiometricTemplate:
    """One instance: `data` is the content of 5F2E, or of 7F2E where `constructed`."""

    header: BiometricHeader
    data: bytes
    constructed: bool = False

    def encode(self) -> bytes:
        data = tlv.encode(CONSTRUCTED_DATA if self.constructed else PRIMITIVE_DATA, self.data)
        return tlv.encode(TEMPLATE_TAG, self.header.encode() + data)


def encode_group(templates: Sequence[BiometricTemplate]) -> bytes:
    """The group template 7F61; no instance at all is allowed (an empty DG3, ICAO 9303-10, 4.7.3)."""
    if len(templates) > 9:
        raise EncodingError("number of instances", f"{len(templates)}, at most 9 are allowed")
    return tlv.encode(GROUP_TAG, tlv.encode(COUNT_TAG, bytes((len(templates),))) + b"".join(one.encode() for one in templates))


def decode_group(raw: bytes) -> tuple[BiometricTemplate, ...]:
    """The instances in file order; their number must be the one announced. Raises DecodingError."""
    objects = tlv.decode_all(tlv.decode_expected(raw, GROUP_TAG))
    if not objects or objects[0].tag != COUNT_TAG or len(objects[0].value) != 1:
        raise DecodingError("a group template begins with the number of its instances")
    templates, count = objects[1:], objects[0].value[0]
    if any(one.tag != TEMPLATE_TAG for one in templates):
        raise DecodingError("something other than biometric information templates stands in the group")
    if len(templates) != count or count > 9:
        raise DecodingError(f"{count} instances announced (at most 9 are allowed), {len(templates)} follow")
    return tuple(_decode_template(one) for one in templates)


def _decode_template(template: tlv.Tlv) -> BiometricTemplate:
    parts = tlv.children(template)
    if len(parts) != 2 or parts[0].tag != HEADER_TAG or parts[1].tag not in (PRIMITIVE_DATA, CONSTRUCTED_DATA):
        raise DecodingError("a biometric information template is a header (A1) and data (5F2E or 7F2E)")
    return BiometricTemplate(_decode_header(parts[0]), parts[1].value, parts[1].tag == CONSTRUCTED_DATA)


def _decode_header(header: tlv.Tlv) -> BiometricHeader:
    objects = tlv.children(header)
    known = [tag for tag, _, _ in _HEADER_FIELDS]
    found = [one.tag for one in objects]
    if found != [tag for tag in known if tag in found]:
        raise DecodingError("the biometric header has unknown, repeated or disordered elements")
    values: dict[str, bytes] = {}
    for tag, name, sizes in _HEADER_FIELDS:
        value = tlv.find_optional(objects, tag)
        if value is None:
            continue
        if len(value) not in sizes:
            raise DecodingError(f"biometric header element {tag:02X} has {len(value)} bytes")
        values[name] = value
    if not {"format_owner", "format_type"} <= set(values):
        raise DecodingError("the biometric header names no format (87 and 88)")
    return BiometricHeader(**values)
