"""What the operating system has to know of each application: name, short file identifiers, who may look inside, and the keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from openeoi.card.applications import pinless, sign_and_login, travel_document
from openeoi.card.applications.rules import ApplicationRules
from openeoi.card.parameters import ATR_INFORMATION
from openeoi.encoding.lds import files as lds
from openeoi.protocols.personalisation.access import Always
from openeoi.protocols.personalisation.applications import Application

ATR_INFORMATION_SHORT: Final = 0x01

MASTER_FILE: Final = ApplicationRules(
    application=Application.MASTER_FILE,
    short_identifiers={
        ATR_INFORMATION_SHORT: ATR_INFORMATION,
        **{file.short_id: file.file_id for file in (lds.CARD_ACCESS, lds.CARD_SECURITY, lds.DIRECTORY)},
    },
    look_inside=Always(),
)

RULES: Final[Mapping[Application, ApplicationRules]] = {
    Application.MASTER_FILE: MASTER_FILE,
    Application.TRAVEL_DOCUMENT: travel_document.RULES,
    Application.PINLESS: pinless.RULES,
    Application.SIGN_AND_LOGIN: sign_and_login.RULES,
}
