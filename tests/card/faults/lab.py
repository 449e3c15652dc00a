"""A terminal and an inspection post that trust the laboratory, and every use that the catalogue knows."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import UTC, datetime

from border import sample_post
from openeoi import profiles
from openeoi.agent.card_session import CardSession
from openeoi.agent.read_and_check import read_and_check
from openeoi.border.access import CardAccessNumber
from openeoi.border.inspection import inspect
from openeoi.border.report import InspectionReport
from openeoi.card.faults.fault import Use
from openeoi.card.faults.laboratory import Laboratory
from openeoi.card.faults.specimen import CAN, NORM_PIN
from openeoi.encoding.lds.data_group_14 import DataGroup14
from openeoi.encoding.lds.data_group_15 import DataGroup15
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.errors import OpenEoiError
from openeoi.iso7816.secure_messaging import SecureChannel, through
from openeoi.iso7816.steps import CardSteps
from openeoi.protocols.active_authentication import terminal as active_authentication
from openeoi.protocols.chip_authentication import terminal as chip_authentication
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.protocols.passive_authentication import CertificateAnchors
from openeoi.protocols.passive_authentication.certificates import Certificate
from openeoi.terminal.checks import Outcome
from openeoi.terminal.credentials import sign_digest
from openeoi.terminal.examination import Trust, code_of
from openeoi.terminal.pin_care import pin_status
from openeoi.terminal.read_document import read_document
from openeoi.transport import Transport

AT = datetime(2026, 7, 20, 12, 0, tzinfo=UTC)
LABORATORY = Laboratory(bytes(range(32)))
ANCHORS = CertificateAnchors(LABORATORY.anchors)
PARAMETERS = profiles.load("si").card
WRONG_CAN = "000000"
WRONG_PIN = "999999"
DIGEST = bytes(range(48))


class Lists:
    """The laboratory publishes one list, for its present authority."""

    def __init__(self) -> None:
        self._list = LABORATORY.revocation_list(AT)

    def revocation_list(self, authority: Certificate) -> bytes | None:
        return self._list if authority.raw == LABORATORY.authority else None


TRUST = Trust(ANCHORS, Lists())


def errors(transport: Transport, use: Use) -> set[str]:
    """What a terminal says of the card, as codes: the error that ended the use, or the reasons of what was not successful."""
    session = CardSession(transport, secrets.token_bytes)
    try:
        session.unlock(PacePassword.from_can(WRONG_CAN if use is Use.OPEN_WITH_WRONG_NUMBER else CAN))
        match use:
            case Use.READ_DOCUMENT | Use.OPEN_WITH_WRONG_NUMBER:
                reading = read_and_check(session, session.document(), TRUST, AT)
                return {one.reason for one in reading.findings if one.outcome in (Outcome.FAILED, Outcome.UNDETERMINED)}
            case Use.SIGN_WITHOUT_PIN:
                session.run("sign", sign_digest(CredentialRole.LOW, DIGEST))
            case Use.SIGN_WITH_PIN:
                session.run("sign", sign_digest(CredentialRole.HIGH, DIGEST, NORM_PIN))
            case Use.SIGN_WITH_WRONG_PIN:
                session.run("sign", sign_digest(CredentialRole.HIGH, DIGEST, WRONG_PIN))
            case Use.AUTHENTICATE_ACTIVELY:
                session.run_with_channel("active", _authenticate_actively)
            case Use.AUTHENTICATE_CHIP:
                session.run_with_channel("chip", _authenticate_chip)
            case Use.ASK_FOR_TRIES:
                session.run("tries", pin_status())
    except OpenEoiError as error:
        return {code_of(error)}
    return set()


def _authenticate_actively(channel: SecureChannel) -> CardSteps[None]:
    files = yield from read_document(channel, (14, 15))
    key, infos = DataGroup15.decode(files.data_groups[15]), DataGroup14.decode(files.data_groups[14]).security_infos
    yield from through(channel, active_authentication.authenticate(key, infos, secrets.token_bytes))


def _authenticate_chip(channel: SecureChannel) -> CardSteps[None]:
    files = yield from read_document(channel, (14,))
    offer = chip_authentication.offers(DataGroup14.decode(files.data_groups[14]).security_infos)[0]
    result = yield from chip_authentication.authenticate(channel, offer, secrets.token_bytes)
    yield from read_document(result.channel, (1,))


def inspected(transport: Transport) -> InspectionReport:
    post = sample_post.post(transport)
    post = replace(post, trust=TRUST, clock=lambda: AT)
    return inspect(post, CardAccessNumber(CAN), sample_post.ENTRY)
