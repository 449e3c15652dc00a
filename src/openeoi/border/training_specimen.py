"""A copied chip with an altered photograph, for training: what a forger without the document signer's key can make at best.

It opens a document with its own access number, copies every readable file to a blank chip, exchanges the portrait, and lets the
copy answer to the same number. Everything about it looks right until passive authentication. Lives in memory, for one inspection.
"""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Final

from PIL import Image, ImageDraw

from openeoi.border.access import Access, CardAccessNumber
from openeoi.card.memory import VolatileMemory
from openeoi.card.virtual_card import VirtualCard
from openeoi.crypto.randomness import RandomSource
from openeoi.encoding.lds import files as lds
from openeoi.encoding.lds.data_group_1 import DataGroup1
from openeoi.encoding.lds.data_group_2 import DataGroup2
from openeoi.encoding.mrz import decode, mrz_information
from openeoi.iso7816.secure_messaging import through
from openeoi.iso7816.steps import CardSteps
from openeoi.profiles.card import CardParameters
from openeoi.protocols.personalisation import terminal as office
from openeoi.protocols.personalisation.applications import Application
from openeoi.protocols.personalisation.shared import OFFICE_KEY_SIZE, LifeCycle, SecretRole
from openeoi.terminal.read_document import DocumentFiles, read_document
from openeoi.terminal.unlock import unlock
from openeoi.transport import Transport, run
from openeoi.transport.in_process import InProcess

READ: Final = (1, 2, 11, 12, 14, 15)
ANY_NUMBER: Final = "111111"


def copy_with_another_face(original: Transport, access: Access, parameters: CardParameters, random: RandomSource) -> Transport:
    """The copy in a reader of its own. Raises what reading the original raises."""
    files = run(_read(access, random), original)
    forged = replace(files, data_groups={**files.data_groups, 2: exchange_face(files.data_groups[2])})
    return _write(forged, access, parameters, random)


def exchange_face(data_group_2: bytes) -> bytes:
    """The same file with a drawn silhouette of the same size in place of the portrait."""
    group = DataGroup2.decode(data_group_2)
    with Image.open(io.BytesIO(group.images[0]), formats=("JPEG", "JPEG2000")) as portrait:
        size = portrait.size
    return DataGroup2.of(_silhouette(*size)).encode()


def _read(access: Access, random: RandomSource) -> CardSteps[DocumentFiles]:
    channel = yield from unlock(access.password(), random)
    return (yield from read_document(channel, READ))


def _write(files: DocumentFiles, access: Access, parameters: CardParameters, random: RandomSource) -> Transport:
    key = random(OFFICE_KEY_SIZE)
    chip = InProcess(VirtualCard.blank(VolatileMemory(), random, parameters, key))
    channel = run(office.open_office_channel(key, random), chip)
    run(through(channel, _personalise(files, access)), chip)
    chip.reset()
    return chip


def _personalise(files: DocumentFiles, access: Access) -> CardSteps[None]:
    contents = {lds.COM.file_id: files.com, lds.SOD.file_id: files.sod}
    contents |= {lds.data_group(number).file_id: content for number, content in files.data_groups.items()}
    for file_id, content in contents.items():
        yield from office.write_file(Application.TRAVEL_DOCUMENT, file_id, content)
    zone = decode(DataGroup1.decode(files.data_groups[1]).mrz)
    yield from office.set_secret(SecretRole.MRZ_INFORMATION, mrz_information(zone).encode())
    # A chip needs some number; where only the zone is known, the forger takes any.
    number = access.number if isinstance(access, CardAccessNumber) else ANY_NUMBER
    yield from office.set_secret(SecretRole.CAN, number.encode())
    yield from office.set_state(LifeCycle.PERSONALISED)


def _silhouette(width: int, height: int) -> bytes:
    """Somebody else, drawn: a grey figure on white."""
    picture = Image.new("RGB", (width, height), (236, 238, 240))
    drawing = ImageDraw.Draw(picture)
    drawing.ellipse((width * 0.29, height * 0.16, width * 0.71, height * 0.64), fill=(120, 128, 134))
    drawing.ellipse((width * 0.08, height * 0.72, width * 0.92, height * 1.4), fill=(120, 128, 134))
    output = io.BytesIO()
    picture.save(output, "JPEG", quality=85)
    return output.getvalue()
