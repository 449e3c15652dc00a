"""What can go wrong between a terminal and a card, below the level of status words."""

from openeoi.errors import OpenEoiError


class TransportError(OpenEoiError):
    """The card could not be reached, did not answer, or answered something that is no response APDU."""


class CardRemoved(TransportError):
    """The card was taken out of the reader during the exchange."""


class ReaderUnusable(TransportError):
    """The virtual reader at `address` cannot be reached, or closes every connection; `reason` says which."""

    def __init__(self, address: str, reason: str) -> None:
        self.address = address
        self.reason = reason
        super().__init__(f"the virtual reader at {address} cannot be used: {reason}")
