"""Fingerprints for cards that need them. This office has no sensor: it draws prints that belong to nobody, from a seed.

A print is the cosine of a phase that grows across the ridges; a minutia is a point around which the phase winds once (Larkin and
Fletcher, "A coherent framework for fingerprint analysis", Optics Express 15, 2007). Ridges are a loop around a core, nine pixels
apart at 500 pixels per inch. The picture is computed at half the resolution and enlarged.
"""

from __future__ import annotations

import cmath
import io
import math
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Final

import wsq  # noqa: F401 - registers the WSQ format with Pillow
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from openeoi.encoding.biometrics.finger_19794 import FingerImage, FingerPosition, FingerRecord
from openeoi.encoding.lds.data_group_3 import DataGroup3, FingerTemplate, finger_header

WIDTH: Final = 320
HEIGHT: Final = 400
SEED_SIZE: Final = 16
POSITIONS: Final = (FingerPosition.RIGHT_INDEX, FingerPosition.LEFT_INDEX)

_RIDGE_PERIOD: Final = 4.5  # pixels at half resolution
_MINUTIAE: Final = 24
_MINUTIAE_DISTANCE: Final = 14.0
_CONTRAST: Final = 112
_GRAIN: Final = 0.12


@dataclass(frozen=True, slots=True)
class _Minutia:
    """A ridge ends or divides at (x, y); `turn` is the direction in which the phase winds."""

    x: float
    y: float
    turn: int


def data_group_3(prints: tuple[bytes, bytes]) -> DataGroup3:
    """EF.DG3 with the WSQ pictures of right and left index finger."""
    fingers = []
    for position, content in zip(POSITIONS, prints, strict=True):
        image = FingerImage(content, WIDTH, HEIGHT, position)
        fingers.append(FingerTemplate(finger_header(position), FingerRecord((image,))))
    return DataGroup3(tuple(fingers))


@lru_cache(maxsize=64)
def draw(seed: bytes) -> bytes:
    """A print as WSQ; the same seed draws the same print."""
    # No secret hangs on a drawn print.
    random = Random(seed)  # noqa: S311
    picture = _ridges(random).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)
    grain = Image.frombytes("L", (WIDTH, HEIGHT), random.randbytes(WIDTH * HEIGHT)).filter(ImageFilter.GaussianBlur(0.7))
    picture = Image.blend(picture, grain, _GRAIN)
    paper = Image.new("L", (WIDTH, HEIGHT), 255)
    content = io.BytesIO()
    Image.composite(picture, paper, _contact_area(random)).save(content, "WSQ")
    return content.getvalue()


def _ridges(random: Random) -> Image.Image:
    width, height = WIDTH // 2, HEIGHT // 2
    core_x, core_y = width / 2 + random.uniform(-8, 8), height * 0.45 + random.uniform(-10, 10)
    wave_number = 2 * math.pi / (_RIDGE_PERIOD + random.uniform(-0.3, 0.3))
    tilt = random.uniform(-0.3, 0.3)
    cosine, sine = math.cos(tilt), math.sin(tilt)
    stretch = random.uniform(0.3, 0.45)  # of a loop below its core
    minutiae = _minutiae(random, width, height)
    ends = [complex(one.x, one.y) for one in minutiae if one.turn > 0]
    divides = [complex(one.x, one.y) for one in minutiae if one.turn < 0]
    pixels = bytearray()
    for y in range(height):
        for x in range(width):
            across = (x - core_x) * cosine + (y - core_y) * sine
            along = (y - core_y) * cosine - (x - core_x) * sine
            distance = math.hypot(across, along * (0.8 if along < 0 else stretch))
            here = complex(x + 0.5, y + 0.5)
            wave = cmath.rect(1.0, wave_number * distance)
            for point in ends:
                wave *= here - point
            other = 1 + 0j
            for point in divides:
                other *= here - point
            wave *= other.conjugate()
            size = abs(wave)
            pixels.append(int(128 - _CONTRAST * wave.real / size) if size else 128)
    return Image.frombytes("L", (width, height), bytes(pixels))


def _minutiae(random: Random, width: int, height: int) -> list[_Minutia]:
    found: list[_Minutia] = []
    while len(found) < _MINUTIAE:
        x, y = random.uniform(10, width - 10), random.uniform(10, height - 10)
        if all(math.hypot(x - one.x, y - one.y) > _MINUTIAE_DISTANCE for one in found):
            found.append(_Minutia(x, y, random.choice((-1, 1))))
    return found


def _contact_area(random: Random) -> Image.Image:
    """Where the finger touches the glass, soft at its edge."""
    area = Image.new("L", (WIDTH, HEIGHT), 0)
    edges = [random.uniform(2, 16) for _ in range(4)]
    outline = (edges[0], edges[1], WIDTH - edges[2], HEIGHT + edges[3] * 2)
    ImageDraw.Draw(area).rounded_rectangle(outline, radius=WIDTH * 0.44, fill=255)
    return ImageChops.lighter(area.filter(ImageFilter.GaussianBlur(4)), Image.new("L", (WIDTH, HEIGHT), 0))
