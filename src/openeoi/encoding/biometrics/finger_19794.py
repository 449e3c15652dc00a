"""The finger image record of ISO/IEC 19794-4:2005 (ICAO 9303-9, 9303-10): a general header, then each finger with its own."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from openeoi.encoding.biometrics.reader import FieldReader
from openeoi.encoding.errors import DecodingError, EncodingError

FORMAT_IDENTIFIER = b"FIR\x00"
VERSION = b"010\x00"
HEADER_SIZE = 32
FINGER_HEADER_SIZE = 14


class FingerPosition(IntEnum):
    """Table 6: flat prints of one finger each."""

    UNKNOWN = 0
    RIGHT_THUMB = 1
    RIGHT_INDEX = 2
    RIGHT_MIDDLE = 3
    RIGHT_RING = 4
    RIGHT_LITTLE = 5
    LEFT_THUMB = 6
    LEFT_INDEX = 7
    LEFT_MIDDLE = 8
    LEFT_RING = 9
    LEFT_LITTLE = 10


class Compression(IntEnum):
    """Table 4. ICAO documents use WSQ; JPEG 2000 is allowed."""

    RAW = 0
    PACKED = 1
    WSQ = 2
    JPEG = 3
    JPEG_2000 = 4
    PNG = 5


@dataclass(frozen=True, slots=True)
class FingerImage:
    """One print: `width` and `height` in pixels, `impression` as table 7 (0: live-scan plain), `quality` 0 to 254 (undefined)."""

    image: bytes
    width: int
    height: int
    position: int
    view_count: int = 1
    view_number: int = 1
    quality: int = 254
    impression: int = 0
    reserved: int = 0

    def encode(self) -> bytes:
        length = FINGER_HEADER_SIZE + len(self.image)
        numbers = (self.position, self.view_count, self.view_number, self.quality, self.impression)
        try:
            header = length.to_bytes(4, "big") + bytes(numbers) + self.width.to_bytes(2, "big") + self.height.to_bytes(2, "big")
            return header + bytes((self.reserved,)) + self.image
        except (OverflowError, ValueError) as error:
            raise EncodingError("finger image", "a number does not fit its field") from error


@dataclass(frozen=True, slots=True)
class FingerRecord:
    """`scale_units` 1 pixels per inch, 2 pixels per centimetre; resolutions are (horizontal, vertical) in these units."""

    fingers: tuple[FingerImage, ...]
    compression: Compression = Compression.WSQ
    device: int = 0
    acquisition_level: int = 31
    scale_units: int = 1
    scan_resolution: tuple[int, int] = (500, 500)
    image_resolution: tuple[int, int] = (500, 500)
    depth: int = 8
    reserved: int = 0

    def encode(self) -> bytes:
        try:
            return self._encode()
        except (OverflowError, ValueError) as error:
            raise EncodingError("finger image record", "a number does not fit its field") from error

    def _encode(self) -> bytes:
        content = b"".join(finger.encode() for finger in self.fingers)
        resolutions = b"".join(value.to_bytes(2, "big") for value in (*self.scan_resolution, *self.image_resolution))
        return (
            FORMAT_IDENTIFIER
            + VERSION
            + (HEADER_SIZE + len(content)).to_bytes(6, "big")
            + self.device.to_bytes(2, "big")
            + self.acquisition_level.to_bytes(2, "big")
            + bytes((len(self.fingers), self.scale_units))
            + resolutions
            + bytes((self.depth, self.compression))
            + self.reserved.to_bytes(2, "big")
            + content
        )

    @classmethod
    def decode(cls, raw: bytes) -> FingerRecord:
        """The whole record; its length field must be its length. Raises DecodingError."""
        reader = FieldReader(raw)
        reader.expect(FORMAT_IDENTIFIER, "the format identifier")
        reader.expect(VERSION, "the version")
        length = reader.number(6, "the record length")
        if length != len(raw):
            raise DecodingError(f"a record length of {length}, the record has {len(raw)} bytes", 8)
        device, level = reader.number(2, "the device"), reader.number(2, "the acquisition level")
        count, units = reader.take(2, "number of fingers and scale units")
        scan = reader.number(2, "the scan resolution"), reader.number(2, "the scan resolution")
        resolution = reader.number(2, "the image resolution"), reader.number(2, "the image resolution")
        depth, compression = reader.take(2, "depth and compression")
        reserved = reader.number(2, "the reserved field")
        if units not in (1, 2):
            raise DecodingError(f"unknown scale units {units}", 19)
        if compression not in list(Compression):
            raise DecodingError(f"unknown compression {compression}", 29)
        fingers = tuple(_finger(reader) for _ in range(count))
        reader.end("the finger image record")
        return cls(fingers, Compression(compression), device, level, units, scan, resolution, depth, reserved)


def _finger(reader: FieldReader) -> FingerImage:
    start = reader.offset
    length = reader.number(4, "the finger's length")
    position, view_count, view_number, quality, impression = reader.take(5, "the finger's header")
    width, height = reader.number(2, "width"), reader.number(2, "height")
    reserved = reader.number(1, "the reserved field")
    image = reader.take(length - FINGER_HEADER_SIZE, "the finger image")
    if position > FingerPosition.LEFT_LITTLE:
        raise DecodingError(f"finger position {position} is no single finger", start + 4)
    return FingerImage(image, width, height, position, view_count, view_number, quality, impression, reserved)
