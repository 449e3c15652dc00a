import contextlib
import io
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from openeoi.issuing.photograph import HEIGHT, WIDTH, PhotographRefused, examine
from openeoi.issuing.sample import sample_photograph

AT = date(2026, 5, 4)


def picture(size: tuple[int, int] = (826, 1062), form: str = "PNG", taken: str | None = None, orientation: int = 1) -> bytes:
    image = Image.effect_noise(size, 30).convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Camera of nobody"
    if taken is not None:
        exif.get_ifd(0x8769)[0x9003] = taken
    stream = io.BytesIO()
    image.save(stream, form, exif=exif)
    return stream.getvalue()


def refusal(content: bytes) -> str:
    with pytest.raises(PhotographRefused) as caught:
        examine(content, AT)
    assert caught.value.problem.field == "photo"
    return caught.value.problem.key.removeprefix("issuing.photo.")


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_a_portrait_becomes_two_pictures_without_metadata(form: str) -> None:
    portrait = examine(picture(form=form, taken="2026:01:02 03:04:05"), AT)
    assert portrait.taken_on == date(2026, 1, 2)
    for content, expected in ((portrait.office_picture, "JPEG"), (portrait.chip_picture, "JPEG2000")):
        made = Image.open(io.BytesIO(content))
        assert (made.format, made.size, made.mode) == (expected, (WIDTH, HEIGHT), "RGB")
        assert not made.getexif()
        assert b"Camera of nobody" not in content
    assert len(portrait.chip_picture) < 16_000


def test_the_same_photograph_gives_the_same_bytes() -> None:
    assert examine(sample_photograph(), AT) == examine(sample_photograph(), AT)


def test_a_picture_on_its_side_is_turned_upright() -> None:
    assert examine(picture((1062, 826), "JPEG", orientation=6), AT).taken_on is None


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "LA", "CMYK", "I;16"])
def test_all_modes_of_the_formats_are_read(mode: str) -> None:
    stream = io.BytesIO()
    image = Image.new("RGB", (WIDTH, HEIGHT), "grey") if mode != "I;16" else Image.new("I;16", (WIDTH, HEIGHT))
    if mode == "LA":
        image = image.convert("L")
    (image if mode == "I;16" else image.convert(mode)).save(stream, "JPEG" if mode == "CMYK" else "PNG")
    assert examine(stream.getvalue(), AT).chip_picture


def truncated() -> bytes:
    whole = picture(form="JPEG")
    return whole[: len(whole) // 2]


@pytest.mark.parametrize(
    "make, expected",
    [
        (lambda: b"", "missing"),
        (lambda: b"not a picture", "format"),
        (lambda: b"GIF89a" + bytes(100), "format"),
        (lambda: picture((WIDTH - 1, HEIGHT)), "too_small"),
        (lambda: picture((600, 600)), "ratio"),
        (lambda: picture(taken="2025:05:03 12:00:00", form="JPEG"), "expired"),
        (lambda: picture(taken="2026:05:06 12:00:00", form="JPEG"), "from_the_future"),
        (lambda: bytes(10 * 1024 * 1024 + 1), "too_large"),
        (truncated, "damaged"),
    ],
)
def test_what_is_wrong_is_told(make: Callable[[], bytes], expected: str) -> None:
    assert refusal(make()) == expected


def test_a_year_and_the_present_day_are_within_the_limit() -> None:
    for taken in ("2025:05:04 00:00:00", "2026:05:04 23:59:59", "0000:00:00 00:00:00", "    :  :     :  :  "):
        assert examine(picture(taken=taken, form="JPEG"), AT).chip_picture


def test_a_picture_that_unpacks_to_too_much_is_refused_before_it_is_unpacked() -> None:
    stream = io.BytesIO()
    Image.new("1", (7000, 9000)).save(stream, "PNG")
    assert len(stream.getvalue()) < 100_000
    assert refusal(stream.getvalue()) == "too_many_pixels"


@settings(max_examples=60, deadline=None)
@given(position=st.integers(0, 3000), value=st.integers(0, 255))
def test_a_changed_byte_is_accepted_or_refused_and_nothing_else(position: int, value: int) -> None:
    content = bytearray(sample_photograph())
    content[position % len(content)] = value
    with contextlib.suppress(PhotographRefused):
        examine(bytes(content), AT)
