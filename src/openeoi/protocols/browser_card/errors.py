"""What can be wrong between a page and the agent, beyond text that does not parse."""

from openeoi.errors import OpenEoiError


class BrowserCardError(OpenEoiError):
    """A request or a response was not accepted."""


class ForeignOrigin(BrowserCardError):
    """The browser says that the request comes from `sender`, the request says `claimed`: refuse it and show both."""

    def __init__(self, claimed: str, sender: str) -> None:
        self.claimed = claimed
        self.sender = sender
        super().__init__(f"a request for {claimed} was sent by {sender or 'an unnamed origin'}")


class ForeignResponse(BrowserCardError):
    """The response carries the state of another request than the one that this page made: start over."""


class OperationNotDone(BrowserCardError):
    """The holder cancelled, or the card could not do it; `outcome` and `reason` are those of the response."""

    def __init__(self, outcome: str, reason: str) -> None:
        self.outcome = outcome
        self.reason = reason
        super().__init__(f"the card operation was {outcome}{': ' + reason if reason else ''}")
