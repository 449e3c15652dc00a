"""What an inspection post needs from elsewhere; `main` fills these ports."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from openeoi.encoding.card_verifiable_certificates.references import KeyReference
from openeoi.protocols.passive_authentication import RevocationLists, TrustAnchors
from openeoi.protocols.terminal_authentication.terminal import TerminalCredentials
from openeoi.transport import Transport

__all__ = ["DocumentState", "DocumentStatus", "Reader", "RevocationLists", "TerminalCredentialsSource", "TrustAnchors"]


class DocumentState(StrEnum):
    """What an issuing state says about a number. Every state but VALID and UNKNOWN is a hit: a prompt to ask the issuer."""

    VALID = "valid"
    LOST = "lost"
    STOLEN = "stolen"
    REVOKED = "revoked"
    REPLACED = "replaced"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


class DocumentStatus(Protocol):
    """Asks by state and number only, never by name, date of birth or nationality (control 5 of the guard-rails)."""

    def status(self, issuing_state: str, document_number: str) -> DocumentState:
        """`issuing_state`: the three letters of the zone. Raises StatusUnavailable."""
        ...


class TerminalCredentialsSource(Protocol):
    """The post's own right to fingerprints: short-lived certificates of its inspection system."""

    def credentials_for(self, authority_references: Sequence[KeyReference], at: datetime) -> TerminalCredentials | None:
        """What leads from one of the authorities that a chip trusts (EF.CVCA, the most recent first) to this post, valid on the
        day of `at`; None where the post has no such right."""
        ...


class Reader(Protocol):
    """The post's document reader."""

    def powered(self) -> AbstractContextManager[Transport]:
        """The document under power, for this inspection alone. Raises NoDocument."""
        ...
