import io

import pytest
from PIL import Image

from openeoi.encoding.biometrics.image_formats import ImageDescription, ImageFormat, describe
from openeoi.issuing.sample_portrait import JANA, SAMPLES, Portrait, draw, jpeg, jpeg_2000


@pytest.mark.parametrize("portrait", SAMPLES.values(), ids=SAMPLES)
def test_every_sample_is_an_icao_sized_picture_on_an_even_light_background(portrait: Portrait) -> None:
    picture = draw(portrait)
    assert (picture.mode, picture.size) == ("RGB", (413, 531))
    corners = [picture.getpixel(point) for point in ((2, 2), (410, 2), (2, 200), (410, 200))]
    assert all(isinstance(colour, tuple) and min(colour) > 200 for colour in corners)


def test_a_portrait_is_the_same_each_time() -> None:
    assert jpeg(JANA) == jpeg(JANA)


def test_both_file_formats_fit_a_chip() -> None:
    for image, image_format in ((jpeg(JANA), ImageFormat.JPEG), (jpeg_2000(JANA), ImageFormat.JPEG_2000)):
        assert describe(image) == ImageDescription(image_format, 413, 531)
        assert 8_000 < len(image) < 30_000
        with Image.open(io.BytesIO(image)) as opened:
            opened.load()


def test_a_larger_picture_for_print() -> None:
    assert draw(JANA, scale=1.5).size == (620, 796)
