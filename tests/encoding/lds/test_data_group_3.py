import pytest

from encoding.parser_properties import check_flipped_bytes, check_trailing_bytes, check_truncation
from openeoi.encoding.biometrics.finger_19794 import Compression, FingerImage, FingerPosition, FingerRecord
from openeoi.encoding.biometrics.image_formats import ImageFormat, describe
from openeoi.encoding.errors import EncodingError
from openeoi.encoding.lds.data_group_3 import DataGroup3, FingerTemplate, finger_header
from reference_data import reference


def group() -> DataGroup3:
    positions = (FingerPosition.RIGHT_INDEX, FingerPosition.LEFT_INDEX)
    images = [FingerRecord((FingerImage(b"\xff\xa0 print", 300, 400, position),)) for position in positions]
    return DataGroup3(tuple(FingerTemplate(finger_header(p), record) for p, record in zip(positions, images, strict=True)))


def test_the_reference_prints_are_read_and_written_as_read() -> None:
    raw = reference("tr-03105-5/Datagroup3.bin")
    read = DataGroup3.decode(raw)
    prints = [template.record.fingers[0] for template in read.fingers]
    assert [one.position for one in prints] == [FingerPosition.RIGHT_INDEX, FingerPosition.LEFT_THUMB + 1]
    assert [template.header.biometric_subtype for template in read.fingers] == [b"\x09", b"\x0a"]
    for template, one in zip(read.fingers, prints, strict=True):
        described = describe(one.image)
        assert (template.record.compression, described.image_format) == (Compression.WSQ, ImageFormat.WSQ)
        assert (described.width, described.height) == (one.width, one.height)
    assert read.encode() == raw


def test_prints_survive_encoding_and_damage() -> None:
    raw = group().encode()
    assert DataGroup3.decode(raw) == group()
    check_truncation(DataGroup3.decode, raw)
    check_flipped_bytes(DataGroup3.decode, raw)
    check_trailing_bytes(DataGroup3.decode, raw)


def test_a_card_without_prints_carries_random_bytes() -> None:
    empty = DataGroup3((), b"12345678")
    assert empty.encode() == bytes.fromhex("6310 7F610D 020100 5308 3132333435363738")
    assert DataGroup3.decode(empty.encode()) == empty


def test_the_subtype_of_each_finger() -> None:
    # ISO/IEC 7816-11, table C.2, as ICAO 9303-10 repeats it.
    expected = {1: 0x05, 2: 0x09, 3: 0x0D, 4: 0x11, 5: 0x15, 6: 0x06, 7: 0x0A, 8: 0x0E, 9: 0x12, 10: 0x16}
    assert {p: (finger_header(FingerPosition(p)).biometric_subtype or b"")[0] for p in range(1, 11)} == expected


def test_numbers_that_do_not_fit_are_refused() -> None:
    with pytest.raises(EncodingError):
        FingerImage(b"", 70000, 1, 1).encode()
    with pytest.raises(EncodingError):
        FingerRecord((), device=70000).encode()
