"""Whether the document's signer leads to an authority that the tester trusts (ICAO 9303-11, 5.1; 9303-12, 7.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from openeoi.encoding import mrz
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.lds import files
from openeoi.encoding.lds.data_group_1 import DataGroup1
from openeoi.protocols.passive_authentication.chain import Chain, RevocationState, check_revocation, check_validity, find_chain
from openeoi.protocols.passive_authentication.errors import NotDecidable, PassiveAuthenticationError
from openeoi.protocols.passive_authentication.verify import SignedSecurityObject, check_signature
from openeoi.terminal.conformance.case import CaseEnded, CaseFailed, CaseNotApplicable, CaseNotRun, Implementation, Subject
from openeoi.terminal.conformance.issuer_trust import IssuerTrust
from openeoi.terminal.document_rules import require_country
from openeoi.terminal.errors import CountryDiffers

Found = TypeVar("Found")

NO_TRUST = "the case needs the authorities that are trusted; give them with --trust"


def leads_to_an_authority(subject: Subject) -> None:
    _chain(subject)


def was_valid(subject: Subject) -> None:
    signed, chain = _chain(subject)
    _judged(lambda: check_validity(chain, _trust(subject).at, signed.signing_time))


def is_not_revoked(subject: Subject) -> None:
    trust = _trust(subject)
    _, chain = _chain(subject)
    state = _judged(lambda: check_revocation(chain, trust, trust.at))
    if state is not RevocationState.NOT_REVOKED:
        raise CaseNotRun("the folder with the trusted authorities has no valid revocation list of this one")


def is_of_the_issuing_state(subject: Subject) -> None:
    signed, _ = _chain(subject)
    try:
        zone = mrz.decode(DataGroup1.decode(subject.content(files.data_group(1))).mrz)
    except DecodingError as error:
        raise CaseEnded(f"the zone could not be read: {error}") from error
    try:
        known = require_country(zone, signed.signer.country)
    except CountryDiffers as error:
        raise CaseFailed(str(error)) from error
    if not known:
        raise CaseNotApplicable(f"the issuing state {zone.issuing_state} has no two letters here")


def _chain(subject: Subject) -> tuple[SignedSecurityObject, Chain]:
    trust = _trust(subject)
    try:
        signed = check_signature(subject.content(files.SOD))
    except (PassiveAuthenticationError, DecodingError) as error:
        raise CaseEnded(f"the security object is not sound, which other cases judge: {error}") from error
    return signed, _judged(lambda: find_chain(signed.signer, trust.anchors))


def _judged(check: Callable[[], Found]) -> Found:
    try:
        return check()
    except NotDecidable as error:
        raise CaseEnded(str(error)) from error
    except PassiveAuthenticationError as error:
        raise CaseFailed(str(error)) from error


def _trust(subject: Subject) -> IssuerTrust:
    if subject.trust is None:
        raise CaseNotRun(NO_TRUST)
    return subject.trust


_INSPECTIONS = (leads_to_an_authority, was_valid, is_not_revoked, is_of_the_issuing_state)

CASES = {f"OEOI-TRUST-{number}": Implementation(inspection=case, file=files.SOD) for number, case in enumerate(_INSPECTIONS, 1)}
