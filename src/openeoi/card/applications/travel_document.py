"""The eMRTD application (ICAO 9303-10, 9303-11): PACE only, no basic access control, on either interface."""

from typing import Final

from openeoi.card.applications.rules import ApplicationRules
from openeoi.encoding.lds import files as lds
from openeoi.protocols.personalisation.access import READ_UNDER_PACE
from openeoi.protocols.personalisation.applications import Application

RULES: Final = ApplicationRules(
    application=Application.TRAVEL_DOCUMENT,
    short_identifiers={file.short_id: file.file_id for file in (lds.COM, lds.SOD, *lds.DATA_GROUPS.values())},
    look_inside=READ_UNDER_PACE,
)
