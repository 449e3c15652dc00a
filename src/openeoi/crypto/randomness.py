"""The random source as an argument: nothing below the terminal draws randomness by itself."""

from typing import Protocol


class RandomSource(Protocol):
    """`source(length)` gives `length` unpredictable bytes: `secrets.token_bytes`, or in vectors the standard's values."""

    def __call__(self, length: int, /) -> bytes: ...


def scalar_below(order: int, random: RandomSource) -> int:
    """A uniform scalar in 1 .. order-1, by rejection (FIPS 186-5, A.2.2): draws the order's byte length until one fits."""
    size = (order.bit_length() + 7) // 8
    excess_bits = 8 * size - order.bit_length()
    while True:
        candidate = int.from_bytes(random(size), "big") >> excess_bits
        if 1 <= candidate < order:
            return candidate
