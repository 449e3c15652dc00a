"""Runs against cards of tests, and chips that are broken in one place each."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from openeoi.card.virtual_card import VirtualCard
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.terminal.conformance.case import Verdict
from openeoi.terminal.conformance.runner import Access, Plan, Reader, Run, examine
from openeoi.transport.in_process import InProcess

Process = Callable[[bytes], bytes]
Tamper = Callable[[bytes, Process], bytes]
"""What a broken chip does with a command: it has the good chip's answers at hand."""


@dataclass(frozen=True)
class IssuedCard:
    card: VirtualCard
    access_number: str
    zone: str

    @property
    def access(self) -> Access:
        return Access(PacePassword.from_can(self.access_number), self.zone)

    def reader(self) -> Reader:
        return InProcess(self.card)


@dataclass
class Broken:
    """A reader with a chip in it that is good but for `tamper`."""

    chip: Reader
    tamper: Tamper

    def exchange(self, command: bytes) -> bytes:
        return self.tamper(command, self.chip.exchange)

    def reset(self) -> None:
        self.chip.reset()


def run_all(
    reader: Reader,
    access: Access,
    *wanted: str,
    provoke: bool = True,
    declared: frozenset[str] = frozenset(),
    alter: bool = False,
    cases: frozenset[str] = frozenset(),
) -> Run:
    ticks = iter(range(1_000_000))
    plan = Plan(frozenset(wanted), provoke, declared, alter, cases)
    return examine(reader, access, plan, secrets.token_bytes, lambda: next(ticks))


def failed(run: Run) -> set[str]:
    return {result.case.identifier for result in run.results if result.verdict is Verdict.FAILED}
