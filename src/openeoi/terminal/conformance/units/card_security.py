"""PACE with chip authentication mapping and EF.CardSecurity, which holds the key for it (ICAO 9303-11, 4.4.3.5 and 9.2.11)."""

from __future__ import annotations

from openeoi.crypto.errors import CryptographicError
from openeoi.crypto.public_keys import decode_agreement_key
from openeoi.encoding.lds import files
from openeoi.encoding.lds.card_access import CardAccess
from openeoi.encoding.lds.card_security import CardSecurity
from openeoi.encoding.lds.data_group_14 import DataGroup14
from openeoi.encoding.lds.security_infos import ChipAuthenticationPublicKeyInfo, PaceInfo, SecurityInfo, of_kind
from openeoi.errors import OpenEoiError
from openeoi.iso7816.errors import SecureMessagingError
from openeoi.iso7816.secure_messaging import SecureChannel
from openeoi.iso7816.status import UnexpectedStatus
from openeoi.iso7816.steps import CardSteps
from openeoi.protocols.pace.errors import PaceError
from openeoi.protocols.pace.shared import MappingKind, PaceProtocol
from openeoi.protocols.pace.terminal import agree
from openeoi.protocols.passive_authentication.errors import NotDecidable, PassiveAuthenticationError
from openeoi.protocols.passive_authentication.verify import check_signed_data
from openeoi.terminal.conformance.case import CaseEnded, CaseFailed, Implementation, Subject
from openeoi.terminal.conformance.steps import open_chip
from openeoi.terminal.document_channel import enter_document
from openeoi.terminal.errors import TerminalError
from openeoi.terminal.prove_chip import by_mapping, read_card_security
from openeoi.terminal.unlock import Unlocked, is_supported


def file_is_well_formed(subject: Subject) -> CardSteps[None]:
    yield from _card_security(subject)


def signature_verifies(subject: Subject) -> CardSteps[None]:
    """With the certificate inside; whether that is trusted is not the chip's matter."""
    content = yield from _card_security(subject)
    try:
        check_signed_data(content.signed_data)
    except NotDecidable as error:
        raise CaseEnded(str(error)) from error
    except PassiveAuthenticationError as error:
        raise CaseFailed(str(error)) from error


def offers_are_repeated(subject: Subject) -> CardSteps[None]:
    content = yield from _card_security(subject)
    missing = [one for one in _access(subject).security_infos if one not in content.security_infos]
    if missing:
        raise CaseFailed(f"EF.CardSecurity does not repeat the security info {missing[0].protocol} of EF.CardAccess")


def every_mapping_proves_the_chip(subject: Subject) -> CardSteps[None]:
    for info in _mappings(subject):
        try:
            ambiguous = sum(other.protocol == info.protocol for other in _access(subject).pace_infos) > 1
            result = yield from agree(subject.password, info, subject.random, name_parameters=ambiguous)
            opened = yield from enter_document(Unlocked(SecureChannel(result.keys), b"", info, result))
            by_mapping(opened, (yield from read_card_security(opened.channel)))
        except (PaceError, SecureMessagingError, UnexpectedStatus, TerminalError, CryptographicError) as error:
            raise CaseFailed(f"{info.protocol} with the domain parameters {info.parameter_id}: {error}") from error


def keys_agree(subject: Subject) -> CardSteps[None]:
    """Where EF.DG14 holds a key on the same domain parameters, it is the same key."""
    content = yield from _card_security(subject)
    secured = _keys(content.security_infos)
    if not secured:
        raise CaseFailed("EF.CardSecurity holds no public key")
    known = _keys(DataGroup14.decode(subject.content(files.data_group(14))).security_infos)
    for parameter_id, key in secured.items():
        if known.get(parameter_id, key) != key:
            raise CaseFailed(f"EF.CardSecurity and EF.DG14 hold different keys for the domain parameters {parameter_id}")


def _keys(infos: tuple[SecurityInfo, ...]) -> dict[int, bytes]:
    try:
        keys = [decode_agreement_key(info.public_key) for info in of_kind(infos, ChipAuthenticationPublicKeyInfo)]
    except CryptographicError as error:
        raise CaseFailed(f"a key for chip authentication: {error}") from error
    return {key.parameter_id: key.encoded for key in keys}


def _card_security(subject: Subject) -> CardSteps[CardSecurity]:
    channel = yield from open_chip(subject)
    try:
        return (yield from read_card_security(channel))
    except OpenEoiError as error:
        raise CaseFailed(f"{files.CARD_SECURITY.name} was not read: {error}") from error


def _mappings(subject: Subject) -> list[PaceInfo]:
    offered = filter(is_supported, _access(subject).pace_infos)
    return [info for info in offered if PaceProtocol.of(info.protocol).mapping is MappingKind.CHIP_AUTHENTICATION]


def _access(subject: Subject) -> CardAccess:
    return CardAccess.decode(subject.content(files.CARD_ACCESS))


CASES = {
    "OEOI-CAM-1": Implementation(every_mapping_proves_the_chip),
    "OEOI-CAM-2": Implementation(file_is_well_formed),
    "OEOI-CAM-3": Implementation(signature_verifies),
    "OEOI-CAM-4": Implementation(offers_are_repeated),
    "OEOI-CAM-5": Implementation(keys_agree),
}
