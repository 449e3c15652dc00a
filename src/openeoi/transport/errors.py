"""What can go wrong between a terminal and a card, below the level of status words."""

from openeoi.errors import OpenEoiError


class TransportError(OpenEoiError):
    """The card could not be reached, did not answer, or answered something that is no response APDU."""


class CardRemoved(TransportError):
    """The card was taken out of the reader during the exchange."""
