"""The content of the travel document on the chip, from an application: MRZ and data groups.

ICAO 9303-10 for the files; the choice of optional fields in data groups 11 and 12 is ours.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from openeoi.encoding.lds.data_group_1 import DataGroup1
from openeoi.encoding.lds.data_group_2 import DataGroup2
from openeoi.encoding.lds.data_group_11 import DataGroup11
from openeoi.encoding.lds.data_group_12 import DataGroup12
from openeoi.encoding.mrz import FILLER, TravelDocument1
from openeoi.issuing import chip_protocols, fingerprints
from openeoi.issuing.application import Application
from openeoi.issuing.chip_protocols import ChipKeys
from openeoi.issuing.store import DocumentRecord
from openeoi.profiles.profile import CountryProfile


def travel_document(application: Application, document: DocumentRecord, profile: CountryProfile) -> TravelDocument1:
    """The machine readable zone: as on the official specimen, the national number stands in optional data 1."""
    person = application.person
    return profile.machine_readable_zone(
        document_number=document.number,
        national_number=person.national_number,
        surname=person.surname,
        given_names=person.given_names,
        date_of_birth=person.date_of_birth,
        sex=person.sex.value,
        expires_on=document.expires_on,
    )


class _File(Protocol):
    def encode(self) -> bytes: ...


def data_groups(
    application: Application,
    document: DocumentRecord,
    chip_picture: bytes,
    profile: CountryProfile,
    at: datetime,
    keys: ChipKeys,
    prints: tuple[bytes, bytes] | None,
) -> Mapping[int, bytes]:
    """The files of the data groups by number: 1, 2, 11, 12, 14; 3 with fingerprints, 15 with active authentication. `at`: the
    moment of personalisation that data group 12 names."""
    person = application.person
    files: dict[int, _File] = {
        1: DataGroup1(travel_document(application, document, profile).encode()),
        2: DataGroup2.of(chip_picture),
        11: DataGroup11(
            name_of_holder=f"{person.surname}<<{person.given_names}".replace(" ", FILLER),
            personal_number=person.national_number,
            full_date_of_birth=person.date_of_birth.strftime("%Y%m%d"),
            place_of_birth=(person.place_of_birth, person.country_of_birth),
            permanent_address=application.address.lines,
        ),
        12: DataGroup12(
            issuing_authority=application.administrative_unit,
            date_of_issue=document.issued_on.strftime("%Y%m%d"),
            personalised_at=at.strftime("%Y%m%d%H%M%S"),
        ),
        14: chip_protocols.data_group_14(profile.card, keys),
    }
    if prints is not None:
        files[3] = fingerprints.data_group_3(prints)
    active = chip_protocols.data_group_15(keys)
    if active is not None:
        files[15] = active
    return {number: files[number].encode() for number in sorted(files)}
