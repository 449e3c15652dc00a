"""`eoi audit verify`: every office's audit chain, read entry by entry and held against the head noted outside the databases.

It makes no database that is not there. What is found about one chain does not keep the others from being read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from openeoi.main.explanations import explain, terminal_language, translator
from openeoi.main.housekeeping import noted_heads

if TYPE_CHECKING:
    from pathlib import Path

    from openeoi.main.output import Json
    from openeoi.main.wiring import Offices
    from openeoi.storage.audit import AuditHead


class ChainState(StrEnum):
    WHOLE = "whole"
    BROKEN = "broken"
    UNREADABLE = "unreadable"  # the database itself is damaged, or of another version
    MISSING = "missing"  # a head was noted, but the database is gone
    NOT_BEGUN = "not begun"  # the office has not done anything yet


@dataclass(frozen=True)
class ChainReport:
    """`entries`: how many were read and are whole; `position`: the first entry at fault, 0 for none; `head`: the last hash."""

    chain: str
    file: str
    state: ChainState
    entries: int = 0
    position: int = 0
    problem: str = ""
    head: str = ""

    @property
    def good(self) -> bool:
        return self.state in (ChainState.WHOLE, ChainState.NOT_BEGUN)

    def as_json(self) -> Mapping[str, Json]:
        return {
            "chain": self.chain,
            "file": self.file,
            "state": self.state.value,
            "entries": self.entries,
            "position": self.position or None,
            "problem": self.problem or None,
            "head": self.head or None,
        }


def verify_all(offices: Offices) -> Iterator[ChainReport]:
    """One report for each office that keeps a chain. Raises InstallationFileDamaged for the file of noted heads."""
    noted = noted_heads(offices.installation.file("audit_heads.json"))
    for name, office in offices.chains.items():
        file = offices.installation.database(name)
        if file.exists():
            yield _verified(offices, name, office, file, noted.get(name))
        elif name in noted:
            problem = translator(terminal_language())("main.audit.gone", count=noted[name].count)
            yield ChainReport(name, str(file), ChainState.MISSING, problem=problem)
        else:
            yield ChainReport(name, str(file), ChainState.NOT_BEGUN)


def _verified(offices: Offices, name: str, office: str, file: Path, noted: AuditHead | None) -> ChainReport:
    from openeoi.storage.audit import AuditChain
    from openeoi.storage.database import Database
    from openeoi.storage.errors import AuditChainBroken, StorageError

    try:
        database = Database.in_file(file, f"openeoi.{office}.migrations")
        try:
            with database.read() as connection:
                chain = AuditChain(offices.clock)
                count = chain.verify(connection, noted)
                return ChainReport(name, str(file), ChainState.WHOLE, count, head=chain.head(connection).hash)
        finally:
            database.close()
    except AuditChainBroken as broken:
        return ChainReport(name, str(file), ChainState.BROKEN, broken.position - 1, broken.position, broken.reason)
    except StorageError as error:
        return ChainReport(name, str(file), ChainState.UNREADABLE, problem=explain(error).text)
