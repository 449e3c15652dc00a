"""The face: its shape and shade, eyes, nose, mouth and beard."""

from __future__ import annotations

from collections.abc import Sequence

from openeoi.issuing.portraits.drawing import Canvas, Point, closed_curve, mixed, open_curve
from openeoi.issuing.portraits.model import CENTRE, EYE_LINE, Portrait, both_sides


def face_outline(portrait: Portrait) -> list[Point]:
    jaw = portrait.jaw
    return closed_curve(
        both_sides(
            [
                (CENTRE, 88),
                (144, 106),
                (108, 160),
                (98, 226),
                (100 - jaw * 0.3, 286),
                (110 - jaw, 342),
                (134 - jaw * 1.3, 392),
                (168 - jaw, 428),
                (CENTRE, 441),
            ]
        )
    )


def face(canvas: Canvas, portrait: Portrait) -> list[Point]:
    skin = portrait.skin
    shadow, light = mixed(skin, (140, 72, 50), 0.36), mixed(skin, (255, 250, 240), 0.5)
    blush = mixed(skin, (214, 84, 78), 0.42)
    outline = face_outline(portrait)
    canvas.soft([(x, y + 5) for x, y in outline], mixed(skin, (70, 30, 20), 0.6), 0.35, 6)
    canvas.fill(outline, skin)
    # Roundness: the rim darker, forehead, nose ridge, cheekbones and chin lighter.
    canvas.rim(outline, shadow, 0.75, 30)
    for shape, strength, blur in (
        (closed_curve([(150, 190), (CENTRE, 168), (263, 190), (250, 216), (CENTRE, 206), (163, 216)]), 0.5, 16),
        (closed_curve([(132, 300), (152, 288), (172, 300), (156, 316)]), 0.42, 11),
        (closed_curve([(281, 300), (261, 288), (241, 300), (257, 316)]), 0.5, 11),
        (closed_curve([(CENTRE - 16, 412), (CENTRE, 404), (CENTRE + 16, 412), (CENTRE, 424)]), 0.4, 8),
    ):
        canvas.soft(shape, light, strength, blur, [outline])
    for side in (-1, 1):
        canvas.soft(
            closed_curve(
                [(CENTRE + side * 52, 320), (CENTRE + side * 74, 304), (CENTRE + side * 90, 322), (CENTRE + side * 70, 344)]
            ),
            blush,
            0.5,
            14,
            [outline],
        )
        # Eye sockets and, with age, the fold from nose to mouth.
        canvas.soft(
            closed_curve(
                [(CENTRE + side * 22, 244), (CENTRE + side * 50, 234), (CENTRE + side * 80, 250), (CENTRE + side * 50, 258)]
            ),
            shadow,
            0.5,
            8,
            [outline],
        )
        fold = open_curve([(CENTRE + side * 32, 330), (CENTRE + side * 44, 348), (CENTRE + side * 48, 368)])
        canvas.soft_line(fold, shadow, 3.2, 0.25 + 0.6 * portrait.age, 2.4)
        bag = open_curve([(CENTRE + side * 30, 279), (CENTRE + side * 48, 285), (CENTRE + side * 68, 279)])
        canvas.soft_line(bag, shadow, 2.4, 0.25 + 0.5 * portrait.age, 2.0)
    for line in range(int(3 * portrait.age)):
        y = 178 + 14 * line
        canvas.soft_line(open_curve([(160, y + 3), (CENTRE, y), (253, y + 3)]), shadow, 2, 0.4, 2)
    return outline


def eyes(canvas: Canvas, portrait: Portrait) -> None:
    for side in (-1, 1):
        _eye(canvas, portrait, side)
        _eyebrow(canvas, portrait, side)


def _eye(canvas: Canvas, portrait: Portrait, side: int) -> None:
    x, y = CENTRE + side * 47, float(EYE_LINE)
    upper = [
        (x - side * 23, y + 4),
        (x - side * 13, y - 7),
        (x + side * 2, y - 11.5),
        (x + side * 15, y - 7),
        (x + side * 24, y + 1),
    ]
    lower = [(x + side * 26, y), (x + side * 14, y + 8.5), (x, y + 10.5), (x - side * 15, y + 8.5), (x - side * 25, y + 4)]
    shape = [*open_curve(upper), *open_curve(lower)]
    lash = mixed(portrait.hair, (20, 14, 12), 0.7)
    canvas.fill(shape, (246, 243, 239))
    canvas.soft([*open_curve(upper), (x + side * 24, y - 4), (x - side * 23, y - 2)], (110, 96, 100), 0.55, 3.5, [shape])
    iris_dark = mixed(portrait.eyes, (0, 0, 0), 0.5)
    centre = (x + side * 0.5, y - 1)
    canvas.disc(centre, 12.4, iris_dark, [shape])
    canvas.disc(centre, 11.1, portrait.eyes, [shape])
    canvas.soft(
        closed_curve(
            [
                (centre[0] - 7, centre[1] + 3),
                (centre[0], centre[1] + 1),
                (centre[0] + 7, centre[1] + 3),
                (centre[0], centre[1] + 9),
            ]
        ),
        mixed(portrait.eyes, (255, 255, 255), 0.45),
        0.8,
        2,
        [shape],
    )
    canvas.disc(centre, 5.1, (18, 15, 15), [shape])
    canvas.soft([*open_curve(upper), (x + side * 22, y - 9), (x - side * 20, y - 9)], (20, 14, 14), 0.45, 2.2, [shape])
    canvas.disc((centre[0] - 3.6, centre[1] - 4), 2.1, (255, 255, 255), [shape])
    # Lashes, crease and the inner corner.
    canvas.stroke(upper, lash, [1.0, 2.2, 3.0, 3.0, 1.6])
    canvas.soft_line(open_curve(lower), mixed(portrait.skin, (120, 60, 50), 0.6), 1.3, 0.8, 0.7)
    crease = [(x - side * 21, y - 9), (x - side * 6, y - 19), (x + side * 12, y - 18), (x + side * 28, y - 8)]
    canvas.soft_line(open_curve(crease), mixed(portrait.skin, (110, 56, 42), 0.6), 1.7, 0.75, 0.9)
    canvas.disc((x - side * 22.6, y + 3.8), 2.2, mixed(portrait.skin, (205, 96, 92), 0.5))


def _eyebrow(canvas: Canvas, portrait: Portrait, side: int) -> None:
    x, y = CENTRE + side * 47, EYE_LINE - 35.0
    points = [(x - side * 26, y + 2), (x - side * 8, y - 3), (x + side * 12, y - 4.5), (x + side * 34, y + 6)]
    colour = mixed(portrait.hair, (40, 28, 24), 0.35)
    width = 4.6 * portrait.brow
    canvas.stroke(points, colour, [width * 0.8, width * 1.15, width, 1.0], softness=1.3, strength=0.85)


def nose(canvas: Canvas, portrait: Portrait) -> None:
    shadow, light = mixed(portrait.skin, (128, 62, 44), 0.5), mixed(portrait.skin, (255, 250, 242), 0.6)
    wide = portrait.jaw * 0.3
    for side in (-1, 1):
        # Side of the ridge from the brow down; the left of the picture lies in the shade.
        strength = 0.42 if side < 0 else 0.24
        ridge = closed_curve(
            [
                (CENTRE + side * 20, 240),
                (CENTRE + side * 11, 280),
                (CENTRE + side * 16, 316),
                (CENTRE + side * 26, 322),
                (CENTRE + side * 22, 280),
            ]
        )
        canvas.soft(ridge, shadow, strength, 7)
        wing = [
            (CENTRE + side * (20 + wide), 316),
            (CENTRE + side * (26 + wide), 326),
            (CENTRE + side * (22 + wide), 336),
            (CENTRE + side * 14, 336),
        ]
        canvas.soft_line(open_curve(wing), shadow, 2.2, 0.9, 1.2)
        nostril = closed_curve(
            [(CENTRE + side * 7, 337), (CENTRE + side * 12, 333), (CENTRE + side * 18, 336), (CENTRE + side * 12, 339)]
        )
        canvas.soft(nostril, mixed(portrait.skin, (70, 24, 20), 0.8), 0.9, 1.2)
    canvas.soft(closed_curve([(CENTRE - 20, 341), (CENTRE, 345), (CENTRE + 20, 341), (CENTRE, 352)]), shadow, 0.55, 4)
    canvas.soft(closed_curve([(CENTRE - 1, 250), (CENTRE + 4, 270), (CENTRE + 4, 304), (CENTRE - 2, 304)]), light, 0.6, 4)
    canvas.soft(closed_curve([(CENTRE - 6, 318), (CENTRE + 2, 312), (CENTRE + 9, 319), (CENTRE + 2, 326)]), light, 0.75, 4)


def mouth(canvas: Canvas, portrait: Portrait) -> None:
    y = 378.0
    half = 35 + portrait.jaw * 0.3
    line = [(CENTRE - half, y - 3.5), (CENTRE - 17, y), (CENTRE, y + 1.5), (CENTRE + 17, y), (CENTRE + half, y - 3.5)]
    upper = [
        (CENTRE - half, y - 3.5),
        (CENTRE - 18, y - 7.5),
        (CENTRE - 7, y - 10),
        (CENTRE, y - 7.5),
        (CENTRE + 7, y - 10),
        (CENTRE + 18, y - 7.5),
        (CENTRE + half, y - 3.5),
    ]
    lower = [(CENTRE + half, y - 3.5), (CENTRE + 20, y + 9.5), (CENTRE, y + 14), (CENTRE - 20, y + 9.5), (CENTRE - half, y - 3.5)]
    middle = open_curve(line)
    upper_lip, lower_lip = [*open_curve(upper), *reversed(middle)], [*middle, *open_curve(lower)]
    canvas.soft(upper_lip, mixed(portrait.lips, (80, 20, 24), 0.22), 0.95, 1.1)
    canvas.soft(lower_lip, portrait.lips, 0.95, 1.1)
    canvas.soft(
        closed_curve([(CENTRE - 14, y + 6), (CENTRE, y + 5), (CENTRE + 14, y + 6), (CENTRE, y + 11)]),
        mixed(portrait.lips, (255, 236, 230), 0.6),
        0.6,
        2.6,
    )
    canvas.stroke(line, mixed(portrait.lips, (60, 10, 16), 0.62), [1.0, 1.9, 2.0, 1.9, 1.0], softness=0.5)
    shadow = mixed(portrait.skin, (130, 66, 50), 0.45)
    canvas.soft(
        closed_curve([(CENTRE - 18, y + 20), (CENTRE, y + 18), (CENTRE + 18, y + 20), (CENTRE, y + 25)]), shadow, 0.6, 3.4
    )
    for side in (-1, 1):
        canvas.soft(
            closed_curve(
                [(CENTRE + side * (half - 1), y - 7), (CENTRE + side * (half + 4), y - 4.5), (CENTRE + side * (half - 1), y)]
            ),
            shadow,
            0.7,
            1.8,
        )
        canvas.soft_line([(CENTRE + side * 4, 353), (CENTRE + side * 5, 364)], shadow, 2.0, 0.35, 1.4)


def beard(canvas: Canvas, portrait: Portrait, face: Sequence[Point]) -> None:
    colour = mixed(portrait.hair, portrait.skin, 0.25)
    outer = both_sides(
        [
            (CENTRE, 358),
            (CENTRE - 40, 360),
            (CENTRE - 74, 340),
            (CENTRE - 104, 300),
            (CENTRE - 112, 360),
            (CENTRE - 80, 430),
            (CENTRE, 450),
        ]
    )
    hole = closed_curve(
        [(CENTRE - 40, 378), (CENTRE, 366), (CENTRE + 40, 378), (CENTRE + 22, 394), (CENTRE, 396), (CENTRE - 22, 394)]
    )
    canvas.soft(closed_curve(outer), colour, 0.72, 5, [face], without=[hole])
