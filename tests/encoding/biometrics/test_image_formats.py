import io

import pytest
import wsq  # noqa: F401 - registers the format with Pillow
from PIL import Image

from encoding.parser_properties import check_flipped_bytes
from openeoi.encoding.biometrics.image_formats import ImageDescription, ImageFormat, describe, detect
from openeoi.encoding.errors import DecodingError
from reference_data import reference


def made(form: str, **options: object) -> bytes:
    output = io.BytesIO()
    Image.new("RGB", (31, 47), (200, 10, 10)).save(output, form, **options)
    return output.getvalue()


CASES = {
    "JPEG": (made("JPEG"), ImageFormat.JPEG),
    "progressive JPEG": (made("JPEG", progressive=True), ImageFormat.JPEG),
    "JPEG 2000 file": (made("JPEG2000"), ImageFormat.JPEG_2000),
    "JPEG 2000 code stream": (made("JPEG2000", no_jp2=True), ImageFormat.JPEG_2000),
    "PNG": (made("PNG"), ImageFormat.PNG),
}


@pytest.mark.parametrize(("image", "image_format"), CASES.values(), ids=CASES)
def test_format_and_size_come_from_the_header(image: bytes, image_format: ImageFormat) -> None:
    assert describe(image) == ImageDescription(image_format, 31, 47)
    check_flipped_bytes(describe, image)


@pytest.mark.parametrize(("image", "image_format"), CASES.values(), ids=CASES)
def test_a_cut_header_is_refused(image: bytes, image_format: ImageFormat) -> None:
    for length in range(20):
        with pytest.raises(DecodingError):
            describe(image[:length])


@pytest.mark.parametrize("name", ["fp.wsq", "sample_image.wsq"])
def test_prints_in_wsq(name: str) -> None:
    image = reference(f"wsq/{name}")
    assert detect(image) is ImageFormat.WSQ
    assert describe(image).image_format is ImageFormat.WSQ
    with Image.open(io.BytesIO(image)) as opened:
        assert (describe(image).width, describe(image).height) == opened.size
    check_flipped_bytes(describe, image)


@pytest.mark.parametrize("image", [b"", b"GIF89a", bytes(40), b"BM" + bytes(60)])
def test_other_formats_are_told(image: bytes) -> None:
    with pytest.raises(DecodingError, match="neither JPEG"):
        detect(image)
