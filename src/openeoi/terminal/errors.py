"""What a terminal finds missing, on a card or in what it was given; each error says what to do next."""

from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.errors import OpenEoiError


class TerminalError(OpenEoiError):
    """A duty of the terminal ended without its result; the card is as before."""


class CredentialMissing(TerminalError):
    """The card holds no credential of this `role`: another card, or another role, is needed."""

    def __init__(self, role: CredentialRole) -> None:
        self.role = role
        super().__init__(f"the card has no credential of the role {role}")


class PinNeeded(TerminalError):
    """A credential of this `role` signs only with its PIN: ask the holder for it."""

    def __init__(self, role: CredentialRole) -> None:
        self.role = role
        super().__init__(f"the credential of the role {role} signs only with its PIN")
