"""EF.DG3: the fingerprints (ICAO 9303-10, 4.7.3). Readable only after extended access control; kept nowhere but on the chip."""

from __future__ import annotations

from dataclasses import dataclass

from openeoi.encoding import tlv
from openeoi.encoding.biometrics import templates
from openeoi.encoding.biometrics.finger_19794 import FingerPosition, FingerRecord
from openeoi.encoding.biometrics.templates import BiometricHeader, BiometricTemplate
from openeoi.encoding.errors import DecodingError

# Format type of ISO/IEC 19794-4 in the register of SC 37.
ISO_19794_4 = bytes.fromhex("0007")
RANDOM_TAG = 0x53

# Biometric subtypes (ISO/IEC 7816-11, table C.2): bits 1-2 right (01) or left (10), bits 3-5 thumb to little finger.
_SUBTYPES: dict[FingerPosition, int] = {
    position: (0b01 if position <= FingerPosition.RIGHT_LITTLE else 0b10) | ((position - 1) % 5 + 1) << 2
    for position in FingerPosition
    if position is not FingerPosition.UNKNOWN
}


def finger_header(position: FingerPosition) -> BiometricHeader:
    return BiometricHeader(
        ISO_19794_4,
        version=b"\x01\x01",
        biometric_type=templates.FINGERPRINT,
        biometric_subtype=bytes((_SUBTYPES.get(position, 0),)),
    )


@dataclass(frozen=True, slots=True)
class FingerTemplate:
    header: BiometricHeader
    record: FingerRecord


@dataclass(frozen=True, slots=True)
class DataGroup3:
    """`random` (tag 53) makes the digest of a file without prints differ from card to card (ICAO 9303-10, 4.7.3.1)."""

    fingers: tuple[FingerTemplate, ...]
    random: bytes | None = None

    def encode(self) -> bytes:
        instances = [BiometricTemplate(finger.header, finger.record.encode()) for finger in self.fingers]
        if self.random is None:
            return tlv.encode(0x63, templates.encode_group(instances))
        group = tlv.decode(templates.encode_group(instances))
        return tlv.encode(0x63, tlv.encode(templates.GROUP_TAG, group.value + tlv.encode(RANDOM_TAG, self.random)))

    @classmethod
    def decode(cls, raw: bytes) -> DataGroup3:
        """Raises DecodingError, also for a record format that is no finger image record."""
        group = tlv.decode_expected(tlv.decode_expected(raw, 0x63), templates.GROUP_TAG)
        objects = tlv.decode_all(group)
        random = tlv.find_optional(objects, RANDOM_TAG)
        if random is not None and objects[-1].tag != RANDOM_TAG:
            raise DecodingError("the random data object is not the last in the group")
        kept = tlv.encode_all(one for one in objects if one.tag != RANDOM_TAG)
        instances = templates.decode_group(tlv.encode(templates.GROUP_TAG, kept))
        return cls(tuple(_template(instance) for instance in instances), random)


def _template(instance: BiometricTemplate) -> FingerTemplate:
    header = instance.header
    if header.format_owner != templates.SC37 or header.format_type != ISO_19794_4:
        raise DecodingError(f"format {header.format_owner.hex()} {header.format_type.hex()} is no finger image record")
    return FingerTemplate(header, FingerRecord.decode(instance.data))
