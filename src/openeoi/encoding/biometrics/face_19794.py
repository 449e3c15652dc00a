"""The facial record of ISO/IEC 19794-5:2005 (ICAO 9303-9, 9303-10): a header, then per face its information and one image."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from openeoi.encoding.biometrics.image_formats import ImageFormat, describe
from openeoi.encoding.biometrics.reader import FieldReader
from openeoi.encoding.errors import DecodingError, EncodingError

FORMAT_IDENTIFIER = b"FAC\x00"
VERSION = b"010\x00"
HEADER_SIZE = 14
FACE_HEADER_SIZE = 32
FEATURE_POINT_SIZE = 8


class FaceImageType(IntEnum):
    """5.7.1. ICAO documents want FULL_FRONTAL or TOKEN_FRONTAL."""

    BASIC = 0
    FULL_FRONTAL = 1
    TOKEN_FRONTAL = 2


class ImageDataType(IntEnum):
    """5.7.2."""

    JPEG = 0
    JPEG_2000 = 1


class Gender(IntEnum):
    """5.5.3."""

    UNSPECIFIED = 0
    MALE = 1
    FEMALE = 2
    UNKNOWN = 0xFF


@dataclass(frozen=True, slots=True)
class FeaturePoint:
    """5.6: MPEG-4 point `major`.`minor` at pixel (`x`, `y`); `kind` is 1, `reserved` is kept as read."""

    kind: int
    major: int
    minor: int
    x: int
    y: int
    reserved: int = 0


@dataclass(frozen=True, slots=True)
class FacialImage:
    """One face. `image` is JPEG or JPEG 2000; width and height in pixels, 0 where left out (`describe` tells).

    The byte fields are kept as on the chip: `properties` 3, `expression` 2, `pose` 3, `pose_uncertainty` 3 bytes.
    """

    image: bytes
    width: int
    height: int
    data_type: ImageDataType
    image_type: FaceImageType = FaceImageType.FULL_FRONTAL
    gender: int = Gender.UNSPECIFIED
    eye_colour: int = 0
    hair_colour: int = 0
    properties: bytes = bytes(3)
    expression: bytes = bytes(2)
    pose: bytes = bytes(3)
    pose_uncertainty: bytes = bytes(3)
    feature_points: tuple[FeaturePoint, ...] = ()
    colour_space: int = 0
    source_type: int = 0
    device_type: int = 0
    quality: int = 0

    @classmethod
    def of(cls, image: bytes, gender: Gender = Gender.UNSPECIFIED) -> FacialImage:
        """A full frontal image in 24-bit RGB with the size its own header tells. Raises EncodingError for other formats."""
        try:
            described = describe(image)
        except DecodingError as error:
            raise EncodingError("image", error.reason) from error
        data_type = _DATA_TYPES.get(described.image_format)
        if data_type is None:
            raise EncodingError("image", f"{described.image_format} is not allowed in a facial record")
        return cls(image, described.width, described.height, data_type, gender=gender, colour_space=1)

    def encode(self) -> bytes:
        points = b"".join(
            bytes((point.kind, point.major << 4 | point.minor)) + _u16(point.x) + _u16(point.y) + _u16(point.reserved)
            for point in self.feature_points
        )
        size = FACE_HEADER_SIZE + len(points) + len(self.image)
        information = (
            size.to_bytes(4, "big")
            + _u16(len(self.feature_points))
            + bytes((self.gender, self.eye_colour, self.hair_colour))
            + self.properties
            + self.expression
            + self.pose
            + self.pose_uncertainty
        )
        image_information = (
            bytes((self.image_type, self.data_type))
            + _u16(self.width)
            + _u16(self.height)
            + bytes((self.colour_space, self.source_type))
            + _u16(self.device_type)
            + _u16(self.quality)
        )
        return information + points + image_information + self.image


_DATA_TYPES = {ImageFormat.JPEG: ImageDataType.JPEG, ImageFormat.JPEG_2000: ImageDataType.JPEG_2000}


@dataclass(frozen=True, slots=True)
class FacialRecord:
    faces: tuple[FacialImage, ...]

    def encode(self) -> bytes:
        content = b"".join(face.encode() for face in self.faces)
        length = HEADER_SIZE + len(content)
        return FORMAT_IDENTIFIER + VERSION + length.to_bytes(4, "big") + _u16(len(self.faces)) + content

    @classmethod
    def decode(cls, raw: bytes) -> FacialRecord:
        """The whole record; its length field must be its length, each image of the format it is said to have. DecodingError."""
        reader = FieldReader(raw)
        reader.expect(FORMAT_IDENTIFIER, "the format identifier")
        reader.expect(VERSION, "the version")
        length = reader.number(4, "the record length")
        if length != len(raw):
            raise DecodingError(f"a record length of {length}, the record has {len(raw)} bytes", 8)
        count = reader.number(2, "the number of faces")
        faces = tuple(_face(reader) for _ in range(count))
        reader.end("the facial record")
        if not faces:
            raise DecodingError("a facial record without a face", HEADER_SIZE - 2)
        return cls(faces)


def _face(reader: FieldReader) -> FacialImage:
    start = reader.offset
    size = reader.number(4, "the face's length")
    count = reader.number(2, "the number of feature points")
    gender, eye_colour, hair_colour = reader.take(3, "gender, eye and hair colour")
    properties, expression = reader.take(3, "properties"), reader.take(2, "expression")
    pose, uncertainty = reader.take(3, "pose angles"), reader.take(3, "pose angle uncertainty")
    points = tuple(_feature_point(reader) for _ in range(count))
    image_type, data_type = reader.take(2, "image types")
    width, height = reader.number(2, "width"), reader.number(2, "height")
    colour_space, source_type = reader.take(2, "colour space and source")
    device_type, quality = reader.number(2, "device type"), reader.number(2, "quality")
    image = reader.take(size - (reader.offset - start), "the image")
    if image_type not in list(FaceImageType) or data_type not in list(ImageDataType):
        raise DecodingError(f"unknown image type {image_type} or image data type {data_type}", start)
    if _DATA_TYPES.get(describe(image).image_format) != data_type:
        raise DecodingError("the image has another format than the record says", reader.offset - len(image))
    return FacialImage(
        image,
        width,
        height,
        ImageDataType(data_type),
        FaceImageType(image_type),
        gender,
        eye_colour,
        hair_colour,
        properties,
        expression,
        pose,
        uncertainty,
        points,
        colour_space,
        source_type,
        device_type,
        quality,
    )


def _feature_point(reader: FieldReader) -> FeaturePoint:
    kind, code = reader.take(2, "a feature point")
    x, y, reserved = (reader.number(2, "a feature point") for _ in range(3))
    return FeaturePoint(kind, code >> 4, code & 0x0F, x, y, reserved)


def _u16(value: int) -> bytes:
    try:
        return value.to_bytes(2, "big")
    except OverflowError as error:
        raise EncodingError("facial record", f"{value} does not fit two bytes") from error
