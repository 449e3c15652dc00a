"""The consent page: which site asks for the card, what would be signed, the PIN if one is needed, and the answer for the site."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from openeoi.agent import consent
from openeoi.agent.card_session import CardSession
from openeoi.agent.errors import AccessNumberNeeded
from openeoi.agent.office import Agent
from openeoi.agent.pages.attempt import attempt, known_access_number, typed_access_number, unlock
from openeoi.agent.pages.pin import length_error
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.profiles.card import PinParameters
from openeoi.protocols.browser_card import CardRequest, CardResponse, ForeignOrigin, SigningDetails, require_sender
from openeoi.protocols.card_proof import LoginText, PresenceText
from openeoi.protocols.card_proof.errors import CardProofError
from openeoi.web.forms import FieldError, Form, submission
from openeoi.web.kit import WebKit
from openeoi.web.trace_picture import StepPicture
from openeoi.web.translation import Translator

SHOWN_BYTES: Final = 1024


@dataclass(frozen=True, slots=True)
class Answered:
    """Kept for the page after the holder's answer."""

    request: CardRequest
    response: CardResponse
    steps: tuple[StepPicture, ...]


def receive(kit: WebKit, agent: Agent, request: Request) -> Response:
    """The form of a service arrives; from here on the request lives behind a ticket."""
    try:
        asked = CardRequest.decode(submission(request).text("request"))
        require_sender(asked, request.headers.get("origin"))
        consent.require_acceptable(asked, agent.clock())
    except DecodingError:
        return kit.problem(request, 400, "agent.problem.unreadable")
    except ForeignOrigin as error:
        return kit.problem(request, 403, "agent.problem.foreign", claimed=error.claimed, sender=error.sender or "–")
    except CardProofError as error:
        return kit.problem(request, 400, "agent.problem.not_acceptable", reason=type(error).__name__)
    return RedirectResponse(f"/agent/use/{agent.requests.put(asked)}", 303)


def ask(kit: WebKit, agent: Agent, request: Request) -> Response:
    asked = agent.requests.get(request.path_params["ticket"])
    if asked is None:
        return kit.problem(request, 404, "agent.problem.gone")
    return _page(kit, agent, request, asked, Form())


def answer(kit: WebKit, agent: Agent, request: Request) -> Response:
    """The holder's answer. A request is answered once: whoever answers again (or clicks twice) is led to the first answer."""
    ticket = request.path_params["ticket"]
    with agent.one_answer:
        asked = agent.requests.get(ticket)
        if asked is None:
            if isinstance(agent.results.get(ticket), Answered):
                return RedirectResponse(f"/agent/use/done/{ticket}", 303)
            return kit.problem(request, 404, "agent.problem.gone")
        if submission(request).text("answer") != "yes":
            return _finish(agent, ticket, Answered(asked, consent.refused(asked), ()))
        return _use(kit, agent, request, ticket, asked)


def done(kit: WebKit, agent: Agent, request: Request) -> Response:
    kept = agent.results.get(request.path_params["ticket"])
    if not isinstance(kept, Answered):
        return kit.problem(request, 404, "agent.problem.gone")
    successful = bool(kept.response.certificate)
    return kit.page(
        request,
        "agent/use_result.html",
        allow_form_to=(kept.request.origin,),
        outcome="successful" if successful else "aborted",
        key=f"agent.use.{kept.request.operation}.done" if successful else "agent.use.refused",
        return_to=kept.request.return_to,
        origin=kept.request.origin,
        response=kept.response.encode(),
        signature=kept.response.signature.hex(" ", 4),
        steps=kept.steps,
    )


def _use(kit: WebKit, agent: Agent, request: Request, ticket: str, asked: CardRequest) -> Response:
    wanted = consent.needs(asked, agent.reader.state.contactless)
    pin, errors, number = submission(request).text("pin"), [], ""
    if wanted.access_number:
        try:
            number = typed_access_number(request, agent)
        except AccessNumberNeeded:
            errors.append(FieldError("can", "agent.can.format"))
    rules = _pin_rules(agent, asked)
    if wanted.pin and not rules.minimum_length <= len(pin) <= rules.maximum_length:
        errors.append(FieldError("pin", length_error(rules), {"least": rules.minimum_length, "most": rules.maximum_length}))
    if errors:
        return _page(kit, agent, request, asked, Form().with_errors(*errors))

    def work(session: CardSession) -> CardResponse:
        if wanted.access_number:
            unlock(session, agent, request, number)
        return consent.perform(asked, session, pin, agent.clock(), agent.reader.name)

    try:
        tried = attempt(kit, request, agent, work, "pin")
    except CardProofError as error:
        return kit.problem(request, 400, "agent.problem.not_acceptable", reason=type(error).__name__)
    if tried.outcome is None:
        return _page(kit, agent, request, asked, Form().with_errors(*tried.errors), tried.steps)
    return _finish(agent, ticket, Answered(asked, tried.outcome, tried.steps))


def _finish(agent: Agent, ticket: str, answered: Answered) -> Response:
    agent.requests.take(ticket)
    return RedirectResponse(f"/agent/use/done/{agent.results.put(answered, ticket)}", 303)


def _page(
    kit: WebKit, agent: Agent, request: Request, asked: CardRequest, form: Form, steps: tuple[StepPicture, ...] = ()
) -> Response:
    t, state = kit.translator(request), agent.reader.state
    wanted = consent.needs(asked, state.contactless)
    qualified = asked.role is CredentialRole.QUALIFIED
    rules = _pin_rules(agent, asked)
    return kit.page(
        request,
        "agent/consent.html",
        422 if form.errors else 200,
        form=form,
        card_request=asked,
        operation=asked.operation.value,
        facts=_facts(t, asked),
        documents=_documents(t, asked),
        bytes_text=consent.to_be_signed(asked)[:SHOWN_BYTES].hex(" ", 4),
        needs_can=wanted.access_number,
        needs_pin=wanted.pin,
        pin_name=t("agent.pin.word.signature_pin" if qualified else "agent.pin.word.pin"),
        pin_length=rules.maximum_length,
        digits=rules.digits_only,
        known=bool(known_access_number(request, agent)),
        inserted=bool(state.card),
        contactless=state.contactless,
        face=agent.face(),
        ticket=request.path_params["ticket"],
        steps=steps,
    )


def _pin_rules(agent: Agent, asked: CardRequest) -> PinParameters:
    return agent.parameters.sig_pin if asked.role is CredentialRole.QUALIFIED else agent.parameters.norm_pin


def _facts(t: Translator, asked: CardRequest) -> list[tuple[str, str]]:
    """What the card would put its name to, field by field, as the holder may want to know it."""
    match asked.details:
        case LoginText() as login:
            return [
                (t("agent.use.fact.service"), login.client_id),
                (t("agent.use.fact.valid_until"), t.moment(login.expires_at)),
            ]
        case PresenceText() as presence:
            return [
                (t("agent.use.fact.provider"), presence.provider_organisation),
                (t("agent.use.fact.professional"), presence.professional),
                (t("agent.use.fact.terminal"), presence.terminal),
                (t("agent.use.fact.purpose"), _purpose(t, presence.purpose)),
                (t("agent.use.fact.valid_until"), t.moment(presence.expires_at)),
            ]
    return []


def _purpose(t: Translator, code: str) -> str:
    """The code that is signed (HL7 v3 PurposeOfUse), in words where we have them."""
    key = f"agent.use.purpose.{code.lower()}"
    return f"{t(key)} ({code})" if t.knows(key) else code


def _documents(t: Translator, asked: CardRequest) -> list[tuple[str, str, str]]:
    if not isinstance(asked.details, SigningDetails):
        return []
    return [
        (one.name, t("agent.use.document", kind=one.media_type, size=t.number(one.size)), one.digest.hex())
        for one in asked.details.documents
    ]
