"""Is it the chip that was issued? Running the proofs that the document promises, and judging what they left behind.

A proof is run with a key that the signed list confirms, and only then: a key that anybody may have written proves nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from openeoi.crypto.randomness import RandomSource
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.lds.card_security import CardSecurity
from openeoi.encoding.lds.data_group_14 import DataGroup14
from openeoi.encoding.lds.data_group_15 import DataGroup15
from openeoi.encoding.lds.security_infos import (
    ChipAuthenticationInfo,
    ChipAuthenticationPublicKeyInfo,
    SecurityInfo,
)
from openeoi.iso7816.steps import CardSteps
from openeoi.protocols.active_authentication import terminal as active_authentication
from openeoi.protocols.active_authentication.errors import ActiveAuthenticationError
from openeoi.protocols.chip_authentication.errors import ChipAuthenticationError, ChipNotGenuine
from openeoi.protocols.pace.chip_authentication_mapping import verify_chip
from openeoi.protocols.pace.errors import ChipKeyMissing
from openeoi.protocols.passive_authentication.chain import check_revocation, check_validity, find_chain
from openeoi.protocols.passive_authentication.errors import PassiveAuthenticationError
from openeoi.protocols.passive_authentication.verify import SignedSecurityObject, check_signed_data, verify_data_group
from openeoi.terminal.checks import Outcome
from openeoi.terminal.document_channel import DocumentChannel
from openeoi.terminal.errors import KeyWithheld
from openeoi.terminal.examination.evidence import ActiveProof, Evidence, Witness
from openeoi.terminal.examination.findings import Finding, Findings, code_of, outcome_of, worst
from openeoi.terminal.examination.passive import EARLIER_CHECK
from openeoi.terminal.examination.points import PROOFS, Point
from openeoi.terminal.examination.trust import Trust
from openeoi.terminal.prove_chip import ask_for_signature, by_chip_authentication

NOT_OFFERED = "not_offered"
DENIABLE = "deniable"


@dataclass(frozen=True, slots=True)
class Keys:
    """What the signed files say of the chip's keys; None where the file is not confirmed by the signed list."""

    infos: tuple[SecurityInfo, ...] | None
    active: DataGroup15 | None

    @property
    def offers_chip_authentication(self) -> bool:
        return any(isinstance(one, ChipAuthenticationInfo | ChipAuthenticationPublicKeyInfo) for one in self.infos or ())


def confirmed_keys(signed: SignedSecurityObject | None, data_groups: dict[int, bytes]) -> Keys:
    """Keys out of files whose digests were signed. Files that are malformed or not the signed ones are reported elsewhere."""
    fourteen, fifteen = (_confirmed(signed, data_groups, number) for number in (14, 15))
    try:
        infos = None if fourteen is None else DataGroup14.decode(fourteen).security_infos
    except DecodingError:
        infos = None
    try:
        active = None if fifteen is None else DataGroup15.decode(fifteen)
    except DecodingError:
        active = None
    return Keys(infos, active)


def run_chip_authentication(
    opened: DocumentChannel, keys: Keys, random: RandomSource
) -> CardSteps[tuple[DocumentChannel | None, Witness | None]]:
    """The channel that goes on, None where none is left, and how the proof ended, None where the document offers none."""
    if keys.infos is None or not keys.offers_chip_authentication:
        return opened, None
    try:
        moved = yield from by_chip_authentication(opened, keys.infos, random)
    except ChipNotGenuine as error:
        return None, _witness(error)
    except ChipAuthenticationError as error:
        return opened, _witness(error)
    return moved, Witness(Outcome.SUCCESSFUL)


def run_active_authentication(
    opened: DocumentChannel, keys: Keys, random: RandomSource
) -> CardSteps[ActiveProof | Witness | None]:
    if keys.active is None:
        return None
    try:
        return ActiveProof(*(yield from ask_for_signature(opened, keys.active, random)))
    except ActiveAuthenticationError as error:
        return _witness(error)


def judge_chip(
    findings: Findings, keys: Keys, signed: SignedSecurityObject | None, evidence: Evidence, trust: Trust, at: datetime,
    *, present: bool,
) -> None:  # fmt: skip
    """A finding for each proof and one for all: one that fails makes a copy, whatever the others say; else one success is enough.

    `present`: the chip is here. Later, what only a witness can know of is not taken for proof.
    """
    _judge_mapping(findings, evidence, trust, at, present)
    _judge_chip_authentication(findings, keys, signed, evidence, present)
    _judge_active_authentication(findings, keys, signed, evidence)
    found = [one for point in PROOFS for one in findings.of(point)]
    decisive = worst(found) if any(one.outcome is Outcome.FAILED for one in found) else _best(found)
    findings.add(Point.GENUINE_CHIP, decisive.outcome, decisive.reason)


def _best(found: list[Finding]) -> Finding:
    order = (Outcome.SUCCESSFUL, Outcome.ABORTED, Outcome.UNDETERMINED, Outcome.NOT_SUPPORTED)
    # Of several that are not supported, say why one that was offered is none.
    return min(found, key=lambda one: (order.index(one.outcome), one.reason == NOT_OFFERED))


def _judge_mapping(findings: Findings, evidence: Evidence, trust: Trust, at: datetime, present: bool) -> None:
    proof = evidence.proofs.mapping
    if proof is None:
        findings.add(Point.CHIP_MAPPING, Outcome.NOT_SUPPORTED, NOT_OFFERED)
        return
    quiet = Findings()

    def check() -> None:
        if not evidence.card_security:
            raise ChipKeyMissing("the chip gives no EF.CardSecurity")
        verify_chip(proof, confirmed_card_security(evidence.card_security, trust, at).security_infos)

    quiet.check(Point.CHIP_MAPPING, check)
    for one in quiet.all:
        if one.outcome is Outcome.SUCCESSFUL and not present:
            findings.add(Point.CHIP_MAPPING, Outcome.NOT_SUPPORTED, DENIABLE)
        else:
            findings.add(one.point, one.outcome, one.reason)


def confirmed_card_security(raw: bytes, trust: Trust, at: datetime) -> CardSecurity:
    """EF.CardSecurity that a trusted state signed, by the rules for EF.SOD. Raises DecodingError, PassiveAuthenticationErrors."""
    card_security = CardSecurity.decode(raw)
    signer, _ = check_signed_data(card_security.signed_data)
    chain = find_chain(signer, trust.anchors)
    check_validity(chain, at, card_security.signed_data.signer_infos[0].signing_time)
    check_revocation(chain, trust.revocation_lists, at)
    return card_security


def _judge_chip_authentication(
    findings: Findings, keys: Keys, signed: SignedSecurityObject | None, evidence: Evidence, present: bool
) -> None:
    point, witness = Point.CHIP_AUTHENTICATION, evidence.proofs.chip_authentication
    if witness is not None and witness.outcome is Outcome.SUCCESSFUL and not present:
        findings.add(point, Outcome.NOT_SUPPORTED, DENIABLE)
    elif witness is not None:
        findings.add(point, witness.outcome, witness.reason)
    elif keys.infos is not None:
        offered = keys.offers_chip_authentication
        outcome, reason = (Outcome.UNDETERMINED, "not_tried") if offered else (Outcome.NOT_SUPPORTED, NOT_OFFERED)
        findings.add(point, outcome, reason)
    else:
        _without_key(findings, point, 14, signed, evidence)


def _judge_active_authentication(findings: Findings, keys: Keys, signed: SignedSecurityObject | None, evidence: Evidence) -> None:
    point, proof = Point.ACTIVE_AUTHENTICATION, evidence.proofs.active_authentication
    if isinstance(proof, Witness):
        findings.add(point, proof.outcome, proof.reason)
    elif keys.active is None:
        _without_key(findings, point, 15, signed, evidence)
    elif proof is None:
        findings.add(point, Outcome.UNDETERMINED, evidence.interrupted or "not_tried")
    else:
        key, challenge, signature = keys.active, proof.challenge, proof.signature
        findings.check(point, lambda: active_authentication.verify(key, keys.infos or (), challenge, signature))


def _without_key(findings: Findings, point: Point, number: int, signed: SignedSecurityObject | None, evidence: Evidence) -> None:
    """No confirmed key: the document has none, or the chip keeps a signed one back, or the file is not the signed one."""
    promised = signed is not None and number in signed.lds.digests
    if number in evidence.data_groups:
        findings.add(point, Outcome.UNDETERMINED, EARLIER_CHECK)
    elif promised and number in evidence.refused:
        findings.add(point, outcome_of(KeyWithheld(number)), code_of(KeyWithheld(number)))
    elif promised:
        findings.add(point, Outcome.UNDETERMINED, evidence.interrupted or "not_tried")
    elif signed is None:
        findings.add(point, Outcome.UNDETERMINED, EARLIER_CHECK)
    else:
        findings.add(point, Outcome.NOT_SUPPORTED, NOT_OFFERED)


def _confirmed(signed: SignedSecurityObject | None, data_groups: dict[int, bytes], number: int) -> bytes | None:
    content = data_groups.get(number)
    if signed is None or content is None:
        return None
    try:
        verify_data_group(signed, number, content)
    except PassiveAuthenticationError:
        return None
    return content


def _witness(error: ChipAuthenticationError | ActiveAuthenticationError) -> Witness:
    return Witness(outcome_of(error), code_of(error))
