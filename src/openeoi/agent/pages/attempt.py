"""One try with the card on behalf of a form: what came out, or the errors at their fields; and the trace in either case."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from starlette.requests import Request

from openeoi.agent.card_session import CardSession
from openeoi.agent.errors import AccessNumberNeeded, CardBusy, UnknownCard
from openeoi.agent.office import Agent
from openeoi.encoding.errors import DecodingError
from openeoi.errors import OpenEoiError
from openeoi.iso7816.errors import SecureMessagingError
from openeoi.iso7816.status import UnexpectedStatus
from openeoi.protocols.pace.errors import PaceError, WrongPassword
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.protocols.pin.errors import PinBlocked, PinError, PinNotSet, WrongPin
from openeoi.terminal.errors import ActivationNotPublic, CredentialMissing, SecretMissing, TerminalError
from openeoi.transport.errors import (
    CardMute,
    NoCardInReader,
    PcscAccessDenied,
    PcscError,
    PcscNotAvailable,
    PcscServiceNotRunning,
    ReaderAmbiguous,
    ReaderInUse,
    ReaderNotFound,
    TransportError,
)
from openeoi.web.forms import FieldError, submission
from openeoi.web.kit import WebKit
from openeoi.web.trace_picture import StepPicture

Outcome = TypeVar("Outcome")

TICKETS: Final = "agent_cards"  # in the session: card -> ticket of its CAN
ACCESS_NUMBER: Final = re.compile(r"[0-9]{6}", re.ASCII)
FORESEEN: Final = (NoCardInReader, CardBusy, UnknownCard, TerminalError, PaceError, PinError)
READER_PROBLEMS: Final[Mapping[type[PcscError], str]] = {
    PcscNotAvailable: "agent.error.reader_software",
    PcscServiceNotRunning: "agent.error.reader_service",
    PcscAccessDenied: "agent.error.reader_refused",
    ReaderNotFound: "agent.error.reader_missing",
    ReaderAmbiguous: "agent.error.reader_ambiguous",
    ReaderInUse: "agent.error.reader_in_use",
    CardMute: "agent.error.card_mute",
}
CARD_FAULTS: Final = (UnexpectedStatus, SecureMessagingError, TransportError, DecodingError)


@dataclass(frozen=True, slots=True)
class Attempt(Generic[Outcome]):
    """Either `outcome` or `errors`; `failure` is what was raised."""

    outcome: Outcome | None
    errors: tuple[FieldError, ...]
    steps: tuple[StepPicture, ...]
    failure: OpenEoiError | None = None


def attempt(
    kit: WebKit, request: Request, agent: Agent, work: Callable[[CardSession], Outcome], secret_field: str = ""
) -> Attempt[Outcome]:
    """Power the card and do `work`. `secret_field` is the field whose PIN, PUK or password `work` offers to the card."""
    t = kit.translator(request)
    session: CardSession | None = None
    try:
        with agent.session() as session:
            outcome = work(session)
            return Attempt(outcome, (), session.pictures(t))
    except (*FORESEEN, *CARD_FAULTS) as error:
        steps = session.pictures(t) if session is not None else ()
        return Attempt(None, (explained(error, secret_field),), steps, error)


def unlock(session: CardSession, agent: Agent, request: Request, number: str) -> None:
    """Open the channel with the CAN, and keep the CAN for this visitor: it has just opened the card."""
    session.unlock(PacePassword.from_can(number))
    if known_access_number(request, agent) != number:
        card = agent.reader.state.card
        tickets = {**request.session.get(TICKETS, {}), card: agent.access_numbers.put(number)}
        request.session[TICKETS] = tickets


def known_access_number(request: Request, agent: Agent) -> str:
    """The CAN with which this visitor opened the inserted card before, "" if that did not happen lately.

    The number stays in this process; the visitor's session holds a ticket for it, so that no other visitor gains by it.
    """
    ticket = request.session.get(TICKETS, {}).get(agent.reader.state.card)
    return (agent.access_numbers.get(ticket) or "") if ticket else ""


def typed_access_number(request: Request, agent: Agent) -> str:
    """The CAN in the form, else the known one. Raises AccessNumberNeeded."""
    number = submission(request).text("can") or known_access_number(request, agent)
    if not ACCESS_NUMBER.fullmatch(number):
        raise AccessNumberNeeded
    return number


def explained(error: OpenEoiError, secret_field: str) -> FieldError:
    """The error as a text at the field where the person can do something about it."""
    match error:
        case WrongPassword():
            return FieldError("can", "agent.error.wrong_can")
        case WrongPin():
            return FieldError(secret_field, "agent.error.wrong_pin", {"count": error.attempts_remaining})
        case PinBlocked():
            return FieldError(secret_field, "agent.error.blocked")
        case PinNotSet():
            return FieldError(secret_field, "agent.error.not_set")
        case NoCardInReader() | UnknownCard():
            return FieldError("", "agent.error.no_card")
        case CardBusy():
            return FieldError("", "agent.error.busy")
        case PinError():
            return FieldError(secret_field, "agent.error.refused")
        case ActivationNotPublic():
            return FieldError("", "agent.error.activation_not_public")
        case SecretMissing():
            return FieldError("", "agent.error.no_secret")
        case CredentialMissing():
            return FieldError("", "agent.error.no_credential")
        case PcscError():
            return FieldError("", READER_PROBLEMS.get(type(error), "agent.error.reader"))
        case UnexpectedStatus():
            return FieldError("", "agent.error.status", {"status": f"{error.status:04X}"})
    return FieldError("", "agent.error.card")
