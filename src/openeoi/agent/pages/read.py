"""Read and check: the question for CAN or zone, and the result with a verdict beside everything."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from openeoi.agent.card_session import CardSession
from openeoi.agent.errors import AccessNumberNeeded
from openeoi.agent.office import Agent
from openeoi.agent.pages.attempt import attempt, known_access_number, typed_access_number, unlock
from openeoi.agent.pages.trust import chain_picture, reason_text
from openeoi.agent.read_and_check import CardReading, Finding, read_and_check
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.mrz import dates, decode_tolerant, mrz_information
from openeoi.protocols.pace.errors import WrongPassword
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.terminal.checks import Outcome
from openeoi.web.figures import CardPicture, CheckPicture
from openeoi.web.forms import FieldError, Form, submission
from openeoi.web.home import note_step
from openeoi.web.kit import WebKit
from openeoi.web.portraits import portrait_uri
from openeoi.web.trace_picture import StepPicture
from openeoi.web.translation import Translator

NO_EXPIRY: Final = "<<<<<<"  # a permanent document (BSI TR-03135-1, evaluation of the date of expiry)


@dataclass(frozen=True, slots=True)
class Read:
    """Kept for the result page."""

    reading: CardReading
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

    def work(session: CardSession) -> CardReading:
        if password is not None:
            session.unlock(password)
        else:
            unlock(session, agent, request, number)
        return read_and_check(session, agent.anchors, agent.revocation_lists, agent.clock())

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
        facts=_facts(t, reading, today),
        photo=portrait_uri(reading.portrait),
        picture=_picture(reading, today),
        files=[(name, len(content), hashlib.sha256(content).hexdigest()) for name, content in reading.files.items()],
        root=chain_picture(t, reading),
        repairs=kept.repairs,
        steps=kept.steps,
    )


def _checks(t: Translator, reading: CardReading) -> list[CheckPicture]:
    """One verdict for each finding; the data groups that are as signed share one."""
    pictures = []
    unchanged = [str(one.values["number"]) for one in reading.findings if _is_unchanged_group(one)]
    for finding in reading.findings:
        if not _is_unchanged_group(finding):
            reason = t("agent.check.copy_reason") if finding.key == "agent.check.copy" else reason_text(t, finding)
            pictures.append(CheckPicture(finding.outcome.name.lower(), t(finding.key, **finding.values), reason))
        elif str(finding.values["number"]) == unchanged[0]:
            groups = ", ".join(f"DG{number}" for number in unchanged)
            pictures.append(CheckPicture("successful", t("agent.check.data_groups", groups=groups)))
    return pictures


def _is_unchanged_group(finding: Finding) -> bool:
    return finding.key == "agent.check.data_group" and finding.outcome is Outcome.SUCCESSFUL


def _facts(t: Translator, reading: CardReading, today: date) -> list[tuple[str, str]]:
    zone, person, document = reading.zone, reading.person, reading.document
    if zone is None:
        return []
    surname, given_names = _names(reading)
    born = _read_day(dates.birth_date, zone.date_of_birth, today)
    expires = t.date(until) if (until := _read_day(dates.expiry_date, zone.date_of_expiry, today)) else zone.date_of_expiry
    if expires == NO_EXPIRY:
        expires = t("agent.fact.permanent")
    facts = [
        (t("agent.fact.surname"), surname),
        (t("agent.fact.given_names"), given_names),
        (t("agent.fact.number"), zone.document_number),
        (
            t("agent.fact.born"),
            _joined((t.date(born) if born else "", *(person.place_of_birth if person else ()))),
        ),
        (t("agent.fact.sex"), zone.sex),
        (t("agent.fact.nationality"), zone.nationality),
        (t("agent.fact.issued"), _day(t, document.date_of_issue) if document else ""),
        (t("agent.fact.expires"), expires),
        (t("agent.fact.personal_number"), person.personal_number if person else ""),
        (t("agent.fact.address"), _joined(person.permanent_address if person else ())),
        (t("agent.fact.authority"), document.issuing_authority if document else ""),
    ]
    return [(term, value) for term, value in facts if value]


def _picture(reading: CardReading, today: date) -> CardPicture | None:
    zone, person, document = reading.zone, reading.person, reading.document
    if zone is None:
        return None
    surname, given_names = _names(reading)
    return CardPicture(
        document_number=zone.document_number,
        surname=surname,
        given_names=given_names,
        sex=zone.sex,
        nationality=zone.nationality,
        date_of_birth=_read_day(dates.birth_date, zone.date_of_birth, today),
        date_of_issue=_parsed(document.date_of_issue) if document else None,
        date_of_expiry=_read_day(dates.expiry_date, zone.date_of_expiry, today),
        place_of_birth=_joined(person.place_of_birth if person else ()),
        personal_number=person.personal_number if person else "",
        address=person.permanent_address if person else (),
        authority=document.issuing_authority if document else "",
        mrz=tuple(zone.encode().split("\n")),
        photo=portrait_uri(reading.portrait),
    )


def _names(reading: CardReading) -> tuple[str, str]:
    """Surname and given names in national letters where DG11 has them, else as in the zone."""
    if reading.person is not None and reading.person.name_of_holder:
        surname, _, given_names = reading.person.name_of_holder.partition("<<")
        return surname.replace("<", " "), given_names.replace("<", " ")
    if reading.zone is None:
        return "", ""
    return reading.zone.primary_identifier, reading.zone.secondary_identifier


def _joined(parts: tuple[str, ...]) -> str:
    return ", ".join(part for part in parts if part)


def _read_day(read: Callable[[str, date], date | None], field: str, today: date) -> date | None:
    """The day in a field of the zone; None for one that no calendar has, which the checks have said already."""
    try:
        return read(field, today)
    except DecodingError:
        return None


def _parsed(day: str) -> date | None:
    try:
        return date(int(day[:4]), int(day[4:6]), int(day[6:8])) if len(day) == 8 and day.isascii() and day.isdigit() else None
    except ValueError:
        return None


def _day(t: Translator, day: str) -> str:
    parsed = _parsed(day)
    return t.date(parsed) if parsed else day


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
