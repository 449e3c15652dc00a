"""The face image data block of ISO/IEC 39794-5:2019 in the application profile of ICAO: one representation, 2D, DER.

In EF.DG2 it stands in 7F2E as A1 { 65 { ... } }: the biometric data block in its "standardised" form (ICAO 9303-10, 4.7.2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from openeoi.encoding import tlv
from openeoi.encoding.biometrics.image_formats import ImageFormat, describe
from openeoi.encoding.biometrics.schema_39794 import FACE_IMAGE_DATA
from openeoi.encoding.biometrics.tagged_schema import Value, decode_value, encode_value
from openeoi.encoding.errors import DecodingError, EncodingError

BLOCK_TAG = 0xA1
FACE_IMAGE_DATA_TAG = 0x65

_FORMAT_OF = {
    "jpeg": ImageFormat.JPEG,
    "jpeg2000Lossy": ImageFormat.JPEG_2000,
    "jpeg2000Lossless": ImageFormat.JPEG_2000,
}
# The block's own field is called gender; this maps the sex marker of the machine readable zone onto it.
GENDER_BY_SEX = {"F": "female", "M": "male", "X": "other"}


@dataclass(frozen=True, slots=True)
class FaceImageData:
    """`fields`: the whole block by the standard's names, see `tagged_schema` for the form of values."""

    fields: Mapping[str, Value]

    @classmethod
    def of(cls, image: bytes, sex: str = "") -> FaceImageData:
        """A block with the mandatory fields, the image's size and, for sex "F", "M" or "X", the gender. Raises EncodingError."""
        try:
            described = describe(image)
        except DecodingError as error:
            raise EncodingError("image", error.reason) from error
        code = {ImageFormat.JPEG: "jpeg", ImageFormat.JPEG_2000: "jpeg2000Lossy"}.get(described.image_format)
        if code is None:
            raise EncodingError("image", f"{described.image_format} is not allowed in a face image data block")
        information: dict[str, Value] = {
            "imageDataFormat": ("code", code),
            "faceImageKind2D": ("extensionBlock", {"fallback": "mrtd"}),
            "imageSizeBlock": {"width": described.width, "height": described.height},
        }
        two_dimensional: Value = {"representationData2D": image, "imageInformation2DBlock": information}
        representation: dict[str, Value] = {
            "representationId": 0,
            "imageRepresentation": ("base", ("imageRepresentation2DBlock", two_dimensional)),
        }
        if sex in GENDER_BY_SEX:
            gender: Value = ("extensionBlock", {"fallback": GENDER_BY_SEX[sex]})
            representation["identityMetadataBlock"] = {"gender": gender}
        return cls({"versionBlock": {"generation": 3, "year": 2019}, "representationBlocks": (representation,)})

    @property
    def image(self) -> bytes:
        return _image_block(self.fields)[0]

    @property
    def image_format(self) -> ImageFormat:
        return _image_block(self.fields)[1]

    @property
    def representation(self) -> Mapping[str, Value]:
        """The one representation block with the optional fields, such as "qualityBlocks" and "identityMetadataBlock"."""
        return _one_representation(self.fields)

    def encode(self) -> bytes:
        content = encode_value(FACE_IMAGE_DATA, self.fields, "faceImageDataBlock")
        return tlv.encode(BLOCK_TAG, tlv.encode(FACE_IMAGE_DATA_TAG, content))

    @classmethod
    def decode(cls, raw: bytes) -> FaceImageData:
        """A1 { 65 { ... } }. Raises DecodingError, also where the image is not of the format that its field says."""
        content = tlv.decode_expected(tlv.decode_expected(raw, BLOCK_TAG), FACE_IMAGE_DATA_TAG)
        fields = decode_value(FACE_IMAGE_DATA, content, "faceImageDataBlock")
        if not isinstance(fields, Mapping):
            raise DecodingError("the face image data block is no SEQUENCE")
        image, image_format = _image_block(fields)
        if describe(image).image_format is not image_format:
            raise DecodingError(f"the image is not {image_format} as its format field says")
        return cls(fields)


def _one_representation(fields: Mapping[str, Value]) -> Mapping[str, Value]:
    match fields.get("representationBlocks"):
        case (Mapping() as representation,):
            return representation
    raise DecodingError("the face image data block does not hold exactly one representation")


def _image_block(fields: Mapping[str, Value]) -> tuple[bytes, ImageFormat]:
    match _one_representation(fields).get("imageRepresentation"):
        case (
            "base",
            (
                "imageRepresentation2DBlock",
                {
                    "representationData2D": bytes() as image,
                    "imageInformation2DBlock": {"imageDataFormat": ("code", str() as code)},
                },
            ),
        ):
            return image, _FORMAT_OF[code]
    raise DecodingError("the representation holds no image in a format of the profile")
