"""What card lies in the reader. Only selects and reads; nothing is verified and no try is used."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from openeoi.encoding.errors import DecodingError
from openeoi.encoding.lds import files
from openeoi.encoding.lds.security_infos import PaceInfo
from openeoi.encoding.pkcs15.directory import decode_directory
from openeoi.encoding.pkcs15.files import AID_PINLESS, AID_SIGN_AND_LOGIN
from openeoi.iso7816 import status
from openeoi.iso7816.apdu import CommandApdu
from openeoi.iso7816.steps import CardSteps
from openeoi.terminal.errors import TerminalError
from openeoi.terminal.read_file import read_to_the_end
from openeoi.terminal.unlock import read_card_access

# The ATRs of the chip family (contact, contactless): the eOI card has them, and so have other products.
EOI_ATRS: Final = frozenset({bytes.fromhex("3BD518FF8191FE1FC38073C821100A"), bytes.fromhex("3B8580018073C821100E")})
EOI_APPLICATIONS: Final = frozenset({AID_PINLESS, AID_SIGN_AND_LOGIN})
DIRECTORY_MAXIMUM: Final = 4096


class CardKind(StrEnum):
    EOI = "Slovenian identity card (eOI)"
    EMRTD = "electronic travel document"
    UNKNOWN = "unknown card"


@dataclass(frozen=True, slots=True)
class DetectedCard:
    """`applications`: identifiers in EF.DIR, in its order. `pace`: what EF.CardAccess offers, empty where there is none."""

    kind: CardKind
    atr_is_eoi: bool
    applications: tuple[bytes, ...]
    pace: tuple[PaceInfo, ...]
    has_travel_document: bool


def detect(atr: bytes) -> CardSteps[DetectedCard]:
    """Looks at ATR, EF.DIR, EF.CardAccess and the eMRTD application. A card that refuses everything is unknown, not an error."""
    applications = yield from _read_directory()
    pace = yield from _read_pace_infos()
    travel_document = yield from _has_travel_document()
    is_eoi = frozenset(applications) >= EOI_APPLICATIONS
    kind = CardKind.EOI if is_eoi else CardKind.EMRTD if travel_document else CardKind.UNKNOWN
    return DetectedCard(kind, atr in EOI_ATRS, applications, pace, travel_document)


def _read_directory() -> CardSteps[tuple[bytes, ...]]:
    yield CommandApdu(0x00, 0xA4, 0x00, 0x0C, files.MASTER_FILE.to_bytes(2, "big"))
    response = yield CommandApdu(0x00, 0xA4, 0x02, 0x0C, files.DIRECTORY.file_id.to_bytes(2, "big"))
    if response.status != status.SUCCESS:
        return ()
    try:
        content = yield from read_to_the_end(files.DIRECTORY.name, DIRECTORY_MAXIMUM)
        return tuple(record.identifier for record in decode_directory(content).values)
    except (TerminalError, DecodingError):
        return ()


def _read_pace_infos() -> CardSteps[tuple[PaceInfo, ...]]:
    try:
        return (yield from read_card_access()).pace_infos
    except TerminalError:
        return ()


def _has_travel_document() -> CardSteps[bool]:
    response = yield CommandApdu(0x00, 0xA4, 0x04, 0x0C, files.EMRTD_APPLICATION)
    # 6982: the application is there, and wants PACE before it is selected.
    return response.status in (status.SUCCESS, status.SECURITY_STATUS_NOT_SATISFIED)
