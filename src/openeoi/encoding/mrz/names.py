"""The name field of the machine readable zone: writing, reading and truncating it (ICAO 9303-3, 4.6; -4 and -5, 4.2.2 and 4.2.3).

Identifiers stand here as in the zone, with one space between components instead of a filler: "VAN DER MUELLEN". Letters outside
A to Z and punctuation are the business of `encoding.transliteration`.
"""

from __future__ import annotations

import re

from openeoi.encoding.errors import DecodingError, EncodingError
from openeoi.encoding.mrz.characters import FILLER

SEPARATOR = FILLER * 2
IDENTIFIER = re.compile(r"[A-Z]+( [A-Z]+)*")


def encode_names(primary: str, secondary: str, width: int) -> str:
    """The name field. Raises EncodingError where it does not fit: whoever writes a document calls `truncate_names` before."""
    _check(primary, secondary)
    field = _join(primary, secondary)
    if len(field) > width:
        raise EncodingError("name", f"{len(field)} characters, {width} fit: truncate it by the rules of the document")
    return field.ljust(width, FILLER)


def decode_names(field: str) -> tuple[str, str]:
    """Primary and secondary identifier; the secondary one is empty where a name has only one part."""
    primary, _, secondary = field.rstrip(FILLER).partition(SEPARATOR)
    primary, secondary = primary.replace(FILLER, " "), secondary.replace(FILLER, " ")
    if not IDENTIFIER.fullmatch(primary) or (secondary and not IDENTIFIER.fullmatch(secondary)):
        raise DecodingError("the name is not made of letters with single fillers between them")
    return primary, secondary


def truncate_names(primary: str, secondary: str, width: int) -> tuple[str, str]:
    """The identifiers shortened to what fits a field of `width` characters; unchanged where they fit.

    The issuing state chooses among the methods of 4.2.3. Ours: the secondary identifier is cut at the end of the field; a primary
    identifier that leaves no room for one letter of it loses characters of its longest components (the last of equal ones first)
    until `<<` and that letter fit. A truncated field always ends with a letter, as 4.2.2 demands.
    """
    _check(primary, secondary)
    if len(_join(primary, secondary)) <= width:
        return primary, secondary
    if not secondary:
        return _shrink(primary, width), ""
    primary = _shrink(primary, width - len(SEPARATOR) - 1)
    room = width - len(SEPARATOR) - len(primary)
    cut = _cut(secondary, room)
    if len(cut) < min(room, len(secondary)):
        # It would end between two components none of which can give a letter away: the primary identifier does.
        primary = _shrink(primary, len(primary) - 1)
        cut = _cut(secondary, width - len(SEPARATOR) - len(primary))
    return primary, cut


def may_be_truncated(primary: str, secondary: str, width: int) -> bool:
    """A letter in the last position says that truncation may have occurred (4.2.2.3)."""
    return len(_join(primary, secondary)) >= width


def _join(primary: str, secondary: str) -> str:
    return (primary + (SEPARATOR + secondary if secondary else "")).replace(" ", FILLER)


def _check(primary: str, secondary: str) -> None:
    if not IDENTIFIER.fullmatch(primary):
        raise EncodingError("primary identifier", "components of letters A to Z with one space between them")
    if secondary and not IDENTIFIER.fullmatch(secondary):
        raise EncodingError("secondary identifier", "components of letters A to Z with one space between them")


def _cut(identifier: str, room: int) -> str:
    """The first `room` characters; where they would end between components, the longest component gives one letter away."""
    cut = identifier[:room]
    if not cut.endswith(" "):
        return cut
    if room < 3:
        return cut.rstrip()
    shorter = _shrink(cut.rstrip(), room - 2)
    return f"{shorter} {identifier[room]}" if len(shorter) == room - 2 else cut.rstrip()


def _shrink(identifier: str, width: int) -> str:
    components = identifier.split(" ")
    while len(" ".join(components)) > width:
        longest = max(len(component) for component in components)
        if longest == 1:
            components.pop()
            continue
        position = max(index for index, component in enumerate(components) if len(component) == longest)
        components[position] = components[position][:-1]
    return " ".join(components)
