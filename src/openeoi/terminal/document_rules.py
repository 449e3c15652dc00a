"""What must fit together in a document once its files are read (ICAO 9303-10, 4.6 and 4.7; BSI TR-03135-1): which files there
are, and whose they are. Signatures are `protocols.passive_authentication`'s business."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from openeoi.encoding.lds.common import Com
from openeoi.encoding.mrz import TravelDocument
from openeoi.terminal.countries import TWO_LETTERS
from openeoi.terminal.errors import CountryDiffers, FileMissing, FilesDiffer

REQUIRED_GROUPS: Final = frozenset({1, 2})
"""Zone and portrait are mandatory (ICAO 9303-10, 4.7)."""


def require_groups(read: Collection[int]) -> None:
    """Raises FileMissing where a mandatory data group was not given by the chip."""
    missing = REQUIRED_GROUPS.difference(read)
    if missing:
        raise FileMissing(tuple(sorted(missing)))


def require_same_groups(com: bytes, signed: Collection[int]) -> None:
    """EF.COM (raw) is not signed: a data group hidden from it, say the key against cloning, must not go unnoticed.

    `signed` are the numbers that EF.SOD has digests for. Raises FilesDiffer, DecodingError.
    """
    listed = frozenset(Com.decode(com).data_groups)
    if listed != frozenset(signed):
        raise FilesDiffer(tuple(sorted(listed.symmetric_difference(signed))))


def require_country(zone: TravelDocument, signer_country: str) -> bool:
    """The issuing state of the zone is the document signer's (two letters in capitals). False where the state is not known here.

    Raises CountryDiffers.
    """
    expected = TWO_LETTERS.get(zone.issuing_state)
    if expected is not None and expected != signer_country:
        raise CountryDiffers(zone.issuing_state, signer_country)
    return expected is not None
