"""EF.DG11 and EF.DG12: details of person and document (ICAO 9303-10, 4.7.11 and 4.7.12)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from openeoi.encoding.lds import files
from openeoi.encoding.lds.data_group_11 import DataGroup11
from openeoi.encoding.lds.data_group_12 import DataGroup12
from openeoi.encoding.lds.details import Tolerance
from openeoi.encoding.lds.files import ElementaryFile
from openeoi.terminal.conformance.case import CaseFailed, Subject
from openeoi.terminal.conformance.units.lds import inspections, well_formed

Decode = Callable[[bytes], DataGroup11 | DataGroup12]


def tag_list_is_right(file: ElementaryFile, decode: Decode, subject: Subject) -> None:
    if Tolerance.TAG_LIST_DIFFERS in decode(subject.content(file)).tolerances:
        raise CaseFailed(f"{file.name}: {Tolerance.TAG_LIST_DIFFERS}")


def values_are_right(file: ElementaryFile, decode: Decode, subject: Subject) -> None:
    others = [one for one in decode(subject.content(file)).tolerances if one is not Tolerance.TAG_LIST_DIFFERS]
    if others:
        raise CaseFailed(f"{file.name}: {others[0]}")


CASES = {
    identifier: case
    for number, decode in ((11, DataGroup11.decode), (12, DataGroup12.decode))
    for identifier, case in inspections(
        f"OEOI-DG{number}",
        files.data_group(number),
        well_formed(files.data_group(number)),
        partial(tag_list_is_right, files.data_group(number), decode),
        partial(values_are_right, files.data_group(number), decode),
    ).items()
}
