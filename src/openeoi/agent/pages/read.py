"""Read and check: the question for CAN or zone, and the result with a verdict beside everything."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from openeoi.agent.card_session import CardSession
from openeoi.agent.errors import AccessNumberNeeded
from openeoi.agent.office import Agent
from openeoi.agent.pages.attempt import attempt, known_access_number, typed_access_number, unlock
from openeoi.agent.pages.trust import chain_picture
from openeoi.agent.read_and_check import read_and_check
from openeoi.agent.summary import check_text, facts, joined, names, parsed_day, read_day, reason_text, shown_findings
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.mrz import dates, decode_tolerant, mrz_information
from openeoi.protocols.pace.errors import WrongPassword
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.terminal.checks import Outcome
from openeoi.terminal.examination import Examination, Finding, Point
from openeoi.web.figures import CardPicture, CheckPicture
from openeoi.web.forms import FieldError, Form, submission
from openeoi.web.home import note_step
from openeoi.web.kit import WebKit
from openeoi.web.portraits import portrait_uri
from openeoi.web.trace_picture import StepPicture
from openeoi.web.translation import Translator


@dataclass(frozen=True, slots=True)
class Read:
    """Kept for the result page."""

    reading: Examination
    steps: tuple[StepPicture, ...]
    repairs: int


def ask(kit: WebKit, agent: Agent, request: Request) -> Response:
    return _form_page(kit, agent, request, Form(), "can")


def read(kit: WebKit, agent: Agent, request: Request) -> Response:
    """Open the chip with what was typed, read, check, and go to the result."""
    sent = submission(request)
    key = "mrz" if sent.text("key") == "mrz" else "can"
    shown, repairs, password, number = Form(), 0, None, ""
    try:
        if key == "mrz":
            shown = Form(sent.values("mrz"))
            zone, repaired = decode_tolerant(sent.text("mrz"))
            password, repairs = PacePassword.from_mrz(mrz_information(zone)), len(repaired)
        else:
            number = typed_access_number(request, agent)
    except DecodingError as error:
        wrong = FieldError("mrz", "agent.read.mrz_wrong", {"reason": error.reason})
        return _form_page(kit, agent, request, shown.with_errors(wrong), key)
    except AccessNumberNeeded:
        return _form_page(kit, agent, request, shown.with_errors(FieldError("can", "agent.can.format")), key)

    def work(session: CardSession) -> Examination:
        if password is not None:
            session.unlock(password)
        else:
            unlock(session, agent, request, number)
        return read_and_check(session, session.document(), agent.trust, agent.clock())

    tried = attempt(kit, request, agent, work)
    if tried.outcome is None:
        refused = password is not None and isinstance(tried.failure, WrongPassword)
        errors = (FieldError("mrz", "agent.read.mrz_refused"),) if refused else tried.errors
        return _form_page(kit, agent, request, shown.with_errors(*errors), key, tried.steps)
    if tried.outcome.outcome is Outcome.SUCCESSFUL:
        note_step(request, "read")
    return RedirectResponse(f"/agent/read/{agent.results.put(Read(tried.outcome, tried.steps, repairs))}", 303)


def result(kit: WebKit, agent: Agent, request: Request) -> Response:
    kept = agent.results.get(request.path_params["ticket"])
    if not isinstance(kept, Read):
        return kit.problem(request, 404, "agent.problem.gone", "/agent/read")
    t, reading, today = kit.translator(request), kept.reading, agent.clock().date()
    return kit.page(
        request,
        "agent/read_result.html",
        outcome=reading.outcome.name.lower(),
        checks=_checks(t, reading),
        facts=facts(t, reading, today),
        photo=portrait_uri(reading.content.portrait),
        picture=_picture(reading, today),
        files=[(name, len(content), hashlib.sha256(content).hexdigest()) for name, content in reading.evidence.files.items()],
        root=chain_picture(t, reading),
        repairs=kept.repairs,
        steps=kept.steps,
    )


def _checks(t: Translator, reading: Examination) -> list[CheckPicture]:
    """One verdict for each finding; the data groups that are as signed share one."""
    pictures = []
    unchanged = [one for one in reading.findings if _is_unchanged_group(one)]
    for finding in shown_findings(reading):
        if not _is_unchanged_group(finding):
            pictures.append(CheckPicture(finding.outcome.name.lower(), check_text(t, finding), reason_text(t, finding)))
        elif finding is unchanged[0]:
            groups = ", ".join(f"DG{one.group}" for one in unchanged)
            pictures.append(CheckPicture("successful", t("agent.check.data_groups", groups=groups)))
    return pictures


def _is_unchanged_group(finding: Finding) -> bool:
    return finding.point is Point.DATA and finding.group is not None and finding.outcome is Outcome.SUCCESSFUL


def _picture(reading: Examination, today: date) -> CardPicture | None:
    zone, person, document = reading.content.zone, reading.content.person, reading.content.document
    if zone is None:
        return None
    surname, given_names = names(reading)
    return CardPicture(
        document_number=zone.document_number,
        surname=surname,
        given_names=given_names,
        sex=zone.sex,
        nationality=zone.nationality,
        date_of_birth=read_day(dates.birth_date, zone.date_of_birth, today),
        date_of_issue=parsed_day(document.date_of_issue) if document else None,
        date_of_expiry=read_day(dates.expiry_date, zone.date_of_expiry, today),
        place_of_birth=joined(person.place_of_birth if person else ()),
        personal_number=person.personal_number if person else "",
        address=person.permanent_address if person else (),
        authority=document.issuing_authority if document else "",
        mrz=tuple(zone.encode().split("\n")),
        photo=portrait_uri(reading.content.portrait),
    )


def _form_page(
    kit: WebKit, agent: Agent, request: Request, form: Form, key: str, steps: tuple[StepPicture, ...] = ()
) -> Response:
    state = agent.reader.state
    return kit.page(
        request,
        "agent/read.html",
        422 if form.errors else 200,
        form=form,
        key=key,
        known=bool(known_access_number(request, agent)),
        inserted=bool(state.card),
        contactless=state.contactless,
        face=agent.face(),
        steps=steps,
    )
