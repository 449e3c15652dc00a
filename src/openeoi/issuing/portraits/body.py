"""Background, neck, clothes and ears."""

from __future__ import annotations

from openeoi.issuing.portraits.drawing import Canvas, closed_curve, mixed, open_curve
from openeoi.issuing.portraits.model import CENTRE, HairStyle, Portrait, both_sides_polygon


def background(canvas: Canvas) -> None:
    canvas.vertical_gradient((233, 237, 240), (219, 225, 229))


def neck_and_clothes(canvas: Canvas, portrait: Portrait) -> None:
    skin, shadow = portrait.skin, mixed(portrait.skin, (120, 62, 44), 0.38)
    width = 44 + portrait.jaw * 0.9
    neck = both_sides_polygon(
        [(CENTRE - width, 360), (CENTRE - width - 1, 420), (CENTRE - width - 16, 452), (CENTRE - 120, 480), (CENTRE - 120, 540)]
    )
    canvas.fill(neck, skin)
    under_chin = closed_curve(
        [(CENTRE - 70, 372), (CENTRE, 384), (CENTRE + 70, 372), (CENTRE + 48, 436), (CENTRE, 462), (CENTRE - 48, 436)]
    )
    canvas.soft(under_chin, shadow, 0.95, 9, [neck])
    for side in (-1, 1):
        canvas.soft(
            closed_curve(
                [(CENTRE + side * (width + 4), 392), (CENTRE + side * (width - 12), 430), (CENTRE + side * (width + 14), 470)]
            ),
            shadow,
            0.5,
            7,
            [neck],
        )
    _shirt(canvas, portrait)
    _jacket(canvas, portrait)


def _shirt(canvas: Canvas, portrait: Portrait) -> None:
    shade = mixed(portrait.shirt, (70, 80, 100), 0.25)
    opening = 40 + portrait.jaw * 0.6
    panel = [
        (CENTRE - opening - 24, 446),
        (CENTRE - opening, 462),
        (CENTRE, 522),
        (CENTRE + opening, 462),
        (CENTRE + opening + 24, 446),
        (CENTRE + 96, 540),
        (CENTRE - 96, 540),
    ]
    canvas.fill(panel, portrait.shirt)
    for side in (-1, 1):
        collar = [
            (CENTRE + side * (opening + 12), 434),
            (CENTRE + side * (opening + 30), 450),
            (CENTRE + side * 40, 522),
            (CENTRE + side * 4, 524),
            (CENTRE + side * (opening - 4), 462),
        ]
        canvas.soft([(x + side * 3, y + 6) for x, y in collar], (60, 50, 60), 0.35, 5)
        canvas.fill(collar, portrait.shirt)
        canvas.line([collar[0], collar[4], collar[3]], shade, 1.6)
        canvas.soft([collar[1], collar[2], (CENTRE + side * 34, 500)], shade, 0.6, 5)


def _jacket(canvas: Canvas, portrait: Portrait) -> None:
    colour, dark = portrait.clothes, mixed(portrait.clothes, (0, 0, 0), 0.4)
    light = mixed(colour, (255, 255, 255), 0.13)
    wide = portrait.jaw * 1.2
    for side in (-1, 1):
        shoulder = [
            (CENTRE + side * 66, 438),
            *open_curve(
                [
                    (CENTRE + side * 84, 446),
                    (CENTRE + side * (146 + wide), 468),
                    (CENTRE + side * (190 + wide), 496),
                    (CENTRE + side * (214 + wide), 540),
                ]
            ),
            (CENTRE + side * 30, 560),
            (CENTRE + side * 34, 540),
        ]
        canvas.fill(shoulder, colour)
        canvas.soft(
            closed_curve([(CENTRE + side * 196, 500), (CENTRE + side * 160, 540), (CENTRE + side * 230, 545)]),
            dark,
            0.6,
            12,
            [shoulder],
        )
        canvas.soft(
            closed_curve(
                [(CENTRE + side * 100, 456), (CENTRE + side * 150, 476), (CENTRE + side * 128, 492), (CENTRE + side * 96, 476)]
            ),
            light,
            0.8,
            9,
            [shoulder],
        )
        lapel = [
            (CENTRE + side * 66, 438),
            (CENTRE + side * 92, 452),
            (CENTRE + side * 108, 492),
            (CENTRE + side * 88, 500),
            (CENTRE + side * 84, 545),
            (CENTRE + side * 30, 545),
        ]
        canvas.soft([(x + side * 4, y + 4) for x, y in lapel], (0, 0, 0), 0.45, 5, [shoulder])
        canvas.fill(lapel, mixed(colour, (255, 255, 255), 0.05))
        canvas.line([lapel[1], lapel[2], lapel[3], lapel[4]], dark, 1.4)
        canvas.line([lapel[0], lapel[5]], dark, 1.4)


def ears(canvas: Canvas, portrait: Portrait) -> None:
    if portrait.style in (HairStyle.LONG, HairStyle.BOB):
        return
    shade = mixed(portrait.skin, (150, 70, 50), 0.35)
    for side in (-1, 1):
        edge = CENTRE + side * (110 + portrait.jaw * 0.2)
        ear = closed_curve(
            [
                (edge - side * 6, 244),
                (edge + side * 12, 238),
                (edge + side * 17, 262),
                (edge + side * 11, 298),
                (edge, 316),
                (edge - side * 8, 300),
            ]
        )
        canvas.fill(ear, mixed(portrait.skin, (190, 90, 70), 0.14))
        canvas.soft(
            closed_curve([(edge, 256), (edge + side * 9, 258), (edge + side * 7, 286), (edge, 298)]), shade, 0.8, 3, [ear]
        )
