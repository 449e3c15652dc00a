"""Unit LDS_L: EF.ATR/INFO (ISO/IEC 7816-4:2020, 12.2.2)."""

from __future__ import annotations

from openeoi.encoding import tlv
from openeoi.encoding.errors import DecodingError
from openeoi.iso7816 import status
from openeoi.iso7816.apdu import CommandApdu
from openeoi.iso7816.steps import CardSteps
from openeoi.terminal.conformance.case import CaseFailed, Implementation, Subject
from openeoi.terminal.conformance.document import ATR_INFORMATION
from openeoi.terminal.conformance.steps import select_file

EXTENDED_LENGTH = 0x7F66
CARD_CAPABILITIES = 0x47
INTEGER = 0x02
CHAINING = 0x80


def well_formed(subject: Subject) -> None:
    _objects(subject)


def names_extended_length(subject: Subject) -> None:
    tlv.find(_objects(subject), EXTENDED_LENGTH)


def names_two_sizes(subject: Subject) -> None:
    numbers = tlv.decode_all(tlv.find(_objects(subject), EXTENDED_LENGTH))
    if [one.tag for one in numbers] != [INTEGER, INTEGER]:
        raise CaseFailed(f"data object 7F66 holds {len(numbers)} objects, two integers belong there")
    if any(int.from_bytes(one.value, "big", signed=True) <= 0 for one in numbers):
        raise CaseFailed("a size in data object 7F66 is not positive")


def announces_chaining(subject: Subject) -> None:
    try:
        capabilities = tlv.find(_objects(subject), CARD_CAPABILITIES)
    except DecodingError as error:
        raise CaseFailed(f"the card capabilities: {error}") from error
    if len(capabilities) < 3 or not capabilities[2] & CHAINING:
        raise CaseFailed("the card capabilities do not say that commands can be chained")


def can_be_selected(subject: Subject) -> CardSteps[None]:
    for command, name in (
        (CommandApdu(0, 0xA4, 0, 0x0C, b"\x3f\x00"), "the master file"),
        (select_file(ATR_INFORMATION), "EF.ATR/INFO"),
    ):
        response = yield command
        if response.status != status.SUCCESS or response.data:
            raise CaseFailed(f"SELECT of {name} was answered with {response.status:04X}")


def _objects(subject: Subject) -> tuple[tlv.Tlv, ...]:
    return tlv.decode_all(subject.content(ATR_INFORMATION))


CASES = {
    f"LDS_L_{number}": Implementation(inspection=case, file=ATR_INFORMATION)
    for number, case in enumerate((well_formed, names_extended_length, names_two_sizes, announces_chaining), 1)
} | {"LDS_L_5": Implementation(can_be_selected)}
