"""How a card's PINs are addressed, read from its own directory of PIN objects, EF.AODF (PKCS #15 v1.1, 6.8).

Cards of this family name them "Norm PIN", "Sig PIN" and "Norm PUK"; the reference of the Sig PIN is not public, so it is not
assumed. The initial password is no such object: of a card of the state nobody outside knows how it is used.
"""

from __future__ import annotations

from typing import Final

from openeoi.encoding.errors import DecodingError
from openeoi.encoding.pkcs15 import files
from openeoi.encoding.pkcs15.authentication_objects import PinObject, decode_authentication_objects
from openeoi.encoding.pkcs15.object_directory import ObjectDirectory
from openeoi.iso7816.status import UnexpectedStatus
from openeoi.iso7816.steps import CardSteps
from openeoi.terminal.card_files import read_file, select_application, select_master_file
from openeoi.terminal.errors import TerminalError
from openeoi.terminal.pin_care import PinReferences

NORM_PIN: Final = b"Norm PIN"
SIG_PIN: Final = b"Sig PIN"
NORM_PUK: Final = b"Norm PUK"


def read_pin_references() -> CardSteps[PinReferences]:
    """What both applications say. A card that says nothing readable has no secret that could be used."""
    objects: dict[bytes, PinObject] = {}
    for application in (files.AID_SIGN_AND_LOGIN, files.AID_PINLESS):
        for found in (yield from _pin_objects(application)):
            objects.setdefault(found.identifier, found)
    norm, sig, puk = (objects.get(name) for name in (NORM_PIN, SIG_PIN, NORM_PUK))
    own_puk = objects.get(sig.unblocked_by) if sig is not None and sig.unblocked_by not in (None, NORM_PUK) else None
    return PinReferences(_number(norm), _number(puk), None, _number(sig), _number(own_puk))


def _number(found: PinObject | None) -> int | None:
    return None if found is None else found.reference


def _pin_objects(application: bytes) -> CardSteps[tuple[PinObject, ...]]:
    try:
        yield from select_master_file()
        if not (yield from select_application(application)):
            return ()
        directory = ObjectDirectory.decode((yield from read_file(files.OBJECT_DIRECTORY)))
        return tuple(decode_authentication_objects((yield from read_file(directory.authentication_objects))).values)
    except (TerminalError, UnexpectedStatus, DecodingError):
        return ()
