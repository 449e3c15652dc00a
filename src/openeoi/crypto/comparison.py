"""Comparing secrets."""

import hmac


def equal_in_constant_time(first: bytes, second: bytes) -> bool:
    """Whether both byte strings are equal, in a time that depends on their lengths only (`hmac.compare_digest`)."""
    return hmac.compare_digest(first, second)
