"""What card lies in the reader. Only selects and reads; nothing is verified and no try is used.

A card is one of OpenEOI's where it says so: the maker in EF.TokenInfo, or the life cycle in a data object of ours. Contactless
cards say neither before PACE, so that `read_maker` is run again inside the channel. Every other card is somebody's only one:
callers ask before they do with it what could use up a try.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final, TypeVar

from openeoi.encoding.errors import DecodingError
from openeoi.encoding.lds import files
from openeoi.encoding.lds.security_infos import PaceInfo
from openeoi.encoding.pkcs15.directory import decode_directory
from openeoi.encoding.pkcs15.files import AID_PINLESS, AID_SIGN_AND_LOGIN, OUR_MANUFACTURER, TOKEN_INFORMATION
from openeoi.encoding.pkcs15.token_information import TokenInformation
from openeoi.iso7816 import status
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.iso7816.status import UnexpectedStatus
from openeoi.iso7816.steps import CardSteps
from openeoi.protocols.personalisation.shared import LifeCycle
from openeoi.protocols.personalisation.terminal import read_life_cycle
from openeoi.terminal.card_files import read_file, select_application
from openeoi.terminal.errors import TerminalError
from openeoi.terminal.read_file import read_to_the_end
from openeoi.terminal.unlock import read_card_access

# The ATRs of the chip family (contact, contactless): the eOI card has them, and so have other products.
EOI_ATRS: Final = frozenset({bytes.fromhex("3BD518FF8191FE1FC38073C821100A"), bytes.fromhex("3B8580018073C821100E")})
EOI_APPLICATIONS_IN_ORDER: Final = (AID_PINLESS, AID_SIGN_AND_LOGIN)
EOI_APPLICATIONS: Final = frozenset(EOI_APPLICATIONS_IN_ORDER)
DIRECTORY_MAXIMUM: Final = 4096

Outcome = TypeVar("Outcome")


class CardKind(StrEnum):
    EOI = "Slovenian identity card (eOI)"
    EMRTD = "electronic travel document"
    UNKNOWN = "unknown card"


@dataclass(frozen=True, slots=True)
class Maker:
    """`ours`: one of OpenEOI's virtual cards. `life_cycle`: what such a card says of itself, None where it does not (now)."""

    ours: bool = False
    life_cycle: LifeCycle | None = None


@dataclass(frozen=True, slots=True)
class DetectedCard:
    """`applications`: identifiers in EF.DIR, in its order. `pace`: what EF.CardAccess offers, empty where there is none.
    `refusal`: the one status word with which the card refused everything, None for a card that answered something."""

    kind: CardKind
    atr_is_eoi: bool
    applications: tuple[bytes, ...]
    pace: tuple[PaceInfo, ...]
    has_travel_document: bool
    maker: Maker = field(default_factory=lambda: Maker())
    refusal: int | None = None


def detect(atr: bytes) -> CardSteps[DetectedCard]:
    """Looks at ATR, EF.DIR, EF.CardAccess, the maker and the eMRTD application. A card that refuses everything is unknown, not
    an error."""
    answers: set[int] = set()
    found = yield from _noting(answers, _look(atr))
    return replace(found, refusal=next(iter(answers)) if len(answers) == 1 and status.SUCCESS not in answers else None)


def read_maker(applications: Iterable[bytes]) -> CardSteps[Maker]:
    """Whose card it is, as far as it says so now: in clear, or inside a channel (run it by `through`)."""
    life_cycle = yield from _read_life_cycle()
    if not frozenset(applications) & EOI_APPLICATIONS:
        # No application yet: a blank card says nothing more. A card with applications must name its maker.
        return Maker(life_cycle is not None, life_cycle)
    for application in applications:
        information = yield from _read_token_information(application)
        if information is not None:
            ours = information.manufacturer == OUR_MANUFACTURER
            return Maker(ours, life_cycle if ours else None)
    return Maker()


def _look(atr: bytes) -> CardSteps[DetectedCard]:
    applications = yield from _read_directory()
    pace = yield from _read_pace_infos()
    maker = yield from read_maker(applications)
    travel_document = yield from _has_travel_document()
    is_eoi = bool(EOI_APPLICATIONS & frozenset(applications))  # a child's card may have one of the two
    kind = CardKind.EOI if is_eoi else CardKind.EMRTD if travel_document else CardKind.UNKNOWN
    return DetectedCard(kind, atr in EOI_ATRS, applications, pace, travel_document, maker)


def _noting(answers: set[int], steps: CardSteps[Outcome]) -> CardSteps[Outcome]:
    """Runs `steps` and notes every status word."""
    try:
        command = next(steps)
        while True:
            response: ResponseApdu = yield command
            answers.add(response.status)
            command = steps.send(response)
    except StopIteration as finished:
        outcome: Outcome = finished.value
        return outcome


def _read_life_cycle() -> CardSteps[LifeCycle | None]:
    try:
        return (yield from read_life_cycle())
    except (UnexpectedStatus, DecodingError):
        return None


def _read_token_information(application: bytes) -> CardSteps[TokenInformation | None]:
    try:
        if not (yield from select_application(application)):
            return None
        return TokenInformation.decode((yield from read_file(TOKEN_INFORMATION)))
    except (TerminalError, UnexpectedStatus, DecodingError):
        return None


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
