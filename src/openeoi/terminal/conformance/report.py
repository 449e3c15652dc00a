"""A run as JSON, JUnit XML and an HTML page of its own that can be printed.

A report goes from hand to hand, so it holds no content of a file: of an APDU it shows the command in clear (secrets masked), the
status word and how many bytes came.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from typing import Final
from xml.etree import ElementTree

from jinja2 import Environment, PackageLoader, StrictUndefined

from openeoi import __version__
from openeoi.terminal.conformance.case import Result, Verdict
from openeoi.terminal.conformance.catalogue import FEATURES, Unit
from openeoi.terminal.conformance.runner import Run
from openeoi.transport.trace import Exchange

STYLES: Final = ("page.css", "figures.css")
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd]")


@dataclass(frozen=True, slots=True)
class Report:
    """A run with what a reader of the report wants to know: `chip` and `opened_with` in words, `units` that were asked for."""

    run: Run
    units: tuple[Unit, ...]
    chip: str
    opened_with: str
    at: datetime

    def results_of(self, unit: Unit) -> tuple[Result, ...]:
        return tuple(result for result in self.run.results if result.case.unit == unit.name)

    def counts(self, results: Iterable[Result] | None = None) -> Mapping[Verdict, int]:
        """How often each verdict was given; all of them, zeros included."""
        counted = dict.fromkeys(Verdict, 0)
        for result in self.run.results if results is None else results:
            counted[result.verdict] += 1
        return counted


def as_json(report: Report) -> dict[str, object]:
    return {
        "passed": report.run.passed,
        "chip": report.chip,
        "at": report.at.isoformat(),
        "opened_with": report.opened_with,
        "profiles": sorted(report.run.features),
        "counts": {verdict.value: count for verdict, count in report.counts().items()},
        "cases": [_case_as_json(result) for result in report.run.results],
    }


def _case_as_json(result: Result) -> dict[str, object]:
    case = result.case
    found: dict[str, object] = {
        "identifier": case.identifier,
        "unit": case.unit,
        "purpose": case.purpose,
        "profile": list(case.profile),
        "verdict": result.verdict.value,
        "reason": result.reason,
        "exchanges": result.exchanges,
    }
    if result.exchange is not None:
        found["apdu"] = apdu(result.exchange)
    return found


def apdu(exchange: Exchange) -> dict[str, str]:
    """What is shown of an exchange: the command in clear and in words, and its answer without content."""
    answer = exchange.plain_response or exchange.response
    return {
        "command": exchange.shown_plain_command(),
        "protected": "yes" if exchange.is_protected else "no",
        "sentence": exchange.sentence,
        "answer": f"{answer.status:04X}" + (f" and {len(answer.data)} bytes" if answer.data else ""),
    }


def as_junit(report: Report) -> bytes:
    """One test suite a unit. Inconclusive cases are errors; those that were not run are skipped, with their reason."""
    root = ElementTree.Element("testsuites", name=f"Conformance of {_text(report.chip)}")
    for unit in report.units:
        results = report.results_of(unit)
        counts = report.counts(results)
        skipped = len(results) - counts[Verdict.PASSED] - counts[Verdict.FAILED] - counts[Verdict.INCONCLUSIVE]
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name=unit.name,
            tests=str(len(results)),
            failures=str(counts[Verdict.FAILED]),
            errors=str(counts[Verdict.INCONCLUSIVE]),
            skipped=str(skipped),
            time=_seconds(results),
            timestamp=report.at.replace(microsecond=0, tzinfo=None).isoformat(),
        )
        for result in results:
            _add_case(suite, result)
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


def _add_case(suite: ElementTree.Element, result: Result) -> None:
    case = result.case
    element = ElementTree.SubElement(
        suite, "testcase", classname=case.unit, name=f"{case.identifier} {case.purpose}", time=_seconds([result])
    )
    if result.verdict is Verdict.PASSED:
        return
    kind = {Verdict.FAILED: "failure", Verdict.INCONCLUSIVE: "error"}.get(result.verdict, "skipped")
    outcome = ElementTree.SubElement(element, kind, message=_text(f"{result.verdict}: {result.reason}"))
    if kind != "skipped" and result.exchange is not None:
        outcome.text = _text("\n".join(f"{name}: {value}" for name, value in apdu(result.exchange).items()))


def as_html(report: Report) -> str:
    environment = Environment(
        loader=PackageLoader("openeoi.terminal.conformance"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html").render(
        report=report,
        counts=report.counts(),
        verdicts=tuple(Verdict),
        features=[FEATURES.get(name, name) for name in sorted(report.run.features, key=_feature_order)],
        apdu=apdu,
        version=__version__,
        style="\n".join(_style(name) for name in STYLES),
    )


def _style(name: str) -> str:
    """The web kit's own style sheets, so that a report looks like a page; it is put into the report, which stands alone."""
    return resources.files("openeoi.web").joinpath("static", name).read_text(encoding="utf-8")


def _feature_order(name: str) -> tuple[bool, int, str]:
    number = name.removeprefix("DG")
    return name.startswith("DG"), int(number) if number.isdecimal() else 0, name


def _seconds(results: Sequence[Result]) -> str:
    return f"{sum(result.seconds for result in results):.3f}"


def _text(text: str) -> str:
    return _NOT_IN_XML.sub("?", text)
