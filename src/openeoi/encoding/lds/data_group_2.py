"""EF.DG2: the encoded face (ICAO 9303-10, 4.7.2): one or more biometric templates with a facial record each."""

from __future__ import annotations

from dataclasses import dataclass

from openeoi.encoding import tlv
from openeoi.encoding.biometrics import templates
from openeoi.encoding.biometrics.face_19794 import FacialImage, FacialRecord, Gender
from openeoi.encoding.biometrics.face_39794 import FaceImageData
from openeoi.encoding.biometrics.templates import BiometricHeader, BiometricTemplate
from openeoi.encoding.errors import DecodingError, EncodingError

# Format types in the register of SC 37 (ICAO 9303-10, table 41).
ISO_19794_5 = bytes.fromhex("0008")
ISO_39794_5 = bytes.fromhex("002A")


def facial_header() -> BiometricHeader:
    """The header that documents carry before an ISO/IEC 19794-5 record: type facial features, no subtype information."""
    return BiometricHeader(ISO_19794_5, version=b"\x01\x01", biometric_type=templates.FACIAL_FEATURES, biometric_subtype=b"\x00")


@dataclass(frozen=True, slots=True)
class FacialTemplate:
    """`record` follows ISO/IEC 19794-5 (`FacialRecord`) or ISO/IEC 39794-5 (`FaceImageData`), as the header says."""

    header: BiometricHeader
    record: FacialRecord | FaceImageData

    @property
    def images(self) -> tuple[bytes, ...]:
        if isinstance(self.record, FaceImageData):
            return (self.record.image,)
        return tuple(face.image for face in self.record.faces)

    def template(self) -> BiometricTemplate:
        return BiometricTemplate(self.header, self.record.encode(), constructed=isinstance(self.record, FaceImageData))


@dataclass(frozen=True, slots=True)
class DataGroup2:
    """At least one template; documents have one with one image."""

    faces: tuple[FacialTemplate, ...]

    @classmethod
    def of(cls, image: bytes, gender: Gender = Gender.UNSPECIFIED) -> DataGroup2:
        """One face as a full frontal JPEG or JPEG 2000 image in an ISO/IEC 19794-5 record. Raises EncodingError."""
        return cls((FacialTemplate(facial_header(), FacialRecord((FacialImage.of(image, gender),))),))

    @classmethod
    def of_iso_39794(cls, image: bytes, sex: str = "") -> DataGroup2:
        """The same in an ISO/IEC 39794-5 block, which readers must understand since 2025; `sex` is "F", "M", "X" or empty."""
        return cls((FacialTemplate(BiometricHeader(ISO_39794_5), FaceImageData.of(image, sex)),))

    @property
    def images(self) -> tuple[bytes, ...]:
        """All images as JPEG or JPEG 2000, in file order; the first is the holder's main portrait."""
        return tuple(image for face in self.faces for image in face.images)

    def encode(self) -> bytes:
        if not self.faces:
            raise EncodingError("EF.DG2", "at least one face is mandatory")
        return tlv.encode(0x75, templates.encode_group([face.template() for face in self.faces]))

    @classmethod
    def decode(cls, raw: bytes) -> DataGroup2:
        """Raises DecodingError, also for a format that is no face's and for an image that is neither JPEG nor JPEG 2000."""
        instances = templates.decode_group(tlv.decode_expected(raw, 0x75))
        if not instances:
            raise DecodingError("EF.DG2 holds no face")
        return cls(tuple(_template(instance) for instance in instances))


def _template(instance: BiometricTemplate) -> FacialTemplate:
    header = instance.header
    form = (header.format_owner, header.format_type, instance.constructed)
    if form == (templates.SC37, ISO_19794_5, False):
        return FacialTemplate(header, FacialRecord.decode(instance.data))
    if form == (templates.SC37, ISO_39794_5, True):
        return FacialTemplate(header, FaceImageData.decode(instance.data))
    raise DecodingError(f"format {header.format_owner.hex()} {header.format_type.hex()} in this form is no facial record")
