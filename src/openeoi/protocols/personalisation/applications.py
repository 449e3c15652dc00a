"""The applications of the card and how each is selected."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from openeoi.encoding.lds import files as lds
from openeoi.encoding.pkcs15 import files as pkcs15


class Application(StrEnum):
    """The master file, and the three applications below it."""

    MASTER_FILE = "master file"
    TRAVEL_DOCUMENT = "travel document"
    PINLESS = "log-in without PIN"
    SIGN_AND_LOGIN = "sign and log-in"


APPLICATION_IDENTIFIERS: Final[Mapping[Application, bytes]] = {
    Application.TRAVEL_DOCUMENT: lds.EMRTD_APPLICATION,
    Application.PINLESS: pkcs15.AID_PINLESS,
    Application.SIGN_AND_LOGIN: pkcs15.AID_SIGN_AND_LOGIN,
}
