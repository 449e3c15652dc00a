"""The command and its reports: exit codes, JSON, JUnit, and a page that names each case once and shows nobody's data."""

import json
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from conformance import broken_chips
from conformance.bench import IssuedCard, run_all
from openeoi import profiles
from openeoi.agent.card_folder import CardFolder
from openeoi.agent.faulty_cards import FaultyCards
from openeoi.card.faults.full_specimen import equipped
from openeoi.card.faults.laboratory import Laboratory
from openeoi.card.faults.specimen import CAN, NORM_PIN, personalise
from openeoi.card.memory import VolatileMemory
from openeoi.card.virtual_card import VirtualCard
from openeoi.encoding import mrz
from openeoi.terminal.conformance.case import Verdict
from openeoi.terminal.conformance.catalogue import units
from openeoi.terminal.conformance.commands import commands
from openeoi.terminal.conformance.report import Report, as_html, as_junit
from openeoi.terminal.conformance.runner import Reader
from openeoi.transport.in_process import InProcess

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def eoi(chip: Reader, *arguments: str) -> tuple[int, str]:
    @contextmanager
    def powered(reader: str, card: str, agreed: bool) -> Iterator[Reader]:
        yield chip

    result = CliRunner().invoke(commands(powered, secrets.token_bytes, lambda: AT), list(arguments))
    return result.exit_code, result.output


@pytest.fixture(scope="module")
def failing() -> Report:
    make, _ = broken_chips.FILES["a check digit is wrong"]
    return Report(run_all(make(), broken_chips.ACCESS), units(), "Broken <chip>", "the card access number", AT)


def test_a_good_card_ends_with_zero(issued_card: IssuedCard) -> None:
    code, output = eoi(issued_card.reader(), "--can", issued_card.access_number, "--provoke")
    assert code == 0
    assert "Passed: " in output


def test_a_broken_card_ends_with_one_and_says_where() -> None:
    make, expected = broken_chips.FILES["the signature is wrong"]
    code, output = eoi(make(), "--can", "271828", "--unit", "SOD")
    assert code == 1
    assert all(identifier in output for identifier in expected)
    assert "Not passed: " in output


def test_the_answer_for_machines(issued_card: IssuedCard) -> None:
    code, output = eoi(issued_card.reader(), "--can", issued_card.access_number, "--unit", "H", "--unit", "PACE", "--json")
    report = json.loads(output)
    assert code == 0 and report["passed"]
    assert {case["unit"] for case in report["cases"]} == {"ISO7816_H", "LDS_H", "OEOI-PACE"}
    assert report["counts"]["not run"] > 0, "without --provoke"


def test_the_zone_opens_the_chip(issued_card: IssuedCard, tmp_path: Path) -> None:
    file = tmp_path / "zone.txt"
    file.write_text(issued_card.zone + "\n")
    code, output = eoi(issued_card.reader(), "--mrz", str(file), "--unit", "DG1", "--json")
    assert code == 0
    assert {case["verdict"] for case in json.loads(output)["cases"]} == {"passed"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["--can", "12345a"],
        ["--can", "123456", "--unit", "Z"],
        ["--can", "123456", "--declare", "TA"],
        ["--can", "123456", "--reader", "A", "--card", "B"],
        ["--mrz", "/nowhere"],
        ["--can", "123456", "--case", "ISO7816_Z_1"],
        ["--can", "123456", "--certificates", "/nowhere"],
        ["--can", "123456", "--trust", "/nowhere"],
        ["--can", "123456", "--trust", "."],
        [],
    ],
)
def test_wrong_use(issued_card: IssuedCard, arguments: list[str]) -> None:
    assert eoi(issued_card.reader(), *arguments)[0] == 2


def test_a_laboratorys_folder_serves_for_certificates_and_trust(tmp_path: Path) -> None:
    laboratory = Laboratory(bytes(range(32)))
    cards = FaultyCards(
        CardFolder(tmp_path, secrets.token_bytes), profiles.load("si").card, bytes(range(32)), secrets.token_bytes, lambda: AT
    )
    for name, content in cards.trust().items():
        (tmp_path / name).write_bytes(content)
    memory = VolatileMemory()
    personalise(equipped()(laboratory), laboratory, memory, profiles.load("si").card, secrets.token_bytes)
    given = ["--certificates", str(tmp_path), "--trust", str(tmp_path), "--pin", NORM_PIN, "--provoke", "--alter", "--json"]
    code, output = eoi(InProcess(VirtualCard(memory, secrets.token_bytes)), "--can", CAN, *given)
    report = json.loads(output)
    assert code == 0 and report["counts"]["passed"] > 240
    assert {case["reason"] for case in report["cases"] if case["verdict"] == "not run"} == set()
    code, output = eoi(InProcess(VirtualCard(memory, secrets.token_bytes)), "--can", CAN, "--case", "iso7816_j_3", *given)
    assert code == 0
    assert [case["identifier"] for case in json.loads(output)["cases"]] == ["ISO7816_J_3"]


def test_junit_can_be_read(failing: Report) -> None:
    root = ElementTree.fromstring(as_junit(failing))
    suites = root.findall("testsuite")
    assert [suite.get("name") for suite in suites] == [unit.name for unit in units()]
    cases = root.findall("testsuite/testcase")
    assert len(cases) == len(failing.run.results)
    counts = failing.counts()
    assert len(root.findall("testsuite/testcase/failure")) == counts[Verdict.FAILED] == 2
    assert len(root.findall("testsuite/testcase/skipped")) == sum(
        counts[verdict] for verdict in (Verdict.NOT_APPLICABLE, Verdict.NOT_IMPLEMENTED, Verdict.NOT_RUN)
    )
    for suite in suites:
        assert suite.get("tests") == str(len(suite.findall("testcase")))


def test_the_page_names_each_case_once(failing: Report) -> None:
    named = re.findall(r'<tr id="case-([^"]+)"', as_html(failing))
    assert named == [case.identifier for unit in units() for case in unit.cases]


def test_the_page_stands_alone(failing: Report) -> None:
    page = as_html(failing)
    assert "Broken &lt;chip&gt;" in page and "Broken <chip>" not in page
    assert not re.findall(r"<(?:script|link|img|iframe)\b|\bsrc=|url\(|@import", page)
    assert "@media print" in page


def test_reports_hold_nothing_of_the_holder(failing: Report) -> None:
    zone = mrz.decode(broken_chips.ACCESS.zone)
    for report in (as_html(failing), as_junit(failing).decode()):
        for secret in (zone.document_number, zone.primary_identifier, "271828", zone.document_number.encode().hex(" ").upper()):
            assert secret not in report


def test_files_are_written(issued_card: IssuedCard, tmp_path: Path) -> None:
    page, junit = tmp_path / "report.html", tmp_path / "report.xml"
    files = ["--html", str(page), "--junit", str(junit)]
    assert eoi(issued_card.reader(), "--can", issued_card.access_number, *files)[0] == 0
    assert page.read_text().startswith("<!doctype html>") and ElementTree.fromstring(junit.read_bytes()).tag == "testsuites"
