"""Reading transparent files with READ BINARY (ISO/IEC 7816-4:2020, 11.3), bounded against cards that lie about lengths.

A file is read in pieces. The outermost data object says how long it is; a card that answers short is asked again at the new
offset, one that answers nothing, or never ends, is an error. Offsets of 8000 and above need the odd instruction byte with an
offset data object.
"""

from __future__ import annotations

from typing import Final

from openeoi.encoding import tlv
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.lds.files import ElementaryFile
from openeoi.iso7816 import status
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.iso7816.steps import CardSteps
from openeoi.terminal.errors import FileMalformed, FileNotReadable

SHORT_PIECE: Final = 223
"""Plain bytes that fit a short response under secure messaging with AES; also good in clear."""

FILE_MAXIMUM: Final = 1 << 20
"""No file of a card is longer than this; real chips have less than 200 kB in all."""

READ_BINARY: Final = 0xB0
READ_BINARY_WITH_OFFSET_OBJECT: Final = 0xB1
SHORT_IDENTIFIER: Final = 0x80
OFFSET_MAXIMUM: Final = 0x7FFF
OFFSET_OBJECT: Final = 0x54
DATA_OBJECT: Final = 0x53
HEADER_MAXIMUM: Final = 8
WRONG_EXPECTED_LENGTH: Final = 0x6C


def read_elementary_file(file: ElementaryFile, piece: int = SHORT_PIECE, maximum: int = FILE_MAXIMUM) -> CardSteps[bytes]:
    """The one data object that the file holds, of at most `maximum` bytes; the file is selected by its short identifier.

    `piece`: bytes asked for at a time. More than 256 goes in extended length, and falls back to short where the card refuses.
    Raises FileNotReadable, FileMalformed.
    """
    name = file.name
    content = b""
    total: int | None = None
    while total is None or len(content) < total:
        wanted = piece if total is None else min(piece, total - len(content))
        if content:
            response = yield from _read_at(name, len(content), wanted, piece)
        else:
            response = yield CommandApdu(0, READ_BINARY, SHORT_IDENTIFIER | file.short_id, 0, expected=wanted)
        smaller = _smaller_piece(response, piece)
        if smaller is not None:
            piece = smaller
            continue
        if response.status == status.WRONG_OFFSET and content:
            raise FileMalformed(name, f"it ends after {len(content)} bytes, its length says more")
        part = _data(name, response, wanted)
        if not part:
            raise FileMalformed(name, f"the card answers without data at offset {len(content)}")
        content += part
        total = _announced_size(name, content, maximum) if total is None else total
        if response.status == status.END_OF_FILE and (total is None or len(content) < total):
            raise FileMalformed(name, f"it ends after {len(content)} bytes, its length says more")
    return content[:total]


def read_to_the_end(name: str, maximum: int = FILE_MAXIMUM, piece: int = SHORT_PIECE) -> CardSteps[bytes]:
    """The whole selected file, whatever it holds; its end is where the card says so (6282, 6B00) or answers nothing."""
    content = b""
    while len(content) <= maximum:
        response = yield from _read_at(name, len(content), piece, piece)
        smaller = _smaller_piece(response, piece)
        if smaller is not None:
            piece = smaller
            continue
        if response.status == status.WRONG_OFFSET and content:
            return content
        part = _data(name, response, piece)
        content += part
        if response.status == status.END_OF_FILE or not part:
            return content
    raise FileMalformed(name, f"it is longer than {maximum} bytes")


def _read_at(name: str, offset: int, wanted: int, piece: int) -> CardSteps[ResponseApdu]:
    """One READ BINARY of the selected file; the response holds the bare bytes, at most `wanted`."""
    if offset <= OFFSET_MAXIMUM:
        return (yield CommandApdu(0, READ_BINARY, offset >> 8, offset & 0xFF, expected=wanted))
    where = tlv.encode(OFFSET_OBJECT, offset.to_bytes((offset.bit_length() + 7) // 8, "big"))
    # Tag and length of the data object around the bytes count into Le.
    expected = min(piece, len(tlv.encode(DATA_OBJECT, bytes(wanted))))
    response = yield CommandApdu(0, READ_BINARY_WITH_OFFSET_OBJECT, 0, 0, where, expected)
    if response.status not in (status.SUCCESS, status.END_OF_FILE) or not response.data:
        return response
    try:
        return ResponseApdu(response.status, tlv.decode_expected(response.data, DATA_OBJECT))
    except DecodingError as error:
        raise FileMalformed(name, f"the answer is no data object 53: {error}") from error


def _smaller_piece(response: ResponseApdu, piece: int) -> int | None:
    """What to ask for instead, where the card finds Le too large: 6700 to extended length, 6Cxx; always less than before."""
    if response.status == status.WRONG_LENGTH and piece > SHORT_PIECE:
        return SHORT_PIECE
    if response.status >> 8 == WRONG_EXPECTED_LENGTH and 0 < response.status & 0xFF < piece:
        return response.status & 0xFF
    return None


def _data(name: str, response: ResponseApdu, wanted: int) -> bytes:
    if response.status not in (status.SUCCESS, status.END_OF_FILE):
        raise FileNotReadable(name, response.status)
    if len(response.data) > wanted:
        raise FileMalformed(name, f"{len(response.data)} bytes came where at most {wanted} were asked for")
    return response.data


def _announced_size(name: str, content: bytes, maximum: int) -> int | None:
    """Size of the outermost data object; None while too few bytes are there to say."""
    try:
        size = tlv.size_from_header(content[:HEADER_MAXIMUM])
    except DecodingError as error:
        if len(content) >= HEADER_MAXIMUM:
            raise FileMalformed(name, f"it does not start with a data object: {error}") from error
        return None
    if size > maximum:
        raise FileMalformed(name, f"it claims to have {size} bytes, at most {maximum} are read")
    return size
