"""Runs the cases over any transport and gives each its verdict. The chip is reset before every case that talks to it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from typing import Protocol

from openeoi.crypto.randomness import RandomSource
from openeoi.encoding.errors import DecodingError
from openeoi.errors import OpenEoiError
from openeoi.iso7816 import status
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.terminal.conformance.case import (
    CaseEnded,
    Implementation,
    Result,
    Subject,
    TestCase,
    Verdict,
)
from openeoi.terminal.conformance.catalogue import DECLARED, FEATURES, Unit, units
from openeoi.terminal.conformance.certificates.authority import TrustPoint
from openeoi.terminal.conformance.document import Given, look
from openeoi.terminal.conformance.issuer_trust import IssuerTrust
from openeoi.terminal.conformance.units import IMPLEMENTATIONS
from openeoi.transport import run
from openeoi.transport.errors import CardRemoved, TransportError
from openeoi.transport.trace import Exchange, Trace

STATUS_SIZE = 2
NOT_PROVOKED = "the chip would have to refuse a password; ask for it with --provoke"
NOT_ALTERED = "the chip's date or trust point would be another one for good; ask for it with --alter"


class Reader(Protocol):
    """A transport that can also switch the chip off and on."""

    def exchange(self, command: bytes) -> bytes: ...

    def reset(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run: `wanted` units by name, `cases` by identifier (both empty: all); `provoke`: also the cases in which a password
    is refused, `alter`: also those that change the chip for good; `declared`: profiles that the maker's statement names."""

    wanted: frozenset[str] = frozenset()
    provoke: bool = False
    declared: frozenset[str] = frozenset()
    alter: bool = False
    cases: frozenset[str] = frozenset()

    def units(self) -> tuple[Unit, ...]:
        """The units with the cases that are wanted, those without any left out."""
        chosen = (self._chosen(unit) for unit in units())
        return tuple(unit for unit in chosen if unit.cases)

    def _chosen(self, unit: Unit) -> Unit:
        whole = unit.name in self.wanted or not (self.wanted or self.cases)
        return unit if whole else replace(unit, cases=tuple(case for case in unit.cases if case.identifier in self.cases))


@dataclass(frozen=True, slots=True)
class Access:
    """How to open the chip; `zone` is the printed MRZ where it is known, lines joined by line feeds; `trust_point` the key that
    the chip trusts, where its maker gave it; `trust` whom the tester trusts as issuers; `pin` that of the log-in key, sent only
    where it is given."""

    password: PacePassword
    zone: str = ""
    trust_point: TrustPoint | None = None
    trust: IssuerTrust | None = None
    pin: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Run:
    """A whole run: the chip's profiles and every result, in the catalogue's order."""

    features: frozenset[str]
    results: tuple[Result, ...]

    @property
    def passed(self) -> bool:
        """Every case that applies and was run passed, and at least one did."""
        verdicts = {result.verdict for result in self.results}
        return Verdict.PASSED in verdicts and not verdicts & {Verdict.FAILED, Verdict.INCONCLUSIVE}

    def count(self, verdict: Verdict) -> int:
        return sum(result.verdict is verdict for result in self.results)


def examine(
    reader: Reader,
    access: Access,
    plan: Plan,
    random: RandomSource,
    clock: Callable[[], float],
    on_result: Callable[[Result], None] = lambda result: None,
) -> Run:
    """The whole run. `clock` counts seconds. Raises WrongPassword (nothing was tested), CardRemoved."""
    trace = Trace()
    reader.reset()
    given = Given(access.password, random, plan.declared, access.zone, access.trust_point, access.trust, access.pin)
    subject = run(look(given, trace), _Tolerant(reader), trace)
    results = []
    for result in _results(reader, subject, plan, clock):
        on_result(result)
        results.append(result)
    return Run(subject.features, tuple(results))


@dataclass(frozen=True, slots=True)
class _Tolerant:
    """For the first look: what is no response at all counts as an error of the chip, so that the look goes on. Where the card is
    really gone, the reset before the first case says so."""

    reader: Reader

    def exchange(self, command: bytes) -> bytes:
        try:
            answer = self.reader.exchange(command)
        except CardRemoved:
            answer = b""
        return answer if len(answer) >= STATUS_SIZE else status.NO_PRECISE_DIAGNOSIS.to_bytes(STATUS_SIZE, "big")


def _results(reader: Reader, subject: Subject, plan: Plan, clock: Callable[[], float]) -> Iterator[Result]:
    for unit in plan.units():
        for case in unit.cases:
            yield _not_run(case, subject.features, plan) or _carry_out(reader, case, subject, clock)


def _not_run(case: TestCase, features: Collection[str], plan: Plan) -> Result | None:
    """The verdict of a case that is not run at all; None for one that is."""
    if case.withdrawn:
        return Result(case, Verdict.NOT_APPLICABLE, case.withdrawn)
    lacking = [name for name in case.profile if name not in features]
    if lacking:
        name = next((name for name in lacking if name not in DECLARED), lacking[0])
        verb = "is not declared to have" if name in DECLARED else "has not"
        return Result(case, Verdict.NOT_APPLICABLE, f"the chip {verb} {FEATURES[name]}")
    how = IMPLEMENTATIONS.get(case.identifier)
    if how is None:
        return Result(case, Verdict.NOT_IMPLEMENTED, case.missing)
    if how.provokes and not plan.provoke:
        return Result(case, Verdict.NOT_RUN, NOT_PROVOKED)
    if how.alters and not plan.alter:
        return Result(case, Verdict.NOT_RUN, NOT_ALTERED)
    return None


def _carry_out(reader: Reader, case: TestCase, subject: Subject, clock: Callable[[], float]) -> Result:
    how = IMPLEMENTATIONS[case.identifier]
    trace = Trace()
    start = clock()
    verdict, reason = _judge(reader, how, subject, trace)
    exchange = None if verdict is Verdict.PASSED else _where(how, subject, trace)
    return Result(case, verdict, reason, exchange, len(trace.exchanges), clock() - start)


def _judge(reader: Reader, how: Implementation, subject: Subject, trace: Trace) -> tuple[Verdict, str]:
    try:
        if how.steps is not None:
            reader.reset()
            run(how.steps(subject), reader, trace)
        if how.inspection is not None:
            how.inspection(subject)
    except CaseEnded as end:
        return end.verdict, end.reason
    except DecodingError as error:
        return Verdict.FAILED, str(error)
    except CardRemoved:
        reader.reset()  # raises CardRemoved where it was really taken away
        return Verdict.FAILED, "the chip was gone in the middle of the case and is there again after a reset"
    except TransportError as error:
        if isinstance(error.__cause__, DecodingError):
            return Verdict.FAILED, str(error)
        return Verdict.INCONCLUSIVE, f"the chip or the reader did not answer: {error}"
    except OpenEoiError as error:
        return Verdict.INCONCLUSIVE, f"the case broke off: {error}"
    return Verdict.PASSED, ""


def _where(how: Implementation, subject: Subject, trace: Trace) -> Exchange | None:
    if trace.exchanges:
        return trace.exchanges[-1]
    return None if how.file is None else subject.read(how.file).exchange
