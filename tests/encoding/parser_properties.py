"""What every parser must do with damaged input: raise DecodingError or give a value, never anything else."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from openeoi.encoding.errors import DecodingError


def check_truncation(decode: Callable[[bytes], object], raw: bytes, at_most: int = 3000) -> None:
    """Cut at every byte (long files: every byte of the first part, then evenly): always refused."""
    positions = (
        range(len(raw)) if len(raw) <= at_most else [*range(at_most // 2), *range(at_most // 2, len(raw), len(raw) // 500)]
    )
    for length in positions:
        with pytest.raises(DecodingError):
            decode(raw[:length])


def check_flipped_bytes(decode: Callable[[bytes], object], raw: bytes, at_most: int = 1500) -> None:
    """One byte changed, at each place of the first part and at some behind it: a value or a DecodingError."""
    random = Random(9303)
    positions = list(range(min(len(raw), at_most))) + [random.randrange(len(raw)) for _ in range(100)]
    for position in positions:
        damaged = bytearray(raw)
        damaged[position] ^= random.randrange(1, 256)
        try:
            decode(bytes(damaged))
        except DecodingError:
            continue


def check_trailing_bytes(decode: Callable[[bytes], object], raw: bytes) -> None:
    with pytest.raises(DecodingError):
        decode(raw + b"\x00")
