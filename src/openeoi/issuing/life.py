"""The lives of an application and of a document, as tables: what may follow what, and who does it.

Application
    submitted      approve (clerk)            -> approved
    submitted      refuse (clerk)             -> refused
    approved       release (releaser, another -> released
                   person than who approved)
    approved       refuse (releaser)          -> refused
    released       start (production)         -> in_production
    in_production  finish (production)        -> produced
    in_production  cancel (production)        -> released        the spoilt card is destroyed, the application can be run again
    produced       hand over (clerk)          -> handed_over

Document (from the moment its number is taken)
    in_production  finish                     -> personalised
    in_production  cancel                     -> destroyed
    personalised   hand over                  -> handed_over
    personalised, handed_over   report        -> lost, stolen, revoked, replaced     (for good)
"""

from enum import StrEnum

from openeoi.issuing.errors import WrongState
from openeoi.issuing.staff import Role


class ApplicationState(StrEnum):
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REFUSED = "refused"
    RELEASED = "released"
    IN_PRODUCTION = "in_production"
    PRODUCED = "produced"
    HANDED_OVER = "handed_over"


class DocumentState(StrEnum):
    IN_PRODUCTION = "in_production"
    DESTROYED = "destroyed"
    PERSONALISED = "personalised"
    HANDED_OVER = "handed_over"
    LOST = "lost"
    STOLEN = "stolen"
    REVOKED = "revoked"
    REPLACED = "replaced"


class Step(StrEnum):
    APPROVE = "approve"
    REFUSE = "refuse"
    RELEASE = "release"
    START = "start"
    FINISH = "finish"
    CANCEL = "cancel"
    HAND_OVER = "hand_over"


APPLICATION_STEPS: dict[tuple[ApplicationState, Step], tuple[Role, ApplicationState]] = {
    (ApplicationState.SUBMITTED, Step.APPROVE): (Role.CLERK, ApplicationState.APPROVED),
    (ApplicationState.SUBMITTED, Step.REFUSE): (Role.CLERK, ApplicationState.REFUSED),
    (ApplicationState.APPROVED, Step.RELEASE): (Role.RELEASER, ApplicationState.RELEASED),
    (ApplicationState.APPROVED, Step.REFUSE): (Role.RELEASER, ApplicationState.REFUSED),
    (ApplicationState.RELEASED, Step.START): (Role.PRODUCTION, ApplicationState.IN_PRODUCTION),
    (ApplicationState.IN_PRODUCTION, Step.FINISH): (Role.PRODUCTION, ApplicationState.PRODUCED),
    (ApplicationState.IN_PRODUCTION, Step.CANCEL): (Role.PRODUCTION, ApplicationState.RELEASED),
    (ApplicationState.PRODUCED, Step.HAND_OVER): (Role.CLERK, ApplicationState.HANDED_OVER),
}

REPORTABLE = frozenset({DocumentState.PERSONALISED, DocumentState.HANDED_OVER})
"""Documents that can still become lost, stolen, revoked or replaced."""


def next_state(subject: str, state: ApplicationState, step: Step) -> tuple[Role, ApplicationState]:
    """Who does `step` in `state`, and what the state is afterwards. Raises WrongState."""
    try:
        return APPLICATION_STEPS[state, step]
    except KeyError:
        wanted = " or ".join(sorted(before for before, name in APPLICATION_STEPS if name is step))
        raise WrongState(subject, state, wanted) from None
