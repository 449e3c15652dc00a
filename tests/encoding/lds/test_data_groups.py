"""The examples of ICAO 9303-10, appendix A, and properties of the simple files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encoding.parser_properties import check_flipped_bytes, check_trailing_bytes, check_truncation
from openeoi.encoding import tlv
from openeoi.encoding.biometrics.face_19794 import FacialImage, FacialRecord, FeaturePoint, Gender, ImageDataType
from openeoi.encoding.errors import DecodingError, EncodingError
from openeoi.encoding.lds.common import Com
from openeoi.encoding.lds.data_group_1 import DataGroup1
from openeoi.encoding.lds.data_group_2 import DataGroup2, FacialTemplate, facial_header
from openeoi.encoding.lds.files import DATA_GROUPS, data_group_number

# Start of image, frame header of 4 x 6 pixels, start of scan, end of image: enough where nothing decodes the picture.
TINY_JPEG = bytes.fromhex("FFD8FFE000104A46494600010100000100010000FFC0000B080006000401011100FFDA0008010100003F00D2FFD9")


def test_com_of_appendix_a_1() -> None:
    # A.1: LDS version 1.7, Unicode 4.0.0, tags of DG1, DG2, DG4 and DG12.
    raw = bytes.fromhex("60165F0104303130375F36063034303030305C0461 75766C".replace(" ", ""))
    assert Com.decode(raw) == Com((1, 2, 4, 12), "0107", "040000")
    assert Com((1, 2, 4, 12)).encode() == raw


@pytest.mark.parametrize(
    ("lines", "length"),
    [
        # A.2 and the specimens of ICAO 9303-4 and -5.
        ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10", 0x58),
        ("I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<", 0x5A),
    ],
)
def test_data_group_1_holds_the_zone_without_line_breaks(lines: str, length: int) -> None:
    raw = DataGroup1(lines).encode()
    assert raw == bytes((0x61, length + 3, 0x5F, 0x1F, length)) + lines.replace("\n", "").encode()
    assert DataGroup1.decode(raw).mrz == lines
    check_truncation(DataGroup1.decode, raw)
    check_flipped_bytes(DataGroup1.decode, raw)
    check_trailing_bytes(DataGroup1.decode, raw)


@pytest.mark.parametrize("mrz", ["", "A" * 88, "a" * 44 + "\n" + "A" * 44, "A" * 30 + "\n" + "A" * 30])
def test_what_is_no_zone_is_refused(mrz: str) -> None:
    with pytest.raises(EncodingError):
        DataGroup1(mrz)


@given(st.lists(st.sampled_from(sorted(DATA_GROUPS)), unique=True))
def test_com_survives_encoding(numbers: list[int]) -> None:
    com = Com(tuple(numbers), "0108")
    assert Com.decode(com.encode()) == com


def test_damaged_com() -> None:
    raw = Com((1, 2, 3, 11, 14)).encode()
    check_truncation(Com.decode, raw)
    check_flipped_bytes(Com.decode, raw)
    check_trailing_bytes(Com.decode, raw)


def test_every_data_group_is_found_by_its_tag() -> None:
    assert [data_group_number(file.tag or 0) for file in DATA_GROUPS.values()] == list(range(1, 17))
    with pytest.raises(DecodingError):
        data_group_number(0x77)


def test_a_portrait_becomes_data_group_2() -> None:
    group = DataGroup2.of(TINY_JPEG, Gender.FEMALE)
    raw = group.encode()
    # A.3: 75, 7F61, one instance, 7F60, header A1 with version, type, subtype, owner and format, then 5F2E.
    (count, template) = tlv.decode_all(tlv.decode_expected(tlv.decode_expected(raw, 0x75), 0x7F61))
    assert count == tlv.Tlv(0x02, b"\x01")
    header, record = tlv.children(template)
    assert header.encode() == bytes.fromhex("A112 80020101 810102 820100 87020101 88020008")
    assert (record.tag, record.value[:8]) == (0x5F2E, b"FAC\x00010\x00")
    read = DataGroup2.decode(raw)
    assert read == group
    assert read.images == (TINY_JPEG,)
    assert isinstance(read.faces[0].record, FacialRecord)
    (image,) = read.faces[0].record.faces
    assert (image.width, image.height, image.data_type, image.gender) == (4, 6, ImageDataType.JPEG, Gender.FEMALE)


def test_a_face_with_all_fields_survives_encoding() -> None:
    image = FacialImage(
        TINY_JPEG,
        4,
        6,
        ImageDataType.JPEG,
        gender=1,
        eye_colour=3,
        hair_colour=5,
        properties=b"\x01\x02\x03",
        expression=b"\x00\x01",
        pose=b"\x01\x02\x03",
        pose_uncertainty=b"\x04\x05\x06",
        feature_points=(FeaturePoint(1, 12, 1, 2, 3), FeaturePoint(1, 3, 8, 400, 500, 7)),
        colour_space=1,
        source_type=2,
        device_type=3,
        quality=80,
    )
    group = DataGroup2((FacialTemplate(facial_header(), FacialRecord((image, image))),))
    raw = group.encode()
    assert DataGroup2.decode(raw) == group
    check_truncation(DataGroup2.decode, raw)
    check_flipped_bytes(DataGroup2.decode, raw)
    check_trailing_bytes(DataGroup2.decode, raw)


def test_a_png_is_no_portrait_for_a_chip() -> None:
    with pytest.raises(EncodingError, match="PNG"):
        FacialImage.of(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x04\x00\x00\x00\x06")


def test_an_image_of_another_format_than_announced_is_refused() -> None:
    raw = bytearray(DataGroup2.of(TINY_JPEG).encode())
    position = raw.index(TINY_JPEG) - 11
    assert raw[position] == ImageDataType.JPEG
    raw[position] = ImageDataType.JPEG_2000
    with pytest.raises(DecodingError, match="another format"):
        DataGroup2.decode(bytes(raw))
