"""How basic access control ends on the terminal's side when it does not end in a channel."""

from openeoi.errors import OpenEoiError


class BasicAccessError(OpenEoiError):
    """No channel was established; the card is as before."""


class BasicAccessNotSupported(BasicAccessError):
    """The card gives no challenge, so it has no basic access control here; `status` is its status word."""

    def __init__(self, status_word: int) -> None:
        self.status = status_word
        super().__init__(f"the card answered {status_word:04X} to the request for a challenge: it has no basic access control")


class WrongMachineReadableZone(BasicAccessError):
    """The card refused the terminal's cryptogram: number, birth or expiry date are not those of this document.

    The standard leaves `status`, the status word, to the card.
    """

    def __init__(self, status_word: int) -> None:
        self.status = status_word
        super().__init__(f"the card did not accept the machine readable zone (status word {status_word:04X})")


class BasicAccessFailed(BasicAccessError):
    """The card's answer breaks the protocol or is not authentic: it is faulty or does not know the zone itself."""

    def __init__(self, step: str, reason: str) -> None:
        self.step = step
        self.reason = reason
        super().__init__(f"basic access control, {step}: {reason}")
