"""EF.DG1: the machine readable zone (ICAO 9303-10, 4.7.1; 9303-4 and -5)."""

from __future__ import annotations

from openeoi.encoding import mrz, tlv
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.lds import files
from openeoi.encoding.lds.data_group_1 import LINE_LENGTH_BY_SIZE, MRZ_TAG, DataGroup1
from openeoi.terminal.conformance.case import CaseFailed, CaseNotApplicable, CaseNotImplemented, Subject
from openeoi.terminal.conformance.units.lds import inspections, objects_of, well_formed

FILE = files.data_group(1)
TD2_SIZE = 72


def one_zone(subject: Subject) -> None:
    objects = objects_of(subject, FILE)
    zone = tlv.find(objects, MRZ_TAG)
    if len(objects) != 1:
        raise CaseFailed(f"{len(objects)} data objects stand in EF.DG1, one belongs there")
    if len(zone) not in LINE_LENGTH_BY_SIZE:
        raise CaseFailed(f"the zone has {len(zone)} characters")


def zone_is_right(subject: Subject) -> None:
    text = _zone(subject)
    if len(text.replace("\n", "")) == TD2_SIZE:
        raise CaseNotImplemented("check digits of TD2 zones are not read yet")
    try:
        mrz.decode(text)
    except DecodingError as error:
        raise CaseFailed(f"the zone: {error}") from error


def zone_is_the_printed_one(subject: Subject) -> None:
    if not subject.zone:
        raise CaseNotApplicable("the printed zone was not given (--mrz)")
    chip, printed = _zone(subject).replace("\n", ""), "".join(subject.zone.split())
    if chip != printed:
        raise CaseFailed("the zone on the chip is not the printed one")


def _zone(subject: Subject) -> str:
    return DataGroup1.decode(subject.content(FILE)).mrz


CASES = inspections("OEOI-DG1", FILE, well_formed(FILE), one_zone, zone_is_right, zone_is_the_printed_one)
