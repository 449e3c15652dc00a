"""Who signed what was read, and is that the data: passive authentication, check by check (ICAO 9303-11, 5.1)."""

from __future__ import annotations

from datetime import datetime

from openeoi.encoding.lds.card_access import CardAccess
from openeoi.encoding.lds.security_infos import PaceDomainParameterInfo, PaceInfo, SecurityInfo
from openeoi.encoding.mrz import TravelDocument
from openeoi.protocols.passive_authentication.chain import (
    Chain,
    RevocationState,
    check_revocation,
    check_validity,
    find_chain,
)
from openeoi.protocols.passive_authentication.verify import SignedSecurityObject, verify_data_group
from openeoi.terminal.checks import Outcome
from openeoi.terminal.document_rules import require_country, require_same_groups
from openeoi.terminal.errors import CardAccessDiffers
from openeoi.terminal.examination.evidence import Evidence
from openeoi.terminal.examination.findings import Findings
from openeoi.terminal.examination.points import Point
from openeoi.terminal.examination.trust import Trust

EARLIER_CHECK = "earlier_check"


def judge_signer(findings: Findings, signed: SignedSecurityObject | None, trust: Trust, at: datetime) -> Chain | None:
    """The signer's chain to a trusted authority, valid and not revoked at `at`."""
    chain = None
    if signed is None:
        findings.add(Point.TRUST, Outcome.UNDETERMINED, EARLIER_CHECK)
    else:
        chain = findings.check(Point.TRUST, lambda: find_chain(signed.signer, trust.anchors))
    if signed is None or chain is None:
        findings.add(Point.VALIDITY, Outcome.UNDETERMINED, EARLIER_CHECK)
        findings.add(Point.REVOCATION, Outcome.UNDETERMINED, EARLIER_CHECK)
        return None
    findings.check(Point.VALIDITY, lambda: check_validity(chain, at, signed.signing_time))
    _judge_revocation(findings, chain, trust, at)
    return chain


def judge_data(findings: Findings, signed: SignedSecurityObject | None, evidence: Evidence) -> None:
    """Every data group is the signed one, and none is hidden or added."""
    if signed is None:
        findings.add(Point.COMPLETENESS, Outcome.UNDETERMINED, EARLIER_CHECK)
        for number in evidence.data_groups or (None,):
            findings.add(Point.DATA, Outcome.UNDETERMINED, EARLIER_CHECK, number)
        return
    findings.check(Point.COMPLETENESS, lambda: require_same_groups(evidence.com, signed.lds.digests))
    for number, content in sorted(evidence.data_groups.items()):
        _judge_group(findings, signed, number, content)
    if not evidence.data_groups:
        findings.add(Point.DATA, Outcome.UNDETERMINED, evidence.interrupted or EARLIER_CHECK)


def judge_country(findings: Findings, signed: SignedSecurityObject | None, zone: TravelDocument | None) -> None:
    if signed is None or zone is None:
        findings.add(Point.COUNTRY, Outcome.UNDETERMINED, EARLIER_CHECK)
        return
    country = Findings()
    known = country.check(Point.COUNTRY, lambda: require_country(zone, signed.signer.country))
    if known is False:
        findings.add(Point.COUNTRY, Outcome.UNDETERMINED, "country_unknown")
        return
    for one in country.all:
        findings.add(one.point, one.outcome, one.reason)


def judge_card_access(findings: Findings, infos: tuple[SecurityInfo, ...] | None, evidence: Evidence) -> None:
    """EF.CardAccess is read before PACE and not signed: who hides an offer there leads the terminal to a weaker one.

    `infos`: those of the signed EF.DG14, None where it is not confirmed. ICAO 9303-11, 9.2.9; TR-03110-3, A.1.1.
    """
    if infos is None:
        confirmed_absent = 14 not in evidence.data_groups and 14 not in evidence.refused
        outcome, reason = (Outcome.NOT_SUPPORTED, "no_signed_copy") if confirmed_absent else (Outcome.UNDETERMINED, EARLIER_CHECK)
        findings.add(Point.CARD_ACCESS, outcome, reason)
        return
    if not _pace(infos):
        findings.add(Point.CARD_ACCESS, Outcome.NOT_SUPPORTED, "no_signed_copy")
        return
    findings.check(Point.CARD_ACCESS, lambda: _require_same_offers(evidence.card_access, infos))


def _require_same_offers(card_access: bytes, infos: tuple[SecurityInfo, ...]) -> None:
    offered = _pace(CardAccess.decode(card_access).security_infos) if card_access else frozenset()
    different = offered.symmetric_difference(_pace(infos))
    if different:
        raise CardAccessDiffers(tuple(sorted({one.protocol for one in different})))


def _pace(infos: tuple[SecurityInfo, ...]) -> frozenset[PaceInfo | PaceDomainParameterInfo]:
    return frozenset(info for info in infos if isinstance(info, PaceInfo | PaceDomainParameterInfo))


def _judge_revocation(findings: Findings, chain: Chain, trust: Trust, at: datetime) -> None:
    quiet = Findings()
    state = quiet.check(Point.REVOCATION, lambda: check_revocation(chain, trust.revocation_lists, at))
    if state is None or state is RevocationState.NOT_REVOKED:
        for one in quiet.all:
            findings.add(one.point, one.outcome, one.reason)
        return
    outcome = Outcome.NOT_SUPPORTED if state is RevocationState.NO_LIST else Outcome.UNDETERMINED
    findings.add(Point.REVOCATION, outcome, state.name.lower())


def _judge_group(findings: Findings, signed: SignedSecurityObject, number: int, content: bytes) -> None:
    findings.check(Point.DATA, lambda: verify_data_group(signed, number, content), number)
