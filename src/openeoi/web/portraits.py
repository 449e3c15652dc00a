"""Portraits from chips for a page. A chip is not to be trusted: what cannot be shown within limits is not shown."""

from __future__ import annotations

import io
from typing import Final

from PIL import Image, UnidentifiedImageError

from openeoi.encoding.biometrics.image_formats import ImageFormat, describe
from openeoi.encoding.errors import DecodingError
from openeoi.web.figures import data_uri

PIXELS_MAXIMUM: Final = 16_000_000


def portrait_uri(image: bytes) -> str:
    """The portrait for a page; empty where it cannot be shown. JPEG 2000, which browsers do not show, becomes PNG in memory."""
    try:
        described = describe(image)
        if described.image_format is ImageFormat.JPEG:
            return data_uri("image/jpeg", image)
        if described.image_format is not ImageFormat.JPEG_2000 or described.width * described.height > PIXELS_MAXIMUM:
            return ""
        shown = io.BytesIO()
        with Image.open(io.BytesIO(image), formats=("JPEG2000",)) as picture:
            picture.convert("RGB").save(shown, "PNG")
    except (DecodingError, UnidentifiedImageError, OSError, ValueError):
        return ""
    return data_uri("image/png", shown.getvalue())
