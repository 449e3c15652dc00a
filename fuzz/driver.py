"""Runs one harness: mutates its seeds, calls it, and holds it to the bars.

Bars: no exception but those the harness expects, no input that takes more than one second of processor time (not of the clock,
because machines are shared), no process of more than 256 MB. Inputs with a new outcome join the seeds, so that changes add up.
Harness, seed number and code give the same inputs again, but for seeds with keys that are fresh in each run; what fails is saved.
"""

from __future__ import annotations

import hashlib
import resource
import signal
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import FrameType

from mutation import SIZE_MAXIMUM, Mutation, Seed

from openeoi.errors import OpenEoiError

SECONDS_MAXIMUM = 1.0
MEMORY_MAXIMUM = 256 * 1024 * 1024
POOL_MAXIMUM = 400
FINDINGS_MAXIMUM = 5
CORPUS = Path(__file__).resolve().parent / "corpus"
FINDINGS = Path(__file__).resolve().parent / "findings"


@dataclass(frozen=True)
class Harness:
    """`run` takes an input and returns or raises one of `expected`; `seeds` are right inputs; `mutate` knows their structure.

    `weight`: how much slower than a plain parser it is; the short run divides its inputs by it. `count`: how many inputs the last
    call was, where an input is a list of commands or responses. `outcome`: what tells two accepted inputs apart.
    """

    name: str
    seeds: Callable[[], Sequence[bytes]]
    run: Callable[[bytes], object]
    mutate: Mutation
    expected: tuple[type[Exception], ...] = (OpenEoiError,)
    weight: int = 1
    count: Callable[[], int] = lambda: 1
    outcome: Callable[[object], object] = lambda value: None

    def corpus(self) -> list[Path]:
        """Inputs that once failed, or lead where mutation hardly gets."""
        return sorted((CORPUS / self.name).glob("*"))


class TooLong(BaseException):
    """More than a second of processor time: no Exception, so that no parser catches it."""


@dataclass(frozen=True)
class Finding:
    raw: bytes
    trouble: str

    def save(self, harness: Harness) -> Path:
        FINDINGS.mkdir(exist_ok=True)
        path = FINDINGS / f"{harness.name}.{hashlib.sha256(self.raw).hexdigest()[:12]}"
        path.write_bytes(self.raw)
        return path


@dataclass
class Report:
    harness: str
    seed: int
    inputs: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    peak_bytes: int = 0
    places: int = 0
    findings: list[Finding] = field(default_factory=list)
    troubled: set[object] = field(default_factory=set)

    def line(self) -> str:
        verdict = "kept" if not self.findings else f"{len(self.findings)} FAILED"
        return (
            f"{self.harness:32} {self.inputs:>9} inputs {self.seconds:8.1f} s  slowest {1000 * self.slowest:8.2f} ms  "
            f"peak {self.peak_bytes / 1e6:6.1f} MB  {self.places:4} outcomes  {verdict}"
        )


def fuzz(harness: Harness, seed: int, inputs: int | None, seconds: float | None, *, limit_memory: bool = True) -> Report:
    """At least one input; ends after `inputs`, after `seconds` of the clock, or with the fifth finding."""
    report = Report(harness.name, seed)
    random = Random(f"{harness.name}/{seed}")
    given = [*harness.seeds(), *(path.read_bytes() for path in harness.corpus())]
    pool = [Seed(raw) for raw in given]
    places: set[object] = set()
    # Not limited in the tests: there it would be the limit of the whole run.
    restore = _limit_memory() if limit_memory else None
    signal.signal(signal.SIGPROF, _too_long)
    number, started = 0, time.monotonic()
    try:
        while (inputs is None or report.inputs < inputs) and len(report.findings) < FINDINGS_MAXIMUM:
            fresh = number >= len(given)
            raw = harness.mutate(random, pool[int(random.random() * len(pool))], pool) if fresh else given[number]
            taken, place = call(harness, raw, report)
            number += 1
            report.inputs += harness.count()
            report.slowest = max(report.slowest, taken)
            if place not in places:
                places.add(place)
                if fresh and len(pool) < POOL_MAXIMUM and len(raw) <= SIZE_MAXIMUM:
                    pool.append(Seed(raw))
            if number % 256 == 0 and seconds is not None and time.monotonic() - started > seconds:
                break
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        if restore is not None:
            restore()
    report.seconds = time.monotonic() - started
    report.peak_bytes = _peak()
    report.places = len(places)
    return report


def call(harness: Harness, raw: bytes, report: Report) -> tuple[float, object]:
    """Seconds of processor time, and what tells this outcome from others."""
    trouble: str | None = None
    place: object = None
    signal.setitimer(signal.ITIMER_PROF, SECONDS_MAXIMUM)
    started = time.process_time()
    try:
        place = harness.outcome(harness.run(raw))
    except harness.expected as error:
        place = _place(error)
    except (Exception, TooLong) as error:
        place = _place(error)
        trouble = "".join(traceback.format_exception(error)[-12:])
    taken = time.process_time() - started
    # One finding a place: the same error has a thousand inputs.
    if trouble is not None and place not in report.troubled:
        report.troubled.add(place)
        report.findings.append(Finding(raw, trouble))
    return taken, place


def _place(error: BaseException) -> object:
    step = error.__traceback__
    while step is not None and step.tb_next is not None:
        step = step.tb_next
    # asn1crypto's complaints are raised anew in one place: what stands behind them tells more.
    cause = _place(error.__cause__) if error.__cause__ is not None else None
    return (type(error), step.tb_frame.f_code, step.tb_lineno, cause) if step is not None else type(error)


def _too_long(number: int, frame: FrameType | None) -> None:
    raise TooLong(f"more than {SECONDS_MAXIMUM} s of processor time")


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _limit_memory() -> Callable[[], None]:
    """A single input that asks for more than the limit gets a MemoryError and is found by that."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    mapped = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (mapped + MEMORY_MAXIMUM, before[1]))
    return lambda: resource.setrlimit(resource.RLIMIT_AS, before)
