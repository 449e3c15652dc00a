"""Faults of EF.COM, the list of data groups that nobody signs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from openeoi.card.faults.fault import Family, Fault, Inspection, Verdict
from openeoi.card.faults.laboratory import Laboratory
from openeoi.card.faults.specimen import Specimen, sound_specimen
from openeoi.encoding import tlv
from openeoi.encoding.lds import files as lds
from openeoi.encoding.lds.common import Com

Content = Callable[[bytes], bytes]


def with_com(change: Content) -> Callable[[Laboratory], Specimen]:
    def build(laboratory: Laboratory) -> Specimen:
        sound = sound_specimen(laboratory)
        return replace(sound, com=change(sound.com))

    return build


def _com(*numbers: int) -> Content:
    return lambda com: Com(numbers).encode()


def _repeated_tag(com: bytes) -> bytes:
    return com.replace(bytes.fromhex("5C05"), bytes.fromhex("5C0661")).replace(
        bytes((com[0], com[1])), bytes((com[0], com[1] + 1)), 1
    )


def _unknown_tag(com: bytes) -> bytes:
    return com[:-1] + b"\x7f"


def _without_version(com: bytes) -> bytes:
    objects = tlv.children(tlv.decode(com))
    return tlv.encode(lds.COM.tag or 0, tlv.encode_all(objects[1:]))


def _odd_version(com: bytes) -> bytes:
    return com.replace(b"0107", b"01 7")


DIFFERENT: Final = Inspection("completeness", Verdict.FAILED, "files_differ")
MALFORMED: Final = Inspection("completeness", Verdict.FAILED, "decoding_error")

FAULTS: Final = (
    Fault(
        "com-hides-group",
        Family.DATA_GROUPS,
        "EF.COM does not list data group 14, which the security object covers.",
        "ICAO 9303-10, 4.6.1",
        "FilesDiffer",
        DIFFERENT,
        with_com(_com(1, 2, 11, 12)),
    ),
    Fault(
        "com-lists-absent-group",
        Family.DATA_GROUPS,
        "EF.COM lists data group 13, which is neither on the chip nor in the security object.",
        "ICAO 9303-10, 4.6.1",
        "FilesDiffer",
        DIFFERENT,
        with_com(_com(1, 2, 11, 12, 13, 14)),
    ),
    Fault(
        "com-tag-repeated",
        Family.DATA_GROUPS,
        "EF.COM lists data group 1 twice.",
        "ICAO 9303-10, 4.6.1",
        "DecodingError",
        MALFORMED,
        with_com(_repeated_tag),
    ),
    Fault(
        "com-tag-unknown",
        Family.DATA_GROUPS,
        "The tag list of EF.COM holds a tag that belongs to no data group.",
        "ICAO 9303-10, 4.6.1 and table 36",
        "DecodingError",
        MALFORMED,
        with_com(_unknown_tag),
    ),
    Fault(
        "com-version-missing",
        Family.DATA_GROUPS,
        "EF.COM has no LDS version.",
        "ICAO 9303-10, table 35",
        "DecodingError",
        MALFORMED,
        with_com(_without_version),
    ),
    Fault(
        "com-version-odd",
        Family.DATA_GROUPS,
        "The LDS version in EF.COM is not four digits.",
        "ICAO 9303-10, table 35",
        "DecodingError",
        MALFORMED,
        with_com(_odd_version),
    ),
)
