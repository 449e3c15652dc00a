"""What an inspection post needs from elsewhere; `main` fills these ports."""

from __future__ import annotations

from contextlib import AbstractContextManager
from enum import StrEnum
from typing import Protocol

from openeoi.terminal.examination.terminal_rights import TerminalCredentialsSource
from openeoi.transport import Transport

__all__ = ["DocumentState", "DocumentStatus", "Reader", "TerminalCredentialsSource"]


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


class Reader(Protocol):
    """The post's document reader."""

    def powered(self) -> AbstractContextManager[Transport]:
        """The document under power, for this inspection alone. Raises NoDocument."""
        ...
