"""EF.COM (ICAO 9303-10, 4.6.1)."""

from __future__ import annotations

from openeoi.encoding import tlv
from openeoi.encoding.lds import files
from openeoi.encoding.lds.common import TAG_LIST, UNICODE_TAG, VERSION_TAG
from openeoi.encoding.lds.security_object import SecurityObject
from openeoi.iso7816 import status
from openeoi.terminal.conformance.case import CaseFailed, Subject
from openeoi.terminal.conformance.units.access import EXTENDED_ACCESS
from openeoi.terminal.conformance.units.lds import inspections, objects_of, well_formed

MANDATORY = {1, 2}


def versions(subject: Subject) -> None:
    objects = objects_of(subject, files.COM)
    for tag, size, name in ((VERSION_TAG, 4, "LDS version"), (UNICODE_TAG, 6, "Unicode version")):
        value = tlv.find(objects, tag)
        if len(value) != size or not value.isdigit():
            raise CaseFailed(f"the {name} is {value.hex().upper()}, {size} digits belong there")


def tag_list(subject: Subject) -> None:
    listed = _listed(subject)
    if len(set(listed)) != len(listed):
        raise CaseFailed("the tag list names a data group twice")
    missing = MANDATORY - set(listed)
    if missing:
        raise CaseFailed(f"the tag list lacks DG{min(missing)}")


def listed_groups_are_there(subject: Subject) -> None:
    for number in _listed(subject):
        file = files.data_group(number)
        found = subject.read(file)
        closed = number in EXTENDED_ACCESS and found.status not in (None, status.FILE_NOT_FOUND)
        if found.content is None and not closed:
            raise CaseFailed(f"{file.name} is listed and was not read: {found.problem}")


def agrees_with_security_object(subject: Subject) -> None:
    listed, signed = set(_listed(subject)), set(SecurityObject.decode(subject.content(files.SOD)).lds.digests)
    if listed != signed:
        only = ", ".join(f"DG{number}" for number in sorted(listed ^ signed))
        raise CaseFailed(f"EF.COM and EF.SOD differ in {only}")


def _listed(subject: Subject) -> list[int]:
    return [files.data_group_number(tag) for tag in tlv.find(objects_of(subject, files.COM), TAG_LIST)]


CASES = inspections(
    "OEOI-COM", files.COM, well_formed(files.COM), versions, tag_list, listed_groups_are_there, agrees_with_security_object
)
