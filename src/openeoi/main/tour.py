"""`eoi tour`: the whole journey once, in a scratch installation, through the same duties and pages that people use.

Nothing is simulated: each step uses what the step before left behind, and fails when a check does not come out as it must.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import httpx

from openeoi.agent import consent
from openeoi.agent.read_and_check import read_and_check
from openeoi.border.access import CardAccessNumber
from openeoi.border.inspection import inspect
from openeoi.border.report import Purpose as BorderPurpose
from openeoi.border.report import Request as BorderRequest
from openeoi.border.training import inspect_copied_chip
from openeoi.errors import OpenEoiError
from openeoi.health import samples as health_samples
from openeoi.health.insurer.sample_insurer import IN_FORCE
from openeoi.health.values import Purpose as HealthPurpose
from openeoi.health.visits import ServedClient
from openeoi.issuing import decision, envelope, handover, personalisation
from openeoi.issuing.handover import IdentityCheck, IdentityProof
from openeoi.issuing.sample import sample_photograph
from openeoi.main import output
from openeoi.main.browser import Browser, InProcessWire
from openeoi.main.explanations import explain, terminal_language, translator
from openeoi.main.key_holder import CardKeyHolder
from openeoi.main.output import Json
from openeoi.main.samples import JANA_VZOREC, NORM_PIN, SIG_PIN, activate, application_of
from openeoi.main.settings import Settings
from openeoi.main.up import exchange_master_lists, found_authorities
from openeoi.main.wiring import Offices
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.signing.forms import level_text
from openeoi.signing.prepared import SignatureForm
from openeoi.signing.sample_document import sample_document
from openeoi.signing.validation import Outcome as SignatureOutcome
from openeoi.terminal.checks import Outcome
from openeoi.web.translation import Translator

CLERK: Final = "ana"
RELEASER: Final = "bojan"
PRODUCER: Final = "cvetka"


class StepFailed(OpenEoiError):
    """A step came out otherwise than it must; `reason` says what was seen."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass
class Journey:
    """What one step leaves for the next."""

    offices: Offices
    reference: str = ""
    document_number: str = ""
    card: str = ""
    access_number: str = field(default="", repr=False)


def apply(journey: Journey) -> str:
    office = journey.offices.issuing
    values = application_of(journey.offices, JANA_VZOREC)
    journey.reference = decision.submit(office, values, sample_photograph())
    journey.offices.identifiers.enter(values["national_number"], JANA_VZOREC.insured_number)
    return journey.reference


def issue(journey: Journey) -> str:
    office = journey.offices.issuing
    decision.approve(office, journey.reference, CLERK)
    decision.release(office, journey.reference, RELEASER)
    made = personalisation.personalise(office, journey.reference, PRODUCER)
    journey.document_number, journey.card, journey.access_number = made.document.number, made.card_serial, made.access_number
    return made.document.number


def collect(journey: Journey) -> str:
    office = journey.offices.issuing
    letter = envelope.open_envelope(office, journey.reference, PRODUCER)
    handover.hand_over(office, journey.reference, CLERK, IdentityCheck(IdentityProof.OLD_IDENTITY_CARD, same_person=True))
    activate(journey.offices, journey.card, journey.access_number, letter.initial_password)
    journey.offices.reader.insert(journey.card)
    return journey.card


def read(journey: Journey) -> str:
    agent = journey.offices.agent
    with agent.session() as session:
        opened = session.open_document(PacePassword.from_can(journey.access_number))
        reading = read_and_check(session, opened, agent.trust, agent.clock())
    _require(reading.outcome is Outcome.SUCCESSFUL, f"read and check: {reading.outcome}")
    zone = reading.content.zone
    _require(zone is not None and zone.document_number == journey.document_number, "another document was read")
    return f"{len(reading.findings)} checks"


def sign(journey: Journey) -> str:
    desk = journey.offices.signing
    signed = desk.sign(sample_document(), CardKeyHolder(journey.offices.agent, journey.access_number, lambda: SIG_PIN))
    report = desk.validate(signed)
    _require(report.outcome is SignatureOutcome.SUCCESSFUL, f"validation: {report.outcome}")
    spoilt = bytearray(signed)
    spoilt[len(signed) // 8] ^= 1
    _require(desk.validate(bytes(spoilt)).outcome is not SignatureOutcome.SUCCESSFUL, "a changed document passed as valid")
    return level_text(SignatureForm.PADES, desk.level)


def log_in(journey: Journey) -> str:
    browser = Browser(in_process_client(journey.offices))
    browser.open(f"{journey.offices.settings.origin}/sample-service")
    browser.submit("/sample-service/start", button=("level", "high"))
    browser.submit("/agent/use")
    browser.submit("/agent/use/", button=("answer", "yes"), can=journey.access_number, pin=NORM_PIN)
    browser.submit("/login/card")
    browser.submit("consent", button=("decision", "agree"))
    _require(browser.address.endswith("/sample-service/account"), f"the service did not let the holder in: {browser.address}")
    _require("http://eidas.europa.eu/LoA/high" in browser.text, "the level of assurance is not high")
    return "LoA high"


def see_a_doctor(journey: Journey) -> str:
    offices = journey.offices
    counter = ServedClient(offices.health)
    doctor = health_samples.RECEPTIONIST.professional_id
    session = offices.health.sessions.sign_in(counter.client(), doctor, health_samples.SAMPLE_PIN, offices.clock())
    begun = counter.begin_counter(session, HealthPurpose.TREATMENT)
    with offices.agent.session() as card:
        answer = consent.perform(begun.request, card, "", offices.clock(), offices.reader.name)
    visit = counter.answered(answer.encode())
    eligibility = counter.eligibility(counter.visit(visit.visit_id, begun.browser_secret))
    _require(eligibility.code is None, f"eligibility: {eligibility.code}")
    return "in force"


def cross_a_border(journey: Journey) -> str:
    post, access = journey.offices.border, CardAccessNumber(journey.access_number)
    report = inspect(post, access, BorderRequest(post.officer, BorderPurpose.ENTRY))
    _require(report.outcome is Outcome.SUCCESSFUL, f"inspection: {report.outcome}")
    copied = inspect_copied_chip(post, access)
    _require(copied.outcome is Outcome.FAILED, f"a copied chip with another face: {copied.outcome}")
    return "successful; the copied chip failed"


STEPS: Final[tuple[tuple[str, Callable[[Journey], str]], ...]] = (
    ("apply", apply),
    ("issue", issue),
    ("collect", collect),
    ("read", read),
    ("sign", sign),
    ("login", log_in),
    ("doctor", see_a_doctor),
    ("border", cross_a_border),
)


def run_tour(as_json: bool) -> int:
    """The exit code: 0 when every step did what it must, 1 otherwise."""
    t = translator(terminal_language())
    with tempfile.TemporaryDirectory(prefix="openeoi-tour-") as folder:
        journey = Journey(Offices.open(replace(Settings(), var=Path(folder) / "var")))
        if not as_json:
            output.console.print(t("main.tour.start"))
        started = time.perf_counter()
        prepare(journey.offices)
        results: list[Mapping[str, Json]] = [_result("prepare", started, "done", "")]
        for name, step in STEPS:
            results.append(_timed(name, step, journey))
            if not as_json:
                _print(t, results[-1])
            if results[-1]["result"] != "done":
                break
    complete = len(results) == len(STEPS) + 1 and results[-1]["result"] == "done"
    seconds = round(sum(float(str(result["seconds"])) for result in results[1:]), 3)
    if as_json:
        output.as_json({"complete": complete, "seconds": seconds, "steps": results})
    else:
        output.console.print(t("main.tour.end" if complete else "main.tour.failed", seconds=f"{seconds:.2f}"))
    return output.DONE if complete else output.CHECK_FAILED


def prepare(offices: Offices) -> None:
    """What a started system has: founded authorities, exchanged master lists, pages that can be asked."""
    found_authorities(offices, lambda _: None)
    exchange_master_lists(offices, lambda: None)
    offices.insurer.enter(IN_FORCE)
    sample_photograph()  # drawn once: a holder brings a photograph along
    in_process_client(offices)


def in_process_client(offices: Offices) -> httpx.Client:
    """A client that reaches the pages without a network; the sample service reaches its provider the same way."""
    from openeoi.main.web import build

    wire = InProcessWire()
    if offices.http is None:
        offices.http = httpx.Client(transport=wire)
    wire.application = build(offices)
    return httpx.Client(transport=wire)


def _timed(name: str, step: Callable[[Journey], str], journey: Journey) -> Mapping[str, Json]:
    started = time.perf_counter()
    try:
        detail, result = step(journey), "done"
    except OpenEoiError as error:
        detail, result = explain(error).text, "failed"
    return _result(name, started, result, detail)


def _result(step: str, started: float, result: str, detail: str) -> Mapping[str, Json]:
    return {"step": step, "seconds": round(time.perf_counter() - started, 3), "result": result, "detail": detail}


def _print(t: Translator, result: Mapping[str, Json]) -> None:
    mark = "[green]✓[/]" if result["result"] == "done" else "[red]✗[/]"
    title = t(f"main.tour.{result['step']}")
    output.console.print(f" {mark} {title:<28} {result['seconds']:>6.2f} s   [dim]{result['detail']}[/]")


def _require(fulfilled: bool, reason: str) -> None:
    if not fulfilled:
        raise StepFailed(reason)
