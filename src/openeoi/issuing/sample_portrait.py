"""Portraits of people who do not exist, drawn here with lines and colours: no photograph of anyone stands behind them.

They fill the sample population and the prefilled application form. Geometry follows ICAO 9303-3 and ISO/IEC 39794-5 annex D:
frontal, neutral, closed mouth, even light background, head 70 to 80 % of the picture's height, eyes level. The drawing is made
four times larger than wanted and reduced, so that edges are smooth.
"""

from __future__ import annotations

import io

from PIL import Image

from openeoi.issuing.portraits import body, face, hair
from openeoi.issuing.portraits.drawing import Canvas
from openeoi.issuing.portraits.model import HEIGHT, WIDTH, HairStyle, Portrait

__all__ = ["JANA", "SAMPLES", "HairStyle", "Portrait", "draw", "jpeg", "jpeg_2000"]

OVERSAMPLING = 4

JANA = Portrait()
SAMPLES: dict[str, Portrait] = {
    "jana": JANA,
    "marko": Portrait(
        skin=(228, 184, 154),
        hair=(58, 42, 34),
        eyes=(92, 70, 50),
        lips=(176, 104, 94),
        clothes=(56, 64, 70),
        style=HairStyle.SHORT,
        jaw=9,
        brow=1.5,
        age=0.35,
    ),
    "ana": Portrait(
        skin=(243, 208, 184), hair=(196, 152, 92), eyes=(96, 134, 160), clothes=(122, 52, 66), style=HairStyle.BOB, age=0.0
    ),
    "ivan": Portrait(
        skin=(230, 190, 164),
        hair=(176, 174, 170),
        eyes=(104, 122, 132),
        lips=(178, 116, 106),
        clothes=(70, 60, 48),
        style=HairStyle.CROPPED,
        jaw=12,
        brow=1.6,
        beard=True,
        age=1.0,
    ),
    "vesna": Portrait(
        skin=(206, 156, 122), hair=(36, 28, 28), eyes=(66, 46, 34), clothes=(36, 84, 78), style=HairStyle.BUN, jaw=-2, age=0.5
    ),
}


def draw(portrait: Portrait, scale: float = 1.0) -> Image.Image:
    """The picture in RGB, 413 x 531 pixels times `scale`."""
    canvas = Canvas(WIDTH, HEIGHT, OVERSAMPLING * scale)
    body.background(canvas)
    hair.hair_behind(canvas, portrait)
    body.neck_and_clothes(canvas, portrait)
    body.ears(canvas, portrait)
    outline = face.face(canvas, portrait)
    face.eyes(canvas, portrait)
    face.nose(canvas, portrait)
    face.mouth(canvas, portrait)
    if portrait.beard:
        face.beard(canvas, portrait, outline)
    hair.hair_in_front(canvas, portrait)
    return canvas.reduced(round(WIDTH * scale), round(HEIGHT * scale))


def jpeg(portrait: Portrait, scale: float = 1.0, quality: int = 88) -> bytes:
    """As a JPEG file with 300 dots per inch; about 15 to 25 kB at the normal size."""
    output = io.BytesIO()
    draw(portrait, scale).save(output, "JPEG", quality=quality, dpi=(300, 300), optimize=True)
    return output.getvalue()


def jpeg_2000(portrait: Portrait, scale: float = 1.0, ratio: int = 45) -> bytes:
    """As a JPEG 2000 file (JP2), compressed `ratio` to one, about 15 kB at the normal size (ICAO 9303-9 advises 15 to 20 kB)."""
    output = io.BytesIO()
    draw(portrait, scale).save(output, "JPEG2000", quality_mode="rates", quality_layers=[ratio], irreversible=True)
    return output.getvalue()
