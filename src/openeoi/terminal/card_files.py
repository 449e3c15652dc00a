"""Selecting applications and reading whole files by identifier, in clear or inside a channel (run it by `through`)."""

from __future__ import annotations

from openeoi.iso7816 import status
from openeoi.iso7816.apdu import CommandApdu
from openeoi.iso7816.status import expect_ok
from openeoi.iso7816.steps import CardSteps
from openeoi.terminal.read_file import read_to_the_end


def select_master_file() -> CardSteps[None]:
    expect_ok((yield CommandApdu(0, 0xA4, 0, 0x0C, b"\x3f\x00")), "selecting the master file")


def select_application(identifier: bytes) -> CardSteps[bool]:
    """Whether the card has the application; it is the current one then."""
    response = yield CommandApdu(0, 0xA4, 4, 0x0C, identifier)
    if response.status == status.FILE_NOT_FOUND:
        return False
    expect_ok(response, f"selecting the application {identifier.hex().upper()}")
    return True


def read_file(file_id: int) -> CardSteps[bytes]:
    """The content of a file of the current application. Raises UnexpectedStatus (6A82: none there), FileNotReadable."""
    select = CommandApdu(0, 0xA4, 2, 0x0C, file_id.to_bytes(2, "big"))
    expect_ok((yield select), f"selecting file {file_id:04X}")
    return (yield from read_to_the_end(f"file {file_id:04X}"))
