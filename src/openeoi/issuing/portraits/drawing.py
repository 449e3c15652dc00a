"""A small vector canvas on Pillow: smooth curves, soft shadows, clipping. Coordinates are pixels of the final picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Point: TypeAlias = tuple[float, float]
Colour: TypeAlias = tuple[int, int, int]
# Shapes whose union lets paint through; none: everywhere.
Clips: TypeAlias = Sequence[Sequence[Point]]

STEPS_PER_SEGMENT = 14


def mixed(colour: Colour, other: Colour, share: float) -> Colour:
    """`colour` with `share` (0.0 to 1.0) of `other` in it."""
    red, green, blue = (round(one + (two - one) * share) for one, two in zip(colour, other, strict=True))
    return red, green, blue


def mirrored(points: Sequence[Point], centre: float) -> list[Point]:
    return [(2 * centre - x, y) for x, y in points]


def closed_curve(points: Sequence[Point]) -> list[Point]:
    """A smooth closed line through all points (Catmull-Rom)."""
    count = len(points)
    return [
        _between(points[i - 1], points[i], points[(i + 1) % count], points[(i + 2) % count], step / STEPS_PER_SEGMENT)
        for i in range(count)
        for step in range(STEPS_PER_SEGMENT)
    ]


def open_curve(points: Sequence[Point]) -> list[Point]:
    """A smooth line through all points, from the first to the last."""
    padded = [points[0], *points, points[-1]]
    curve = [
        _between(padded[i], padded[i + 1], padded[i + 2], padded[i + 3], step / STEPS_PER_SEGMENT)
        for i in range(len(points) - 1)
        for step in range(STEPS_PER_SEGMENT)
    ]
    return [*curve, points[-1]]


@dataclass(frozen=True, slots=True)
class _Mask:
    """A grey picture of where paint goes, and where on the canvas its upper left corner lies."""

    image: Image.Image
    left: int
    top: int


class Canvas:
    """An RGB picture that is drawn `scale` times larger than its coordinates say."""

    def __init__(self, width: int, height: int, scale: float) -> None:
        self._scale = scale
        self._size = (round(width * scale), round(height * scale))
        self._image = Image.new("RGB", self._size)

    def reduced(self, width: int, height: int) -> Image.Image:
        return self._image.resize((width, height), Image.Resampling.LANCZOS)

    def vertical_gradient(self, top: Colour, bottom: Colour) -> None:
        strip = Image.linear_gradient("L").resize(self._size)
        self._image.paste(Image.composite(Image.new("RGB", self._size, bottom), Image.new("RGB", self._size, top), strip))

    def fill(self, shape: Sequence[Point], colour: Colour) -> None:
        ImageDraw.Draw(self._image).polygon(self._scaled(shape), fill=colour)

    def line(self, points: Sequence[Point], colour: Colour, width: float) -> None:
        ImageDraw.Draw(self._image).line(
            self._scaled(points), fill=colour, width=max(1, round(width * self._scale)), joint="curve"
        )

    def disc(self, centre: Point, radius: float, colour: Colour, clip: Clips = ()) -> None:
        mask = self._empty([centre], radius)
        (x, y), reach = self._scaled([centre])[0], radius * self._scale
        x, y = x - mask.left, y - mask.top
        ImageDraw.Draw(mask.image).ellipse((x - reach, y - reach, x + reach, y + reach), fill=255)
        self._paint(mask, colour, 1.0, clip)

    def soft(
        self, shape: Sequence[Point], colour: Colour, strength: float, blur: float, clip: Clips = (), without: Clips = ()
    ) -> None:
        """The shape with a blurred edge: `strength` 0.0 to 1.0, `blur` the radius in pixels; inside `clip`, outside `without`."""
        mask = self._polygon(shape, 3 * blur)
        for left_out in without:
            ImageDraw.Draw(mask.image).polygon(self._local(left_out, mask), fill=0)
        self._paint(self._blurred(mask, blur), colour, strength, clip)

    def rim(self, shape: Sequence[Point], colour: Colour, strength: float, depth: float) -> None:
        """Shade along the inside of the outline, `depth` pixels deep."""
        mask = self._polygon(shape, 3 * depth)
        inner = self._blurred(mask, depth).image.point([min(255, 2 * (255 - value)) for value in range(256)])
        self._paint(_Mask(ImageChops.multiply(inner, mask.image), mask.left, mask.top), colour, strength, ())

    def soft_line(
        self, points: Sequence[Point], colour: Colour, width: float, strength: float, blur: float, clip: Clips = ()
    ) -> None:
        mask = self._empty(points, width + 3 * blur)
        thickness = max(1, round(width * self._scale))
        ImageDraw.Draw(mask.image).line(self._local(points, mask), fill=255, width=thickness, joint="curve")
        self._paint(self._blurred(mask, blur), colour, strength, clip)

    def stroke(
        self, points: Sequence[Point], colour: Colour, widths: Sequence[float], softness: float = 0.4, strength: float = 1.0
    ) -> None:
        """A curve whose width changes from point to point, like a brush stroke."""
        curve = open_curve(points)
        mask = self._empty(curve, max(widths) + 3 * softness)
        drawing = ImageDraw.Draw(mask.image)
        for index, (x, y) in enumerate(self._local(curve, mask)):
            position = index / (len(curve) - 1) * (len(widths) - 1)
            before = min(int(position), len(widths) - 2)
            width = widths[before] + (widths[before + 1] - widths[before]) * (position - before)
            reach = width * self._scale / 2
            drawing.ellipse((x - reach, y - reach, x + reach, y + reach), fill=255)
        self._paint(self._blurred(mask, softness), colour, strength, ())

    def _paint(self, mask: _Mask, colour: Colour, strength: float, clips: Clips) -> None:
        image = mask.image
        if clips:
            allowed = Image.new("L", image.size)
            for clip in clips:
                ImageDraw.Draw(allowed).polygon(self._local(clip, mask), fill=255)
            image = ImageChops.multiply(image, allowed)
        if strength < 1:
            image = image.point([round(value * strength) for value in range(256)])
        self._image.paste(colour, (mask.left, mask.top, mask.left + image.width, mask.top + image.height), image)

    def _polygon(self, shape: Sequence[Point], margin: float) -> _Mask:
        mask = self._empty(shape, margin)
        ImageDraw.Draw(mask.image).polygon(self._local(shape, mask), fill=255)
        return mask

    def _empty(self, points: Sequence[Point], margin: float) -> _Mask:
        """A black mask that reaches `margin` pixels beyond the points, cut to the canvas."""
        xs, ys = zip(*self._scaled(points), strict=True)
        reach = margin * self._scale + 2
        left, top = max(0, int(min(xs) - reach)), max(0, int(min(ys) - reach))
        right, bottom = min(self._size[0], int(max(xs) + reach)), min(self._size[1], int(max(ys) + reach))
        return _Mask(Image.new("L", (max(1, right - left), max(1, bottom - top))), left, top)

    def _blurred(self, mask: _Mask, radius: float) -> _Mask:
        return _Mask(mask.image.filter(ImageFilter.GaussianBlur(radius * self._scale)), mask.left, mask.top)

    def _local(self, points: Sequence[Point], mask: _Mask) -> list[Point]:
        return [(x - mask.left, y - mask.top) for x, y in self._scaled(points)]

    def _scaled(self, points: Sequence[Point]) -> list[Point]:
        return [(x * self._scale, y * self._scale) for x, y in points]


def _between(before: Point, start: Point, end: Point, after: Point, share: float) -> Point:
    def along(a: float, b: float, c: float, d: float) -> float:
        t = share
        return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t * t * t)

    return along(before[0], start[0], end[0], after[0]), along(before[1], start[1], end[1], after[1])
