"""The terminal's right to fingerprints: asked for only where the document has any and the reader has credentials at all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from openeoi.encoding.card_verifiable_certificates.references import KeyReference
from openeoi.encoding.lds.security_infos import SecurityInfo
from openeoi.iso7816.secure_messaging import through
from openeoi.iso7816.status import UnexpectedStatus
from openeoi.iso7816.steps import CardSteps
from openeoi.protocols.terminal_authentication.errors import TerminalAuthenticationError
from openeoi.protocols.terminal_authentication.terminal import TerminalCredentials
from openeoi.terminal.checks import Outcome
from openeoi.terminal.document_channel import DocumentChannel
from openeoi.terminal.errors import TerminalError
from openeoi.terminal.examination.evidence import Evidence, Witness
from openeoi.terminal.examination.findings import Findings, code_of
from openeoi.terminal.examination.points import Point
from openeoi.terminal.extended_access import prove_terminal_to, read_authority_references

FINGERPRINTS = 3


class TerminalCredentialsSource(Protocol):
    """The terminal's own right to fingerprints: short-lived certificates of its inspection system."""

    def credentials_for(self, authority_references: Sequence[KeyReference], at: datetime) -> TerminalCredentials | None:
        """What leads from one of the authorities that a chip trusts (EF.CVCA, the most recent first) to this terminal, valid on
        the day of `at`; None where it has no such right."""
        ...


def run_terminal_authentication(
    opened: DocumentChannel, infos: tuple[SecurityInfo, ...], source: TerminalCredentialsSource | None, at: datetime
) -> CardSteps[Witness]:
    """Shows the terminal's certificates to a chip that has proved itself. A refusal is the terminal's trouble, no suspicion."""
    if source is None:
        return Witness(Outcome.NOT_SUPPORTED, "no_right")
    try:
        references = yield from through(opened.channel, read_authority_references(infos))
        credentials = source.credentials_for(references, at)
        if credentials is None:
            return Witness(Outcome.NOT_SUPPORTED, "no_right")
        yield from prove_terminal_to(references, opened, credentials)
    except (TerminalAuthenticationError, TerminalError, UnexpectedStatus) as error:
        return Witness(Outcome.UNDETERMINED, code_of(error))
    return Witness(Outcome.SUCCESSFUL)


def judge_terminal(findings: Findings, evidence: Evidence, listed: frozenset[int], fingers: int | None, *, present: bool) -> None:
    """Whether the right was proved, and whether the prints could be read with it. Evidence keeps neither."""
    witness = evidence.proofs.terminal
    if not present and witness is not None and witness.outcome is Outcome.SUCCESSFUL:
        findings.add(Point.TERMINAL, Outcome.NOT_SUPPORTED, "deniable")
        findings.add(Point.FINGERPRINTS, Outcome.NOT_SUPPORTED, "not_kept")
        return
    if FINGERPRINTS not in listed:
        witness = Witness(Outcome.NOT_SUPPORTED, "no_fingerprints")
    elif witness is None:
        witness = Witness(Outcome.NOT_SUPPORTED, "no_right")
    findings.add(Point.TERMINAL, witness.outcome, witness.reason)
    if fingers is not None:
        findings.add(Point.FINGERPRINTS, Outcome.SUCCESSFUL)
    elif witness.outcome is not Outcome.SUCCESSFUL:
        findings.add(Point.FINGERPRINTS, Outcome.NOT_SUPPORTED, "no_right" if FINGERPRINTS in listed else "no_fingerprints")
    else:
        reason = "file_not_readable" if FINGERPRINTS in evidence.refused else evidence.interrupted or "not_read"
        reason = "decoding_error" if FINGERPRINTS in evidence.data_groups else reason
        findings.add(Point.FINGERPRINTS, Outcome.UNDETERMINED, reason)
