"""Which format an image has and how large it is, read from its header without decoding the picture.

Sources: JPEG ISO/IEC 10918-1 annex B, JPEG 2000 ISO/IEC 15444-1 annexes A and I, WSQ IAFIS-IC-0110 annex A, PNG ISO/IEC 15948.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from openeoi.encoding.errors import DecodingError

JPEG_START = b"\xff\xd8\xff"
JPEG_2000_CODE_STREAM = b"\xff\x4f\xff\x51"
JPEG_2000_FILE = bytes.fromhex("0000000C6A5020200D0A870A")
WSQ_START = b"\xff\xa0"
PNG_START = b"\x89PNG\r\n\x1a\n"

# Start-of-frame markers; C4, C8 and CC in that range mean something else.
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD8)})
_WSQ_FRAME = 0xA2


class ImageFormat(StrEnum):
    JPEG = "JPEG"
    JPEG_2000 = "JPEG 2000"
    WSQ = "WSQ"
    PNG = "PNG"


MEDIA_TYPES = {
    ImageFormat.JPEG: "image/jpeg",
    ImageFormat.JPEG_2000: "image/jp2",
    ImageFormat.WSQ: "image/x-wsq",
    ImageFormat.PNG: "image/png",
}


@dataclass(frozen=True, slots=True)
class ImageDescription:
    """Format and size in pixels."""

    image_format: ImageFormat
    width: int
    height: int


def detect(image: bytes) -> ImageFormat:
    """The format by its signature. Raises DecodingError where it is none of the four."""
    if image.startswith(JPEG_START):
        return ImageFormat.JPEG
    if image.startswith((JPEG_2000_FILE, JPEG_2000_CODE_STREAM)):
        return ImageFormat.JPEG_2000
    if image.startswith(WSQ_START):
        return ImageFormat.WSQ
    if image.startswith(PNG_START):
        return ImageFormat.PNG
    raise DecodingError("the image is neither JPEG, JPEG 2000, WSQ nor PNG", 0)


def describe(image: bytes) -> ImageDescription:
    """Format and pixel size from the header. Raises DecodingError, also for a size of zero."""
    image_format = detect(image)
    width, height = _READERS[image_format](image)
    if not width or not height:
        raise DecodingError(f"the {image_format} header says {width} x {height} pixels")
    return ImageDescription(image_format, width, height)


def _jpeg_size(image: bytes) -> tuple[int, int]:
    for marker, start in _segments(image, _JPEG_WITHOUT_LENGTH):
        if marker in _JPEG_FRAMES:
            # Segment: length 2, sample precision 1, lines 2, samples per line 2.
            return _number(image, start + 5, 2), _number(image, start + 3, 2)
    raise DecodingError("the JPEG image has no frame header")


def _wsq_size(image: bytes) -> tuple[int, int]:
    for marker, start in _segments(image, frozenset()):
        if marker == _WSQ_FRAME:
            # Segment: length 2, black 1, white 1, lines 2, samples per line 2.
            return _number(image, start + 6, 2), _number(image, start + 4, 2)
    raise DecodingError("the WSQ image has no frame header")


def _segments(image: bytes, without_length: frozenset[int]) -> Iterator[tuple[int, int]]:
    """Marker and offset of its length field, for each segment up to the first entropy-coded data."""
    offset = 2
    while offset + 4 <= len(image):
        if image[offset] != 0xFF:
            raise DecodingError("a marker is missing", offset)
        marker = image[offset + 1]
        if marker == 0xFF or marker in without_length:
            offset += 1 if marker == 0xFF else 2
            continue
        yield marker, offset + 2
        length = _number(image, offset + 2, 2)
        if length < 2:
            raise DecodingError(f"a segment of {length} bytes", offset + 2)
        offset += 2 + length


def _jpeg_2000_size(image: bytes) -> tuple[int, int]:
    start = 0 if image.startswith(JPEG_2000_CODE_STREAM) else _code_stream_or_header(image)
    if image[start : start + 4] == b"ihdr":
        return _number(image, start + 8, 4), _number(image, start + 4, 4)
    if image[start : start + 4] != JPEG_2000_CODE_STREAM:
        raise DecodingError("the JPEG 2000 code stream does not begin with SOC and SIZ", start)
    # SOC 2, SIZ 2, length 2, capabilities 2, then reference grid and image offset: Xsiz, Ysiz, XOsiz, YOsiz.
    x, y, x_offset, y_offset = (_number(image, start + 8 + 4 * index, 4) for index in range(4))
    return max(x - x_offset, 0), max(y - y_offset, 0)


def _code_stream_or_header(image: bytes) -> int:
    """Offset of the type field of the image header box, or of the code stream where a file has no header box before it."""
    offset = len(JPEG_2000_FILE)
    while offset < len(image):
        length, kind = _number(image, offset, 4), image[offset + 4 : offset + 8]
        if kind == b"jp2h":
            return offset + 12
        if kind == b"jp2c":
            return offset + 8
        if length < 8:
            raise DecodingError(f"a JPEG 2000 box of {length} bytes", offset)
        offset += length
    raise DecodingError("the JPEG 2000 file has no image header", len(image))


def _png_size(image: bytes) -> tuple[int, int]:
    if image[12:16] != b"IHDR":
        raise DecodingError("the PNG image does not begin with its header", 12)
    return _number(image, 16, 4), _number(image, 20, 4)


def _number(image: bytes, offset: int, size: int) -> int:
    if offset + size > len(image):
        raise DecodingError("the image header is cut off", len(image))
    return int.from_bytes(image[offset : offset + size], "big")


_READERS = {
    ImageFormat.JPEG: _jpeg_size,
    ImageFormat.JPEG_2000: _jpeg_2000_size,
    ImageFormat.WSQ: _wsq_size,
    ImageFormat.PNG: _png_size,
}
