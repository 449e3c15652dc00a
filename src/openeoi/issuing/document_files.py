"""The content of the travel document on the chip, from an application: MRZ, data groups, EF.CardAccess.

ICAO 9303-10 for the files; the choice of optional fields in data groups 11 and 12 is ours.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from openeoi.encoding.lds.card_access import CardAccess
from openeoi.encoding.lds.data_group_1 import DataGroup1
from openeoi.encoding.lds.data_group_2 import DataGroup2
from openeoi.encoding.lds.data_group_11 import DataGroup11
from openeoi.encoding.lds.data_group_12 import DataGroup12
from openeoi.encoding.lds.data_group_14 import DataGroup14
from openeoi.encoding.lds.security_infos import PaceInfo
from openeoi.encoding.mrz import FILLER, TravelDocument1
from openeoi.issuing.application import Application
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
    application: Application, document: DocumentRecord, chip_picture: bytes, profile: CountryProfile, at: datetime
) -> Mapping[int, bytes]:
    """The files of the data groups by number: 1, 2, 11, 12, 14. `at`: the moment of personalisation that data group 12 names."""
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
        14: DataGroup14((pace_info(profile),)),
    }
    return {number: file.encode() for number, file in files.items()}


def card_access(profile: CountryProfile) -> bytes:
    """EF.CardAccess; data group 14 repeats it under the document signer's signature (ICAO 9303-11, 9.2)."""
    return CardAccess((pace_info(profile),)).encode()


def pace_info(profile: CountryProfile) -> PaceInfo:
    return PaceInfo(profile.card.pace_oid, profile.card.pace_parameter_id)
