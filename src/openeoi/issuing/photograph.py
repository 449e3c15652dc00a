"""The photograph: what is accepted at the counter, and the two pictures made from it.

Accepted: JPEG or PNG, portrait 3.5 x 4.5 cm (e-Uprava, application for the identity card) with at least 300 dots per inch, which
is 413 x 531 pixels; not older than one year, as far as the camera's date in the file (EXIF) says.
Made: the office's picture (JPEG, 413 x 531) for the screen and the card's surface, and the chip's picture (JPEG 2000 of about
15 kB) for data group 2, as ICAO 9303-9 and -10 advise. Neither keeps the file's metadata (place, device, owner).
"""

import io
import warnings
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from PIL import Image, ImageOps, UnidentifiedImageError

from openeoi.issuing.errors import FieldProblem

WIDTH, HEIGHT = 413, 531
"""Pixels of 35 x 45 mm at 300 dots per inch."""
RATIO_TOLERANCE = 0.04
MAXIMUM_BYTES = 10 * 1024 * 1024
MAXIMUM_PIXELS = 40_000_000
OLDEST = timedelta(days=365)
CHIP_BYTES = 15_000
FORMATS = ("JPEG", "PNG")

_EXIF_SUB_DIRECTORY = 0x8769
_EXIF_DATE_TAGS = (0x9003, 0x9004)  # DateTimeOriginal, DateTimeDigitized; DateTime (0x0132) changes when a file is edited


@dataclass(frozen=True, slots=True)
class Portrait:
    """`office_picture`: JPEG 413 x 531; `chip_picture`: JPEG 2000 of the same size; `taken_on`: the camera's date, if any."""

    office_picture: bytes = field(repr=False)
    chip_picture: bytes = field(repr=False)
    taken_on: date | None


class PhotographRefused(Exception):
    """Internal to this module and the form: one problem at the field `photo`."""

    def __init__(self, key: str, **values: object) -> None:
        self.problem = FieldProblem("photo", f"issuing.photo.{key}", values)
        super().__init__(key)


def examine(content: bytes, at: date) -> Portrait:
    """The portrait made from an uploaded file. Raises PhotographRefused."""
    if not content:
        raise PhotographRefused("missing")
    if len(content) > MAXIMUM_BYTES:
        raise PhotographRefused("too_large", megabytes=MAXIMUM_BYTES // 1024 // 1024)
    picture, taken_on = _opened(content)
    _require_recent(taken_on, at)
    _require_size(picture)
    return portrait_of(picture, taken_on)


def portrait_of(picture: Image.Image, taken_on: date | None = None) -> Portrait:
    """The two pictures of a portrait whose size and shape are known to be right."""
    scaled = ImageOps.fit(picture.convert("RGB"), (WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    return Portrait(_jpeg(scaled), _jpeg_2000(scaled), taken_on)


def _opened(content: bytes) -> tuple[Image.Image, date | None]:
    """The decoded picture, upright, and the camera's date. Pillow raises many kinds of errors for damaged files."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=FORMATS)
            if picture.width * picture.height > MAXIMUM_PIXELS:
                raise PhotographRefused("too_many_pixels", megapixels=MAXIMUM_PIXELS // 1_000_000)
            picture.load()
            taken_on = _taken_on(picture)
            return ImageOps.exif_transpose(picture), taken_on
    except UnidentifiedImageError:
        raise PhotographRefused("format") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PhotographRefused("too_many_pixels", megapixels=MAXIMUM_PIXELS // 1_000_000) from None
    except (OSError, SyntaxError, ValueError, EOFError, KeyError, IndexError, TypeError, OverflowError) as error:
        raise PhotographRefused("damaged") from error


def _taken_on(picture: Image.Image) -> date | None:
    exif = picture.getexif()
    values = exif.get_ifd(_EXIF_SUB_DIRECTORY)
    for tag in _EXIF_DATE_TAGS:
        text = str(values.get(tag, "")).strip("\0 ")
        try:
            return datetime.strptime(text[:10], "%Y:%m:%d").date()  # noqa: DTZ007 - EXIF dates have no zone; only the day counts
        except ValueError:
            continue  # blank and zero dates are common and say nothing
    return None


def _require_recent(taken_on: date | None, at: date) -> None:
    if taken_on is None:
        return
    if taken_on > at + timedelta(days=1):  # a day for the camera's time zone
        raise PhotographRefused("from_the_future", taken_on=taken_on)
    if at - taken_on > OLDEST:
        raise PhotographRefused("expired", taken_on=taken_on)


def _require_size(picture: Image.Image) -> None:
    if picture.width < WIDTH or picture.height < HEIGHT:
        raise PhotographRefused("too_small", width=picture.width, height=picture.height, need_width=WIDTH, need_height=HEIGHT)
    wanted = 35 / 45
    if abs(picture.width / picture.height - wanted) > wanted * RATIO_TOLERANCE:
        raise PhotographRefused("ratio", width=picture.width, height=picture.height)


def _jpeg(picture: Image.Image) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=90, dpi=(300, 300))
    return stream.getvalue()


def _jpeg_2000(picture: Image.Image) -> bytes:
    """One quality layer whose rate is chosen so that the file has about `CHIP_BYTES`."""
    raw = picture.width * picture.height * 3
    stream = io.BytesIO()
    picture.save(stream, "JPEG2000", quality_mode="rates", quality_layers=[raw / CHIP_BYTES], irreversible=True, mct=1)
    return stream.getvalue()
