"""What can be chosen of a drawn portrait, and the measures its parts share. Coordinates are pixels of a 413 x 531 picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from openeoi.issuing.portraits.drawing import Colour, Point, mirrored

# 35 x 45 mm at 300 dots per inch.
WIDTH, HEIGHT = 413, 531
CENTRE = WIDTH / 2
EYE_LINE = 262


class HairStyle(StrEnum):
    LONG = "long"
    BOB = "bob"
    BUN = "bun"
    SHORT = "short"
    CROPPED = "cropped"


@dataclass(frozen=True, slots=True)
class Portrait:
    """What can be chosen; colours are (red, green, blue), 0 to 255. `jaw` widens (above 0) or narrows the lower face, in pixels;
    `age` 0.0 to 1.0 deepens the lines around mouth and eyes."""

    skin: Colour = (238, 200, 176)
    hair: Colour = (92, 58, 38)
    eyes: Colour = (88, 116, 122)
    lips: Colour = (190, 98, 96)
    clothes: Colour = (38, 62, 92)
    shirt: Colour = (244, 242, 236)
    style: HairStyle = HairStyle.LONG
    jaw: int = -3
    brow: float = 1.0
    beard: bool = False
    age: float = 0.2


def both_sides(left: Sequence[Point]) -> list[Point]:
    """A symmetrical outline from its left half, listed from top to bottom; points on the middle line stand once."""
    right = [point for point in reversed(mirrored(left, CENTRE)) if abs(point[0] - CENTRE) > 0.01]
    return [*left, *right]


def both_sides_polygon(left: Sequence[Point]) -> list[Point]:
    return [*left, *reversed(mirrored(left, CENTRE))]
