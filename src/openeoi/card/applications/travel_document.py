"""The eMRTD application (ICAO 9303-10, 9303-11): PACE on either interface, and what `card.document_access` adds where the office
has put it on the card. EF.CVCA is made by the card itself."""

from typing import Final

from openeoi.card.applications.rules import ApplicationRules
from openeoi.encoding.card_verifiable_certificates.references import EF_CVCA, EF_CVCA_SHORT
from openeoi.encoding.lds import files as lds
from openeoi.protocols.personalisation.access import READ_AS_DOCUMENT
from openeoi.protocols.personalisation.applications import Application

RULES: Final = ApplicationRules(
    application=Application.TRAVEL_DOCUMENT,
    short_identifiers={
        EF_CVCA_SHORT: EF_CVCA,
        **{file.short_id: file.file_id for file in (lds.COM, lds.SOD, *lds.DATA_GROUPS.values())},
    },
    look_inside=READ_AS_DOCUMENT,
)
