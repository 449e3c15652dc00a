"""Runs against cards of tests, and chips that are broken in one place each."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from openeoi.card.virtual_card import VirtualCard
from openeoi.crypto.domain_parameters import elliptic_curve_group
from openeoi.crypto.elliptic_curves.curves import STANDARDISED_CURVES
from openeoi.encoding.card_verifiable_certificates.public_keys import CertifiedKey
from openeoi.pki.verifying_keys import VerifyingKey
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.protocols.terminal_authentication.signatures import curve_parameters
from openeoi.terminal.conformance.case import Verdict
from openeoi.terminal.conformance.certificates.authority import TrustPoint
from openeoi.terminal.conformance.certificates.keys import CurveKey, SigningKey
from openeoi.terminal.conformance.issuer_trust import IssuerTrust
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
    trust_point: TrustPoint
    trust: IssuerTrust

    @property
    def access(self) -> Access:
        return Access(PacePassword.from_can(self.access_number), self.zone, self.trust_point, self.trust)

    def reader(self) -> Reader:
        return InProcess(self.card)


@dataclass(frozen=True)
class StoredKey:
    """A verifying authority's key that stays in its store; what follows it are keys of the same kind."""

    stored: VerifyingKey

    @property
    def algorithm(self) -> str:
        return self.stored.certified(False).algorithm

    def certified(self, spelled_out: bool) -> CertifiedKey:
        return self.stored.certified(spelled_out)

    def sign(self, data: bytes) -> bytes:
        return self.stored.sign(data)

    def another(self, seed: bytes, purpose: str) -> SigningKey:
        return self._like.another(seed, purpose)

    def shorter(self, seed: bytes) -> SigningKey | None:
        return self._like.shorter(seed)

    def migrated(self, seed: bytes, purpose: str) -> SigningKey:
        return self._like.migrated(seed, purpose)

    @property
    def _like(self) -> CurveKey:
        named = self.stored.certified(True).parameters
        (number,) = [one for one in STANDARDISED_CURVES if curve_parameters(elliptic_curve_group(one)) == named]
        return CurveKey(number, 1, self.algorithm, secrets.token_bytes)


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
