"""A terminal and an inspection post that trust the laboratory, and every use that the catalogue knows."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
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
from openeoi.card.faults.specimen import CAN, NORM_PIN, ZONE
from openeoi.encoding.card_verifiable_certificates.certificate import CardVerifiableCertificate
from openeoi.encoding.card_verifiable_certificates.references import KeyReference
from openeoi.encoding.lds import files
from openeoi.encoding.lds.data_group_3 import DataGroup3
from openeoi.encoding.lds.data_group_14 import DataGroup14
from openeoi.encoding.lds.data_group_15 import DataGroup15
from openeoi.encoding.mrz import TravelDocument1, mrz_information
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.errors import OpenEoiError
from openeoi.iso7816.secure_messaging import SecureChannel, through
from openeoi.iso7816.steps import CardSteps
from openeoi.protocols.active_authentication import terminal as active_authentication
from openeoi.protocols.chip_authentication import terminal as chip_authentication
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.protocols.passive_authentication import CertificateAnchors
from openeoi.protocols.passive_authentication.certificates import Certificate
from openeoi.protocols.passive_authentication.verify import check_signed_data
from openeoi.protocols.terminal_authentication.terminal import TerminalCredentials
from openeoi.terminal.checks import Outcome
from openeoi.terminal.conformance.certificates.folder import trust_point
from openeoi.terminal.credentials import sign_digest
from openeoi.terminal.document_channel import DocumentChannel, open_with_basic_access, open_with_pace
from openeoi.terminal.examination import Examination, Task, Trust, code_of, examine
from openeoi.terminal.extended_access import prove_terminal
from openeoi.terminal.pin_care import pin_status
from openeoi.terminal.prove_chip import by_chip_authentication, by_mapping, read_card_security
from openeoi.terminal.read_document import read_document
from openeoi.terminal.read_file import read_elementary_file
from openeoi.transport import Transport, run

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
        if use in BY_STEPS:
            run(BY_STEPS[use](), transport)
            return set()
        if use is Use.READ_BY_BASIC_ACCESS:
            return run(_read_by_basic_access(), transport)
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
            case Use.AUTHENTICATE_ACTIVELY_TWICE:
                session.run_with_channel("active", _authenticate_actively_twice)
            case Use.AUTHENTICATE_CHIP:
                session.run_with_channel("chip", _authenticate_chip)
            case Use.ASK_FOR_TRIES:
                session.run("tries", pin_status())
    except OpenEoiError as error:
        return {code_of(error)}
    return set()


def _authenticate_actively(channel: SecureChannel) -> CardSteps[None]:
    read = yield from read_document(channel, (14, 15))
    key, infos = DataGroup15.decode(read.data_groups[15]), DataGroup14.decode(read.data_groups[14]).security_infos
    yield from through(channel, active_authentication.authenticate(key, infos, secrets.token_bytes))


def _authenticate_actively_twice(channel: SecureChannel) -> CardSteps[None]:
    for _ in range(2):
        yield from _authenticate_actively(channel)


def _authenticate_chip(channel: SecureChannel) -> CardSteps[None]:
    read = yield from read_document(channel, (14,))
    offer = chip_authentication.offers(DataGroup14.decode(read.data_groups[14]).security_infos)[0]
    result = yield from chip_authentication.authenticate(channel, offer, secrets.token_bytes)
    yield from read_document(result.channel, (1,))


def _authenticate_by_mapping() -> CardSteps[None]:
    opened = yield from open_with_pace(PacePassword.from_can(CAN), secrets.token_bytes)
    content = yield from read_card_security(opened.channel)
    check_signed_data(content.signed_data)
    by_mapping(opened, content)


def _open_by_basic_access(zone: TravelDocument1 = ZONE) -> CardSteps[DocumentChannel]:
    opened = yield from open_with_basic_access(mrz_information(zone), secrets.token_bytes, although_pace_is_offered=True)
    yield from through(opened.channel, read_elementary_file(files.COM))
    return opened


def _open_by_another_zone() -> CardSteps[DocumentChannel]:
    return (yield from _open_by_basic_access(replace(ZONE, document_number="FC0000002")))


def _read_by_basic_access() -> CardSteps[set[str]]:
    opened = yield from open_with_basic_access(mrz_information(ZONE), secrets.token_bytes)
    examined = yield from examine(opened, Task((1, 2, 14)), TRUST, AT, secrets.token_bytes)
    return {one.reason for one in examined.findings if one.outcome in (Outcome.FAILED, Outcome.UNDETERMINED)}


def credentials() -> TerminalCredentials:
    """A terminal with the right to fingerprints and irises, certified under the trust point of the laboratory's chips."""
    given = trust_point(LABORATORY.trust_point.body, LABORATORY.trust_point_key, secrets.token_bytes)
    chain = given.root.chain()
    certificates = [CardVerifiableCertificate.build(one.body(), one.issuer.key.sign) for one in (chain.terminal, chain.verifier)]
    return TerminalCredentials(certificates[0], (certificates[1],), chain.terminal.holder.key.sign)


def _read_fingerprints() -> CardSteps[None]:
    opened = yield from open_with_pace(PacePassword.from_can(CAN), secrets.token_bytes)
    infos = DataGroup14.decode((yield from through(opened.channel, read_elementary_file(files.data_group(14))))).security_infos
    opened = yield from by_chip_authentication(opened, infos, secrets.token_bytes)
    yield from prove_terminal(opened, credentials(), infos)
    DataGroup3.decode((yield from through(opened.channel, read_elementary_file(files.data_group(3)))))


class Right:
    """Satisfies `TerminalCredentialsSource`."""

    def credentials_for(self, authority_references: Sequence[KeyReference], at: datetime) -> TerminalCredentials | None:
        return credentials()


def examined_with_the_right(transport: Transport) -> Examination:
    """What a reader finds that may read fingerprints."""
    opened = run(open_with_pace(PacePassword.from_can(CAN), secrets.token_bytes), transport)
    return run(examine(opened, Task((1, 2, 3, 14, 15), Right()), TRUST, AT, secrets.token_bytes), transport)


BY_STEPS: Mapping[Use, Callable[[], CardSteps[object]]] = {
    Use.AUTHENTICATE_BY_MAPPING: _authenticate_by_mapping,
    Use.OPEN_BY_BASIC_ACCESS: _open_by_basic_access,
    Use.OPEN_BY_WRONG_ZONE: _open_by_another_zone,
    Use.READ_FINGERPRINTS: _read_fingerprints,
}


def inspected(transport: Transport) -> InspectionReport:
    post = sample_post.post(transport)
    post = replace(post, trust=TRUST, clock=lambda: AT)
    return inspect(post, CardAccessNumber(CAN), sample_post.ENTRY)
