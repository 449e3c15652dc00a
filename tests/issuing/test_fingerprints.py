"""Drawn prints: what stands in for a sensor. They belong to nobody, and still are what a reader of fingerprints expects."""

import io
from itertools import combinations, pairwise

import wsq  # noqa: F401 - registers the WSQ format with Pillow
from PIL import Image, ImageChops, ImageStat

from openeoi.encoding.biometrics import image_formats
from openeoi.encoding.biometrics.finger_19794 import Compression, FingerPosition
from openeoi.encoding.biometrics.image_formats import ImageFormat
from openeoi.encoding.lds.data_group_3 import DataGroup3
from openeoi.issuing import fingerprints
from openeoi.issuing.fingerprints import HEIGHT, WIDTH, draw

SEEDS = tuple(bytes((number,)) * 16 for number in range(4))


def picture(content: bytes) -> Image.Image:
    with Image.open(io.BytesIO(content), formats=("WSQ",)) as image:
        return image.copy()


def test_the_same_seed_draws_the_same_print() -> None:
    first = draw(SEEDS[0])
    draw.cache_clear()
    assert draw(SEEDS[0]) == first


def test_other_seeds_draw_other_prints() -> None:
    for one, other in combinations([picture(draw(seed)) for seed in SEEDS], 2):
        (difference,) = ImageStat.Stat(ImageChops.difference(one, other)).mean
        assert difference > 40  # two independent patterns of ridges; the same print twice differs by nothing


def test_it_is_a_print_of_ridges_on_white() -> None:
    for seed in SEEDS:
        image = picture(draw(seed))
        assert image.size == (WIDTH, HEIGHT)
        assert image.getpixel((1, 1)) == 255
        inner = image.crop((60, 60, WIDTH - 60, HEIGHT - 60))
        (deviation,) = ImageStat.Stat(inner).stddev
        assert deviation > 50  # dark ridges and light valleys
        # About nine pixels from ridge to ridge.
        row = [inner.getpixel((x, 100)) for x in range(inner.width)]
        crossings = sum((left > 128) != (right > 128) for left, right in pairwise(row))  # type: ignore[operator]  # grey values
        assert 10 <= crossings <= 60


def test_the_data_group_holds_both_index_fingers() -> None:
    prints = draw(SEEDS[0]), draw(SEEDS[1])
    encoded = fingerprints.data_group_3(prints).encode()
    assert 16_000 <= len(encoded) <= 32_000
    group = DataGroup3.decode(encoded)
    assert [one.record.fingers[0].position for one in group.fingers] == [FingerPosition.RIGHT_INDEX, FingerPosition.LEFT_INDEX]
    assert tuple(one.record.fingers[0].image for one in group.fingers) == prints
    assert {one.record.compression for one in group.fingers} == {Compression.WSQ}
    for one in group.fingers:
        described = image_formats.describe(one.record.fingers[0].image)
        assert (described.image_format, described.width, described.height) == (ImageFormat.WSQ, WIDTH, HEIGHT)
