"""Five ways to wear hair: what lies behind the head, what frames the face, and fine strands over it."""

from __future__ import annotations

from collections.abc import Sequence

from openeoi.issuing.portraits.drawing import Canvas, Colour, Point, closed_curve, mixed, open_curve
from openeoi.issuing.portraits.face import face_outline
from openeoi.issuing.portraits.model import CENTRE, HairStyle, Portrait, both_sides


def hair_behind(canvas: Canvas, portrait: Portrait) -> None:
    dark = mixed(portrait.hair, (0, 0, 0), 0.42)
    if portrait.style is HairStyle.LONG:
        side = [(CENTRE, 70), (120, 92), (84, 170), (78, 270), (70, 360), (66, 440), (98, 474), (150, 470), (CENTRE, 460)]
    elif portrait.style is HairStyle.BOB:
        side = [(CENTRE, 70), (118, 92), (82, 170), (72, 270), (76, 350), (102, 392), (150, 396), (CENTRE, 396)]
    elif portrait.style is HairStyle.BUN:
        canvas.fill(
            closed_curve([(CENTRE - 44, 76), (CENTRE, 26), (CENTRE + 44, 76), (CENTRE, 110)]), mixed(dark, portrait.hair, 0.5)
        )
        side = [(CENTRE, 72), (128, 96), (100, 170), (98, 250), (120, 300), (CENTRE, 310)]
    else:
        return
    shape = closed_curve(both_sides(side))
    canvas.fill(shape, dark)
    canvas.soft(
        closed_curve(both_sides([(CENTRE, 200), (130, 230), (116, 340), (130, 430), (CENTRE, 440)])),
        (0, 0, 0),
        0.35,
        16,
        [shape],
    )


def hair_in_front(canvas: Canvas, portrait: Portrait) -> None:
    hair = portrait.hair
    dark, light = mixed(hair, (0, 0, 0), 0.35), mixed(hair, (255, 232, 200), 0.28)
    shapes = _HAIR_SHAPES[portrait.style](portrait)
    for shape in shapes:
        canvas.soft([(x, y + 6) for x, y in shape], mixed(portrait.skin, (60, 26, 16), 0.7), 0.5, 6, [face_outline(portrait)])
    for shape in shapes:
        canvas.fill(shape, hair)
        canvas.rim(shape, dark, 0.55, 12)
    _strands(canvas, portrait, shapes, dark, light)


def _strands(canvas: Canvas, portrait: Portrait, shapes: Sequence[Sequence[Point]], dark: Colour, light: Colour) -> None:
    """Fine lines along the fall of the hair, light where the light falls on the crown."""
    if portrait.style in (HairStyle.SHORT, HairStyle.CROPPED):
        for index in range(26):
            x = CENTRE - 104 + index * 8.3
            lean = (x - CENTRE) * 0.16
            canvas.soft_line(
                open_curve([(x - lean, 84), (x, 112), (x + lean * 0.6 + 5, 140)]),
                light if index % 3 else dark,
                1.3,
                0.3,
                0.7,
                shapes,
            )
        return
    for side in (-1, 1):
        for index in range(16):
            spread = index / 15
            top = (CENTRE - 14 + side * (4 + 30 * spread), 74 + 4 * spread)
            bend = (CENTRE + side * (66 + 52 * spread), 104 + 46 * spread)
            end = (CENTRE + side * (96 + 36 * spread), 210 + 90 * spread)
            canvas.soft_line(open_curve([top, bend, end]), light if index % 4 else dark, 1.5, 0.34, 0.8, shapes)
            canvas.soft_line(
                open_curve([end, (end[0] + side * 1, end[1] + 90), (end[0] + side * (2 - 12 * spread), 490)]),
                dark if index % 3 else light,
                1.5,
                0.3,
                0.8,
                shapes,
            )


def _long_hair(portrait: Portrait) -> list[list[Point]]:
    left = [
        *((196, 74), (150, 74), (110, 102), (88, 160), (80, 240), (78, 320), (66, 400), (60, 452), (72, 486), (96, 500)),
        *((112, 470), (110, 420), (103, 360), (98, 300), (102, 248), (114, 206), (142, 166), (188, 128)),
    ]
    right = [
        *((184, 78), (226, 66), (280, 80), (318, 126), (332, 200), (334, 300), (346, 390), (354, 450), (342, 486), (318, 500)),
        *((301, 470), (303, 420), (310, 360), (315, 300), (311, 244), (298, 200), (262, 158), (198, 122)),
    ]
    return [closed_curve(left), closed_curve(right)]


def _bob(portrait: Portrait) -> list[list[Point]]:
    left = [
        (192, 76),
        (150, 72),
        (106, 100),
        (80, 160),
        (68, 250),
        (70, 330),
        (86, 384),
        (112, 392),
        (108, 340),
        (98, 290),
        (102, 240),
        (112, 206),
        (150, 170),
        (196, 120),
    ]
    right = [
        (180, 80),
        (226, 66),
        (286, 82),
        (328, 136),
        (344, 230),
        (344, 330),
        (328, 384),
        (302, 392),
        (306, 340),
        (315, 290),
        (311, 240),
        (302, 200),
        (262, 178),
        (196, 128),
    ]
    return [closed_curve(left), closed_curve(right)]


def _combed_back(portrait: Portrait) -> list[list[Point]]:
    crown = both_sides(
        [(CENTRE, 66), (150, 76), (110, 112), (94, 176), (95, 236), (106, 214), (118, 172), (150, 136), (CENTRE, 122)]
    )
    return [closed_curve(crown)]


def _short_hair(portrait: Portrait) -> list[list[Point]]:
    crown = [
        (94, 250),
        (88, 180),
        (104, 112),
        (150, 72),
        (214, 62),
        (272, 76),
        (312, 118),
        (324, 180),
        (319, 250),
        (311, 214),
        (300, 178),
        (276, 150),
        (230, 146),
        (180, 136),
        (140, 152),
        (114, 178),
        (102, 214),
    ]
    return [closed_curve(crown)]


def _cropped_hair(portrait: Portrait) -> list[list[Point]]:
    crown = [
        (95, 262),
        (90, 190),
        (106, 124),
        (152, 84),
        (CENTRE, 76),
        (261, 84),
        (307, 124),
        (323, 190),
        (318, 262),
        (310, 220),
        (302, 176),
        (282, 138),
        (246, 122),
        (CENTRE, 118),
        (166, 122),
        (130, 138),
        (111, 176),
        (103, 220),
    ]
    return [closed_curve(crown)]


_HAIR_SHAPES = {
    HairStyle.LONG: _long_hair,
    HairStyle.BOB: _bob,
    HairStyle.BUN: _combed_back,
    HairStyle.SHORT: _short_hair,
    HairStyle.CROPPED: _cropped_hair,
}
