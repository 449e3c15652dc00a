"""EF.DG14 and EF.DG15: what the chip can prove (ICAO 9303-10, 4.7.14 and 4.7.15; 9303-11, 6 and 9.2)."""

from __future__ import annotations

from openeoi.crypto.errors import CryptographicError
from openeoi.crypto.public_keys import EllipticCurvePublicKey, decode_agreement_key, decode_signature_key
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.lds import files
from openeoi.encoding.lds.card_access import CardAccess
from openeoi.encoding.lds.data_group_14 import DataGroup14
from openeoi.encoding.lds.data_group_15 import DataGroup15
from openeoi.encoding.lds.security_infos import (
    ActiveAuthenticationInfo,
    ChipAuthenticationInfo,
    ChipAuthenticationPublicKeyInfo,
    PaceInfo,
    SecurityInfo,
    of_kind,
)
from openeoi.iso7816.errors import SecureMessagingError
from openeoi.iso7816.secure_messaging import through
from openeoi.iso7816.steps import CardSteps
from openeoi.protocols.active_authentication import terminal as active_authentication
from openeoi.protocols.active_authentication.errors import ActiveAuthenticationError, NotDecidable
from openeoi.protocols.active_authentication.shared import PLAIN_ECDSA
from openeoi.terminal.conformance.case import CaseEnded, CaseFailed, CaseNotApplicable, Implementation, Subject
from openeoi.terminal.conformance.steps import open_chip
from openeoi.terminal.conformance.units.lds import inspections, well_formed

INFOS = files.data_group(14)
KEY = files.data_group(15)
CHALLENGES = 2


def infos_are_well_formed(subject: Subject) -> None:
    if not _infos(subject):
        raise CaseFailed("EF.DG14 holds no security info")


def card_access_is_repeated(subject: Subject) -> None:
    signed = {info.encode() for info in _infos(subject)}
    for info in CardAccess.decode(subject.content(files.CARD_ACCESS)).security_infos:
        if info.encode() not in signed:
            raise CaseFailed(f"EF.CardAccess offers {info.protocol}, EF.DG14 does not repeat it")


def chip_authentication_keys(subject: Subject) -> None:
    infos = _infos(subject)
    keys, named = of_kind(infos, ChipAuthenticationPublicKeyInfo), of_kind(infos, ChipAuthenticationInfo)
    if not keys and not named:
        raise CaseNotApplicable("the chip has no chip authentication")
    for info in named:
        if all(key.key_id != info.key_id for key in keys):
            raise CaseFailed(f"there is no key for {info.protocol}")
    if len(keys) > 1 and any(key.key_id is None for key in keys):
        raise CaseFailed("of several keys one has no number")
    for key in keys:
        try:
            decode_agreement_key(key.public_key)
        except (CryptographicError, DecodingError) as error:
            raise CaseFailed(f"a key for chip authentication: {error}") from error


def nothing_is_hidden(subject: Subject) -> None:
    """EF.CardAccess is not signed: who takes an offer out of it leads the terminal to a weaker one (ICAO 9303-11, 9.2.9)."""
    found = subject.read(files.CARD_ACCESS).content
    offered = {info.encode() for info in CardAccess.decode(found).security_infos} if found is not None else set()
    for info in of_kind(_infos(subject), PaceInfo):
        if info.encode() not in offered:
            raise CaseFailed(f"EF.DG14 names {info.protocol}, EF.CardAccess does not offer it")


def algorithm_is_named(subject: Subject) -> None:
    try:
        key = decode_signature_key(DataGroup15.decode(subject.content(KEY)).public_key)
    except CryptographicError as error:
        raise CaseEnded(f"the key in EF.DG15 is judged by another case: {error}") from error
    if not isinstance(key, EllipticCurvePublicKey):
        raise CaseNotApplicable("the key is for RSA, whose signatures name their hash function")
    named = of_kind(_infos(subject), ActiveAuthenticationInfo) if 14 in subject.data_groups else ()
    if len(named) != 1:
        raise CaseFailed(f"EF.DG14 has {len(named)} ActiveAuthenticationInfo, a key on a curve needs one")
    if named[0].signature_algorithm not in PLAIN_ECDSA:
        raise CaseFailed(f"{named[0].signature_algorithm} is no signature algorithm of active authentication")


def key_is_well_formed(subject: Subject) -> None:
    try:
        decode_signature_key(DataGroup15.decode(subject.content(KEY)).public_key)
    except CryptographicError as error:
        raise CaseFailed(f"the key in EF.DG15: {error}") from error


def challenge_is_signed(subject: Subject) -> CardSteps[None]:
    """Two challenges, each with its own signature."""
    key = DataGroup15.decode(subject.content(KEY))
    infos = _infos(subject) if 14 in subject.data_groups else ()
    channel = yield from open_chip(subject)
    try:
        for _ in range(CHALLENGES):
            steps = active_authentication.authenticate(key, infos, subject.random, plain_capacity=channel.plain_capacity())
            yield from through(channel, steps)
    except NotDecidable as error:
        raise CaseEnded(str(error)) from error
    except (ActiveAuthenticationError, SecureMessagingError) as error:
        raise CaseFailed(str(error)) from error


def _infos(subject: Subject) -> tuple[SecurityInfo, ...]:
    return DataGroup14.decode(subject.content(INFOS)).security_infos


CASES = {
    **inspections(
        "OEOI-DG14",
        INFOS,
        well_formed(INFOS),
        infos_are_well_formed,
        card_access_is_repeated,
        chip_authentication_keys,
        nothing_is_hidden,
    ),
    **inspections("OEOI-DG15", KEY, well_formed(KEY), key_is_well_formed),
    "OEOI-DG15-3": Implementation(challenge_is_signed),
    "OEOI-DG15-4": Implementation(inspection=algorithm_is_named, file=INFOS),
}
