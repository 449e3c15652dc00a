"""PINs in plain words: how they are, activation, change, unblocking. No value typed here is ever shown or kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from openeoi.agent.card_session import CardSession
from openeoi.agent.errors import AccessNumberNeeded
from openeoi.agent.office import Agent
from openeoi.agent.pages.attempt import attempt, known_access_number, typed_access_number, unlock
from openeoi.agent.pin_care import Activation, PinCare, is_puk
from openeoi.profiles.card import PinParameters
from openeoi.terminal.pin_care import Condition, PinStatus, Secret, SecretStatus
from openeoi.web.forms import FieldError, Form, Submission, submission
from openeoi.web.home import note_step
from openeoi.web.kit import WebKit
from openeoi.web.trace_picture import StepPicture
from openeoi.web.translation import Translator


@dataclass(frozen=True, slots=True)
class Task:
    """One form: the secret that proves the holder, the PINs to set (each with its repetition), and whether one PIN is chosen."""

    name: str
    proof: str
    new: tuple[str, ...]
    chooses: bool


TASKS: Final = {
    "activate": Task("activate", "password", ("norm", "sig"), chooses=False),
    "change": Task("change", "old", ("new",), chooses=True),
    "unblock": Task("unblock", "puk", ("new",), chooses=True),
}


CHOICES: Final = {"norm": Secret.NORM_PIN, "sig": Secret.SIG_PIN}


@dataclass(frozen=True, slots=True)
class Done:
    """Kept for the page after a success."""

    task: str
    steps: tuple[StepPicture, ...]


def status(kit: WebKit, agent: Agent, request: Request) -> Response:
    """How the PINs are; asks for the CAN first where nobody has typed it yet."""
    asked = request.method == "POST"
    if not agent.reader.state.card or not (asked or known_access_number(request, agent)):
        return _status_page(kit, agent, request, Form())
    try:
        number = typed_access_number(request, agent)
    except AccessNumberNeeded:
        return _status_page(kit, agent, request, Form().with_errors(FieldError("can", "agent.can.format")))

    def look(session: CardSession) -> PinStatus:
        unlock(session, agent, request, number)
        return PinCare(session, agent.parameters).look()

    tried = attempt(kit, request, agent, look)
    if tried.errors:
        return _status_page(kit, agent, request, Form().with_errors(*tried.errors), steps=tried.steps)
    if asked:
        return RedirectResponse("/agent/pin", 303)
    return _status_page(kit, agent, request, Form(), tried.outcome, tried.steps)


def form(kit: WebKit, agent: Agent, request: Request) -> Response:
    """The empty form of a task."""
    task = _task(request)
    if not known_access_number(request, agent):
        return RedirectResponse("/agent/pin", 303)  # the CAN first: then the form can follow from what the card holds
    return _task_page(
        kit, agent, request, _fitting(kit, agent, request, task), Form({"which": request.query_params.get("which", "norm")})
    )


def perform(kit: WebKit, agent: Agent, request: Request) -> Response:
    """Check what was typed, then do it with the card."""
    task, sent = _fitting(kit, agent, request, _task(request)), submission(request)
    shown = Form(sent.values("which"))
    errors = _mistakes(task, sent, agent)
    try:
        number = typed_access_number(request, agent)
    except AccessNumberNeeded:
        errors = (FieldError("can", "agent.can.format"), *errors)
    if errors:
        return _task_page(kit, agent, request, task, shown.with_errors(*errors))

    def work(session: CardSession) -> None:
        unlock(session, agent, request, number)
        _do(task, PinCare(session, agent.parameters), sent)

    tried = attempt(kit, request, agent, work, task.proof)
    if tried.errors:
        return _task_page(kit, agent, request, task, shown.with_errors(*tried.errors), tried.steps)
    if task.name == "activate":
        note_step(request, "collect")
    return RedirectResponse(f"/agent/pin/done/{agent.results.put(Done(task.name, tried.steps))}", 303)


def done(kit: WebKit, agent: Agent, request: Request) -> Response:
    kept = agent.results.get(request.path_params["ticket"])
    if not isinstance(kept, Done):
        return kit.problem(request, 404, "agent.problem.gone", "/agent/pin")
    return kit.page(request, "agent/pin_done.html", task=kept.task, steps=kept.steps)


def _do(task: Task, care: PinCare, sent: Submission) -> None:
    proof = sent.text(task.proof)
    match task.name:
        case "activate":
            care.activate(Activation(proof, sent.text("norm"), sent.text("sig")))
        case "change":
            care.change(CHOICES[sent.text("which")], proof, sent.text("new"))
        case "unblock":
            care.unblock(CHOICES[sent.text("which")], proof, sent.text("new"))


def _task(request: Request) -> Task:
    task = TASKS.get(request.path_params["task"])
    if task is None:
        raise HTTPException(404)
    return task


def _fitting(kit: WebKit, agent: Agent, request: Request, task: Task) -> Task:
    """The task without the signing PIN for a card that does not sign (some states give minors such cards)."""
    number = known_access_number(request, agent)
    if task.name != "activate" or not number:
        return task

    def signs(session: CardSession) -> bool:
        unlock(session, agent, request, number)
        return PinCare(session, agent.parameters).signs()

    return replace(task, new=("norm",)) if attempt(kit, request, agent, signs).outcome is False else task


def _mistakes(task: Task, sent: Submission, agent: Agent) -> tuple[FieldError, ...]:
    """What can be seen to be wrong without the card: no try is spent on a value that cannot be right."""
    if task.chooses and sent.text("which") not in CHOICES:
        return (FieldError("which", "agent.pin.error.which"),)
    errors = []
    for name in (task.proof, *task.new):
        rules = _rules(task, name, sent.text("which"), agent)
        value = sent.text(name)
        fits = rules.minimum_length <= len(value) <= rules.maximum_length
        fits = fits or (name == "password" and is_puk(value, agent.parameters))
        if not fits or (rules.digits_only and not (value.isascii() and value.isdigit())):
            errors.append(FieldError(name, length_error(rules), {"least": rules.minimum_length, "most": rules.maximum_length}))
        elif name in task.new and value != sent.text(f"{name}_again"):
            errors.append(FieldError(f"{name}_again", "agent.pin.error.differ"))
    return tuple(errors)


def length_error(rules: PinParameters) -> str:
    """The text that says which characters, and how many, a secret has."""
    if not rules.digits_only:
        return "agent.pin.error.characters"
    return "agent.pin.error.exact" if rules.minimum_length == rules.maximum_length else "agent.pin.error.digits"


def _rules(task: Task, name: str, which: str, agent: Agent) -> PinParameters:
    card = agent.parameters
    if name in ("password", "puk"):
        return card.initial_password if name == "password" else card.puk
    pin = name if name in ("norm", "sig") else which
    return card.sig_pin if pin == "sig" else card.norm_pin


def _status_page(
    kit: WebKit,
    agent: Agent,
    request: Request,
    form: Form,
    found: PinStatus | None = None,
    steps: tuple[StepPicture, ...] = (),
) -> Response:
    state = agent.reader.state
    return kit.page(
        request,
        "agent/pin.html",
        422 if form.errors else 200,
        form=form,
        known=bool(known_access_number(request, agent)),
        inserted=bool(state.card),
        contactless=state.contactless,
        face=agent.face(),
        rows=None if found is None else _rows(kit.translator(request), found),
        activated=found is not None and found.is_activated,
        blocked=found is not None and Condition.BLOCKED in (found.norm_pin.condition, found.sig_pin.condition),
        steps=steps,
    )


def _task_page(
    kit: WebKit, agent: Agent, request: Request, task: Task, form: Form, steps: tuple[StepPicture, ...] = ()
) -> Response:
    t = kit.translator(request)
    fields = []
    for name in (task.proof, *task.new):
        rules = _rules(task, name, form.value("which"), agent)
        key = "agent.pin.hint.digits" if rules.digits_only else "agent.pin.hint.characters"
        hint = t(key, least=rules.minimum_length, most=rules.maximum_length)
        longest = rules.maximum_length
        if name == "password":
            longest = max(longest, agent.parameters.puk.maximum_length)
            hint = t("agent.pin.hint.password", most=rules.maximum_length, puk=agent.parameters.puk.maximum_length)
        fields.append((name, t(f"agent.pin.field.{name}"), hint, longest))
        if name in task.new:
            fields.append((f"{name}_again", t(f"agent.pin.field.{name}_again"), "", rules.maximum_length))
    choices = [(name, t(f"agent.pin.choice.{name}"), t(f"agent.pin.choice_more.{name}")) for name in CHOICES]
    return kit.page(
        request,
        "agent/pin_form.html",
        422 if form.errors else 200,
        task=task.name,
        form=form,
        known=bool(known_access_number(request, agent)),
        fields=fields,
        choices=choices if task.chooses else None,
        digits=agent.parameters.norm_pin.digits_only,
        steps=steps,
    )


def _rows(t: Translator, found: PinStatus) -> list[tuple[str, str, str]]:
    """For each secret: its name, how good that is, and a sentence."""
    secrets = {"norm": found.norm_pin, "sig": found.sig_pin, "puk": found.puk, "password": found.initial_password}
    return [(t(f"agent.pin.row.{name}"), *_state(t, name, secret, found.is_activated)) for name, secret in secrets.items()]


def _state(t: Translator, name: str, secret: SecretStatus, activated: bool) -> tuple[str, str]:
    match secret.condition:
        case Condition.BLOCKED:
            return "failed", t("agent.pin.state.blocked")
        case Condition.NOT_SET:
            key = "agent.pin.state.used" if name == "password" and activated else "agent.pin.state.not_set"
            return "not_supported", t(key)
    return "successful", t("agent.pin.state.tries", count=secret.tries_left or 0)
