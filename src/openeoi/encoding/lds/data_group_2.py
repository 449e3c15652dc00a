"""EF.DG2: the encoded face (ICAO 9303-10, 4.7.2): one or more biometric templates with a facial record each."""

from __future__ import annotations

from dataclasses import dataclass

from openeoi.encoding import tlv
from openeoi.encoding.biometrics import templates
from openeoi.encoding.biometrics.face_19794 import FacialImage, FacialRecord, Gender
from openeoi.encoding.biometrics.templates import BiometricHeader, BiometricTemplate
from openeoi.encoding.errors import DecodingError, EncodingError

# Format type of ISO/IEC 19794-5 in the register of SC 37 (ICAO 9303-10, table 41).
ISO_19794_5 = bytes.fromhex("0008")


def facial_header() -> BiometricHeader:
    """The header that documents carry before an ISO/IEC 19794-5 record: type facial features, no subtype information."""
    return BiometricHeader(ISO_19794_5, version=b"\x01\x01", biometric_type=templates.FACIAL_FEATURES, biometric_subtype=b"\x00")


@dataclass(frozen=True, slots=True)
class FacialTemplate:
    header: BiometricHeader
    record: FacialRecord

    @property
    def images(self) -> tuple[bytes, ...]:
        return tuple(face.image for face in self.record.faces)


@dataclass(frozen=True, slots=True)
class DataGroup2:
    """At least one template; documents have one with one image."""

    faces: tuple[FacialTemplate, ...]

    @classmethod
    def of(cls, image: bytes, gender: Gender = Gender.UNSPECIFIED) -> DataGroup2:
        """One face as a full frontal JPEG or JPEG 2000 image in an ISO/IEC 19794-5 record. Raises EncodingError."""
        return cls((FacialTemplate(facial_header(), FacialRecord((FacialImage.of(image, gender),))),))

    @property
    def images(self) -> tuple[bytes, ...]:
        """All images as JPEG or JPEG 2000, in file order; the first is the holder's main portrait."""
        return tuple(image for face in self.faces for image in face.images)

    def encode(self) -> bytes:
        if not self.faces:
            raise EncodingError("EF.DG2", "at least one face is mandatory")
        group = templates.encode_group([BiometricTemplate(face.header, face.record.encode()) for face in self.faces])
        return tlv.encode(0x75, group)

    @classmethod
    def decode(cls, raw: bytes) -> DataGroup2:
        """Raises DecodingError, also for a format that is no face's and for an image that is neither JPEG nor JPEG 2000."""
        instances = templates.decode_group(tlv.decode_expected(raw, 0x75))
        if not instances:
            raise DecodingError("EF.DG2 holds no face")
        return cls(tuple(_template(instance) for instance in instances))


def _template(instance: BiometricTemplate) -> FacialTemplate:
    header = instance.header
    if header.format_owner != templates.SC37 or header.format_type != ISO_19794_5:
        raise DecodingError(f"format {header.format_owner.hex()} {header.format_type.hex()} is no facial record")
    return FacialTemplate(header, FacialRecord.decode(instance.data))
