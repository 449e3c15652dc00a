"""The one door to asn1crypto: whole structures are read at once, and whatever is wrong with them is a DecodingError."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeAlias

from asn1crypto import x509

from openeoi.encoding.errors import DecodingError

# asn1crypto carries no types: a value (or type) of its own, read by name and turned into our dataclasses at once.
Asn1Value: TypeAlias = Any

# asn1crypto closes its table of extension names at the first use; pyHanko, imported later, names this one (RFC 3739, 3.2.6).
x509.ExtensionId._map.setdefault("1.3.6.1.5.5.7.1.3", "qc_statements")

# asn1crypto parses lazily and reports bad content by whatever its internals meet first.
MALFORMED = (ValueError, TypeError, KeyError, IndexError, OverflowError, AttributeError, RecursionError)


def load(specification: Asn1Value, raw: bytes, what: str, *, deep: bool = True) -> Asn1Value:
    """`raw` as the asn1crypto type `specification`, parsed down to its leaves, with nothing behind it.

    `deep=False` leaves parts unparsed until they are used: several times faster for a certificate. The result is asn1crypto's own
    mapping type; callers turn it into dataclasses inside `reading`.
    """
    with reading(what):
        value = specification.load(raw, strict=True)
        if deep:
            _ = value.native
        return value


def moment(value: Asn1Value) -> datetime:
    """An asn1crypto time as an aware datetime, to be called inside `reading`. A GeneralizedTime without time zone is local time
    of nobody knows where: certificates, lists and CMS want Zulu (RFC 5280, 4.1.2.5.2; RFC 5652, 11.3)."""
    read: datetime = value.native
    if read.tzinfo is None:
        raise ValueError("a time without time zone")
    return read


@contextmanager
def reading(what: str) -> Iterator[None]:
    """asn1crypto's complaints about content become a DecodingError that says what was being read."""
    try:
        yield
    except MALFORMED as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise DecodingError(f"{what} is malformed: {reason[:200]}") from error
