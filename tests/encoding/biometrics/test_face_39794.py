from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encoding.parser_properties import check_flipped_bytes, check_trailing_bytes, check_truncation
from openeoi.encoding import tlv
from openeoi.encoding.biometrics.face_39794 import FaceImageData
from openeoi.encoding.biometrics.image_formats import ImageFormat, describe
from openeoi.encoding.biometrics.schema_39794 import IDENTITY_METADATA, LANDMARK, PAD_DATA
from openeoi.encoding.biometrics.tagged_schema import Extension, Value, decode_value, encode_value
from openeoi.encoding.errors import DecodingError, EncodingError
from openeoi.encoding.lds.data_group_2 import DataGroup2
from reference_data import reference

# Start of image, frame header of 4 x 6 pixels, end of image.
TINY_JPEG = bytes.fromhex("FFD8FFC0000B080006000401011100FFD9")


def sample(name: str) -> bytes:
    return reference(f"iso-39794/ICAO_39794_5_AP_{name}.dat")


@pytest.mark.parametrize("name", ["AllFields", "MandFields"])
def test_the_samples_of_icao_are_written_as_read(name: str) -> None:
    raw = sample(name)
    read = FaceImageData.decode(raw)
    assert read.encode() == raw
    assert (read.image_format, describe(read.image).width, describe(read.image).height) == (ImageFormat.JPEG_2000, 413, 531)
    check_truncation(FaceImageData.decode, raw)
    check_flipped_bytes(FaceImageData.decode, raw, at_most=300)
    check_trailing_bytes(FaceImageData.decode, raw)


def test_all_fields_have_their_names() -> None:
    representation = FaceImageData.decode(sample("AllFields")).representation
    metadata = representation["identityMetadataBlock"]
    assert isinstance(metadata, Mapping)
    assert metadata["eyeColour"] == ("extensionBlock", {"fallback": "blue"})
    assert metadata["subjectHeight"] == 1786
    assert representation["captureDateTimeBlock"] == {
        "year": 2024,
        "month": 1,
        "day": 20,
        "hour": 13,
        "minute": 23,
        "second": 9,
        "millisecond": 908,
    }
    (landmark,) = representation["landmarkBlocks"]  # type: ignore[misc]  # a tuple by the schema
    assert landmark["landmarkCoordinates"] == ("base", ("coordinateCartesian2DBlock", {"x": 90, "y": 22}))  # type: ignore[index,call-overload]
    assert set(FaceImageData.decode(sample("MandFields")).representation) == {"representationId", "imageRepresentation"}


def test_the_sample_with_an_invalid_image_is_refused_for_that_reason() -> None:
    with pytest.raises(DecodingError, match="the image is neither JPEG"):
        FaceImageData.decode(sample("MandFields_InvalidImage"))


def test_a_block_of_our_own_in_data_group_2() -> None:
    group = DataGroup2.of_iso_39794(TINY_JPEG, "F")
    raw = group.encode()
    read = DataGroup2.decode(raw)
    assert read == group
    assert read.images == (TINY_JPEG,)
    assert bytes.fromhex("A108 87020101 8802002A 7F2E") in raw
    assert read.faces[0].record.representation["identityMetadataBlock"] == {  # type: ignore[union-attr]
        "gender": ("extensionBlock", {"fallback": "female"})
    }
    check_truncation(DataGroup2.decode, raw)
    check_flipped_bytes(DataGroup2.decode, raw)


def test_an_image_of_another_format_than_announced_is_refused() -> None:
    raw = FaceImageData.of(TINY_JPEG).encode()
    with pytest.raises(DecodingError, match="is not JPEG 2000"):
        FaceImageData.decode(raw.replace(bytes.fromhex("A003800102"), bytes.fromhex("A003800103")))


def test_an_extension_is_kept() -> None:
    raw = bytes.fromhex("83 02 06FA 8F 01 AA")
    read = decode_value(IDENTITY_METADATA, raw, "x")
    assert read == {"subjectHeight": 1786, "extension 15": Extension(bytes.fromhex("8F01AA"))}
    assert encode_value(IDENTITY_METADATA, read, "x") == raw


@pytest.mark.parametrize(
    "raw",
    [
        "83020000",  # a superfluous zero byte
        "830100",  # height 0
        "8302 06FA 8302 06FA",  # twice
        "A005A1038001FF",  # unknown gender
        "A003800102",  # the alternative of the full standard, not of the profile
        "8003800102",  # primitive where a choice belongs
        "3000",  # a universal tag
    ],
)
def test_malformed_metadata_is_refused(raw: str) -> None:
    with pytest.raises(DecodingError):
        decode_value(IDENTITY_METADATA, bytes.fromhex(raw.replace(" ", "")), "identityMetadataBlock")


@pytest.mark.parametrize("value", [{"subjectHeight": 0}, {"gender": "female"}, {"unknown": 1}, {"subjectHeight": b"1"}, 5])
def test_values_that_do_not_fit_are_refused(value: Value) -> None:
    with pytest.raises(EncodingError):
        encode_value(IDENTITY_METADATA, value, "identityMetadataBlock")


@given(st.integers(0, 87), st.integers(0, 65535), st.integers(0, 65535))
def test_landmarks_survive_encoding(code: int, x: int, y: int) -> None:
    content = tlv.encode(0xA0, tlv.encode(0xA0, tlv.encode(0xA0, tlv.encode(0xA1, tlv.encode(0x80, bytes((code,)))))))
    value = decode_value(LANDMARK, content, "landmark")
    assert isinstance(value, dict)
    value["landmarkCoordinates"] = ("base", ("coordinateCartesian2DBlock", {"x": x, "y": y}))
    assert decode_value(LANDMARK, encode_value(LANDMARK, value, "landmark"), "landmark") == value


@given(st.binary(max_size=60))
def test_any_bytes_decode_or_raise_decoding_error(raw: bytes) -> None:
    for schema in (IDENTITY_METADATA, LANDMARK, PAD_DATA):
        try:
            value = decode_value(schema, raw, "x")
        except DecodingError:
            continue
        assert encode_value(schema, value, "x") == raw
