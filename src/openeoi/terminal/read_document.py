"""Reading the eMRTD application: EF.COM, EF.SOD and data groups, under secure messaging (ICAO 9303-11, 4.7; 9303-10, 3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from openeoi.encoding.errors import DecodingError
from openeoi.encoding.lds import files
from openeoi.encoding.lds.common import Com
from openeoi.iso7816.apdu import CommandApdu
from openeoi.iso7816.secure_messaging import SecureChannel, through
from openeoi.iso7816.status import expect_ok
from openeoi.iso7816.steps import CardSteps
from openeoi.terminal.errors import FileMalformed, FileNotReadable
from openeoi.terminal.read_file import read_elementary_file

EXTENDED_ACCESS_DATA_GROUPS: Final = frozenset({3, 4})
"""Fingerprints and irises: readable only after terminal authentication."""


@dataclass(frozen=True, slots=True)
class DocumentFiles:
    """Raw files with their outer tags. `refused`: data groups that EF.COM lists and the card does not give, with status word."""

    com: bytes
    sod: bytes
    data_groups: Mapping[int, bytes]
    refused: Mapping[int, int]


def read_document(
    channel: SecureChannel, data_groups: Iterable[int] | None = None, *, response_maximum: int = 256
) -> CardSteps[DocumentFiles]:
    """Selects the eMRTD application and reads it, all through `channel`.

    `data_groups`: numbers to read; by default those that EF.COM lists. A group of which the card says no is left out and named in
    `refused`. `response_maximum`: how many bytes a response may have, 256 or what the card announces (`extended_length`).
    Raises UnexpectedStatus (no such application), FileNotReadable (EF.COM, EF.SOD), FileMalformed, SecureMessagingError.
    """
    return (yield from through(channel, _read(data_groups, channel.plain_capacity(response_maximum))))


def read_data_groups(
    channel: SecureChannel, numbers: Iterable[int], *, response_maximum: int = 256
) -> CardSteps[tuple[dict[int, bytes], dict[int, int]]]:
    """Data groups of the current eMRTD application, and those that the card refuses with the status word."""
    return (yield from through(channel, _read_groups(numbers, channel.plain_capacity(response_maximum))))


def select_document() -> CardSteps[None]:
    """Makes the eMRTD application the current one."""
    response = yield CommandApdu(0x00, 0xA4, 0x04, 0x0C, files.EMRTD_APPLICATION)
    expect_ok(response, "SELECT of the eMRTD application")


def _read(data_groups: Iterable[int] | None, piece: int) -> CardSteps[DocumentFiles]:
    yield from select_document()
    com = yield from read_elementary_file(files.COM, piece)
    sod = yield from read_elementary_file(files.SOD, piece)
    contents, refused = yield from _read_groups(_listed(com) if data_groups is None else data_groups, piece)
    return DocumentFiles(com, sod, contents, refused)


def _read_groups(numbers: Iterable[int], piece: int) -> CardSteps[tuple[dict[int, bytes], dict[int, int]]]:
    contents: dict[int, bytes] = {}
    refused: dict[int, int] = {}
    for number in numbers:
        try:
            contents[number] = yield from read_elementary_file(files.data_group(number), piece)
        except FileNotReadable as error:
            refused[number] = error.status
    return contents, refused


def _listed(com: bytes) -> tuple[int, ...]:
    try:
        return Com.decode(com).data_groups
    except DecodingError as error:
        raise FileMalformed(files.COM.name, str(error)) from error
