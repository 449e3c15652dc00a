"""Padding method 2 of ISO/IEC 9797-1: one byte 80, then zero bytes up to the block boundary."""

from openeoi.crypto.errors import InvalidPadding

MARKER = b"\x80"


def pad(data: bytes, block_size: int) -> bytes:
    """`data` plus 1 to `block_size` bytes of padding."""
    marked = data + MARKER
    return marked + bytes(-len(marked) % block_size)


def unpad(padded: bytes, block_size: int) -> bytes:
    """Strict inverse of `pad`. Raises InvalidPadding.

    Call it on authenticated data only, so that its answer tells nobody anything.
    """
    data, marker, zeros = padded.rpartition(MARKER)
    if not marker or any(zeros) or len(zeros) >= block_size or len(padded) % block_size:
        raise InvalidPadding("the data does not end in 80 00..")
    return data
