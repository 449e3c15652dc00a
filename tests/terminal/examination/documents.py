"""Documents of every kind, made in the laboratory and signed there: what an examination may meet."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from card.faults.lab import AT, LABORATORY, PARAMETERS, TRUST
from card.test_document_protocols import CREDENTIALS, DATA_GROUP_14, PROTOCOLS, _active_public_key
from openeoi.card.faults.defects import ClearDefect, Defect
from openeoi.card.faults.faulty_card import FaultyCard
from openeoi.card.faults.specimen import CAN, ZONE, Files, Specimen, personalise, signed, sound_data_groups, specimen
from openeoi.card.memory import VolatileMemory
from openeoi.encoding.biometrics.finger_19794 import FingerImage, FingerPosition, FingerRecord
from openeoi.encoding.card_verifiable_certificates.references import KeyReference
from openeoi.encoding.cms import Signer
from openeoi.encoding.lds import files as lds
from openeoi.encoding.lds.card_access import CardAccess
from openeoi.encoding.lds.card_security import build_card_security
from openeoi.encoding.lds.common import Com
from openeoi.encoding.lds.data_group_3 import DataGroup3, FingerTemplate, finger_header
from openeoi.encoding.lds.data_group_14 import DataGroup14
from openeoi.encoding.lds.security_infos import PaceInfo, SecurityInfo, TerminalAuthenticationInfo
from openeoi.encoding.mrz import mrz_information
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.protocols.personalisation.applications import Application
from openeoi.protocols.personalisation.document_protocols import DocumentProtocols
from openeoi.protocols.terminal_authentication.terminal import TerminalCredentials
from openeoi.terminal.examination import Examination, Task, Trust, examine, open_chip
from openeoi.transport import run
from openeoi.transport.in_process import InProcess

MRZ = mrz_information(ZONE)
GENERIC = PaceInfo("0.4.0.127.0.7.2.2.4.2.4", 13)
MAPPING = PaceInfo("0.4.0.127.0.7.2.2.4.6.4", 13)
KEYS: tuple[SecurityInfo, ...] = (*DATA_GROUP_14.security_infos, TerminalAuthenticationInfo())
ALL = (1, 2, 3, 11, 12, 14, 15)
READ_ALL = Task(ALL)
BY_NUMBER = PacePassword.from_can(CAN)
WITH_ONE_OFFER = replace(PROTOCOLS, pace_infos=())


@dataclass
class Credentials:
    """A reader with the right to fingerprints; `asked` are the authorities that chips named."""

    credentials: TerminalCredentials | None = CREDENTIALS
    asked: tuple[KeyReference, ...] = ()

    def credentials_for(self, authority_references: Sequence[KeyReference], at: datetime) -> TerminalCredentials | None:
        self.asked = tuple(authority_references)
        return self.credentials


def fingerprints() -> DataGroup3:
    """Two prints that are none: the reader looks at their headers only."""
    fingers = (FingerPosition.RIGHT_INDEX, FingerPosition.LEFT_INDEX)
    records = [FingerRecord((FingerImage(b"\xff\xa0 print", 300, 400, finger),)) for finger in fingers]
    return DataGroup3(tuple(FingerTemplate(finger_header(finger), one) for finger, one in zip(fingers, records, strict=True)))


def full_groups(offers: tuple[SecurityInfo, ...] = (GENERIC,)) -> dict[int, bytes]:
    """Every data group; EF.DG14 names the keys of `PROTOCOLS` and these ways of PACE."""
    fourteen = DataGroup14((*offers, *KEYS)).encode()
    return sound_data_groups() | {3: fingerprints().encode(), 14: fourteen, 15: _active_public_key().encode()}


def full_document(
    groups: Mapping[int, bytes] | None = None,
    protocols: DocumentProtocols = WITH_ONE_OFFER,
    card_access: tuple[SecurityInfo, ...] | None = (GENERIC,),
    card_security: bytes | None = None,
    defect: Callable[[], Defect] = Defect,
    change: Callable[[Specimen], Specimen] = lambda content: content,
) -> InProcess:
    """A chip with all of them. `card_access` None: there is none."""
    groups = full_groups() if groups is None else groups

    def written(files: Files) -> Files:
        files[Application.MASTER_FILE][lds.CARD_ACCESS.file_id] = CardAccess(card_access).encode() if card_access else None
        if card_security is not None:
            files[Application.MASTER_FILE][lds.CARD_SECURITY.file_id] = card_security
        return files

    content = specimen(groups, signed(groups, LABORATORY.signer).encode())
    return chip(change(replace(content, protocols=protocols, change=written)), defect)


def chip(content: Specimen, defect: Callable[[], Defect] = Defect) -> InProcess:
    memory = VolatileMemory()
    personalise(content, LABORATORY, memory, PARAMETERS, secrets.token_bytes)
    made = InProcess(FaultyCard(memory, secrets.token_bytes, defect))
    made.reset()
    return made


def keeps_back(number: int) -> Callable[[], Defect]:
    """The chip refuses a data group that it has."""

    def answer(command: CommandApdu, response: ResponseApdu) -> ResponseApdu:
        return ResponseApdu(0x6982) if (command.ins, command.p1) == (0xB0, 0x80 | number) else response

    return lambda: ClearDefect(answer)


def without_listing(number: int) -> Callable[[Specimen], Specimen]:
    """EF.COM does not name the data group."""
    return lambda content: replace(content, com=Com(tuple(one for one in sorted(content.data_groups) if one != number)).encode())


def signed_card_security(infos: tuple[SecurityInfo, ...] = KEYS) -> bytes:
    signer = LABORATORY.signer
    return build_card_security(infos, Signer(signer.certificate, signer.algorithm, signer.key.sign))


def examined(
    document: InProcess,
    task: Task = READ_ALL,
    trust: Trust = TRUST,
    at: datetime = AT,
    password: PacePassword = BY_NUMBER,
    basic_access: str | None = None,
) -> Examination:
    document.reset()
    opened = run(open_chip(password, secrets.token_bytes, basic_access=basic_access), document)
    return run(examine(opened, task, trust, at, secrets.token_bytes), document)
