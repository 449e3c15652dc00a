"""The post as a whole: what it trusts, what it asks, where it logs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from openeoi.border.ports import DocumentStatus, Reader, TerminalCredentialsSource
from openeoi.border.store import Store
from openeoi.crypto.randomness import RandomSource
from openeoi.profiles.profile import CountryProfile
from openeoi.terminal.examination import Trust


@dataclass(frozen=True, slots=True)
class BorderPost:
    """`profile` is that of the post's own state; `trust` what it has imported (certificates and lists, own and foreign);
    `clock` gives aware UTC; `officer` is who inspects at this desk; without `terminal_credentials` no post reads fingerprints."""

    profile: CountryProfile
    store: Store
    reader: Reader
    trust: Trust
    document_status: DocumentStatus
    clock: Callable[[], datetime]
    random: RandomSource
    officer: str = "officer-1"
    terminal_credentials: TerminalCredentialsSource | None = None
